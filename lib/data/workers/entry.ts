/** The program of a worker thread. It loads no more of the library than the dataset's module does. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../core/errors';
import type { Dataset } from '../datasets/dataset';
import { isError, isPromise } from '../../core/realms';
import { DTypeInference } from '../loader/dtypeInference';
import { Field } from '../loader/numberTypes';
import { inferenceSeed, sampleSeed } from '../loader/seeds';
import { SlotWriter } from './encode';
import { datasetOf } from './module';
import type { LoadMessage, InferMessage, WorkerMessage, WorkerSetup } from './protocol';

/** The part of the library that a worker uses, if the dataset's module has loaded it. */
interface Library {
  manualSeed(seed: number): unknown;
}

const port = parentPort;
if (port === null)
  throw new Error('blasgrad: this file is the program of a worker thread; do not run it yourself');
const { modules, libraries, collate } = workerData as WorkerSetup;
const slots = new Map<number, SharedArrayBuffer>();

/** The copies of the library in this thread. A bundle has no module cache to search. */
function loadedLibraries(): Library[] {
  return libraries.flatMap((file) => {
    const module = require.cache[file];
    return module?.loaded === true ? [module.exports as Library] : [];
  });
}

/** Posts a message. Errors that cannot be cloned are replaced by copies of their text. */
function post(message: WorkerMessage): void {
  try {
    port?.postMessage(message);
  } catch (error) {
    if (message.kind === 'batch') {
      port?.postMessage({ kind: 'error', batch: message.batch, error: plainError(error) });
    } else if ('error' in message) {
      port?.postMessage({ ...message, error: plainError(message.error) });
    }
  }
}

function plainError(error: unknown): Error {
  const plain = new Error(messageOf(error));
  if (isError(error)) {
    plain.name = error.name;
    if (error.stack !== undefined) plain.stack = error.stack;
  }
  return plain;
}

async function load(
  datasets: readonly Dataset<unknown, unknown>[],
  { batch, slot, datasets: numbers, indices, seeds }: LoadMessage,
): Promise<void> {
  const seeded = loadedLibraries();
  const samples = Array.from(indices, (index, position) => {
    const seed = sampleSeed(seeds, batch, position);
    for (const library of seeded) library.manualSeed(seed);
    return datasets[numbers === null ? 0 : numbers[position]].get(index, seed);
  });
  const writer = new SlotWriter();
  const part = writer.encode(await Promise.all(samples), collate);
  const previous = slots.get(slot);
  const memory = writer.write(previous);
  slots.set(slot, memory);
  post({ kind: 'batch', batch, part, memory: memory === previous ? null : memory });
}

/** Infers dtypes from samples. A sample that cannot be read is reported by the batch that contains it. */
async function inferDTypes(
  datasets: readonly Dataset<unknown, unknown>[],
  { infer: dtypes }: InferMessage,
): Promise<void> {
  const field = new Field('DataLoader', dtypes);
  const seeded = loadedLibraries();
  for (const dataset of datasets) {
    if (dataset.length === 0) continue;
    const read = (index: number): unknown => {
      const seed = inferenceSeed(index);
      for (const library of seeded) library.manualSeed(seed);
      return dataset.get(index, seed);
    };
    const inference = new DTypeInference(field);
    try {
      const first = read(0);
      if (isPromise(first)) await inference.inferAsync([await first], dataset.length, read);
      else inference.infer([first], dataset.length, read);
    } catch {
      // The batch that contains this sample reports the error.
    }
  }
  post({ kind: 'inferred', state: field.state });
}

async function main(): Promise<void> {
  const datasets = await Promise.all(modules.map(datasetOf));
  let last: Promise<void> = Promise.resolve();
  port?.on('message', (message: LoadMessage | InferMessage) => {
    if ('infer' in message) {
      last = last.then(() => inferDTypes(datasets, message));
      return;
    }
    // One batch after another: in one thread, batches that are loaded together would only delay each other.
    last = last
      .then(() => load(datasets, message))
      .catch((error: unknown) => {
        post({ kind: 'error', batch: message.batch, error });
      });
  });
  post({ kind: 'ready', lengths: datasets.map(({ length }) => length) });
}

main().catch((error: unknown) => {
  post({ kind: 'failed', error });
});

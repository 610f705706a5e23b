/** Where the batches of a pass come from: this thread, worker threads, or an iterable. */
import { numbersOf } from '../../core/access';
import type { Tensor } from '../../core/tensor';
import { collateSeeded, IterableReader, SampleReader, type LoadedBatch } from './batchIterator';
import { isIterableDataset } from '../datasets/iterableDataset';
import type { LoaderPlan } from './loaderOptions';
import type { DTypeInference } from './dtypeInference';
import { requireSampled } from './order';
import type { SeedBase } from './seeds';
import { WorkerPool, type LoadRequest } from '../workers/pool';
import { locate, workerDatasetsOf } from '../workers/workerDataset';

/** Loads one batch after another. */
export interface BatchSource {
  /** Starts loading the next batch; undefined if there is none. */
  start(this: void): Promise<LoadedBatch | undefined>;
  /** Whether the process is kept alive until batches arrive. */
  keepAlive?(this: void, waiting: boolean): void;
  /** Ends workers and closes the iterator. */
  close?(this: void): Promise<void>;
}

/** A pass over a dataset, starting at some batch. */
export interface PassStart {
  /** The number of the first batch. */
  readonly from: number;
  /** Samples of an iterable to read and drop first. */
  readonly skip: number;
  /** Whether the iterable has ended. */
  readonly ended: boolean;
  /** The indices of each batch. */
  readonly order: Iterator<Tensor, void>;
  readonly seeds: SeedBase | null;
}

/** The source of the batches of a pass. */
export function sourceOf(
  plan: LoaderPlan,
  pass: PassStart,
  inference: DTypeInference,
): BatchSource {
  if (isIterableDataset(plan.dataset)) {
    const reader = new IterableReader(plan, pass.skip, pass.ended, inference.field);
    return { start: () => reader.read(), close: () => reader.close() };
  }
  return plan.workers > 0
    ? workerSource(plan, pass, inference)
    : localSource(plan, pass, inference);
}

function localSource(
  plan: LoaderPlan,
  { from, order, seeds }: PassStart,
  inference: DTypeInference,
): BatchSource {
  const reader = new SampleReader(plan, seeds, inference);
  let number = from;
  return {
    start: async () => {
      const next = order.next();
      return next.done === true ? undefined : { batch: await reader.read(next.value, number++) };
    },
  };
}

function workerSource(
  plan: LoaderPlan,
  { from, order, seeds }: PassStart,
  inference: DTypeInference,
): BatchSource {
  const { dataset, collate, workers } = plan;
  const workerDatasets = workerDatasetsOf(dataset) ?? [];
  const modules = workerDatasets.map(({ _module }) => _module);
  const lengths = workerDatasets.map(({ length }) => length);
  const pool = new WorkerPool(
    workers,
    modules,
    lengths,
    collate === undefined ? inference.field : null,
  );
  const samples = (dataset as { readonly length: number }).length;
  let number = from;
  const requestFor = (indices: Tensor): LoadRequest => {
    const batch = number++;
    const locations = Array.from(numbersOf('DataLoader', indices), (index) =>
      locate(dataset, requireSampled(index, samples)),
    );
    return {
      batch,
      datasets:
        workerDatasets.length === 1 ? null : Uint16Array.from(locations, ([number]) => number),
      indices: Int32Array.from(locations, ([, index]) => index),
      seeds: seeds ?? [0, 0],
    };
  };
  return {
    start: async () => {
      const next = order.next();
      if (next.done === true) return undefined;
      if (collate === undefined) await inference.inferInWorker(() => pool.inferDTypes(plan.dtypes));
      const request = requestFor(next.value);
      const loaded = await pool.load(request);
      if (collate === undefined) return { batch: loaded };
      return { batch: await collateSeeded(plan, seeds, request.batch, loaded as unknown[]) };
    },
    keepAlive: (waiting) => {
      pool.keepAlive(waiting);
    },
    close: () => pool.close(),
  };
}

/** Runs a model file in onnxruntime. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Tensor } from 'blasgrad';

export interface Result {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Answer {
  readonly id: number;
  readonly results?: readonly (readonly Result[])[];
  readonly error?: string;
}

let worker: Worker | null = null;
let last = 0;

/** Runs a model file once for each list of inputs. */
export async function onnxruntime(
  path: string,
  runs: readonly (readonly Tensor[])[],
): Promise<readonly (readonly Result[])[]> {
  worker ??= new Worker(join(__dirname, 'onnxruntimeThread.mjs'));
  const running = worker;
  const id = ++last;
  const answered = new Promise<Answer>((resolve, reject) => {
    running.once('error', reject);
    const listen = (answer: Answer): void => {
      if (answer.id !== id) return;
      running.off('message', listen).off('error', reject);
      resolve(answer);
    };
    running.on('message', listen);
  });
  const model = new Uint8Array(await readFile(path));
  const plain = runs.map((inputs) =>
    inputs.map((one) => ({
      dtype: one.dtype,
      shape: one.shape,
      data: one.contiguous().data.slice(),
    })),
  );
  running.postMessage({ id, model, runs: plain });
  const { results, error } = await answered;
  if (results === undefined) throw new Error(`onnxruntime: ${error ?? 'no answer'}`);
  return results;
}

/** To be called when a test file is done. */
export async function closeOnnxruntime(): Promise<void> {
  await worker?.terminate();
  worker = null;
}

/** A model and its optimizer in a file that is always whole. */
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fromArray, Tensor, type nn, type optim } from 'blasgrad';

export interface Trained {
  readonly model: nn.Sequential;
  readonly optimizer: optim.Optimizer;
}

const kinds = { float32: Float32Array, float64: Float64Array, int32: Int32Array } as const;

interface PackedTensor {
  dtype: keyof typeof kinds;
  shape: number[];
  base64: string;
}

/**
 * Writes states to a file: to another name first, which takes the place of `path` once it is on the disk, so that
 * whatever happens `path` is a whole checkpoint. The states are read before it returns a promise.
 */
export async function saveCheckpoint(path: string, trained: Trained): Promise<void> {
  const text = JSON.stringify({
    model: pack(trained.model.stateDict()),
    optimizer: pack(trained.optimizer.stateDict()),
  });
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  const folder = await open(dirname(path), 'r'); // the new name must reach the disk too
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Takes over the states in a file and says true, or false if there is none; throws if it is no checkpoint of such. */
export async function loadCheckpoint(path: string, trained: Trained): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const states = unpack(JSON.parse(text)) as {
    model: nn.StateDict;
    optimizer: optim.OptimizerState;
  };
  trained.optimizer.loadStateDict(states.optimizer);
  trained.model.loadStateDict(states.model);
  return true;
}

/** The same structure with the bytes of tensors as text: as numbers they would take thirty times as long. */
function pack(value: unknown): unknown {
  if (value instanceof Tensor) {
    const { buffer, byteOffset, byteLength } = value.detach().clone().data;
    const base64 = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64');
    return { dtype: value.dtype, shape: value.shape, base64 };
  }
  if (Array.isArray(value)) return value.map(pack);
  return isObject(value) ? mapValues(value, pack) : value;
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (!isObject(value)) return value;
  if (!('base64' in value)) return mapValues(value, unpack);
  const { dtype, shape, base64 } = value as unknown as PackedTensor;
  const bytes = new Uint8Array(Buffer.from(base64, 'base64')); // in memory of its own, aligned
  return fromArray(new kinds[dtype](bytes.buffer), shape);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function mapValues(
  value: Record<string, unknown>,
  each: (one: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, each(one)]));
}

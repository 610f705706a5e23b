/** Batches as lists of tensors, which compiled functions take. */
import { describe } from '../core/errors';
import { isPlainObject } from '../core/realms';
import { Tensor } from '../core/tensor';

/** The tensors of a batch in order, and a description of the structure around them. */
export interface Flat {
  readonly tensors: Tensor[];
  /** The same for all batches with the same structure. */
  readonly key: string;
}

/** Finds the tensors of a batch; throws an error that names the position of any other value. */
export function flatten(batch: unknown): Flat {
  const tensors: Tensor[] = [];
  const visit = (value: unknown, path: string): string => {
    if (value instanceof Tensor) {
      // Compiled functions need separate memory for each input.
      const sharesMemory = tensors.some((tensor) => tensor._storage === value._storage);
      tensors.push(sharesMemory ? value.detach().clone() : value);
      return 't';
    }
    if (Array.isArray(value)) {
      return `[${value.map((element: unknown, i) => visit(element, `${path}[${i}]`)).join()}]`;
    }
    if (isPlainObject(value)) {
      const fields = Object.entries(value);
      return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${visit(field, `${path}.${key}`)}`).join()}}`;
    }
    throw new TypeError(
      `train: ${path} is ${describe(value)}, not a tensor; convert it in \`collate\`, or set compile: false`,
    );
  };
  const key = visit(batch, 'batch');
  if (tensors.length === 0) throw new RangeError('train: a batch contains no tensors');
  return { tensors, key };
}

/** A batch of the same structure with other tensors. */
export function refill(batch: unknown, tensors: readonly Tensor[]): unknown {
  let next = 0;
  const visit = (value: unknown): unknown => {
    if (value instanceof Tensor) return tensors[next++];
    if (Array.isArray(value)) return value.map(visit);
    const fields = Object.entries(value as object) as [string, unknown][];
    return Object.fromEntries(fields.map(([key, field]) => [key, visit(field)]));
  };
  return visit(batch);
}

/** The number of samples in a batch: the first size of its first tensor. */
export function samplesIn(batch: unknown): number {
  const first = firstTensor(batch);
  return first === null || first.ndim === 0 ? 1 : first.shape[0];
}

function firstTensor(value: unknown, seen = new Set<object>()): Tensor | null {
  if (value instanceof Tensor) return value;
  if (typeof value !== 'object' || value === null) return null;
  if (ArrayBuffer.isView(value) || seen.has(value)) return null;
  seen.add(value);
  for (const field of Object.values(value)) {
    const found = firstTensor(field, seen);
    if (found !== null) return found;
  }
  return null;
}

/** Calls `each` for every tensor of a batch, with its position. */
export function eachTensor(
  value: unknown,
  each: (tensor: Tensor, path: string) => void,
  path = 'batch',
): void {
  if (value instanceof Tensor) each(value, path);
  else if (Array.isArray(value))
    value.forEach((element, i) => eachTensor(element, each, `${path}[${i}]`));
  else if (isPlainObject(value)) {
    for (const [key, field] of Object.entries(value)) eachTensor(field, each, `${path}.${key}`);
  }
}

/** Indices of samples, as users pass them. */
import { fromArray } from '../../creation/filled';
import { numbersOf } from '../../core/access';
import { isIndex } from '../../core/dtype';
import { requireInteger, requireItems, shapeText, unexpected } from '../../core/errors';
import { Tensor } from '../../core/tensor';

/** Indices of samples: an int32 or int64 tensor (n), or an iterable of integers. */
export type Indices = Tensor | Iterable<number | bigint>;

/** Copies indices from 0 to size - 1 to an int32 tensor (n); throws for others. */
export function indicesOf(op: string, name: string, indices: unknown, size: number): Tensor {
  let numbers: ArrayLike<unknown>;
  if (indices instanceof Tensor) {
    if (!isIndex(indices.dtype) || indices.ndim !== 1) {
      const actual = `a ${indices.dtype} tensor of shape ${shapeText(indices.shape)}`;
      throw unexpected(op, 'an int32 or int64 tensor of 1 dimension', name, actual);
    }
    numbers = numbersOf(op, indices);
  } else {
    numbers = requireItems(op, 'a tensor or an iterable of integers', name, indices);
  }
  const out = new Int32Array(numbers.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = requireIndex(op, `${name}[${i}]`, numbers[i], size);
  }
  return fromArray(out);
}

/** An index from 0 to size - 1; otherwise throws. */
export function requireIndex(op: string, name: string, index: unknown, size: number): number {
  const isWhole = typeof index === 'bigint' || Number.isInteger(index);
  const number = isWhole ? Number(index) : requireInteger(op, name, index);
  if (number >= 0 && number < size) return number;
  if (size === 0) throw noSamples(op, name, number);
  throw unexpected(op, `an index from 0 to ${size - 1}`, name, String(number));
}

/** An index from -size to size - 1, of which negative ones count from the end, as an index from 0; otherwise throws. */
export function requireSignedIndex(op: string, index: unknown, size: number): number {
  const number = requireInteger(op, 'index', index);
  const position = number < 0 ? number + size : number;
  if (position >= 0 && position < size) return position;
  if (size === 0) throw noSamples(op, 'index', number);
  throw unexpected(op, `an index from ${-size} to ${size - 1}`, 'index', String(number));
}

function noSamples(op: string, name: string, index: number): RangeError {
  return new RangeError(`${op}: ${name} is ${index}, but the dataset has no samples`);
}

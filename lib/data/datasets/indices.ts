/** Indices of samples, as users pass them. */
import { fromArray } from '../../creation/filled';
import { numbersOf } from '../../core/access';
import { isIndex } from '../../core/dtype';
import { requireInteger, requireItems, shapeText, unexpected } from '../../core/errors';
import { Tensor } from '../../core/tensor';

/** Indices of samples; a tensor is int32 or int64. */
export type Indices = Tensor | Iterable<number | bigint>;

/** Indices from 0 to size - 1 as an int32 vector that no other code changes; otherwise throws. */
export function indicesOf(op: string, name: string, indices: unknown, size: number): Tensor {
  let numbers: ArrayLike<unknown>;
  if (indices instanceof Tensor) {
    if (!isIndex(indices.dtype) || indices.ndim !== 1) {
      const actual = `a ${indices.dtype} tensor of shape ${shapeText(indices.shape)}`;
      throw unexpected(op, 'an int32 or int64 tensor of one dimension', name, actual);
    }
    numbers = numbersOf(op, indices);
  } else {
    numbers = requireItems(op, 'whole numbers as tensor or iterable', name, indices);
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
  const what =
    size === 0 ? 'no index, because there are no samples,' : `an index from 0 to ${size - 1}`;
  throw unexpected(op, what, name, String(number));
}

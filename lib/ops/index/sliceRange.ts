/** `slice`: index ranges for `Tensor.index`. */
import { requireArity } from '../../core/errors';

/** A range of one dimension, made by `slice`. */
export interface Slice {
  /** First index; null for the first element. */
  readonly start: number | null;
  /** The index after the last; null for all remaining elements. */
  readonly end: number | null;
  /** Distance between the indices, at least 1. */
  readonly step: number;
}

/**
 * Describes a range of one dimension for `Tensor.index`, with the arguments of Python's slice: `slice(end)`,
 * `slice(start, end)` or `slice(start, end, step)`.
 *
 * @param end the index after the last; null for all remaining elements; negative numbers count from the end
 * @returns the range, to be passed among the indices
 * @see torch.Tensor.__getitem__
 * @example arange(6).index(slice(1, null, 2)) // tensor([1., 3., 5.])
 */
export function slice(end?: number | null): Slice;
/**
 * Describes a range of one dimension with a first index, and optionally a step.
 *
 * @param start the first index; null for the first element; negative numbers count from the end
 * @param end the index after the last; null for all remaining elements; negative numbers count from the end
 * @param step the distance between the indices, at least 1; default 1
 * @returns the range, to be passed among the indices
 */
export function slice(start: number | null, end: number | null, step?: number | null): Slice;
export function slice(...bounds: (number | null | undefined)[]): Slice {
  requireArity('slice', bounds.length, 3);
  const [start, end, step] = bounds.length === 1 ? [null, bounds[0]] : bounds;
  return { start: start ?? null, end: end ?? null, step: step ?? 1 };
}

/** Windows over series and texts. */
import {
  requireArity,
  requireInteger,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { numbersOf } from '../../core/access';
import { Tensor } from '../../core/tensor';
import { fromArray } from '../../creation/filled';
import type { Dataset } from '../datasets/dataset';
import { requireIndex, requireSignedIndex } from '../datasets/indices';
import { TokenFile } from './tokenFile';

/** Options of `WindowDataset`. */
export interface WindowDatasetOptions {
  /** Number of values from the start of a window to that of the next, at least 1. Default: 1. */
  stride?: number;
  /**
   * Number of values behind the window that are its target, at least 1: for forecasts. Default: the target is the window
   * one value later, of the same size, as language models need it.
   */
  horizon?: number;
}

/**
 * A dataset of windows over a series or a text, each with what follows it as target.
 *
 * Sample i is `[input, target]`: the values from `i * stride` on, and those one place later, or the `horizon` values
 * behind the window. A window is read when it is asked for, so a `TokenFile` may be larger than memory.
 *
 * @example
 * const windows = new data.WindowDataset(tensor([1, 2, 3, 4, 5]), 3);
 * windows.get(0); // [tensor([1., 2., 3.]), tensor([2., 3., 4.])]
 */
export class WindowDataset implements Dataset<[Tensor, Tensor], [Tensor, Tensor]> {
  /** Number of windows. */
  readonly length: number;
  /** Number of values from the start of a window to that of the next. */
  readonly stride: number;
  private readonly shift: number;
  private readonly targetSize: number;

  /**
   * Keeps the source.
   *
   * @param source a tensor (n, ...) of any dtype, or a file of n tokens
   * @param size number of values in a window, at least 1
   * @param options stride and horizon; see WindowDatasetOptions
   * @throws RangeError if the source is too short for one window with its target
   */
  constructor(
    /** The series or text. */
    readonly source: Tensor | TokenFile,
    /** Number of values in a window. */
    readonly size: number,
    options: WindowDatasetOptions = {},
  ) {
    requireArity('WindowDataset', arguments.length, 3);
    const op = 'WindowDataset';
    requireOptions(op, options, ['stride', 'horizon']);
    const { stride = 1, horizon } = options;
    if (!(source instanceof Tensor) && !(source instanceof TokenFile)) {
      throw wrongType(op, 'a tensor or a TokenFile', 'source', source);
    }
    if (source instanceof Tensor && source.ndim === 0) throw unexpected(op, 'at least one dimension', 'source', '[]'); // prettier-ignore
    requireInteger(op, 'size', size, 1);
    this.stride = requireInteger(op, 'stride', stride, 1);
    if (horizon !== undefined) requireInteger(op, 'horizon', horizon, 1);
    this.shift = horizon === undefined ? 1 : size;
    this.targetSize = horizon ?? size;
    const n = source instanceof Tensor ? source.shape[0] : source.length;
    const needed = this.shift + this.targetSize;
    if (n < needed) {
      const what = `at least ${needed} values, for a window of ${size} with its target,`;
      throw unexpected(op, what, 'source', String(n));
    }
    this.length = Math.min(Math.floor((n - needed) / stride) + 1, 2 ** 31 - 1);
  }

  /**
   * Reads one window, as views of a tensor.
   *
   * @param index index of the window; negative indices count from the end
   * @returns `[input, target]`: (size, ...) and (size, ...), or (horizon, ...)
   * @throws RangeError if the index is out of range
   */
  get(index: number): [Tensor, Tensor] {
    requireArity('WindowDataset.get', arguments.length, 2);
    const { source, size, shift, targetSize, stride } = this;
    const start = requireSignedIndex('WindowDataset.get', index, this.length) * stride;
    if (source instanceof Tensor) {
      return [source.narrow(0, start, size), source.narrow(0, start + shift, targetSize)];
    }
    return [source.read(start, size), source.read(start + shift, targetSize)];
  }

  /**
   * Reads several windows as one batch, as copies.
   *
   * @param indices indices of the windows, int32 or int64 (n)
   * @returns `[input, target]`: (n, size, ...) and (n, size, ...), or (n, horizon, ...)
   * @throws RangeError if an index is out of range
   */
  getBatch(indices: Tensor): [Tensor, Tensor] {
    requireArity('WindowDataset.getBatch', arguments.length, 1);
    const op = 'WindowDataset.getBatch';
    if (!(indices instanceof Tensor)) throw wrongType(op, 'a tensor', 'indices', indices);
    const starts = Array.from(
      numbersOf(op, indices),
      (index, i) => requireIndex(op, `indices[${i}]`, index, this.length) * this.stride,
    );
    return [this.gather(starts, 0, this.size), this.gather(starts, this.shift, this.targetSize)];
  }

  /** `size` values from each start + shift on. */
  private gather(starts: readonly number[], shift: number, size: number): Tensor {
    const { source } = this;
    const places = new Int32Array(starts.length * size);
    if (source instanceof TokenFile) {
      starts.forEach((start, i) => {
        source._readInto(places.subarray(i * size, (i + 1) * size), start + shift);
      });
      return fromArray(places).reshape([starts.length, size]);
    }
    starts.forEach((start, i) => {
      for (let j = 0; j < size; j++) places[i * size + j] = start + shift + j;
    });
    const values = source.indexSelect(0, fromArray(places));
    return values.reshape([starts.length, size, ...source.shape.slice(1)]);
  }
}

/** Pooling to an output of a given size. */
import { floatingDTypes } from '../../core/dtype';
import { requireArity, requireBoolean, requireOptions } from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import { requireDTypeOf } from '../../ops/define';
import { adaptiveAveragePool, adaptiveMaxPool } from '../../ops/nn/adaptivePooling';
import {
  poolGeometry,
  poolSizes,
  requirePoolable,
  type PoolGeometry,
  type PoolSizes,
} from '../../ops/nn/poolGeometry';
import { averagePool, maxPool } from '../../ops/nn/pooling';
import { adaptiveArguments, type AdaptiveSize } from './arguments';
import type { Pooled } from './max';

/** Options of `adaptiveMaxPool1d`, `adaptiveMaxPool2d` and `adaptiveMaxPool3d`. */
export interface AdaptiveMaxPoolOptions {
  /** Whether to return the indices of the maxima too; default false. */
  returnIndices?: boolean;
}

/** Regular windows if each size divides that of the input, else null. */
function regular(x: Tensor, out: readonly number[]): PoolGeometry | null {
  const sizes = x.shape.slice(-out.length);
  if (out.some((count, i) => count === 0 || sizes[i] % count !== 0)) return null;
  const windows = out.map((count, i) => {
    const kernel = sizes[i] / count;
    return { kernel, stride: kernel, dilation: 1, low: 0, high: 0 };
  });
  return poolGeometry(x, out, windows);
}

/** Checks the arguments and returns the output size. */
function checked(op: string, x: Tensor, dims: number, outputSize: AdaptiveSize): number[] {
  const out = adaptiveArguments(op, dims, outputSize);
  requirePoolable(op, x, dims);
  requireDTypeOf(op, 'input', x, ...floatingDTypes);
  return out.map((size, i) => size ?? x.shape[x.ndim - dims + i]);
}

function maxima<Indices extends boolean = false>(
  dims: number,
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions & { returnIndices?: Indices },
): Pooled<Indices> {
  const op = `adaptiveMaxPool${dims}d`;
  requireOptions(op, options, ['returnIndices']);
  const indices = requireBoolean(op, 'returnIndices', options.returnIndices ?? false);
  const x = requireTensor(op, 'input', input);
  const out = checked(op, x, dims, outputSize);
  const windows = indices ? null : regular(x, out);
  if (windows !== null) return maxPool(x, windows) as Pooled<Indices>;
  const sizes: PoolSizes = poolSizes(x, out);
  const both = adaptiveMaxPool(x, sizes);
  return (indices ? both : both[0]) as Pooled<Indices>;
}

function averages(dims: number, input: Tensor, outputSize: AdaptiveSize): Tensor {
  const op = `adaptiveAvgPool${dims}d`;
  const x = requireTensor(op, 'input', input);
  const out = checked(op, x, dims, outputSize);
  const windows = regular(x, out);
  return windows === null
    ? adaptiveAveragePool(x, poolSizes(x, out))
    : averagePool(x, { ...windows, countIncludePad: true, divisor: 0 });
}

/**
 * Largest elements of `outputSize` windows that cover sequences, from floor(i n / m) to ceil((i + 1) n / m).
 *
 * @param input (N, C, L) or (C, L)
 * @param outputSize number of windows, or null for L
 * @param options.returnIndices whether to return the index of each maximum in its sequence, int32; default false
 * @returns the shape of `input` with L' = outputSize, or [values, indices]
 * @throws RangeError if a size other than that of the batch is 0
 * @see torch.nn.functional.adaptive_max_pool1d
 * @example F.adaptiveMaxPool1d(tensor([[1, 3, 2, 4, 5]]), 2) // tensor([[3., 5.]])
 */
export function adaptiveMaxPool1d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions & { returnIndices?: Indices } = {},
): Pooled<Indices> {
  requireArity('adaptiveMaxPool1d', arguments.length, 3);
  return maxima(1, input, outputSize, options);
}

/**
 * Largest elements of `outputSize` windows that cover images, from floor(i n / m) to ceil((i + 1) n / m).
 *
 * @param input (N, C, H, W) or (C, H, W)
 * @param outputSize number of windows, or (height, width); null for the size of the input
 * @param options.returnIndices whether to return the index of each maximum in its image, int32; default false
 * @returns the shape of `input` with (H', W') = outputSize, or [values, indices]
 * @throws RangeError if a size other than that of the batch is 0
 * @see torch.nn.functional.adaptive_max_pool2d
 * @example F.adaptiveMaxPool2d(zeros(1, 5, 7), [2, null]).shape // [ 1, 2, 7 ]
 */
export function adaptiveMaxPool2d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions & { returnIndices?: Indices } = {},
): Pooled<Indices> {
  requireArity('adaptiveMaxPool2d', arguments.length, 3);
  return maxima(2, input, outputSize, options);
}

/**
 * Largest elements of `outputSize` windows that cover volumes, from floor(i n / m) to ceil((i + 1) n / m).
 *
 * @param input (N, C, D, H, W) or (C, D, H, W)
 * @param outputSize number of windows, or (depth, height, width); null for the size of the input
 * @param options.returnIndices whether to return the index of each maximum in its volume, int32; default false
 * @returns the shape of `input` with (D', H', W') = outputSize, or [values, indices]
 * @throws RangeError if a size other than that of the batch is 0
 * @see torch.nn.functional.adaptive_max_pool3d
 * @example F.adaptiveMaxPool3d(zeros(1, 5, 6, 7), 2).shape // [ 1, 2, 2, 2 ]
 */
export function adaptiveMaxPool3d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions & { returnIndices?: Indices } = {},
): Pooled<Indices> {
  requireArity('adaptiveMaxPool3d', arguments.length, 3);
  return maxima(3, input, outputSize, options);
}

/**
 * Averages of `outputSize` windows that cover sequences, from floor(i n / m) to ceil((i + 1) n / m).
 *
 * @param input (N, C, L) or (C, L)
 * @param outputSize number of windows, or null for L
 * @returns the shape of `input` with L' = outputSize
 * @throws RangeError if a size other than that of the batch is 0
 * @see torch.nn.functional.adaptive_avg_pool1d
 * @example F.adaptiveAvgPool1d(tensor([[1, 3, 2, 4, 6]]), 2) // tensor([[2., 4.]])
 */
export function adaptiveAvgPool1d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  requireArity('adaptiveAvgPool1d', arguments.length, 2);
  return averages(1, input, outputSize);
}

/**
 * Averages of `outputSize` windows that cover images, from floor(i n / m) to ceil((i + 1) n / m).
 *
 * @param input (N, C, H, W) or (C, H, W)
 * @param outputSize number of windows, or (height, width); null for the size of the input
 * @returns the shape of `input` with (H', W') = outputSize
 * @throws RangeError if a size other than that of the batch is 0
 * @see torch.nn.functional.adaptive_avg_pool2d
 * @example F.adaptiveAvgPool2d(zeros(1, 5, 7), [2, null]).shape // [ 1, 2, 7 ]
 */
export function adaptiveAvgPool2d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  requireArity('adaptiveAvgPool2d', arguments.length, 2);
  return averages(2, input, outputSize);
}

/**
 * Averages of `outputSize` windows that cover volumes, from floor(i n / m) to ceil((i + 1) n / m).
 *
 * @param input (N, C, D, H, W) or (C, D, H, W)
 * @param outputSize number of windows, or (depth, height, width); null for the size of the input
 * @returns the shape of `input` with (D', H', W') = outputSize
 * @throws RangeError if a size other than that of the batch is 0
 * @see torch.nn.functional.adaptive_avg_pool3d
 * @example F.adaptiveAvgPool3d(zeros(1, 5, 6, 7), 2).shape // [ 1, 2, 2, 2 ]
 */
export function adaptiveAvgPool3d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  requireArity('adaptiveAvgPool3d', arguments.length, 2);
  return averages(3, input, outputSize);
}

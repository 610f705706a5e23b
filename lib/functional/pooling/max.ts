/** Largest elements of windows. */
import { requireArity, requireBoolean, requireOptions } from '../../core/errors';
import { numberDTypes } from '../../core/dtype';
import { requireTensor, type Tensor } from '../../core/tensor';
import { requireDTypeOf } from '../../ops/define';
import { requirePoolable } from '../../ops/nn/poolGeometry';
import { maxPool, maxPoolWithIndices } from '../../ops/nn/pooling';
import { geometryFor, poolArguments, type PoolOptions, type PoolSize } from './arguments';

/** Options of `maxPool1d`, `maxPool2d` and `maxPool3d`. */
export interface MaxPoolOptions extends PoolOptions {
  /** Whether to return the indices of the maxima too; default false. */
  returnIndices?: boolean;
}

/** A result, or the result and the indices of its elements. */
export type Pooled<Indices extends boolean | undefined> = Indices extends true
  ? [values: Tensor, indices: Tensor]
  : Tensor;

/** The names of the options. */
export const maxPoolOptions = ['stride', 'padding', 'dilation', 'ceilMode', 'returnIndices'];

function pooled<Indices extends boolean = false>(
  dims: number,
  input: Tensor,
  kernelSize: PoolSize,
  options: MaxPoolOptions & { returnIndices?: Indices },
): Pooled<Indices> {
  const op = `maxPool${dims}d`;
  requireOptions(op, options, maxPoolOptions);
  const x = requireTensor(op, 'input', input);
  const indices = requireBoolean(op, 'returnIndices', options.returnIndices ?? false);
  const args = poolArguments(op, dims, kernelSize, options);
  requirePoolable(op, x, dims);
  requireDTypeOf(op, 'input', x, ...numberDTypes);
  const geometry = geometryFor(op, x, args);
  const result = indices ? maxPoolWithIndices(x, geometry) : maxPool(x, geometry);
  return result as Pooled<Indices>;
}

/**
 * Largest elements of the windows of sequences. NaN counts as the largest; of equal elements the first one receives the
 * gradient. Padding never is the largest.
 *
 * @param input (N, C, L) or (C, L)
 * @param kernelSize size of a window
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.padding positions added on both sides, at most half a window; default 0
 * @param options.dilation distance of the elements of a window; default 1
 * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
 * @param options.returnIndices whether to return the index of each maximum in its sequence, int32; default false
 * @returns the shape of `input` with L' windows, or [values, indices]
 * @throws RangeError if no window fits into the padded input
 * @see torch.nn.functional.max_pool1d
 * @example F.maxPool1d(tensor([[1, 3, 2, 4]]), 2) // tensor([[3., 4.]])
 */
export function maxPool1d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: PoolSize,
  options: MaxPoolOptions & { returnIndices?: Indices } = {},
): Pooled<Indices> {
  requireArity('maxPool1d', arguments.length, 3);
  return pooled(1, input, kernelSize, options);
}

/**
 * Largest elements of the windows of images. NaN counts as the largest; of equal elements the first one receives the
 * gradient. Padding never is the largest.
 *
 * @param input (N, C, H, W) or (C, H, W)
 * @param kernelSize size of a window, one number or (height, width)
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.padding positions added on both sides, at most half a window; default 0
 * @param options.dilation distance of the elements of a window; default 1
 * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
 * @param options.returnIndices whether to return the index of each maximum in its image, int32; default false
 * @returns the shape of `input` with (H', W') windows, or [values, indices]
 * @throws RangeError if no window fits into the padded input
 * @see torch.nn.functional.max_pool2d
 * @example F.maxPool2d(tensor([[[1, 2], [4, 3]]]), 2) // tensor([[[4.]]])
 */
export function maxPool2d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: PoolSize,
  options: MaxPoolOptions & { returnIndices?: Indices } = {},
): Pooled<Indices> {
  requireArity('maxPool2d', arguments.length, 3);
  return pooled(2, input, kernelSize, options);
}

/**
 * Largest elements of the windows of volumes. NaN counts as the largest; of equal elements the first one receives the
 * gradient. Padding never is the largest.
 *
 * @param input (N, C, D, H, W) or (C, D, H, W)
 * @param kernelSize size of a window, one number or (depth, height, width)
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.padding positions added on both sides, at most half a window; default 0
 * @param options.dilation distance of the elements of a window; default 1
 * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
 * @param options.returnIndices whether to return the index of each maximum in its volume, int32; default false
 * @returns the shape of `input` with (D', H', W') windows, or [values, indices]
 * @throws RangeError if no window fits into the padded input
 * @see torch.nn.functional.max_pool3d
 * @example F.maxPool3d(ones(1, 4, 4, 4), 2).shape // [ 1, 2, 2, 2 ]
 */
export function maxPool3d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: PoolSize,
  options: MaxPoolOptions & { returnIndices?: Indices } = {},
): Pooled<Indices> {
  requireArity('maxPool3d', arguments.length, 3);
  return pooled(3, input, kernelSize, options);
}

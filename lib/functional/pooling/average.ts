/** Averages and p-norms of windows. */
import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { floatingDTypes } from '../../core/dtype';
import { requireTensor, type Tensor } from '../../core/tensor';
import { requireDTypeOf } from '../../ops/define';
import { requirePoolable } from '../../ops/nn/poolGeometry';
import { averagePool } from '../../ops/nn/pooling';
import { geometryFor, poolArguments, type PoolOptions, type PoolSize } from './arguments';

/** Options of `avgPool1d`. */
export interface AvgPool1dOptions extends Omit<PoolOptions, 'dilation'> {
  /** Whether padding counts as elements of a window; default true. */
  countIncludePad?: boolean;
}

/** Options of `avgPool2d` and `avgPool3d`. */
export interface AvgPoolOptions extends AvgPool1dOptions {
  /** Divides the sums instead of the number of elements, an integer other than 0; default null. */
  divisorOverride?: number | null;
}

/** The names of the options in some dimensions. */
export const avgPoolOptions = (dims: number): string[] => [
  ...['stride', 'padding', 'ceilMode', 'countIncludePad'],
  ...(dims === 1 ? [] : ['divisorOverride']),
];

/** Checks a divisor; 0 stands for none. */
export function requireDivisor(op: string, divisorOverride: unknown): number {
  if (divisorOverride === undefined || divisorOverride === null) return 0;
  const divisor = requireInteger(op, 'divisorOverride', divisorOverride);
  if (divisor === 0) throw unexpected(op, 'an integer other than 0', 'divisorOverride', '0');
  return divisor;
}

function averaged(
  dims: number,
  input: Tensor,
  kernelSize: PoolSize,
  options: AvgPoolOptions,
): Tensor {
  const op = `avgPool${dims}d`;
  requireOptions(op, options, avgPoolOptions(dims));
  const x = requireTensor(op, 'input', input);
  const args = poolArguments(op, dims, kernelSize, options);
  const countIncludePad = requireBoolean(op, 'countIncludePad', options.countIncludePad ?? true);
  const divisor = requireDivisor(op, options.divisorOverride);
  requirePoolable(op, x, dims);
  requireDTypeOf(op, 'input', x, ...floatingDTypes, 'int64');
  return averagePool(x, { ...geometryFor(op, x, args), countIncludePad, divisor });
}

/**
 * Averages of the windows of sequences. Averages of int64 are rounded towards 0.
 *
 * @param input (N, C, L) or (C, L)
 * @param kernelSize size of a window
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.padding zeros added on both sides, at most half a window; default 0
 * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
 * @param options.countIncludePad whether padding counts as elements; default true
 * @returns the shape of `input` with L' windows
 * @throws RangeError if no window fits into the padded input
 * @see torch.nn.functional.avg_pool1d
 * @example F.avgPool1d(tensor([[1, 3, 2, 4]]), 2) // tensor([[2., 3.]])
 */
export function avgPool1d(
  input: Tensor,
  kernelSize: PoolSize,
  options: AvgPool1dOptions = {},
): Tensor {
  requireArity('avgPool1d', arguments.length, 3);
  return averaged(1, input, kernelSize, options);
}

/**
 * Averages of the windows of images. Averages of int64 are rounded towards 0.
 *
 * @param input (N, C, H, W) or (C, H, W)
 * @param kernelSize size of a window, one number or (height, width)
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.padding zeros added on both sides, at most half a window; default 0
 * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
 * @param options.countIncludePad whether padding counts as elements; default true
 * @param options.divisorOverride divides the sums instead of the number of elements; default null
 * @returns the shape of `input` with (H', W') windows
 * @throws RangeError if no window fits into the padded input
 * @see torch.nn.functional.avg_pool2d
 * @example F.avgPool2d(tensor([[[1, 2], [4, 3]]]), 2) // tensor([[[2.5000]]])
 */
export function avgPool2d(
  input: Tensor,
  kernelSize: PoolSize,
  options: AvgPoolOptions = {},
): Tensor {
  requireArity('avgPool2d', arguments.length, 3);
  return averaged(2, input, kernelSize, options);
}

/**
 * Averages of the windows of volumes. Averages of int64 are rounded towards 0.
 *
 * @param input (N, C, D, H, W) or (C, D, H, W)
 * @param kernelSize size of a window, one number or (depth, height, width)
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.padding zeros added on both sides, at most half a window; default 0
 * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
 * @param options.countIncludePad whether padding counts as elements; default true
 * @param options.divisorOverride divides the sums instead of the number of elements; default null
 * @returns the shape of `input` with (D', H', W') windows
 * @throws RangeError if no window fits into the padded input
 * @see torch.nn.functional.avg_pool3d
 * @example F.avgPool3d(ones(1, 4, 4, 4), 2).shape // [ 1, 2, 2, 2 ]
 */
export function avgPool3d(
  input: Tensor,
  kernelSize: PoolSize,
  options: AvgPoolOptions = {},
): Tensor {
  requireArity('avgPool3d', arguments.length, 3);
  return averaged(3, input, kernelSize, options);
}

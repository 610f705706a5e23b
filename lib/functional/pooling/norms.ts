/** p-norms of windows. */
import { calledAs } from '../../core/caller';
import { floatingDTypes } from '../../core/dtype';
import { requireArity, requireOptions, wrongType, wrongValue } from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import { requireDTypeOf } from '../../ops/define';
import { relu } from '../../ops/elementwise/rectifier';
import { requirePoolable } from '../../ops/nn/poolGeometry';
import { averagePool, maxPool } from '../../ops/nn/pooling';
import { geometryFor, poolArguments, type PoolSize } from './arguments';

/** Options of `lpPool1d`, `lpPool2d` and `lpPool3d`. */
export interface LPPoolOptions {
  /** Distance of the windows; default null: the size of a window. */
  stride?: PoolSize | null;
  /** Whether a window at the end may reach beyond the input; default false. */
  ceilMode?: boolean;
}

/** Checks the order of a norm: a number other than 0 and NaN, also infinite. */
export function requireNormType(op: string, normType: unknown): number {
  if (typeof normType !== 'number') throw wrongType(op, 'a number', 'normType', normType);
  if (normType === 0 || Number.isNaN(normType)) {
    throw wrongValue(op, 'a number other than 0', 'normType', normType);
  }
  return normType;
}

function norms(
  dims: number,
  input: Tensor,
  normType: number,
  kernelSize: PoolSize,
  options: LPPoolOptions,
): Tensor {
  const op = `lpPool${dims}d`;
  requireOptions(op, options, ['stride', 'ceilMode']);
  const x = requireTensor(op, 'input', input);
  const p = requireNormType(op, normType);
  const args = poolArguments(op, dims, kernelSize, options);
  requirePoolable(op, x, dims);
  requireDTypeOf(op, 'input', x, ...floatingDTypes);
  const geometry = geometryFor(op, x, args);
  if (p === Infinity) return maxPool(x.abs(), geometry);
  if (p === -Infinity) return maxPool(x.abs().neg(), geometry).neg();
  const elements = args.kernel.reduce((product, size) => product * size, 1);
  return calledAs(op, () => {
    const pooling = { ...geometry, countIncludePad: true, divisor: 0 };
    const means = averagePool(x.pow(p), pooling);
    // As in PyTorch; it decides the gradient of a window of zeros.
    return means
      .sign()
      .mul(relu(means.abs()))
      .mul(elements)
      .pow(1 / p);
  });
}

/**
 * p-norms of the windows of sequences: (sum of x^p)^(1/p), without absolute values; for p = Infinity the largest absolute
 * value.
 *
 * @param input (N, C, L) or (C, L)
 * @param normType the order p, not 0; NaN results from negative sums
 * @param kernelSize size of a window
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.ceilMode whether a window at the end may reach beyond the input; default false
 * @returns the shape of `input` with L' windows
 * @throws RangeError if no window fits into the input, or `normType` is 0
 * @see torch.nn.functional.lp_pool1d
 * @example F.lpPool1d(tensor([[3, 4, 6, 8]]), 2, 2) // tensor([[ 5., 10.]])
 */
export function lpPool1d(
  input: Tensor,
  normType: number,
  kernelSize: PoolSize,
  options: LPPoolOptions = {},
): Tensor {
  requireArity('lpPool1d', arguments.length, 4);
  return norms(1, input, normType, kernelSize, options);
}

/**
 * p-norms of the windows of images: (sum of x^p)^(1/p), without absolute values; for p = Infinity the largest absolute
 * value.
 *
 * @param input (N, C, H, W) or (C, H, W)
 * @param normType the order p, not 0; NaN results from negative sums
 * @param kernelSize size of a window, one number or (height, width)
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.ceilMode whether a window at the end may reach beyond the input; default false
 * @returns the shape of `input` with (H', W') windows
 * @throws RangeError if no window fits into the input, or `normType` is 0
 * @see torch.nn.functional.lp_pool2d
 * @example F.lpPool2d(tensor([[[1, 2], [2, 4]]]), 2, 2) // tensor([[[5.]]])
 */
export function lpPool2d(
  input: Tensor,
  normType: number,
  kernelSize: PoolSize,
  options: LPPoolOptions = {},
): Tensor {
  requireArity('lpPool2d', arguments.length, 4);
  return norms(2, input, normType, kernelSize, options);
}

/**
 * p-norms of the windows of volumes: (sum of x^p)^(1/p), without absolute values; for p = Infinity the largest absolute
 * value.
 *
 * @param input (N, C, D, H, W) or (C, D, H, W)
 * @param normType the order p, not 0; NaN results from negative sums
 * @param kernelSize size of a window, one number or (depth, height, width)
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.ceilMode whether a window at the end may reach beyond the input; default false
 * @returns the shape of `input` with (D', H', W') windows
 * @throws RangeError if no window fits into the input, or `normType` is 0
 * @see torch.nn.functional.lp_pool3d
 * @example F.lpPool3d(ones(1, 4, 4, 4), 2, 2).shape // [ 1, 2, 2, 2 ]
 */
export function lpPool3d(
  input: Tensor,
  normType: number,
  kernelSize: PoolSize,
  options: LPPoolOptions = {},
): Tensor {
  requireArity('lpPool3d', arguments.length, 4);
  return norms(3, input, normType, kernelSize, options);
}

/** Layer, RMS and local response normalisation. */
import {
  requireArity,
  requireInteger,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
} from '../core/errors';
import { numelOf, requireShape, sameShape } from '../core/shape';
import type { Tensor } from '../core/tensor';
import { normalized } from '../ops/nn/normalization';
import { pad } from './pad';
import { inDTypeOfParts, inputOf, partOf, type AffineOptions } from './normalizationInputs';

/** Options of `rmsNorm`. */
export interface RmsNormOptions {
  /** Factors of the normalized numbers, of shape `normalizedShape`; default null, 1. */
  weight?: Tensor | null;
  /** Added to the mean square; default null: 2^-52 for float64, else 2^-23. */
  eps?: number | null;
}

/** Options of `localResponseNorm`. */
export interface LocalResponseNormOptions {
  /** Factor of the mean square; default 1e-4. */
  alpha?: number;
  /** Exponent; default 0.75. */
  beta?: number;
  /** Added to the mean square times `alpha`; default 1. */
  k?: number;
}

/** The input and the normalized shape, which must be the last dimensions of the input. */
function rowsOf(
  op: string,
  input: unknown,
  normalizedShape: unknown,
): { x: Tensor; shape: number[] } {
  const x = inputOf(op, input, 0);
  const shape = requireShape(op, normalizedShape, 'normalizedShape');
  if (shape.length === 0) throw unexpected(op, 'at least one size', 'normalizedShape', '[]');
  if (shape.length > x.ndim || !sameShape(x.shape.slice(x.ndim - shape.length), shape)) {
    const what = `a shape that ends with normalizedShape ${shapeText(shape)}`;
    throw unexpected(op, what, 'input', shapeText(x.shape));
  }
  return { x, shape };
}

function normalizeRows(
  kind: 'layer' | 'rms',
  x: Tensor,
  shape: readonly number[],
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const channels = numelOf(shape);
  const batch = numelOf(x.shape.slice(0, x.ndim - shape.length));
  const how = { kind, batch, groups: 1, channels, inner: 1, acrossBatch: false, centered: kind === 'layer', fixed: false, eps, parameters: shape } as const; // prettier-ignore
  const inputs = { x, weight, bias, runningMean: null, runningVar: null };
  return inDTypeOfParts(`${kind}Norm`, inputs, (given) => normalized(given, how).y);
}

/**
 * Layer normalisation: (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance over the last
 * dimensions.
 *
 * @param input (..., *normalizedShape)
 * @param normalizedShape the sizes of the last dimensions
 * @param options `weight` and `bias` of shape `normalizedShape`, and `eps`; see AffineOptions
 * @returns the shape of `input`
 * @throws RangeError if the shapes or dtypes do not fit
 * @see torch.nn.functional.layer_norm; Ba et al. 2016, Layer Normalization
 * @example F.layerNorm(tensor([[1, 3]]), [2]) // tensor([[-1.0000,  1.0000]])
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options: AffineOptions = {},
): Tensor {
  requireArity('layerNorm', arguments.length, 3);
  requireOptions('layerNorm', options, ['weight', 'bias', 'eps']);
  const eps = requireNumber('layerNorm', 'eps', options.eps ?? 1e-5);
  const { x, shape } = rowsOf('layerNorm', input, normalizedShape);
  const weight = partOf('layerNorm', 'weight', options.weight, x, shape);
  const bias = partOf('layerNorm', 'bias', options.bias, x, shape);
  return normalizeRows('layer', x, shape, weight, bias, eps);
}

/** The difference between 1 and the next larger number of the dtype in which halves are computed. */
const epsilonOf = (x: Tensor): number => (x.dtype === 'float64' ? 2 ** -52 : 2 ** -23);

/**
 * Root mean square normalisation: x / sqrt(mean(x^2) + eps) weight, over the last dimensions.
 *
 * @param input (..., *normalizedShape)
 * @param normalizedShape the sizes of the last dimensions
 * @param options `weight` of shape `normalizedShape`, and `eps`; see RmsNormOptions
 * @returns the shape of `input`
 * @throws RangeError if the shapes or dtypes do not fit
 * @see torch.nn.functional.rms_norm; Zhang and Sennrich 2019, Root Mean Square Layer Normalization
 * @example F.rmsNorm(tensor([1, 7]), [2]) // tensor([0.2000, 1.4000])
 */
export function rmsNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options: RmsNormOptions = {},
): Tensor {
  requireArity('rmsNorm', arguments.length, 3);
  requireOptions('rmsNorm', options, ['weight', 'eps']);
  const { x, shape } = rowsOf('rmsNorm', input, normalizedShape);
  const weight = partOf('rmsNorm', 'weight', options.weight, x, shape);
  const eps = requireNumber('rmsNorm', 'eps', options.eps ?? epsilonOf(x));
  return normalizeRows('rms', x, shape, weight, null, eps);
}

/**
 * Local response normalisation: divides by (k + alpha m)^beta, where m is the mean square of `size` neighbouring
 * channels. Channels beyond the first and the last count as 0.
 *
 * @param input (N, C, ...), at least 3 dimensions, floating or int64
 * @param size number of channels in each mean
 * @param options `alpha`, `beta` and `k`; see LocalResponseNormOptions
 * @returns the shape of `input`; float32 for int64, whose means are truncated
 * @throws RangeError if `input` has fewer than 3 dimensions
 * @see torch.nn.functional.local_response_norm; Krizhevsky et al. 2012, ImageNet Classification with Deep Convolutional
 * Neural Networks
 * @example F.localResponseNorm(ones(1, 2, 1), 2, { k: 0, alpha: 2 }).shape // [ 1, 2, 1 ]
 */
export function localResponseNorm(
  input: Tensor,
  size: number,
  options: LocalResponseNormOptions = {},
): Tensor {
  const op = 'localResponseNorm';
  requireArity(op, arguments.length, 3);
  requireOptions(op, options, ['alpha', 'beta', 'k']);
  const alpha = requireNumber(op, 'alpha', options.alpha ?? 1e-4);
  const beta = requireNumber(op, 'beta', options.beta ?? 0.75);
  const k = requireNumber(op, 'k', options.k ?? 1);
  requireInteger(op, 'size', size, 1);
  const x = inputOf(op, input, 3, 'int64');
  if (x.numel() === 0) return x;
  const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
  const channels = x.shape[1];
  const inner = Array<number>(2 * (x.ndim - 2)).fill(0);
  const padded = pad(x.square(), [...inner, before, after]);
  let sum = padded.narrow(1, 0, channels);
  for (let i = 1; i < size; i++) sum = sum.add(padded.narrow(1, i, channels));
  const scaled =
    x.dtype === 'int64'
      ? sum.div(size, { roundingMode: 'trunc' }).mul(alpha)
      : sum.mul(alpha / size);
  return x.div(scaled.add(k).pow(beta));
}

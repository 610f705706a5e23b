/**
 * Starting values for parameters (torch.nn.init). Each function fills a floating tensor in place, without recording, and
 * returns it. Those that need fans take weights (out, in, ...) of two dimensions or more; RangeError for others.
 *
 * @module
 */
import { noGrad } from '../../core/gradMode';
import {
  requireInRange,
  requireNumber,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { isFloating } from '../../core/dtype';
import { numelOf } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';
import { orthogonalRows } from './orthogonal';
import { truncatedNormal } from './truncated';

const gains = {
  linear: 1,
  conv1d: 1,
  conv2d: 1,
  conv3d: 1,
  convTranspose1d: 1,
  convTranspose2d: 1,
  convTranspose3d: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  leakyRelu: Math.SQRT2,
  selu: 3 / 4,
} as const;

/** A layer or activation that `calculateGain` knows. */
export type Nonlinearity = keyof typeof gains;

/**
 * By how much to widen the starting values before this activation; `param` is the negative slope of leakyRelu, 0.01 if
 * missing (torch.nn.init.calculate_gain).
 */
export function calculateGain(nonlinearity: Nonlinearity, param?: number): number {
  const names = Object.keys(gains) as Nonlinearity[];
  const kind = requireOneOf('calculateGain', 'nonlinearity', nonlinearity, names);
  if (kind !== 'leakyRelu') return gains[kind];
  const slope = requireNumber('calculateGain', 'param', param ?? 0.01);
  return Math.sqrt(2 / (1 + slope * slope));
}

/** Runs `set` on a floating tensor, reportResult, and returns the tensor. */
function fill<T extends Tensor>(op: string, tensor: T, set: (tensor: T) => void): T {
  requireTensor(op, 'tensor', tensor);
  if (!isFloating(tensor.dtype)) throw unexpected(op, 'a floating dtype', 'tensor', tensor.dtype);
  noGrad(() => {
    set(tensor);
  });
  return tensor;
}

/** Evenly distributed values in [a, b), [0, 1) if missing. */
export function uniform_<T extends Tensor>(tensor: T, a = 0, b = 1): T {
  requireNumber('uniform_', 'a', a);
  requireInRange('uniform_', 'b', b, a, Infinity);
  return fill('uniform_', tensor, (t) => t.uniform_(a, b));
}

/** Normally distributed values, mean 0 and standard deviation 1 if missing. */
export function normal_<T extends Tensor>(tensor: T, mean = 0, std = 1): T {
  requireNumber('normal_', 'mean', mean);
  requireInRange('normal_', 'std', std, 0, Infinity);
  return fill('normal_', tensor, (t) => t.normal_(mean, std));
}

/** Normally distributed values, those outside [a, b] drawn anew; a = -2 and b = 2 if missing, in the values' unit. */
export function truncNormal_<T extends Tensor>(
  tensor: T,
  options: { mean?: number; std?: number; a?: number; b?: number } = {},
): T {
  requireOptions('truncNormal_', options, ['mean', 'std', 'a', 'b']);
  const { mean = 0, std = 1, a = -2, b = 2 } = options;
  requireNumber('truncNormal_', 'mean', mean);
  requireInRange('truncNormal_', 'std', std, 0, Infinity);
  requireNumber('truncNormal_', 'a', a);
  requireInRange('truncNormal_', 'b', b, a, Infinity);
  return fill('truncNormal_', tensor, (t) => t.copy_(truncatedNormal(t.shape, mean, std, a, b)));
}

/** The same value everywhere. */
export function constant_<T extends Tensor>(tensor: T, value: number): T {
  requireNumber('constant_', 'value', value);
  return fill('constant_', tensor, (t) => t.fill_(value));
}

/** Ones everywhere. */
export function ones_<T extends Tensor>(tensor: T): T {
  return fill('ones_', tensor, (t) => t.fill_(1));
}

/** Zeros everywhere. */
export function zeros_<T extends Tensor>(tensor: T): T {
  return fill('zeros_', tensor, (t) => t.fill_(0));
}

/** Ones on the diagonal of a matrix, zeros elsewhere. RangeError if it has not two dimensions. */
export function eye_<T extends Tensor>(tensor: T): T {
  return fill('eye_', tensor, (t) => {
    if (t.ndim !== 2) throw unexpected('eye_', 'a matrix', 'tensor', shapeText(t.shape));
    t.fill_(0);
    for (let i = 0; i < Math.min(...t.shape); i++) t.select(0, i).select(0, i).fill_(1);
  });
}

/** The numbers of inputs and outputs that one output and one input of a weight (out, in, ...) are linked to. */
function fans(op: string, tensor: Tensor): { fanIn: number; fanOut: number } {
  const shape = requireTensor(op, 'tensor', tensor).shape;
  if (shape.length < 2) throw unexpected(op, 'at least 2 dimensions', 'tensor', shapeText(shape));
  const field = numelOf(shape.slice(2));
  return { fanIn: shape[1] * field, fanOut: shape[0] * field };
}

function xavierStd(op: string, tensor: Tensor, options: { gain?: number }): number {
  requireOptions(op, options, ['gain']);
  const gain = requireNumber(op, 'gain', options.gain ?? 1);
  const { fanIn, fanOut } = fans(op, tensor);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** Uniform with standard deviation gain sqrt(2 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export function xavierUniform_<T extends Tensor>(tensor: T, options: { gain?: number } = {}): T {
  const bound = Math.sqrt(3) * xavierStd('xavierUniform_', tensor, options);
  return uniform_(tensor, -bound, bound);
}

/** Normal with standard deviation gain sqrt(2 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export function xavierNormal_<T extends Tensor>(tensor: T, options: { gain?: number } = {}): T {
  return normal_(tensor, 0, xavierStd('xavierNormal_', tensor, options));
}

/** Options of `kaimingUniform_` and `kaimingNormal_`. */
export interface KaimingOptions {
  /** Negative slope of the activation, for leakyRelu. */
  a?: number;
  /** Which variance to keep: of the values forward, or of the gradients backward. */
  mode?: 'fanIn' | 'fanOut';
  /** What follows the layer; default 'leakyRelu'. */
  nonlinearity?: Nonlinearity;
}

function kaimingStd(op: string, tensor: Tensor, options: KaimingOptions): number {
  requireOptions(op, options, ['a', 'mode', 'nonlinearity']);
  const mode = requireOneOf(op, 'mode', options.mode ?? 'fanIn', ['fanIn', 'fanOut']);
  return (
    calculateGain(options.nonlinearity ?? 'leakyRelu', options.a ?? 0) /
    Math.sqrt(fans(op, tensor)[mode])
  );
}

/** Uniform with standard deviation gain / sqrt(fan) (He et al. 2015). */
export function kaimingUniform_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  const std = kaimingStd('kaimingUniform_', tensor, options);
  if (tensor.numel() === 0) return tensor;
  return uniform_(tensor, -Math.sqrt(3) * std, Math.sqrt(3) * std);
}

/** Normal with standard deviation gain / sqrt(fan) (He et al. 2015). */
export function kaimingNormal_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  const std = kaimingStd('kaimingNormal_', tensor, options);
  return tensor.numel() === 0 ? tensor : normal_(tensor, 0, std);
}

/**
 * Orthonormal rows, or columns where there are fewer of them, times `gain`; dimensions after the first count as one
 * (Saxe et al. 2013).
 */
export function orthogonal_<T extends Tensor>(tensor: T, options: { gain?: number } = {}): T {
  requireOptions('orthogonal_', options, ['gain']);
  const gain = requireNumber('orthogonal_', 'gain', options.gain ?? 1);
  fans('orthogonal_', tensor);
  return fill('orthogonal_', tensor, (t) => {
    if (t.numel() === 0) return;
    const rows = t.shape[0];
    const columns = t.numel() / rows;
    const short = orthogonalRows(Math.min(rows, columns), Math.max(rows, columns));
    t.copy_((rows > columns ? short.T : short).reshape([...t.shape]).mul(gain));
  });
}

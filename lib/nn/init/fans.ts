/** Initial values that are scaled by the fans of a weight: Glorot's and He's. */
import { calledAs } from '../../core/caller';
import {
  requireArity,
  requireNumber,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { numelOf } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';
import { normal_, uniform_ } from './fill';
import { calculateGain, type Nonlinearity } from './gain';

/** The fans of a weight (out, in, ...): the number of inputs of each output, and of outputs of each input. */
export function fans(op: string, tensor: Tensor): { fanIn: number; fanOut: number } {
  const shape = requireTensor(op, 'tensor', tensor).shape;
  if (shape.length < 2) throw unexpected(op, 'at least 2 dimensions', 'tensor', shapeText(shape));
  const kernelSize = numelOf(shape.slice(2));
  return { fanIn: shape[1] * kernelSize, fanOut: shape[0] * kernelSize };
}

function xavierStd(op: string, tensor: Tensor, options: { gain?: number }): number {
  requireOptions(op, options, ['gain']);
  const gain = requireNumber(op, 'gain', options.gain ?? 1);
  const { fanIn, fanOut } = fans(op, tensor);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/**
 * Fills a weight with uniform values in [-a, a], with a = gain * sqrt(6 / (fanIn + fanOut)).
 *
 * @param tensor weight (out, in, ...) to fill in place, at least 2 dimensions
 * @param options.gain factor for the activation after the layer, see `calculateGain`; default 1
 * @returns `tensor`
 * @throws RangeError if the tensor has fewer than 2 dimensions or no floating dtype
 * @see torch.nn.init.xavier_uniform_; Glorot and Bengio 2010, Understanding the Difficulty of Training Deep
 * Feedforward Networks
 * @example nn.init.xavierUniform_(empty(3, 2)).shape // [3, 2]
 */
export function xavierUniform_<T extends Tensor>(tensor: T, options: { gain?: number } = {}): T {
  requireArity('xavierUniform_', arguments.length, 2);
  const bound = Math.sqrt(3) * xavierStd('xavierUniform_', tensor, options);
  return calledAs('xavierUniform_', () => uniform_(tensor, -bound, bound));
}

/**
 * Fills a weight with normal values of mean 0 and standard deviation gain * sqrt(2 / (fanIn + fanOut)).
 *
 * @param tensor weight (out, in, ...) to fill in place, at least 2 dimensions
 * @param options.gain factor for the activation after the layer, see `calculateGain`; default 1
 * @returns `tensor`
 * @throws RangeError if the tensor has fewer than 2 dimensions or no floating dtype
 * @see torch.nn.init.xavier_normal_; Glorot and Bengio 2010, Understanding the Difficulty of Training Deep
 * Feedforward Networks
 * @example nn.init.xavierNormal_(empty(3, 2), { gain: nn.init.calculateGain('relu') })
 */
export function xavierNormal_<T extends Tensor>(tensor: T, options: { gain?: number } = {}): T {
  requireArity('xavierNormal_', arguments.length, 2);
  const std = xavierStd('xavierNormal_', tensor, options);
  return calledAs('xavierNormal_', () => normal_(tensor, 0, std));
}

/** Options of `kaimingUniform_` and `kaimingNormal_`. */
export interface KaimingOptions {
  /** Negative slope of the activation, used only with nonlinearity 'leakyRelu'; default 0. */
  a?: number;
  /**
   * 'fanIn' (default) preserves the variance of values in the forward pass, 'fanOut' of gradients in the
   * backward pass.
   */
  mode?: 'fanIn' | 'fanOut';
  /** Activation after the layer; default 'leakyRelu', which with `a` = 0 is ReLU. */
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

/**
 * Fills a weight with uniform values in [-b, b], with b = gain * sqrt(3 / fan).
 *
 * @param tensor weight (out, in, ...) to fill in place, at least 2 dimensions
 * @param options.a negative slope of the activation, used only with nonlinearity 'leakyRelu'; default 0
 * @param options.mode 'fanIn' (default) or 'fanOut': which fan to divide by
 * @param options.nonlinearity activation after the layer, which determines the gain; default 'leakyRelu'
 * @returns `tensor`
 * @throws RangeError if the tensor has fewer than 2 dimensions or no floating dtype
 * @see torch.nn.init.kaiming_uniform_; He et al. 2015, Delving Deep into Rectifiers
 * @example nn.init.kaimingUniform_(empty(3, 2), { nonlinearity: 'relu' }).shape // [3, 2]
 */
export function kaimingUniform_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  requireArity('kaimingUniform_', arguments.length, 2);
  const std = kaimingStd('kaimingUniform_', tensor, options);
  if (tensor.numel() === 0) return tensor;
  const bound = Math.sqrt(3) * std;
  return calledAs('kaimingUniform_', () => uniform_(tensor, -bound, bound));
}

/**
 * Fills a weight with normal values of mean 0 and standard deviation gain / sqrt(fan).
 *
 * @param tensor weight (out, in, ...) to fill in place, at least 2 dimensions
 * @param options.a negative slope of the activation, used only with nonlinearity 'leakyRelu'; default 0
 * @param options.mode 'fanIn' (default) or 'fanOut': which fan to divide by
 * @param options.nonlinearity activation after the layer, which determines the gain; default 'leakyRelu'
 * @returns `tensor`
 * @throws RangeError if the tensor has fewer than 2 dimensions or no floating dtype
 * @see torch.nn.init.kaiming_normal_; He et al. 2015, Delving Deep into Rectifiers
 * @example nn.init.kaimingNormal_(empty(3, 2), { mode: 'fanOut', nonlinearity: 'relu' }).shape // [3, 2]
 */
export function kaimingNormal_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  requireArity('kaimingNormal_', arguments.length, 2);
  const std = kaimingStd('kaimingNormal_', tensor, options);
  if (tensor.numel() === 0) return tensor;
  return calledAs('kaimingNormal_', () => normal_(tensor, 0, std));
}

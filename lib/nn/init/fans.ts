/** Initial values scaled by the numbers of inputs and outputs of a weight: Glorot's and He's. */
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

/** The number of inputs of one output, and of outputs of one input, of a weight (out, in, ...). */
export function fans(op: string, tensor: Tensor): { fanIn: number; fanOut: number } {
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
  requireArity('xavierUniform_', arguments.length, 2);
  const bound = Math.sqrt(3) * xavierStd('xavierUniform_', tensor, options);
  return calledAs('xavierUniform_', () => uniform_(tensor, -bound, bound));
}

/** Normal with standard deviation gain sqrt(2 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export function xavierNormal_<T extends Tensor>(tensor: T, options: { gain?: number } = {}): T {
  requireArity('xavierNormal_', arguments.length, 2);
  const std = xavierStd('xavierNormal_', tensor, options);
  return calledAs('xavierNormal_', () => normal_(tensor, 0, std));
}

/** Options of `kaimingUniform_` and `kaimingNormal_`. */
export interface KaimingOptions {
  /** Negative slope of the activation, for leakyRelu. */
  a?: number;
  /** Which variance to preserve: of the values in forward, or of the gradients in backward. */
  mode?: 'fanIn' | 'fanOut';
  /** The activation after the layer; default 'leakyRelu'. */
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
  requireArity('kaimingUniform_', arguments.length, 2);
  const std = kaimingStd('kaimingUniform_', tensor, options);
  if (tensor.numel() === 0) return tensor;
  const bound = Math.sqrt(3) * std;
  return calledAs('kaimingUniform_', () => uniform_(tensor, -bound, bound));
}

/** Normal with standard deviation gain / sqrt(fan) (He et al. 2015). */
export function kaimingNormal_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  requireArity('kaimingNormal_', arguments.length, 2);
  const std = kaimingStd('kaimingNormal_', tensor, options);
  if (tensor.numel() === 0) return tensor;
  return calledAs('kaimingNormal_', () => normal_(tensor, 0, std));
}

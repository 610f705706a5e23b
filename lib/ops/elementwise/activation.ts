/** Smooth activation functions (torch.nn.functional); their ops are in activationOps.ts. */
import { requireArity, requireOneOf, requireOptions } from '../../core/errors';
import { requireTensor } from '../../core/tensor';
import { type Tensor } from '../define';
import { apply, applyOrReplace, type InplaceOption } from './activationCall';
import { activations } from './activationOps';
import { unary } from './unary';

/**
 * Logistic function 1 / (1 + e^-x) of each element.
 *
 * @param input a tensor of any shape
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.sigmoid
 * @example F.sigmoid(tensor([0, 1])) // tensor([0.5000, 0.7311])
 */
export function sigmoid(input: Tensor): Tensor {
  requireArity('sigmoid', arguments.length, 1);
  return apply(unary.sigmoid, input, []);
}

/**
 * Hyperbolic tangent of each element.
 *
 * @param input a tensor of any shape
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.tanh
 * @example F.tanh(tensor([0, 1])) // tensor([0.0000, 0.7616])
 */
export function tanh(input: Tensor): Tensor {
  requireArity('tanh', arguments.length, 1);
  return apply(unary.tanh, input, []);
}

/**
 * x / (1 + |x|) of each element.
 *
 * @param input a tensor of any shape
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.softsign
 * @example F.softsign(tensor([-1, 3])) // tensor([-0.5000,  0.7500])
 */
export function softsign(input: Tensor): Tensor {
  requireArity('softsign', arguments.length, 1);
  return apply(activations.softsign, input, []);
}

/**
 * Gaussian error linear unit: x times the normal cumulative distribution at x (Hendrycks and Gimpel 2016).
 *
 * @param input a tensor of any shape
 * @param options `approximate`: 'none' (default), or 'tanh' for the faster approximation
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.gelu
 * @example F.gelu(tensor([-1, 2])) // tensor([-0.1587,  1.9545])
 */
export function gelu(input: Tensor, options: { approximate?: 'none' | 'tanh' } = {}): Tensor {
  requireArity('gelu', arguments.length, 2);
  requireOptions('gelu', options, ['approximate']);
  requireTensor('gelu', 'input', input);
  const form = requireOneOf('gelu', 'approximate', options.approximate ?? 'none', ['none', 'tanh']);
  return form === 'tanh'
    ? apply(activations.geluTanh, input, [])
    : apply(activations.gelu, input, []);
}

/**
 * Sigmoid linear unit, also called swish: x sigmoid(x) of each element.
 *
 * @param input a tensor of any shape
 * @param options `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.silu
 * @example F.silu(tensor([-1, 2])) // tensor([-0.2689,  1.7616])
 */
export function silu(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('silu', arguments.length, 2);
  return applyOrReplace(activations.silu, input, [], options);
}

/**
 * x tanh(softplus(x)) of each element (Misra 2019).
 *
 * @param input a tensor of any shape
 * @param options `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.mish
 * @example F.mish(tensor([-1, 2])) // tensor([-0.3034,  1.9440])
 */
export function mish(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('mish', arguments.length, 2);
  return applyOrReplace(activations.mish, input, [], options);
}

/**
 * Logarithm of the logistic function of each element, without overflow.
 *
 * @param input a tensor of any shape
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.logsigmoid
 * @example F.logsigmoid(tensor([-100, 0])) // tensor([-100.0000,   -0.6931])
 */
export function logsigmoid(input: Tensor): Tensor {
  requireArity('logsigmoid', arguments.length, 1);
  return apply(activations.logsigmoid, input, []);
}

/**
 * x - tanh(x) of each element.
 *
 * @param input a tensor of any shape
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.tanhshrink
 * @example F.tanhshrink(tensor([0, 1])) // tensor([0.0000, 0.2384])
 */
export function tanhshrink(input: Tensor): Tensor {
  requireArity('tanhshrink', arguments.length, 1);
  return apply(activations.tanhshrink, input, []);
}

/**
 * Smooth ReLU: log(1 + e^(`beta` x)) / `beta`, and x itself where `beta` x is above `threshold`.
 *
 * @param input a tensor of any shape
 * @param options `beta`, default 1, and `threshold`, default 20
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.softplus
 * @example F.softplus(tensor([-1, 2])) // tensor([0.3133, 2.1269])
 */
export function softplus(input: Tensor, options?: { beta?: number; threshold?: number }): Tensor {
  requireArity('softplus', arguments.length, 2);
  return apply(
    activations.softplus,
    input,
    [
      ['beta', 1],
      ['threshold', 20],
    ],
    options,
  );
}

/** Piecewise activation functions (torch.nn.functional): ReLU and its variants. Their ops are in activationOps.ts. */
import { calledAs } from '../../core/caller';
import {
  requireArity,
  requireInRange,
  requireNumber,
  requireOptions,
  wrongValue,
} from '../../core/errors';
import { requireTensor } from '../../core/tensor';
import { type Tensor } from '../define';
import {
  apply,
  applyOrReplace,
  attrsOf,
  isInplace,
  replaced,
  type InplaceOption,
} from './activationCall';
import { activations } from './activationOps';

/**
 * Rectified linear unit: max(x, 0) of each element.
 *
 * @param input a tensor of any shape
 * @param options `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor, or is a bool tensor
 * @see torch.nn.functional.relu
 * @example F.relu(tensor([-1, 2])) // tensor([0., 2.])
 */
export function relu(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('relu', arguments.length, 2);
  return applyOrReplace(activations.relu, input, [], options);
}

/**
 * Limits each element to [0, 6].
 *
 * @param input a tensor of any shape
 * @param options `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor, or is a bool tensor
 * @see torch.nn.functional.relu6
 * @example F.relu6(tensor([-1, 2, 8])) // tensor([0., 2., 6.])
 */
export function relu6(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('relu6', arguments.length, 2);
  requireOptions('relu6', options, ['inplace']);
  return calledAs('relu6', () => hardtanh(input, { ...options, minVal: 0, maxVal: 6 }));
}

/**
 * Piecewise linear sigmoid: 0 below -3, 1 above 3, and x / 6 + 1 / 2 between.
 *
 * @param input a tensor of any shape
 * @param options `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.hardsigmoid
 * @example F.hardsigmoid(tensor([-4, 0, 1])) // tensor([0.0000, 0.5000, 0.6667])
 */
export function hardsigmoid(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('hardsigmoid', arguments.length, 2);
  return applyOrReplace(activations.hardsigmoid, input, [], options);
}

/**
 * Hard swish: x hardsigmoid(x) of each element (Howard et al. 2019).
 *
 * @param input a tensor of any shape
 * @param options `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.hardswish
 * @example F.hardswish(tensor([-1, 1, 4])) // tensor([-0.3333,  0.6667,  4.0000])
 */
export function hardswish(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('hardswish', arguments.length, 2);
  return applyOrReplace(activations.hardswish, input, [], options);
}

/**
 * Scaled exponential linear unit, which keeps activations normalized (Klambauer et al. 2017).
 *
 * @param input a tensor of any shape
 * @param options `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.selu
 * @example F.selu(tensor([-1, 2])) // tensor([-1.1113,  2.1014])
 */
export function selu(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('selu', arguments.length, 2);
  return applyOrReplace(activations.selu, input, [], options);
}

/**
 * Leaky ReLU: x where it is positive, `negativeSlope` x elsewhere.
 *
 * @param input a tensor of any shape
 * @param options `negativeSlope`, default 0.01; `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.leaky_relu
 * @example F.leakyRelu(tensor([-1, 2])) // tensor([-0.0100,  2.0000])
 */
export function leakyRelu(
  input: Tensor,
  options?: { negativeSlope?: number } & InplaceOption,
): Tensor {
  requireArity('leakyRelu', arguments.length, 2);
  return applyOrReplace(activations.leakyRelu, input, [['negativeSlope', 0.01]], options);
}

/**
 * Keeps elements above `limit`, and replaces the others by `value`.
 *
 * @param input a tensor of any shape
 * @param limit a number; elements equal to it are replaced
 * @param value a number
 * @param options `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor, or is a bool tensor
 * @see torch.nn.functional.threshold
 * @example F.threshold(tensor([-1, 0.5, 2]), 1, 9) // tensor([9., 9., 2.])
 */
export function threshold(
  input: Tensor,
  limit: number,
  value: number,
  options?: InplaceOption,
): Tensor {
  requireArity('threshold', arguments.length, 4);
  const x = requireTensor('threshold', 'input', input);
  const attrs = [
    requireNumber('threshold', 'threshold', limit),
    requireNumber('threshold', 'value', value),
  ] as const;
  requireOptions('threshold', options, ['inplace']);
  const op = activations.threshold;
  return isInplace('threshold', options) ? replaced(op, x, attrs) : op.apply(x, attrs);
}

/**
 * Limits each element to [`minVal`, `maxVal`].
 *
 * @param input a tensor of any shape
 * @param options `minVal`, default -1, and `maxVal`, default 1; `inplace: true` writes the result to `input` and
 *   returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor, or is a bool tensor; RangeError if `maxVal` is below `minVal`
 * @see torch.nn.functional.hardtanh
 * @example F.hardtanh(tensor([-2, 0.5, 3])) // tensor([-1.0000,  0.5000,  1.0000])
 */
export function hardtanh(
  input: Tensor,
  options?: { minVal?: number; maxVal?: number } & InplaceOption,
): Tensor {
  requireArity('hardtanh', arguments.length, 2);
  const op = activations.hardtanh;
  const attrs = attrsOf(
    op,
    input,
    [
      ['minVal', -1],
      ['maxVal', 1],
    ],
    options,
    ['inplace'],
  );
  const [min, max] = attrs;
  if (max < min) throw wrongValue('hardtanh', `a number of at least ${min}`, 'maxVal', max);
  return isInplace('hardtanh', options) ? replaced(op, input, attrs) : op.apply(input, attrs);
}

/**
 * Keeps elements whose absolute value is above `lambd`, and sets the others to 0.
 *
 * @param input a tensor of any shape
 * @param options `lambd`, default 0.5
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.hardshrink
 * @example F.hardshrink(tensor([-1, 0.3, 2])) // tensor([-1.,  0.,  2.])
 */
export function hardshrink(input: Tensor, options?: { lambd?: number }): Tensor {
  requireArity('hardshrink', arguments.length, 2);
  return apply(activations.hardshrink, input, [['lambd', 0.5]], options);
}

/**
 * Moves each element towards 0 by `lambd`; elements closer to 0 than that become 0.
 *
 * @param input a tensor of any shape
 * @param options `lambd`, at least 0, default 0.5
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor; RangeError if `lambd` is negative
 * @see torch.nn.functional.softshrink
 * @example F.softshrink(tensor([-1, 0.3, 2])) // tensor([-0.5000,  0.0000,  1.5000])
 */
export function softshrink(input: Tensor, options?: { lambd?: number }): Tensor {
  requireArity('softshrink', arguments.length, 2);
  if (options?.lambd !== undefined)
    requireInRange('softshrink', 'lambd', options.lambd, 0, Infinity);
  return apply(activations.softshrink, input, [['lambd', 0.5]], options);
}

/**
 * Exponential linear unit: x where it is positive, `alpha` (e^x - 1) elsewhere (Clevert et al. 2015).
 *
 * @param input a tensor of any shape
 * @param options `alpha`, default 1; `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.elu
 * @example F.elu(tensor([-1, 2])) // tensor([-0.6321,  2.0000])
 */
export function elu(input: Tensor, options?: { alpha?: number } & InplaceOption): Tensor {
  requireArity('elu', arguments.length, 2);
  return applyOrReplace(activations.elu, input, [['alpha', 1]], options);
}

/**
 * Continuously differentiable ELU: x where it is positive, `alpha` (e^(x / `alpha`) - 1) elsewhere (Barron 2017).
 *
 * @param input a tensor of any shape
 * @param options `alpha`, default 1; `inplace: true` writes the result to `input` and returns that
 * @returns a tensor of the shape of `input`
 * @throws TypeError if `input` is not a tensor
 * @see torch.nn.functional.celu
 * @example F.celu(tensor([-1, 2]), { alpha: 2 }) // tensor([-0.7869,  2.0000])
 */
export function celu(input: Tensor, options?: { alpha?: number } & InplaceOption): Tensor {
  requireArity('celu', arguments.length, 2);
  return applyOrReplace(activations.celu, input, [['alpha', 1]], options);
}

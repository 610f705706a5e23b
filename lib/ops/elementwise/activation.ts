/** Activation functions (torch.nn.functional); their ops are in activationOps.ts. */
import { calledAs } from '../../core/caller';
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireNumber,
  requireOneOf,
  requireOptions,
  wrongValue,
} from '../../core/errors';
import { requireTensor } from '../../core/tensor';
import { type OpAttrs, type Tensor } from '../define';
import { activations } from './activationOps';
import { unary, type UnaryAttrs, type UnaryOp } from './unary';

/** Names and default values of an op's attributes. */
type Defaults<Attrs> = { readonly [I in keyof Attrs]: readonly [name: string, value: number] };

/** Options of activations that can overwrite their input. */
export interface InplaceOption {
  /** Whether to write the result to the input, and to return that; default false. */
  inplace?: boolean;
}

/** Applies an op after checking the input and the options. */
function apply<K extends keyof UnaryAttrs>(
  op: UnaryOp<K>,
  x: Tensor,
  defaults: Defaults<OpAttrs[K]>,
  options?: object,
): Tensor {
  return op.apply(x, attrsOf(op, x, defaults, options, []));
}

/** The same with the option `inplace`. */
function applyOrReplace<K extends keyof UnaryAttrs>(
  op: UnaryOp<K>,
  x: Tensor,
  defaults: Defaults<OpAttrs[K]>,
  options?: InplaceOption,
): Tensor {
  const attrs = attrsOf(op, x, defaults, options, ['inplace']);
  return isInplace(op.name, options) ? replaced(op, x, attrs) : op.apply(x, attrs);
}

function isInplace(op: string, options: InplaceOption | undefined): boolean {
  return options !== undefined && requireBoolean(op, 'inplace', options.inplace ?? false);
}

function replaced<K extends keyof UnaryAttrs>(
  op: UnaryOp<K>,
  x: Tensor,
  attrs: OpAttrs[K],
): Tensor {
  return calledAs(op.name, () => {
    op.applyInPlace(x, attrs);
    return x;
  });
}

function attrsOf<K extends keyof UnaryAttrs>(
  op: UnaryOp<K>,
  x: Tensor,
  defaults: Defaults<OpAttrs[K]>,
  options: object | undefined,
  others: readonly string[],
): OpAttrs[K] {
  requireTensor(op.name, 'input', x);
  const entries = defaults as readonly (readonly [string, number])[];
  if (options !== undefined) {
    requireOptions(op.name, options, [...entries.map(([name]) => name), ...others]);
  }
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  const attrs = entries.map(([name, missing]) => {
    const value = given[name] === undefined ? missing : given[name];
    return value === Infinity ? Infinity : requireNumber(op.name, name, value);
  });
  return attrs as readonly number[] as OpAttrs[K];
}

/** max(x, 0). */
export function relu(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('relu', arguments.length, 2);
  return applyOrReplace(activations.relu, input, [], options);
}

/** x limited to [0, 6]. */
export function relu6(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('relu6', arguments.length, 2);
  requireOptions('relu6', options, ['inplace']);
  return calledAs('relu6', () => hardtanh(input, { ...options, minVal: 0, maxVal: 6 }));
}

/** 1 / (1 + e^-x). */
export function sigmoid(input: Tensor): Tensor {
  requireArity('sigmoid', arguments.length, 1);
  return apply(unary.sigmoid, input, []);
}

/** Hyperbolic tangent. */
export function tanh(input: Tensor): Tensor {
  requireArity('tanh', arguments.length, 1);
  return apply(unary.tanh, input, []);
}

/** A piecewise linear sigmoid: 0 below -3, 1 above 3, x / 6 + 1 / 2 between. */
export function hardsigmoid(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('hardsigmoid', arguments.length, 2);
  return applyOrReplace(activations.hardsigmoid, input, [], options);
}

/** x hardsigmoid(x) (Howard et al. 2019). */
export function hardswish(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('hardswish', arguments.length, 2);
  return applyOrReplace(activations.hardswish, input, [], options);
}

/** x / (1 + |x|). */
export function softsign(input: Tensor): Tensor {
  requireArity('softsign', arguments.length, 1);
  return apply(activations.softsign, input, []);
}

/** The self-normalising ELU (Klambauer et al. 2017). */
export function selu(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('selu', arguments.length, 2);
  return applyOrReplace(activations.selu, input, [], options);
}

/** x Phi(x), or its tanh form with `approximate: 'tanh'` (Hendrycks and Gimpel 2016). */
export function gelu(input: Tensor, options: { approximate?: 'none' | 'tanh' } = {}): Tensor {
  requireArity('gelu', arguments.length, 2);
  requireOptions('gelu', options, ['approximate']);
  requireTensor('gelu', 'input', input);
  const form = requireOneOf('gelu', 'approximate', options.approximate ?? 'none', ['none', 'tanh']);
  return form === 'tanh'
    ? apply(activations.geluTanh, input, [])
    : apply(activations.gelu, input, []);
}

/** x sigmoid(x), also called swish. */
export function silu(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('silu', arguments.length, 2);
  return applyOrReplace(activations.silu, input, [], options);
}

/** x tanh(softplus(x)) (Misra 2019). */
export function mish(input: Tensor, options?: InplaceOption): Tensor {
  requireArity('mish', arguments.length, 2);
  return applyOrReplace(activations.mish, input, [], options);
}

/** log(sigmoid(x)). */
export function logsigmoid(input: Tensor): Tensor {
  requireArity('logsigmoid', arguments.length, 1);
  return apply(activations.logsigmoid, input, []);
}

/** x - tanh(x). */
export function tanhshrink(input: Tensor): Tensor {
  requireArity('tanhshrink', arguments.length, 1);
  return apply(activations.tanhshrink, input, []);
}

/** x where it is positive, negativeSlope x elsewhere. */
export function leakyRelu(
  input: Tensor,
  options?: { negativeSlope?: number } & InplaceOption,
): Tensor {
  requireArity('leakyRelu', arguments.length, 2);
  return applyOrReplace(activations.leakyRelu, input, [['negativeSlope', 0.01]], options);
}

/** x where it is above `limit`, `value` elsewhere. */
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

/** x limited to [minVal, maxVal]; not for bool. */
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

/** x where |x| is above lambda, 0 elsewhere. */
export function hardshrink(input: Tensor, options?: { lambd?: number }): Tensor {
  requireArity('hardshrink', arguments.length, 2);
  return apply(activations.hardshrink, input, [['lambd', 0.5]], options);
}

/** x moved towards 0 by lambda, which is not negative; 0 where |x| is at most that. */
export function softshrink(input: Tensor, options?: { lambd?: number }): Tensor {
  requireArity('softshrink', arguments.length, 2);
  if (options?.lambd !== undefined)
    requireInRange('softshrink', 'lambd', options.lambd, 0, Infinity);
  return apply(activations.softshrink, input, [['lambd', 0.5]], options);
}

/** x where it is positive, alpha (e^x - 1) elsewhere (Clevert et al. 2015). */
export function elu(input: Tensor, options?: { alpha?: number } & InplaceOption): Tensor {
  requireArity('elu', arguments.length, 2);
  return applyOrReplace(activations.elu, input, [['alpha', 1]], options);
}

/** x where it is positive, alpha (e^(x / alpha) - 1) elsewhere (Barron 2017). */
export function celu(input: Tensor, options?: { alpha?: number } & InplaceOption): Tensor {
  requireArity('celu', arguments.length, 2);
  return applyOrReplace(activations.celu, input, [['alpha', 1]], options);
}

/** log(1 + e^(beta x)) / beta, and x itself where beta x is above `threshold`. */
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

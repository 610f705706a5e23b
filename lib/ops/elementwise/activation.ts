/** Activation functions (torch.nn.functional). */
import { calledAs } from '../../core/caller';
import { requireElement } from '../../core/element';
import { requireArity, requireNumber, requireOneOf, requireOptions } from '../../core/errors';
import { requireTensor } from '../../core/tensor';
import { requireNumbers, scalar, zerosLike, type OpAttrs, type Tensor } from '../define';
import {
  addUnaryMethods,
  defineUnary,
  ofInput,
  unary,
  type UnaryAttrs,
  type UnaryOp,
} from './unary';
import { where } from './select';

/** The activations that are native ops, and their attributes. */
interface ActivationAttrs {
  relu: readonly [];
  leakyRelu: readonly [negativeSlope: number];
  threshold: readonly [limit: number, value: number];
  hardtanh: readonly [minVal: number, maxVal: number];
  hardsigmoid: readonly [];
  hardswish: readonly [];
  hardshrink: readonly [lambd: number];
  softshrink: readonly [lambd: number];
  softsign: readonly [];
  elu: readonly [alpha: number];
  celu: readonly [alpha: number];
  selu: readonly [];
  gelu: readonly [];
  geluTanh: readonly [];
  silu: readonly [];
  mish: readonly [];
  softplus: readonly [beta: number, threshold: number];
  logsigmoid: readonly [];
  tanhshrink: readonly [];
}

declare module './unary' {
  interface UnaryAttrs extends ActivationAttrs {}
}

/** `value` where the mask holds, 0 elsewhere. */
function only(mask: Tensor, like: Tensor, value = 1): Tensor {
  return mask.to(like.dtype).mul(value);
}

/** 0 where the mask holds, 1 elsewhere: also at NaN, as PyTorch's derivatives of functions with corners are. */
function except(mask: Tensor, like: Tensor): Tensor {
  return only(mask.logicalNot(), like);
}

/** sigmoid(x) + x sigmoid'(x). */
function siluDerivative(x: Tensor): Tensor {
  const s = x.sigmoid();
  return s.add(x.mul(s.sub(s.mul(s))));
}

function geluDerivative(x: Tensor): Tensor {
  const density = x.mul(x).mul(-0.5).exp().mul(0.3989422804014327);
  return x.mul(Math.SQRT1_2).erf().add(1).mul(0.5).add(x.mul(density));
}

function geluTanhDerivative(x: Tensor): Tensor {
  const scale = Math.sqrt(2 / Math.PI);
  const square = x.mul(x);
  const t = x
    .add(square.mul(x).mul(0.044715))
    .mul(2 * scale)
    .sigmoid();
  return t.add(
    x
      .mul(t.sub(t.mul(t)))
      .mul(square.mul(3 * 0.044715).add(1))
      .mul(2 * scale),
  );
}

function mishDerivative(x: Tensor): Tensor {
  const t = softplus(x, { threshold: Infinity }).tanh();
  return t.add(x.mul(x.sigmoid()).mul(t.mul(t).neg().add(1)));
}

const one = (x: Tensor): Tensor => zerosLike(x).add(1);
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

const activations = defineUnary<keyof ActivationAttrs>({
  relu: {
    saves: 'output',
    derivative: (y) => except(y.le(0), y),
    ofWhole: (x) => x.maximum(0),
  },
  hardsigmoid: ofInput((x) => only(x.abs().lt(3), x, Math.fround(1 / 6))),
  hardswish: ofInput((x) =>
    where(x.gt(3), one(x), where(x.lt(-3), zerosLike(x), x.div(3).add(0.5))),
  ),
  softsign: ofInput((x) => x.abs().add(1).reciprocal().square()),
  selu: ofInput((x) =>
    where(x.le(0), x.exp().mul(seluScale * seluAlpha), scalar(seluScale, x.dtype)),
  ),
  gelu: ofInput(geluDerivative),
  geluTanh: ofInput(geluTanhDerivative),
  silu: ofInput(siluDerivative),
  mish: ofInput(mishDerivative),
  logsigmoid: ofInput((x) => x.neg().sigmoid()),
  tanhshrink: ofInput((x) => x.tanh().square()),
  leakyRelu: ofInput((x, [negativeSlope]) =>
    where(x.le(0), scalar(negativeSlope, x.dtype), one(x)),
  ),
  threshold: {
    ...ofInput((x, [limit]) => except(x.le(limit), x)),
    ofWhole: (x, [limit, value]) => {
      requireNumbers('threshold', 'input', x);
      const element = requireElement('threshold', 'value', x.dtype, value);
      return where(x.le(Math.trunc(limit)), scalar(element, x.dtype), x);
    },
  },
  hardtanh: {
    ...ofInput((x, [min, max]) => except(x.le(min).logicalOr(x.ge(max)), x)),
    ofWhole: (x, [min, max]) => {
      requireNumbers('hardtanh', 'input', x);
      // Integers stay integers, so the bounds lose their fractions, as in PyTorch.
      const bounds = { min: Math.trunc(min), max: Math.trunc(max) };
      return calledAs('hardtanh', () => x.clamp(bounds), ['min', 'minVal']);
    },
  },
  hardshrink: ofInput((x, [lambd]) => except(x.abs().le(lambd), x)),
  softshrink: ofInput((x, [lambd]) => except(x.abs().le(lambd), x)),
  elu: ofInput((x, [alpha]) => where(x.le(0), x.exp().mul(alpha), one(x))),
  celu: ofInput((x, [alpha]) =>
    where(
      x.le(0),
      x
        .div(Math.fround(alpha))
        .exp()
        .mul(alpha / Math.fround(alpha)),
      one(x),
    ),
  ),
  softplus: ofInput((x, [beta, limit]) =>
    where(x.mul(beta).gt(limit), one(x), x.mul(beta).sigmoid()),
  ),
});

/** Names and default values of an op's attributes. */
type Defaults<Attrs> = { readonly [I in keyof Attrs]: readonly [name: string, value: number] };

/** Applies an op after checking the input and the options. */
function apply<K extends keyof UnaryAttrs>(
  op: UnaryOp<K>,
  x: Tensor,
  defaults: Defaults<OpAttrs[K]>,
  options?: object,
): Tensor {
  requireTensor(op.name, 'input', x);
  const entries = defaults as readonly (readonly [string, number])[];
  requireOptions(op.name, options, entries.map(([name]) => name)); // prettier-ignore
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  const attrs = entries.map(([name, missing]) => {
    const value = given[name] === undefined ? missing : given[name];
    return value === Infinity ? Infinity : requireNumber(op.name, name, value);
  });
  return op.apply(x, attrs as readonly number[] as OpAttrs[K]);
}

/** max(x, 0). */
export function relu(input: Tensor): Tensor {
  requireArity('relu', arguments.length, 1);
  return apply(activations.relu, input, []);
}

/** x limited to [0, 6]. */
export function relu6(input: Tensor): Tensor {
  requireArity('relu6', arguments.length, 1);
  return calledAs('relu6', () => hardtanh(input, { minVal: 0, maxVal: 6 }));
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
export function hardsigmoid(input: Tensor): Tensor {
  requireArity('hardsigmoid', arguments.length, 1);
  return apply(activations.hardsigmoid, input, []);
}

/** x hardsigmoid(x) (Howard et al. 2019). */
export function hardswish(input: Tensor): Tensor {
  requireArity('hardswish', arguments.length, 1);
  return apply(activations.hardswish, input, []);
}

/** x / (1 + |x|). */
export function softsign(input: Tensor): Tensor {
  requireArity('softsign', arguments.length, 1);
  return apply(activations.softsign, input, []);
}

/** The self-normalising ELU (Klambauer et al. 2017). */
export function selu(input: Tensor): Tensor {
  requireArity('selu', arguments.length, 1);
  return apply(activations.selu, input, []);
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
export function silu(input: Tensor): Tensor {
  requireArity('silu', arguments.length, 1);
  return apply(activations.silu, input, []);
}

/** x tanh(softplus(x)) (Misra 2019). */
export function mish(input: Tensor): Tensor {
  requireArity('mish', arguments.length, 1);
  return apply(activations.mish, input, []);
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
export function leakyRelu(input: Tensor, options?: { negativeSlope?: number }): Tensor {
  requireArity('leakyRelu', arguments.length, 2);
  return apply(activations.leakyRelu, input, [['negativeSlope', 0.01]], options);
}

/** x where it is above `limit`, `value` elsewhere. */
export function threshold(input: Tensor, limit: number, value: number): Tensor {
  requireArity('threshold', arguments.length, 3);
  const attrs = [
    requireNumber('threshold', 'threshold', limit),
    requireNumber('threshold', 'value', value),
  ] as const;
  return activations.threshold.apply(requireTensor('threshold', 'input', input), attrs);
}

/** x limited to [minVal, maxVal]. */
export function hardtanh(input: Tensor, options?: { minVal?: number; maxVal?: number }): Tensor {
  requireArity('hardtanh', arguments.length, 2);
  return apply(
    activations.hardtanh,
    input,
    [
      ['minVal', -1],
      ['maxVal', 1],
    ],
    options,
  );
}

/** x where |x| is above lambda, 0 elsewhere. */
export function hardshrink(input: Tensor, options?: { lambd?: number }): Tensor {
  requireArity('hardshrink', arguments.length, 2);
  return apply(activations.hardshrink, input, [['lambd', 0.5]], options);
}

/** x moved towards 0 by lambda, 0 where |x| is at most that. */
export function softshrink(input: Tensor, options?: { lambd?: number }): Tensor {
  requireArity('softshrink', arguments.length, 2);
  return apply(activations.softshrink, input, [['lambd', 0.5]], options);
}

/** x where it is positive, alpha (e^x - 1) elsewhere (Clevert et al. 2015). */
export function elu(input: Tensor, options?: { alpha?: number }): Tensor {
  requireArity('elu', arguments.length, 2);
  return apply(activations.elu, input, [['alpha', 1]], options);
}

/** x where it is positive, alpha (e^(x / alpha) - 1) elsewhere (Barron 2017). */
export function celu(input: Tensor, options?: { alpha?: number }): Tensor {
  requireArity('celu', arguments.length, 2);
  return apply(activations.celu, input, [['alpha', 1]], options);
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

declare module '../../core/tensor' {
  interface Tensor {
    /** max(x, 0). */
    relu(): Tensor;
    /** max(x, 0), in place. */
    relu_(): Tensor;
  }
}

addUnaryMethods({ relu: activations.relu });

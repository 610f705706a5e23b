/** Activation functions (torch.nn.functional). */
import { requireNumber, requireOneOf, requireOptions } from '../../core/errors';
import { requireTensor } from '../../core/tensor';
import { scalar, zerosLike, type Tensor } from '../define';
import { addMethods, defineUnary, unary, type UnaryOp, type UnaryRule } from './unary';
import { where } from './select';

const input = (derivative: UnaryRule['derivative']): UnaryRule => ({ keeps: 'input', derivative });

/** `slope` where the mask holds, 0 elsewhere. */
function only(mask: Tensor, like: Tensor, slope = 1): Tensor {
  return mask.to(like.dtype).mul(slope);
}

/** 0 where the mask holds, 1 elsewhere: also at NaN, as PyTorch's derivatives of functions with corners are. */
function except(mask: Tensor, like: Tensor): Tensor {
  return only(mask.logicalNot(), like);
}

/** sigmoid(x) + x sigmoid'(x). */
function siluSlope(x: Tensor): Tensor {
  const s = x.sigmoid();
  return s.add(x.mul(s.sub(s.mul(s))));
}

function geluSlope(x: Tensor): Tensor {
  const density = x.mul(x).mul(-0.5).exp().mul(0.3989422804014327);
  return x.mul(Math.SQRT1_2).erf().add(1).mul(0.5).add(x.mul(density));
}

function geluTanhSlope(x: Tensor): Tensor {
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

function mishSlope(x: Tensor): Tensor {
  const t = softplus(x, { threshold: Infinity }).tanh();
  return t.add(x.mul(x.sigmoid()).mul(t.mul(t).neg().add(1)));
}

const one = (x: Tensor): Tensor => zerosLike(x).add(1);
const alpha = 1.6732632423543772;
const scale = 1.0507009873554805;

const plain = defineUnary({
  relu: {
    keeps: 'output',
    derivative: (y) => except(y.le(0), y),
    ofWhole: (x) => x.maximum(0),
  },
  hardsigmoid: input((x) => only(x.abs().lt(3), x, Math.fround(1 / 6))),
  hardswish: input((x) => where(x.gt(3), one(x), where(x.lt(-3), zerosLike(x), x.div(3).add(0.5)))),
  softsign: input((x) => x.abs().add(1).reciprocal().square()),
  selu: input((x) => where(x.le(0), x.exp().mul(scale * alpha), scalar(scale, x.dtype))),
  gelu: input(geluSlope),
  geluTanh: input(geluTanhSlope),
  silu: input(siluSlope),
  mish: input(mishSlope),
  logsigmoid: input((x) => x.neg().sigmoid()),
  tanhshrink: input((x) => x.tanh().square()),
});

const withOptions = defineUnary({
  leakyRelu: input((x, [slope]) => where(x.le(0), scalar(slope, x.dtype), one(x))),
  threshold: input((x, [limit]) => except(x.le(limit), x)),
  hardtanh: input((x, [min, max]) => except(x.le(min).logicalOr(x.ge(max)), x)),
  hardshrink: input((x, [lambda]) => except(x.abs().le(lambda), x)),
  softshrink: input((x, [lambda]) => except(x.abs().le(lambda), x)),
  elu: input((x, [a]) => where(x.le(0), x.exp().mul(a), one(x))),
  celu: input((x, [a]) =>
    where(
      x.le(0),
      x
        .div(Math.fround(a))
        .exp()
        .mul(a / Math.fround(a)),
      one(x),
    ),
  ),
  softplus: input((x, [beta, limit]) =>
    where(x.mul(beta).gt(limit), one(x), x.mul(beta).sigmoid()),
  ),
});

/** Applies a row after checking the input and the options, which have defaults. */
function apply(
  op: UnaryOp,
  x: Tensor,
  options?: object,
  defaults: Readonly<Record<string, number>> = {},
): Tensor {
  requireTensor(op.name, 'input', x);
  const names = Object.keys(defaults);
  requireOptions(op.name, options, names);
  const given = { ...defaults, ...options } as Record<string, unknown>;
  const attrs = names.map((name) => {
    const value = given[name] === undefined ? defaults[name] : given[name];
    return value === Infinity ? Infinity : requireNumber(op.name, name, value);
  });
  return op.apply(x, attrs);
}

/** max(x, 0). */
export function relu(input: Tensor): Tensor {
  return apply(plain.relu, input);
}

/** x limited to [0, 6]. */
export function relu6(input: Tensor): Tensor {
  return hardtanh(input, { minVal: 0, maxVal: 6 });
}

/** 1 / (1 + e^-x). */
export function sigmoid(input: Tensor): Tensor {
  return apply(unary.sigmoid, input);
}

/** Hyperbolic tangent. */
export function tanh(input: Tensor): Tensor {
  return apply(unary.tanh, input);
}

/** A piecewise linear sigmoid: 0 below -3, 1 above 3, x / 6 + 1 / 2 between. */
export function hardsigmoid(input: Tensor): Tensor {
  return apply(plain.hardsigmoid, input);
}

/** x hardsigmoid(x) (Howard et al. 2019). */
export function hardswish(input: Tensor): Tensor {
  return apply(plain.hardswish, input);
}

/** x / (1 + |x|). */
export function softsign(input: Tensor): Tensor {
  return apply(plain.softsign, input);
}

/** The self-normalising ELU (Klambauer et al. 2017). */
export function selu(input: Tensor): Tensor {
  return apply(plain.selu, input);
}

/** x Phi(x), or its tanh form with `approximate: 'tanh'` (Hendrycks and Gimpel 2016). */
export function gelu(input: Tensor, options: { approximate?: 'none' | 'tanh' } = {}): Tensor {
  requireOptions('gelu', options, ['approximate']);
  const form = requireOneOf('gelu', 'approximate', options.approximate ?? 'none', ['none', 'tanh']);
  return apply(form === 'tanh' ? plain.geluTanh : plain.gelu, input);
}

/** x sigmoid(x), also called swish. */
export function silu(input: Tensor): Tensor {
  return apply(plain.silu, input);
}

/** x tanh(softplus(x)) (Misra 2019). */
export function mish(input: Tensor): Tensor {
  return apply(plain.mish, input);
}

/** log(sigmoid(x)). */
export function logsigmoid(input: Tensor): Tensor {
  return apply(plain.logsigmoid, input);
}

/** x - tanh(x). */
export function tanhshrink(input: Tensor): Tensor {
  return apply(plain.tanhshrink, input);
}

/** x where it is positive, negativeSlope x elsewhere. */
export function leakyRelu(input: Tensor, options?: { negativeSlope?: number }): Tensor {
  return apply(withOptions.leakyRelu, input, options, { negativeSlope: 0.01 });
}

/** x where it is above `limit`, `value` elsewhere. */
export function threshold(input: Tensor, limit: number, value: number): Tensor {
  const attrs = [
    requireNumber('threshold', 'threshold', limit),
    requireNumber('threshold', 'value', value),
  ];
  return withOptions.threshold.apply(requireTensor('threshold', 'input', input), attrs);
}

/** x limited to [minVal, maxVal]. */
export function hardtanh(input: Tensor, options?: { minVal?: number; maxVal?: number }): Tensor {
  return apply(withOptions.hardtanh, input, options, { minVal: -1, maxVal: 1 });
}

/** x where |x| is above lambda, 0 elsewhere. */
export function hardshrink(input: Tensor, options?: { lambd?: number }): Tensor {
  return apply(withOptions.hardshrink, input, options, { lambd: 0.5 });
}

/** x moved towards 0 by lambda, 0 where |x| is at most that. */
export function softshrink(input: Tensor, options?: { lambd?: number }): Tensor {
  return apply(withOptions.softshrink, input, options, { lambd: 0.5 });
}

/** x where it is positive, alpha (e^x - 1) elsewhere (Clevert et al. 2015). */
export function elu(input: Tensor, options?: { alpha?: number }): Tensor {
  return apply(withOptions.elu, input, options, { alpha: 1 });
}

/** x where it is positive, alpha (e^(x / alpha) - 1) elsewhere (Barron 2017). */
export function celu(input: Tensor, options?: { alpha?: number }): Tensor {
  return apply(withOptions.celu, input, options, { alpha: 1 });
}

/** log(1 + e^(beta x)) / beta, and x itself where beta x is above `threshold`. */
export function softplus(input: Tensor, options?: { beta?: number; threshold?: number }): Tensor {
  return apply(withOptions.softplus, input, options, { beta: 1, threshold: 20 });
}

declare module '../../core/tensor' {
  interface Tensor {
    /** max(x, 0). */
    relu(): Tensor;
    /** max(x, 0), in place. */
    relu_(): Tensor;
  }
}

addMethods({ relu: plain.relu });

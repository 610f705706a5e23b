/** The native ops of activation functions, and their derivatives. */
import { calledAs } from '../../core/caller';
import { requireElement } from '../../core/element';
import { requireNumbers, scalar, zerosLike, type Tensor } from '../define';
import { addUnaryMethods, defineUnary, ofInput } from './unary';
import { where } from './select';

/** The activations that are native ops, and their attributes. */
export interface ActivationAttrs {
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
  const t = activations.softplus.apply(x, [1, Infinity]).tanh();
  return t.add(x.mul(x.sigmoid()).mul(t.mul(t).neg().add(1)));
}

const one = (x: Tensor): Tensor => zerosLike(x).add(1);
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

export const activations = defineUnary<keyof ActivationAttrs>({
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

declare module '../../core/tensor' {
  interface Tensor {
    /** max(x, 0). */
    relu(): Tensor;
    /** max(x, 0), in place. */
    relu_(): Tensor;
  }
}

addUnaryMethods({ relu: activations.relu });

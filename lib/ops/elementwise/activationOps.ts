/** The native ops of activation functions, and their derivatives. */
import { calledAs } from '../../core/caller';
import { requireElement } from '../../core/element';
import { requireNumbers, scalar, zerosLike, type Tensor } from '../define';
import { addUnaryMethods, defineUnary, ofInput, passing } from './unary';
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

/** min(x, 0), with derivative 0 at 0 and at NaN, like the second derivatives of functions with a kink at 0. */
const negative = (x: Tensor): Tensor => x.clamp({ max: 0 });
const one = (x: Tensor): Tensor => zerosLike(x).add(1);
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

export const activations = defineUnary<keyof ActivationAttrs>({
  relu: {
    saves: 'output',
    passes: (y) => y.le(0).logicalNot(),
    ofWhole: (x) => {
      requireNumbers('relu', 'input', x);
      return x.maximum(0);
    },
  },
  hardsigmoid: ofInput((x) =>
    x
      .abs()
      .lt(3)
      .to(x.dtype)
      .mul(Math.fround(1 / 6)),
  ),
  hardswish: ofInput((x) => where(x.le(-3), 0, where(x.lt(3), x.div(3).add(0.5), one(x)))),
  // NaN at infinities, as in PyTorch.
  softsign: ofInput((x) => x.abs().add(1).reciprocal().square().add(x.mul(0))),
  selu: ofInput((x) =>
    where(
      x.le(0),
      negative(x)
        .exp()
        .mul(seluScale * seluAlpha),
      scalar(seluScale, x.dtype),
    ),
  ),
  gelu: ofInput(geluDerivative),
  geluTanh: ofInput(geluTanhDerivative),
  silu: ofInput(siluDerivative),
  mish: ofInput(mishDerivative),
  logsigmoid: ofInput((x) => x.neg().sigmoid()),
  tanhshrink: ofInput((x) => x.tanh().square()),
  leakyRelu: ofInput((x, [negativeSlope]) =>
    where(x.gt(0), one(x), scalar(negativeSlope, x.dtype)),
  ),
  threshold: {
    ...passing((x, [limit]) => x.le(limit).logicalNot()),
    ofWhole: (x, [limit, value]) => {
      requireNumbers('threshold', 'input', x);
      const element = requireElement('threshold', 'value', x.dtype, value);
      return where(x.le(Math.trunc(limit)), scalar(element, x.dtype), x);
    },
  },
  hardtanh: {
    ...passing((x, [min, max]) => x.le(min).logicalOr(x.ge(max)).logicalNot()),
    ofWhole: (x, [min, max]) => {
      requireNumbers('hardtanh', 'input', x);
      // Integers stay integers, so the bounds are truncated, as in PyTorch.
      const bounds = { min: Math.trunc(min), max: Math.trunc(max) };
      return calledAs('hardtanh', () => x.clamp(bounds), ['min', 'minVal']);
    },
  },
  hardshrink: passing((x, [lambd]) => x.abs().le(lambd).logicalNot()),
  softshrink: passing((x, [lambd]) => x.abs().le(lambd).logicalNot()),
  elu: ofInput((x, [alpha]) => where(x.le(0), negative(x).exp().mul(alpha), one(x))),
  celu: ofInput((x, [alpha]) =>
    where(
      x.le(0),
      negative(x)
        .div(Math.fround(alpha))
        .exp()
        .mul(alpha / Math.fround(alpha)),
      one(x),
    ),
  ),
  softplus: ofInput((x, [beta, limit]) => {
    const scaled = x.mul(beta);
    // The constant makes the second derivative 0 above the limit.
    return where(scaled.gt(limit), one(x), where(scaled.ge(limit), limit, scaled).sigmoid());
  }),
});

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Rectified linear unit: max(x, 0) of each element.
     *
     * @returns a tensor of this shape and dtype
     * @throws TypeError for a bool tensor
     * @see torch.relu
     * @example tensor([-1, 2]).relu() // tensor([0., 2.])
     */
    relu(): Tensor;
    /**
     * Sets each element to max(x, 0), in place.
     *
     * @returns this tensor
     * @see torch.relu_
     * @example tensor([-1, 2]).relu_() // tensor([0., 2.])
     */
    relu_(): Tensor;
  }
}

addUnaryMethods({ relu: activations.relu });

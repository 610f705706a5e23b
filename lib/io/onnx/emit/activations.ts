/** Activations as ONNX nodes; the formulas are those of ops/elementwise/activation.ts. */
import type { UnaryAttrs } from '../../../ops/elementwise/unary';
import type { Emitters } from '../builder';
import { composed, node, single, type Numbers, type unary } from './elementwise';

/** log(1 + e^x) without overflow. */
const softplus = (x: string, n: Numbers): string =>
  n.isDouble
    ? n.add(
        n.node('Relu', x),
        n.node('Log', n.add(n.node('Exp', n.node('Neg', n.node('Abs', x))), 1)),
      )
    : n.node('Softplus', x);

/** x where it is positive, alpha (e^(x / scale) - 1) elsewhere. */
const exponential = (x: string, n: Numbers, alpha: number, scale = 1): string => {
  const low = n.node('Min', x, 0);
  const power = n.node('Exp', scale === 1 ? low : n.div(low, scale));
  return n.add(n.node('Relu', x), n.mul(n.sub(power, 1), alpha));
};

const hardsigmoid = (x: string, n: Numbers): string =>
  n.node('Clip', n.add(n.mul(x, 1 / 6), 0.5), 0, 1);

const selu = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

export const activations: Emitters<Exclude<keyof UnaryAttrs, keyof typeof unary>> = {
  relu: node('Relu'),
  leakyRelu: composed((x, n, [alpha]) => n.with('LeakyRelu', x, { alpha })),
  threshold: composed((x, n, [limit, value]) => n.where(n.node('LessOrEqual', x, limit), value, x)),
  hardtanh: composed((x, n, [min, max]) => n.node('Clip', x, min, max)),
  hardsigmoid: composed((x, n) =>
    n.isDouble ? hardsigmoid(x, n) : n.with('HardSigmoid', x, { alpha: 1 / 6, beta: 0.5 }),
  ),
  hardswish: single('HardSwish', (x, n) => n.mul(x, hardsigmoid(x, n))),
  hardshrink: composed((x, n, [lambd]) => n.with('Shrink', x, { lambd, bias: 0 })),
  softshrink: composed((x, n, [lambd]) => n.with('Shrink', x, { lambd, bias: lambd })),
  softsign: single('Softsign', (x, n) => n.div(x, n.add(n.node('Abs', x), 1))),
  elu: composed((x, n, [alpha]) =>
    n.isDouble ? exponential(x, n, alpha) : n.with('Elu', x, { alpha }),
  ),
  celu: composed((x, n, [alpha]) =>
    n.isDouble ? exponential(x, n, alpha, alpha) : n.with('Celu', x, { alpha }),
  ),
  selu: composed((x, n) =>
    n.isDouble ? n.mul(exponential(x, n, selu.alpha), selu.gamma) : n.with('Selu', x, selu),
  ),
  gelu: composed((x, n) => {
    const erf = n.inSingle('Erf', n.mul(x, Math.SQRT1_2));
    return n.mul(n.mul(x, 0.5), n.add(erf, 1));
  }),
  geluTanh: composed((x, n) => {
    const cubic = n.mul(n.mul(n.mul(x, x), x), 0.044715);
    const tanh = n.node('Tanh', n.mul(n.add(x, cubic), Math.sqrt(2 / Math.PI)));
    return n.mul(n.mul(x, 0.5), n.add(tanh, 1));
  }),
  // Not x * sigmoid(x) in float64: onnxruntime fuses it to a node for which it lacks the float64 kernel.
  silu: composed((x, n) =>
    n.isDouble
      ? n.div(x, n.add(n.node('Exp', n.node('Neg', x)), 1))
      : n.mul(x, n.node('Sigmoid', x)),
  ),
  mish: composed((x, n) => n.mul(x, n.node('Tanh', softplus(x, n)))),
  softplus: composed((x, n, [beta, threshold]) => {
    const scaled = beta === 1 ? x : n.mul(x, beta);
    const y = softplus(scaled, n);
    const smooth = beta === 1 ? y : n.div(y, beta);
    return n.where(n.node('Greater', scaled, threshold), x, smooth);
  }),
  logsigmoid: composed((x, n) => n.node('Neg', softplus(n.node('Neg', x), n))),
  tanhshrink: composed((x, n) => n.sub(x, n.node('Tanh', x))),
};

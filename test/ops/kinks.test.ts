/** Derivatives where a function has none, or an infinite one: PyTorch's, by native ops and by ordinary ops. */
import { F, grad, tensor, where, type Tensor } from 'blasgrad';

type Fn = (x: Tensor) => Tensor;
type Kink = [what: string, fn: Fn, at: readonly number[], derivatives: readonly number[]];

const kinks: Kink[] = [
  ['abs', (x) => x.abs(), [-1, 0, -0, 1, NaN], [-1, 0, 0, 1, 0]],
  ['sign', (x) => x.sign(), [-1, 0, 1], [0, 0, 0]],
  ['floor', (x) => x.floor(), [-1, 0.5, 1], [0, 0, 0]],
  ['round', (x) => x.round(), [0.5, 1.5, -0.5], [0, 0, 0]],
  ['sqrt', (x) => x.sqrt(), [0, 4, -1, Infinity], [Infinity, 0.25, NaN, 0]],
  ['rsqrt', (x) => x.rsqrt(), [0, 4], [-Infinity, -1 / 16]],
  ['reciprocal', (x) => x.reciprocal(), [0, 2, Infinity], [-Infinity, -0.25, 0]],
  ['log', (x) => x.log(), [0, 2], [Infinity, 0.5]],
  ['log1p', (x) => x.log1p(), [-1, 0], [Infinity, 1]],
  ['asin', (x) => x.asin(), [-1, 0, 1], [Infinity, 1, Infinity]],
  ['acos', (x) => x.acos(), [-1, 0, 1], [-Infinity, -1, -Infinity]],
  ['tanh', (x) => x.tanh(), [-100, 0, 100], [0, 1, 0]],
  ['sigmoid', (x) => x.sigmoid(), [-1000, 0, 1000], [0, 0.25, 0]],
  ['exp', (x) => x.exp(), [-Infinity, 0, Infinity], [0, 1, Infinity]],
  ['erf', (x) => x.erf(), [-100, 100], [0, 0]],
  ['pow by 2', (x) => x.pow(2), [0, -3], [0, -6]],
  ['pow by 0', (x) => x.pow(0), [0, 2], [0, 0]],
  ['pow by 1', (x) => x.pow(1), [0, -2], [1, 1]],
  ['pow by 0.5', (x) => x.pow(0.5), [0, 4], [Infinity, 0.25]],
  ['pow by -1', (x) => x.pow(-1), [0, 2], [-Infinity, -0.25]],
  [
    'pow by a tensor',
    (x) => x.pow(tensor([0, 1, 2, 3], { dtype: 'float64' })),
    [0, 0, 0, -2],
    [0, 1, 0, 12],
  ],
  [
    'pow of a tensor',
    (x) => tensor([0, 0, 2, 1], { dtype: 'float64' }).pow(x),
    [0, 2, 0, 5],
    [0, 0, Math.log(2), 0],
  ],
  ['clamp', (x) => x.clamp({ min: -1, max: 1 }), [-2, -1, 0, 1, 2], [0, 0, 1, 0, 0]],
  ['maximum of a tie', (x) => x.maximum(1), [0, 1, 2], [0, 0.5, 1]],
  ['minimum of a tie', (x) => x.minimum(1), [0, 1, 2], [1, 0.5, 0]],
  ['maximum with itself', (x) => x.maximum(x), [3], [1]],
  ['a branch not taken', (x) => where(x.gt(0), x.sqrt(), x.mul(2)), [4, -1], [0.25, NaN]],
  ['atan2', (x) => x.atan2(0), [-2, 0, 3], [0, 0, 0]],
  ['relu', F.relu, [-1, 0, 1, NaN], [0, 0, 1, 1]],
  ['relu6', F.relu6, [-1, 0, 3, 6, 7], [0, 0, 1, 0, 0]],
  ['leakyRelu', (x) => F.leakyRelu(x, { negativeSlope: 0.1 }), [-1, 0, 1], [0.1, 0.1, 1]],
  ['elu', (x) => F.elu(x, { alpha: 0.5 }), [0, 1, -1000], [0.5, 1, 0]],
  ['celu', (x) => F.celu(x, { alpha: 0.5 }), [0, 1, -1000], [1, 1, 0]],
  ['selu', F.selu, [0, 1], [1.0507009873554805 * 1.6732632423543772, 1.0507009873554805]],
  ['hardtanh', (x) => F.hardtanh(x), [-2, -1, 0, 1, 2, NaN], [0, 0, 1, 0, 0, 1]],
  ['hardsigmoid', F.hardsigmoid, [-4, -3, 3, 4], [0, 0, 0, 0]],
  ['hardswish', F.hardswish, [-4, -3, 0, 3, 4], [0, 0, 0.5, 1, 1]],
  ['hardshrink', (x) => F.hardshrink(x), [-1, -0.5, 0.5, 1, NaN], [1, 0, 0, 1, 1]],
  ['softshrink', (x) => F.softshrink(x), [-1, -0.5, 0.5, 1, NaN], [1, 0, 0, 1, 1]],
  ['threshold', (x) => F.threshold(x, 1, -1), [0, 1, 2, NaN], [0, 0, 1, 1]],
  ['softsign', F.softsign, [0, -1], [1, 0.25]],
  [
    'softplus',
    (x) => F.softplus(x),
    [-1000, 0, 20, 21, 1000],
    [0, 0.5, 1 / (1 + Math.exp(-20)), 1, 1],
  ],
  ['logsigmoid', F.logsigmoid, [-1000, 0, 1000], [1, 0.5, 0]],
  ['silu', F.silu, [-1000, 0, 1000], [0, 0.5, 1]],
  ['gelu', (x) => F.gelu(x), [-1000, 0, 1000], [0, 0.5, 1]],
  ['mish', F.mish, [-1000, 0, 1000], [0, Math.tanh(Math.LN2), 1]],
  ['amax of a tie', (x) => x.amax(), [2, 1, 2], [0.5, 0, 0.5]],
  ['max of a tie', (x) => x.max(), [2, 1, 2], [0.5, 0, 0.5]],
  ['norm of zeros', (x) => x.norm(), [0, 0], [0, 0]],
  ['prod with a zero', (x) => x.prod(), [2, 0, 3], [0, 6, 0]],
  ['prod with two zeros', (x) => x.prod(), [0, 2, 0], [0, 0, 0]],
];

describe.each([
  ['native ops', false],
  ['ordinary ops', true],
])('%s', (_how, createGraph) => {
  test.each(kinks)('%s', (_what, fn, at, derivatives) => {
    const x = tensor([...at], { dtype: 'float64', requiresGrad: true });
    const [dx] = grad(fn(x).sum(), x, { createGraph });
    const found = dx.toArray() as number[];
    expect(found.length).toBe(derivatives.length);
    derivatives.forEach((derivative, i) => {
      if (Number.isFinite(derivative)) expect(found[i]).toBeCloseTo(derivative, 12);
      else expect(found[i]).toBe(derivative);
    });
  });
});

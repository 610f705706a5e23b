/** Losses of numbers, and of two classes. */
import '../support/calls';
import { F, grad, ones, randn, tensor, zeros, type Tensor } from 'blasgrad';
import { pointwise, testOps, type InputSpec, type OpCase, type Plain } from '../ops/harness';
import { softplus, sigmoid } from '../support/functions';
import { expectRefusals } from '../support/refusals';
import { reductions } from './reductions';

const plain: InputSpec = { shape: [4, 3] };
const probability: InputSpec = { shape: [4, 3], low: 0.05, high: 0.95 };
const positive: InputSpec = { shape: [4, 3], low: 0.2, high: 3 };
const ops: readonly string[] = [];

const square = (x: number): number => x * x;
const huber = (d: number, delta: number): number =>
  Math.abs(d) <= delta ? 0.5 * d * d : delta * (Math.abs(d) - 0.5 * delta);
const bce = (p: number, t: number): number =>
  -(t * Math.max(Math.log(p), -100) + (1 - t) * Math.max(Math.log(1 - p), -100));
const stirling = (n: number): number =>
  n > 1 ? n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) : 0;

/** Each row's variance beside all of the row's elements. */
const alongRows = (fn: (x: number, t: number, v: number) => number) => {
  return (x: Plain, t: Plain, v: Plain): Plain => {
    const data = x.data.map((value, i) => fn(value, t.data[i], v.data[Math.floor(i / 3)]));
    return { shape: x.shape, data };
  };
};
const gaussian = (x: number, t: number, v: number): number =>
  0.5 * (Math.log(Math.max(v, 1e-6)) + square(x - t) / Math.max(v, 1e-6));

const cases: OpCase[] = [
  ...reductions({
    name: 'mseLoss',
    inputs: [plain, plain],
    run: F.mseLoss,
    reference: pointwise((x, t) => square(x - t)),
  }),
  ...reductions({
    name: 'l1Loss',
    inputs: [plain, plain],
    run: F.l1Loss,
    reference: pointwise((x, t) => Math.abs(x - t)),
  }),
  ...reductions({
    name: 'smoothL1Loss',
    inputs: [plain, plain],
    options: { beta: 0.7 },
    run: F.smoothL1Loss,
    reference: pointwise((x, t) => huber(x - t, 0.7) / 0.7),
  }),
  ...reductions({
    name: 'smoothL1Loss without a curve',
    inputs: [plain, plain],
    options: { beta: 0 },
    run: F.smoothL1Loss,
    reference: pointwise((x, t) => Math.abs(x - t)),
  }),
  ...reductions({
    name: 'huberLoss',
    inputs: [plain, plain],
    options: { delta: 0.7 },
    run: F.huberLoss,
    reference: pointwise((x, t) => huber(x - t, 0.7)),
  }),
  ...reductions({
    name: 'klDiv',
    inputs: [plain, probability],
    run: F.klDiv,
    reference: pointwise((x, t) => t * (Math.log(t) - x)),
  }),
  ...reductions({
    name: 'klDiv of logarithms',
    inputs: [plain, plain],
    options: { logTarget: true },
    run: F.klDiv,
    reference: pointwise((x, t) => Math.exp(t) * (t - x)),
  }),
  ...reductions({
    name: 'poissonNllLoss',
    inputs: [plain, positive],
    run: F.poissonNllLoss,
    reference: pointwise((x, t) => Math.exp(x) - t * x),
  }),
  ...reductions({
    name: 'poissonNllLoss of rates, in full',
    inputs: [positive, positive],
    options: { logInput: false, full: true },
    run: F.poissonNllLoss,
    reference: pointwise((x, t) => x - t * Math.log(x + 1e-8) + stirling(t)),
  }),
  ...reductions({
    name: 'gaussianNllLoss',
    inputs: [plain, plain, positive],
    run: F.gaussianNllLoss,
    reference: pointwise(gaussian),
  }),
  ...reductions({
    name: 'gaussianNllLoss, a variance for each row, in full',
    inputs: [plain, plain, { ...positive, shape: [4] }],
    options: { full: true },
    run: F.gaussianNllLoss,
    reference: alongRows((x, t, v) => gaussian(x, t, v) + 0.5 * Math.log(2 * Math.PI)),
  }),
  ...reductions({
    name: 'binaryCrossEntropy',
    inputs: [probability, probability],
    run: F.binaryCrossEntropy,
    reference: pointwise(bce),
  }),
  ...reductions({
    name: 'binaryCrossEntropyWithLogits',
    inputs: [plain, probability],
    run: F.binaryCrossEntropyWithLogits,
    reference: pointwise((x, t) => softplus(x) - x * t),
  }),
  {
    name: 'klDiv, batchmean',
    ops,
    inputs: [plain, probability],
    run: (x, t) => F.klDiv(x, t, { reduction: 'batchmean' }),
    reference: (x, t) => {
      const sum = x.data.reduce((s, v, i) => s + t.data[i] * (Math.log(t.data[i]) - v), 0);
      return { shape: [], data: [sum / 4] };
    },
  },
  {
    name: 'binaryCrossEntropy with weights',
    ops,
    inputs: [probability, probability, positive],
    run: (x, t, weight) => F.binaryCrossEntropy(x, t, { weight, reduction: 'none' }),
    reference: pointwise((x, t, w) => w * bce(x, t)),
  },
  {
    name: 'binaryCrossEntropyWithLogits with weights',
    ops,
    inputs: [plain, probability, { ...positive, shape: [3] }, positive],
    run: (x, t, posWeight, weight) =>
      F.binaryCrossEntropyWithLogits(x, t, { posWeight, weight, reduction: 'none' }),
    reference: pointwise((x, t, p, w) => w * (p * t * softplus(-x) + (1 - t) * softplus(x))),
  },
  {
    name: 'multilabelSoftMarginLoss',
    ops,
    inputs: [plain, probability],
    run: (x, t) => F.multilabelSoftMarginLoss(x, t, { reduction: 'none' }),
    reference: (x, t) => {
      const losses = x.data.map((v, i) => bce(sigmoid(v), t.data[i]));
      const row = (i: number): number => losses.slice(3 * i, 3 * i + 3).reduce((a, b) => a + b) / 3;
      return { shape: [4], data: [0, 1, 2, 3].map(row) };
    },
  },
];

testOps('regression losses', cases);

describe('edges', () => {
  const run = (
    loss: typeof F.binaryCrossEntropy,
    values: readonly number[],
    targets: readonly number[],
  ): { losses: unknown; slopes: unknown } => {
    const x = tensor([...values], { dtype: 'float64' });
    const t = tensor([...targets], { dtype: 'float64' });
    const losses = loss(x.requiresGrad_(), t, { reduction: 'none' });
    losses.sum().backward();
    return { losses: losses.toArray(), slopes: x.grad?.toArray() };
  };

  test('binaryCrossEntropy at 0 and 1: logarithms end at -100, derivatives at 1e12 of float32', () => {
    const { losses, slopes } = run(F.binaryCrossEntropy, [0, 0, 1, 1], [0, 1, 0, 1]);
    expect(losses).toEqual([0, 100, 100, 0]);
    const largest = 1 / Math.fround(1e-12);
    expect(slopes).toEqual([0, -largest, largest, 0]);
  });

  test('binaryCrossEntropyWithLogits far out', () => {
    const { losses, slopes } = run(
      F.binaryCrossEntropyWithLogits,
      [800, 800, -800, -800],
      [1, 0, 1, 0],
    );
    expect(losses).toEqual([0, 800, 800, 0]);
    expect(slopes).toEqual([0, 1, -1, 0]);
  });

  test('smoothL1Loss beyond beta has the derivative 1', () => {
    const x = tensor([60, -60], { requiresGrad: true });
    F.smoothL1Loss(x, zeros([2]), { beta: 41, reduction: 'sum' }).backward();
    expect(x.grad?.toArray()).toEqual([1, -1]);
  });

  test('klDiv of a probability 0', () => {
    const t = zeros([2]).requiresGrad_();
    expect(F.klDiv(ones([2]), t, { reduction: 'none' }).toArray()).toEqual([0, 0]);
  });

  test('no elements: mean is NaN, sum is 0', () => {
    const none = zeros([0, 3]);
    expect(F.mseLoss(none, none).item()).toBeNaN();
    expect(F.mseLoss(none, none, { reduction: 'sum' }).item()).toBe(0);
  });

  test('shapes that differ are broadcast, with one warning', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    for (let i = 0; i < 2; i++) {
      const losses = F.l1Loss(ones([3, 1]), zeros([3]), { reduction: 'none' });
      expect(losses.shape).toEqual([3, 3]);
    }
    expect(warn.mock.calls).toEqual([
      ['l1Loss: input and target have shapes [3, 1] and [3], which will be broadcast'],
    ]);
    warn.mockRestore();
  });
});

const [x, wide] = [ones([2, 3]), ones([3, 2])];
expectRefusals([
  [() => F.mseLoss(x, 1 as never), TypeError, 'mseLoss: expected a tensor for target, got 1'],
  [() => F.mseLoss(x, x, { reduction: 'max' as never }), RangeError, "'mean' or 'sum' or 'none'"],
  [
    () => F.mseLoss(x, x, { reduce: true } as never),
    RangeError,
    'expected one of reduction, weight for',
  ],
  [() => F.huberLoss(x, x, { delta: 0 }), RangeError, 'a number above 0 for delta, got 0'],
  [() => F.huberLoss(x, x, { delta: -1 }), RangeError, 'a number of at least 0 for delta, got -1'],
  [() => F.smoothL1Loss(x, x, { beta: '1' as never }), TypeError, 'a number for beta'],
  [() => F.klDiv(x, x, { reduction: 'batch' as never }), RangeError, "'batchmean'"],
  [() => F.klDiv(x, x, { logTarget: 1 as never }), TypeError, 'a boolean for logTarget'],
  [() => F.binaryCrossEntropy(x, wide), RangeError, 'expected [2, 3] for target, got [3, 2]'],
  [() => F.binaryCrossEntropyWithLogits(x, wide), RangeError, 'expected [2, 3] for target'],
  [
    () => F.gaussianNllLoss(x, x, wide),
    RangeError,
    '[2, 3] (one size may be 1, or the last one left out) for variance, got [3, 2]',
  ],
]);

test('gaussianNllLoss takes a number, or variances along one dimension', () => {
  const [input, target] = [randn(2, 3, { dtype: 'float64' }), randn(2, 3, { dtype: 'float64' })];
  const loss = (variance: Tensor | number): number =>
    F.gaussianNllLoss(input, target, variance, { full: true }).item();
  const shaped = (data: number[], shape: number[]): Tensor =>
    tensor(data, { dtype: 'float64' }).reshape(shape);
  for (const [variance, values] of [
    [2, shaped([2], [1, 1])],
    [0, shaped([1e-6], [1, 1])],
    [shaped([1, 2], [2]), shaped([1, 2], [2, 1])],
    [shaped([1, 2], [2, 1]), shaped([1, 2], [2, 1])],
    [shaped([1, 2, 3], [1, 3]), shaped([1, 2, 3], [1, 3])],
  ] as const) {
    expect(loss(variance)).toBeCloseTo(loss(values.expand([2, 3])), 12);
  }
  for (const variance of [shaped([1], [1]), shaped([1], [1, 1]), shaped([1, 2, 3], [3]), -1]) {
    expect(() => loss(variance)).toThrow(RangeError);
  }
  expect(() => loss('1' as never)).toThrow(TypeError);
});

test('the gradient of klDiv by its target, where that is no probability', () => {
  const target = tensor([-3, 0.5, 0], { dtype: 'float64', requiresGrad: true });
  const input = tensor([1, 2, 3], { dtype: 'float64' });
  const losses = F.klDiv(input, target, { reduction: 'none' });
  const [by] = grad(losses, target, { gradOutputs: tensor([0, 1, 1], { dtype: 'float64' }) });
  expect(by.toArray()).toEqual([0, Math.log(0.5) + 1 - 2, NaN]); // as PyTorch 2.15
});

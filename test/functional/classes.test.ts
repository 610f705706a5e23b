/** Losses of one class among several. */
import '../support/calls';
import { F, ones, tensor, zeros, type Tensor } from 'blasgrad';
import { testOps, type InputSpec, type OpCase, type Plain } from '../ops/harness';
import { expectRefusals } from '../support/refusals';

interface Options {
  reduction?: 'none' | 'sum' | 'mean';
  ignoreIndex?: number;
  labelSmoothing?: number;
}

/** Shape (N, C, D) with the classes in the middle: what (C) and (N, C) are special cases of. */
function sizesOf({ shape }: Plain): [n: number, classes: number, d: number] {
  if (shape.length === 1) return [1, shape[0], 1];
  return [shape[0], shape[1], shape.slice(2).reduce((a, b) => a * b, 1)];
}

function logSoftmax(x: Plain): Plain {
  const [n, classes, d] = sizesOf(x);
  const data = new Array<number>(x.data.length);
  for (let i = 0; i < n * d; i++) {
    const offset = (c: number): number => (Math.floor(i / d) * classes + c) * d + (i % d);
    const values = Array.from({ length: classes }, (_, c) => x.data[offset(c)]);
    const top = Math.max(...values);
    const log = top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
    values.forEach((value, c) => (data[offset(c)] = value - log));
  }
  return { shape: x.shape, data };
}

/** Losses of log-probabilities, one for each target, against classes or against probabilities. */
function nll(
  { reduction = 'mean', ignoreIndex = -100, labelSmoothing = 0 }: Options,
  logs: Plain,
  target: Plain,
  weight?: Plain,
): Plain {
  const [n, classes, d] = sizesOf(logs);
  const soft = target.shape.length === logs.shape.length;
  let [sum, smooth, count] = [0, 0, 0];
  const losses: number[] = [];
  for (let i = 0; i < n * d; i++) {
    const offset = (c: number): number => (Math.floor(i / d) * classes + c) * d + (i % d);
    const w = (c: number): number => weight?.data[c] ?? 1;
    const all = Array.from({ length: classes }, (_, c) => -w(c) * logs.data[offset(c)]);
    const even = all.reduce((a, b) => a + b, 0) / classes;
    const ignored = !soft && target.data[i] === ignoreIndex;
    const own = soft
      ? all.reduce((a, loss, c) => a + loss * target.data[offset(c)], 0)
      : ignored
        ? 0
        : all[target.data[i]];
    sum += own;
    smooth += ignored ? 0 : even;
    count += soft ? 1 : ignored ? 0 : w(target.data[i]);
    losses.push((1 - labelSmoothing) * own + (ignored ? 0 : labelSmoothing * even));
  }
  const shape = soft ? logs.shape.filter((_, k) => k !== 1) : target.shape;
  if (reduction === 'none') return { shape, data: losses };
  const total = (1 - labelSmoothing) * sum + labelSmoothing * smooth;
  return { shape: [], data: [reduction === 'sum' ? total : total / count] };
}

const classes = (shape: readonly number[], ...values: number[]): InputSpec => ({
  shape,
  dtype: 'int32',
  values,
});
const weights: InputSpec = { shape: [4], low: 0.5, high: 2 };
// Against classes the weights are constants.
const constants: Plain = { shape: [4], data: [0.5, 2, 0.75, 1.25] };

const shapes: [what: string, input: InputSpec, target: InputSpec][] = [
  ['(N, C)', { shape: [5, 4] }, classes([5], 0, 3, 1, 1, 2)],
  ['(C)', { shape: [4] }, classes([], 2)],
  ['(N, C, D)', { shape: [2, 4, 3] }, classes([2, 3], 0, 3, 1, 1, 2, 0)],
  ['(N, C, D, E)', { shape: [2, 4, 2, 2] }, classes([2, 2, 2], 0, 3, 1, 1, 2, 0, 3, 1)],
  ['some ignored', { shape: [5, 4] }, classes([5], 0, -100, 1, 1, -100)],
];

const withWeight = (options: Options, weighted: boolean, x: Tensor): object =>
  weighted ? { ...options, weight: tensor(constants.data).to(x.dtype) } : options;

const cases: OpCase[] = [];
for (const reduction of ['none', 'sum', 'mean'] as const) {
  for (const [what, input, target] of shapes) {
    for (const weighted of [false, true]) {
      const name = `${what}, ${reduction}${weighted ? ', weighted' : ''}`;
      const inputs = [input, target];
      const weight = weighted ? constants : undefined;
      cases.push({
        name: `nllLoss ${name}`,
        ops: [],
        inputs,
        run: (x, t) => F.nllLoss(x, t, withWeight({ reduction }, weighted, x)),
        reference: (x, t) => nll({ reduction }, x, t, weight),
      });
      const options = { reduction, labelSmoothing: weighted ? 0.1 : 0 };
      cases.push({
        name: `crossEntropy ${name}`,
        ops: [],
        inputs,
        run: (x, t) => F.crossEntropy(x, t, withWeight(options, weighted, x)),
        reference: (x, t) => nll(options, logSoftmax(x), t, weight),
      });
    }
  }
  const options = { reduction, labelSmoothing: 0.2 };
  const shape = [3, 4];
  cases.push({
    name: `crossEntropy against probabilities, ${reduction}`,
    ops: [],
    inputs: [{ shape }, { shape, low: 0, high: 1 }, weights],
    run: (x, t, weight) => F.crossEntropy(x, t, { ...options, weight }),
    reference: (x, t, weight) => {
      const data = t.data.map((p) => 0.8 * p + 0.05);
      return nll({ reduction }, logSoftmax(x), { shape, data }, weight);
    },
  });
}
cases.push({
  name: 'crossEntropy, class 1 ignored',
  ops: [],
  inputs: [{ shape: [5, 4] }, classes([5], 0, 3, 1, 1, 2)],
  run: (x, t) => F.crossEntropy(x, t, { ignoreIndex: 1, labelSmoothing: 0.1 }),
  reference: (x, t) => nll({ ignoreIndex: 1, labelSmoothing: 0.1 }, logSoftmax(x), t),
});

testOps('classes', cases);

describe('edges', () => {
  const labels = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });

  test('all ignored: the mean is NaN, the sum 0, and no gradient flows', () => {
    const x = tensor([[1, 2]]).requiresGrad_();
    expect(F.crossEntropy(x, labels(-100)).item()).toBeNaN();
    const sum = F.crossEntropy(x, labels(-100), { reduction: 'sum' });
    sum.backward();
    expect([sum.item(), x.grad?.toArray()]).toEqual([0, [[0, 0]]]);
  });

  test('an infinite logarithm at an ignored place does not count', () => {
    const logs = tensor([
      [-Infinity, 0],
      [0, -Infinity],
    ]);
    expect(F.nllLoss(logs, labels(-100, 0)).item()).toBeCloseTo(0);
    expect(F.nllLoss(logs, labels(0, 0)).item()).toBe(Infinity);
  });

  test('logits far apart do not overflow', () => {
    const x = tensor([[1000, -1000]]).requiresGrad_();
    const loss = F.crossEntropy(x, labels(1));
    loss.backward();
    expect([loss.item(), x.grad?.toArray()]).toEqual([2000, [[1, -1]]]);
  });

  test('no elements', () => {
    const none = zeros([0, 3]);
    expect(F.crossEntropy(none, labels()).item()).toBeNaN();
    expect(F.crossEntropy(none, labels(), { reduction: 'sum' }).item()).toBe(0);
  });
});

const x = zeros([2, 3]);
const t = (values: number[], dtype: 'int32' | 'float32' = 'int32'): Tensor =>
  tensor(values, { dtype });
expectRefusals([
  [() => F.crossEntropy(x, t([0, 3])), RangeError, '3'],
  [() => F.crossEntropy(x, t([-1, 0])), RangeError, '-1'],
  [() => F.nllLoss(x, t([0, 3])), RangeError, '3'],
  [() => F.crossEntropy(x, t([0, 1, 2])), RangeError, 'expected [2] for target, got [3]'],
  [
    () => F.crossEntropy(x, t([0, 1], 'float32')),
    TypeError,
    'crossEntropy: expected int64 or int32 for dtype of target, got float32',
  ],
  [() => F.nllLoss(x, zeros([2, 3])), TypeError, 'nllLoss: expected int64 or int32 for dtype of'],
  [
    () => F.nllLoss(x, t([0, 1]), { weight: ones([3], { dtype: 'bfloat16' }) }),
    RangeError,
    'nllLoss: expected dtype float32 for weight, got bfloat16',
  ],
  [() => F.crossEntropy(zeros([]), t([0])), RangeError, 'expected (C) or (N, C, ...) for input'],
  [
    () => F.crossEntropy(x, [0, 1] as never),
    TypeError,
    'expected a tensor for target, got an array',
  ],
  [() => F.crossEntropy(x, t([0, 1]), { labelSmoothing: 2 }), RangeError, 'a number from 0 to 1'],
  [() => F.crossEntropy(x, t([0, 1]), { ignoreIndex: 0.5 }), RangeError, 'an integer for'],
  [
    () => F.crossEntropy(x, t([0, 1]), { weight: zeros([2]) }),
    RangeError,
    '[3] for weight, got [2]',
  ],
  [
    () => F.crossEntropy(x, x, { ignoreIndex: 1 }),
    RangeError,
    'crossEntropy: ignoreIndex 1 requires class indices',
  ],
  [() => F.crossEntropy(x, t([0, 1]), { weights: x } as never), RangeError, "got 'weights'"],
  [() => F.crossEntropy(x, t([0, 1]), { reduction: 'max' as never }), RangeError, "got 'max'"],
]);

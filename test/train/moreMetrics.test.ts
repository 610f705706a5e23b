/** Metrics of probabilities, of order and of agreement against scikit-learn 1.9 (metrics.py made metrics.json). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, metrics, tensor, type Tensor } from 'blasgrad';

interface Probability {
  name: string;
  logits: number[][];
  probabilities: number[][];
  target: number[];
  logLoss: number;
  perplexity: number;
  brier: number;
  calibrationError: number;
  balancedAccuracy: number;
  matthews: number;
  cohenKappa: number;
  classReport: number[][];
}
interface Order {
  name: string;
  output: number[];
  target: number[];
  rocAuc: number;
  rocCurve: number[][];
  averagePrecision: number;
  precisionRecallCurve: number[][];
}
interface Regression {
  name: string;
  output: number[];
  target: number[];
  rmse: number;
  mape: number;
  medianAbsoluteError: number;
}
const golden = JSON.parse(readFileSync(join(__dirname, 'metrics.json'), 'utf8')) as {
  probability: Probability[];
  ranking: Order[];
  regression: Regression[];
};
const labels = (list: number[]) => tensor(list, { dtype: 'int64' });
const wide = (values: number[] | number[][]) => tensor(values, { dtype: 'float64' });

/** Batches of 3, in one piece after a state was loaded, and compiled if the metric can be. */
function check(
  make: () => metrics.Metric,
  output: Tensor,
  target: Tensor,
  expected: unknown,
): void {
  const inBatches = (each: (o: Tensor, t: Tensor) => void): void => {
    for (let i = 0; i < output.shape[0]; i += 3) {
      const n = Math.min(3, output.shape[0] - i);
      each(output.narrow(0, i, n), target.narrow(0, i, n));
    }
  };
  const batches = make();
  batches.update(output, target);
  batches.reset();
  inBatches((o, t) => batches.update(o, t));
  const loaded = make();
  loaded.update(output, target);
  loaded.loadStateDict?.(batches.stateDict?.() ?? {});
  const all = [batches, loaded];
  if ('nan' in (batches.stateDict?.() ?? {})) {
    const compiled = make();
    const update = compile((o: Tensor, t: Tensor) => compiled.update(o, t));
    inBatches(update);
    all.push(compiled);
  }
  for (const metric of all) {
    const [got, wanted] = [metric.compute(), expected].map((x) => [x].flat(2) as number[]);
    expect(got).toHaveLength(wanted.length);
    got.forEach((value, i) => {
      if (Number.isNaN(wanted[i])) expect(value).toBeNaN();
      else expect(value).toBeCloseTo(wanted[i], 10);
    });
  }
}

test.each(golden.probability)('probabilities: $name', (one) => {
  const numClasses = one.logits[0].length;
  const target = labels(one.target);
  const [logits, probabilities] = [wide(one.logits), wide(one.probabilities)];
  for (const name of ['logLoss', 'brier', 'calibrationError', 'perplexity'] as const) {
    check(() => metrics[name]({ logits: true }), logits, target, one[name]);
    check(() => metrics[name]({ logits: false }), probabilities, target, one[name]);
    if (numClasses !== 2) continue;
    const [difference, second] = [logits.select(1, 1).sub(logits.select(1, 0)), probabilities.select(1, 1)]; // prettier-ignore
    check(() => metrics[name]({ logits: true }), difference, target, one[name]);
    check(() => metrics[name]({ logits: false }), second.unsqueeze(1), target, one[name]);
  }
  for (const name of ['balancedAccuracy', 'matthews', 'cohenKappa', 'classReport'] as const) {
    check(() => metrics[name]({ numClasses }), logits, target, one[name]);
    check(() => metrics[name]({ numClasses }), logits.argmax(1), target, one[name]);
  }
});

test.each(golden.ranking)('order: $name', (one) => {
  const [output, target] = [wide(one.output), labels(one.target)];
  const pairs = wide(one.output.map((x) => [0, x]));
  const [falsePositive, truePositive, thresholds] = one.rocCurve;
  const curve = [falsePositive, truePositive, [Infinity, ...thresholds]];
  for (const scores of [output, output.unsqueeze(1), pairs]) {
    check(() => metrics.rocAuc(), scores, target, one.rocAuc);
    check(() => metrics.averagePrecision(), scores, target, one.averagePrecision);
    check(() => metrics.precisionRecallCurve(), scores, target, one.precisionRecallCurve);
    const roc = metrics.rocCurve();
    roc.update(scores, target);
    expect(roc.compute()).toEqual(curve);
  }
});

test.each(golden.regression)('regression: $name', (one) => {
  const [output, target] = [wide(one.output), wide(one.target)];
  for (const name of ['rmse', 'mape', 'medianAbsoluteError'] as const) {
    const metric = metrics[name]();
    metric.update(output, target);
    const size = Math.max(1, Math.abs(one[name]));
    expect(Math.abs(metric.compute() - one[name]) / size).toBeLessThan(1e-10);
  }
});

type Make = () => metrics.Metric & { readonly nanCount: number };
const counting: [string, Make][] = [
  ['accuracy', () => metrics.accuracy()],
  ['topK', () => metrics.topK(1)],
  ['f1', () => metrics.f1()],
  ['matthews', () => metrics.matthews()],
  ['logLoss', () => metrics.logLoss()],
  ['brier', () => metrics.brier()],
  ['calibrationError', () => metrics.calibrationError()],
  ['rocAuc', () => metrics.rocAuc()],
];

test.each(counting)('%s of NaN is NaN, and says how often', (_, make) => {
  const metric = make();
  metric.update(tensor([[NaN, 0.5], [0.2, 0.8], [0.7, 0.3]]), labels([0, 1, -100])); // prettier-ignore
  expect([metric.nanCount, metric.compute()]).toEqual([1, NaN]);
  metric.reset();
  metric.update(tensor([[0.4, 0.6], [0.7, 0.3], [NaN, NaN]]), labels([1, 0, -100])); // prettier-ignore
  expect(metric.nanCount).toBe(0);
  expect(metric.compute()).not.toBeNaN();
});

test('a confusion matrix of NaN is NaN', () => {
  const matrix = metrics.confusionMatrix(2);
  matrix.update(tensor([NaN, 0.2]), labels([0, 1]));
  expect([matrix.nanCount, matrix.compute()]).toEqual([1, [[NaN, NaN], [NaN, NaN]]]); // prettier-ignore
});

describe('logits are not taken for probabilities', () => {
  const logits = tensor([-1.5, 0.25, 3]);
  test.each<[string, (options: { logits?: boolean }) => metrics.Metric]>([
    ['accuracy', (options) => metrics.accuracy(options)],
    ['f1', (options) => metrics.f1(options)],
    ['confusionMatrix', (options) => metrics.confusionMatrix(2, options)],
    ['logLoss', (options) => metrics.logLoss(options)],
    ['brier', (options) => metrics.brier(options)],
  ])('%s', (name, make) => {
    const wrong = make({});
    wrong.update(logits, labels([0, 1, 1]));
    expect(() => wrong.compute()).toThrow(
      `${name}: expected probabilities from 0 to 1 (for logits, set logits: true) for output, got 2 samples outside`,
    );
    const right = make({ logits: true });
    right.update(logits, labels([0, 1, 1]));
    expect(() => right.compute()).not.toThrow();
  });

  test('as in 0.25, which is class 1', () => {
    const accuracy = metrics.accuracy({ logits: true });
    accuracy.update(logits, labels([0, 1, 1]));
    expect(accuracy.compute()).toBe(1);
  });
});

test('the default average is binary, and more classes need another one', () => {
  const [a, b] = [metrics.f1(), metrics.f1({ numClasses: 2 })];
  for (const metric of [a, b]) metric.update(tensor([0.9, 0.8, 0.1]), labels([1, 0, 1]));
  expect([a.compute(), b.compute()]).toEqual([0.5, 0.5]);
  expect(() => metrics.f1({ numClasses: 3 })).toThrow(
    "f1: expected 'macro', 'micro', 'weighted' or 'none' of more than 2 classes for average, got nothing",
  );
});

test('errors name the metric and the label', () => {
  const five = labels([0, 5]);
  const message = (name: string, argument: string) => `${name}: expected an index from 0 to 1 for ${argument}, got 5`; // prettier-ignore
  expect(() => metrics.confusionMatrix(2).update(labels([0, 1]), five)).toThrow(message('confusionMatrix', 'target')); // prettier-ignore
  expect(() => metrics.confusionMatrix(2).update(five, labels([0, 1]))).toThrow(message('confusionMatrix', 'output')); // prettier-ignore
  expect(() => metrics.logLoss().update(tensor([[0.5, 0.5], [1, 0]]), five)).toThrow(message('logLoss', 'target')); // prettier-ignore
  expect(() => metrics.rocAuc().update(tensor([0.5, 1]), five)).toThrow('rocAuc: expected labels 0 and 1 for target, got 5'); // prettier-ignore
});

test('classReport prints as a table', () => {
  const report = metrics.classReport({ names: ['cat', 'dog'] });
  report.update(labels([0, 1, 1, 0]), labels([0, 1, 0, 0]));
  expect(String(report)).toBe(
    [
      '              precision     recall         f1    support',
      '         cat      1.000      0.667      0.800          3',
      '         dog      0.500      1.000      0.667          1',
      '',
      '    accuracy                            0.750          4',
      '   macro avg      0.750      0.833      0.733          4',
      'weighted avg      0.875      0.750      0.767          4',
    ].join('\n'),
  );
});

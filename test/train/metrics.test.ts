/** Metrics compared with scikit-learn (metrics.py writes metrics.json): in one update, in batches, and compiled. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, metrics, randn, tensor, zeros, type Tensor, type TensorData } from 'blasgrad';

type Figures = Record<'precision' | 'recall' | 'f1', number | number[]>;
interface Sample {
  name: string;
  output: TensorData;
  target: TensorData;
}
interface Classes extends Sample {
  numClasses: number;
  accuracy: number;
  topK: number[];
  confusionMatrix: number[][];
  macro: Figures;
  weighted: Figures;
  micro: Figures;
  none: Figures;
}
interface Binary extends Sample {
  threshold: number;
  accuracy: number;
  confusionMatrix: number[][];
  binary: Figures;
}
interface Regression extends Sample {
  mae: number;
  mse: number;
  r2: number;
}
const golden = JSON.parse(readFileSync(join(__dirname, 'metrics.json'), 'utf8')) as {
  classes: Classes[];
  binary: Binary[];
  regression: Regression[];
};

const figures = ['precision', 'recall', 'f1'] as const;
type Update = (metric: metrics.Metric, output: Tensor, target: Tensor) => void;

/** Batches of at most 4 samples, so that the last one is smaller. */
function inBatches(each: (output: Tensor, target: Tensor) => void, o: Tensor, t: Tensor): void {
  for (let i = 0; i < o.shape[0]; i += 4) {
    const n = Math.min(4, o.shape[0] - i);
    each(o.narrow(0, i, n), t.narrow(0, i, n));
  }
}

const ways: [string, Update][] = [
  ['in one piece', (metric, output, target) => metric.update(output, target)],
  [
    'in batches, after a reset',
    (metric, output, target) => {
      metric.update(output, target);
      metric.reset();
      inBatches((o, t) => metric.update(o, t), output, target);
    },
  ],
  [
    'compiled',
    (metric, output, target) => {
      const update = compile((o: Tensor, t: Tensor) => metric.update(o, t));
      inBatches(update, output, target);
    },
  ],
  [
    'saved on the way',
    (metric, output, target) => {
      const first = output.shape[0] >> 1;
      metric.update(output.narrow(0, 0, first), target.narrow(0, 0, first));
      const state = metric.stateDict?.() ?? {};
      const copy = Object.fromEntries(Object.entries(state).map(([k, sum]) => [k, sum.clone()]));
      metric.update(output, target);
      metric.loadStateDict?.(copy);
      const rest = output.shape[0] - first;
      metric.update(output.narrow(0, first, rest), target.narrow(0, first, rest));
    },
  ],
];

describe.each(ways)('%s', (_, update) => {
  const check = (metric: metrics.Metric, output: Tensor, target: Tensor, expected: unknown) => {
    update(metric, output, target);
    const flat = (value: unknown) => [value].flat(2) as number[];
    const [got, wanted] = [flat(metric.compute()), flat(expected)];
    expect(got).toHaveLength(wanted.length);
    got.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 10));
  };

  test.each(golden.classes)('$name', (testCase) => {
    const { numClasses } = testCase;
    const output = tensor(testCase.output);
    const target = tensor(testCase.target, { dtype: 'int32' });
    check(metrics.accuracy(), output, target, testCase.accuracy);
    testCase.topK.forEach((share, i) => check(metrics.topK(i + 1), output, target, share));
    check(metrics.confusionMatrix(numClasses), output, target, testCase.confusionMatrix);
    for (const name of figures) {
      for (const average of ['macro', 'weighted', 'micro', 'none'] as const) {
        check(metrics[name]({ numClasses, average }), output, target, testCase[average][name]);
      }
    }
  });

  test.each(golden.binary)('binary: $name', (testCase) => {
    const { threshold } = testCase;
    const output = tensor(testCase.output, { dtype: 'float32' });
    for (const target of [
      tensor(testCase.target, { dtype: 'int32' }),
      tensor(testCase.target, { dtype: 'float32' }),
    ]) {
      check(metrics.accuracy({ threshold }), output, target, testCase.accuracy);
      check(metrics.accuracy({ threshold }), output.unsqueeze(1), target, testCase.accuracy);
      check(metrics.accuracy(), output.ge(threshold).to('int32'), target, testCase.accuracy);
      check(metrics.confusionMatrix(2, { threshold }), output, target, testCase.confusionMatrix);
      for (const name of figures) {
        check(metrics[name]({ threshold }), output, target, testCase.binary[name]);
      }
    }
  });

  test.each(golden.regression)('$name', (testCase) => {
    const output = tensor(testCase.output, { dtype: 'float64' });
    const target = tensor(testCase.target, { dtype: 'float64' });
    check(metrics.mae(), output, target, testCase.mae);
    check(metrics.mse(), output, target, testCase.mse);
    check(metrics.r2({ numOutputs: output.ndim }), output, target, testCase.r2);
    if (output.ndim === 1) check(metrics.r2(), output.unsqueeze(1), target, testCase.r2);
  });
});

test.each(['int64', 'int32', 'uint8'] as const)('labels of %s', (dtype) => {
  const [{ output, target, numClasses, accuracy, topK, confusionMatrix, macro }] = golden.classes;
  const labels = tensor(target, { dtype });
  const figuresOf = (metric: metrics.Metric, classes: Tensor): unknown => {
    metric.update(classes, labels);
    return metric.compute();
  };
  for (const classes of [tensor(output), tensor(output).argmax(1).to(dtype)]) {
    expect(figuresOf(metrics.accuracy(), classes)).toBeCloseTo(accuracy, 10);
    expect(figuresOf(metrics.confusionMatrix(numClasses), classes)).toEqual(confusionMatrix);
    expect(figuresOf(metrics.f1({ numClasses, average: 'macro' }), classes)).toBeCloseTo(
      macro.f1 as number,
      10,
    );
  }
  topK.forEach((share, i) => {
    expect(figuresOf(metrics.topK(i + 1), tensor(output))).toBeCloseTo(share, 10);
  });
});

test('a label of int64 beyond int32 is no other class', () => {
  const accuracy = metrics.accuracy();
  accuracy.update(tensor([0]).to('int64'), tensor([2n ** 32n]));
  expect(accuracy.compute()).toBe(0);
  expect(() => accuracy.update(tensor([[1, 0]]), tensor([2n ** 32n]))).toThrow(RangeError);
});

/** A metric with the value it has where a sample of class 1 is predicted as 0, and the other one rightly. */
type Ignoring = (options: { ignoreIndex?: number }) => metrics.Metric;
const ignoring: [string, Ignoring, unknown, unknown][] = [
  ['accuracy', (options) => metrics.accuracy(options), 0.5, 0],
  ['topK', (options) => metrics.topK(1, options), 0.5, 0],
  ['confusionMatrix', (options) => metrics.confusionMatrix(2, options), [[1, 0], [1, 0]], [[0, 0], [0, 0]]], // prettier-ignore
  [
    'precision',
    (options) => metrics.precision({ numClasses: 2, average: 'macro', ...options }),
    0.25,
    0,
  ],
  ['recall', (options) => metrics.recall({ numClasses: 2, average: 'macro', ...options }), 0.5, 0],
  ['f1', (options) => metrics.f1({ numClasses: 2, average: 'macro', ...options }), 1 / 3, 0],
];

describe.each(ignoring)('%s counts no targets that are ignored', (name, make, expected, none) => {
  const logits = tensor([[0, 1], [3, 1], [2, 0], [0, 1]]); // prettier-ignore
  const runs: [string, (metric: metrics.Metric, output: Tensor, target: Tensor) => void][] = [
    ['eager', (metric, output, target) => metric.update(output, target)],
    [
      'compiled',
      (metric, output, target) => {
        const update = compile((o: Tensor, t: Tensor) => metric.update(o, t));
        update(output, target);
        metric.reset();
        update(output, target);
      },
    ],
  ];

  describe.each(runs)('%s', (_, update) => {
    test.each([
      [-100, {}, 'int32'],
      [-100, {}, 'int64'],
      [-1, { ignoreIndex: -1 }, 'int64'],
      [255, { ignoreIndex: 255 }, 'uint8'],
      [-100, {}, 'float32'],
    ] as const)('%p', (ignored, options, dtype) => {
      const target = tensor([ignored, 0, 1, ignored], { dtype });
      const metric = make(options);
      update(metric, logits, target);
      expect(metric.compute()).toEqual(expected);
      if (name === 'topK') return;
      // As classes, of which nobody looks at the ignored ones, and by a threshold.
      for (const [output, more] of [
        [tensor([77, 0, 0, -5], { dtype: 'int32' }), {}],
        [tensor([0.9, 0.1, 0.2, NaN]), {}],
        [tensor([0.9, 0.1, 0.2, 0.9]).unsqueeze(1), {}],
      ] as const) {
        const other = make({ ...options, ...more });
        update(other, output, target);
        expect(other.compute()).toEqual(expected);
      }
    });

    test('all ignored', () => {
      const metric = make({});
      update(metric, logits, tensor([-100, -100, -100, -100], { dtype: 'int32' }));
      expect(metric.compute()).toEqual(none);
    });

    test.each([2, -1, -100])('a target out of range: %p', (label) => {
      const metric = make(label === -100 ? { ignoreIndex: -1 } : {});
      const target = tensor([0, 0, 1, label], { dtype: 'int32' });
      const run = (): void => update(metric, logits, target);
      expect(run).toThrow(RangeError);
      expect(run).toThrow(`${name}: expected an index from 0 to 1 for target, got ${label}`);
    });
  });
});

test('outputs with places after the classes', () => {
  const output = tensor([[[0.9, 0.2], [0.1, 0.8]]]); // prettier-ignore
  const accuracy = metrics.accuracy();
  accuracy.update(output, tensor([[0, 0]], { dtype: 'int32' }));
  expect(accuracy.compute()).toBe(0.5);
});

test('types follow the average', () => {
  const figure: number = metrics.f1({ numClasses: 3, average: 'macro' }).compute();
  const each: number[] = metrics.f1({ numClasses: 3, average: 'none' }).compute();
  const average = 'none' as metrics.Average;
  // @ts-expect-error: nobody knows yet whether it is one number
  const either: number = metrics.f1({ numClasses: 3, average }).compute();
  expect([figure, each, either]).toEqual([0, [0, 0, 0], [0, 0, 0]]);
});

test('nothing counted yet', () => {
  expect(metrics.accuracy().compute()).toBe(0);
  expect(metrics.f1({ numClasses: 3, average: 'macro' }).compute()).toBe(0);
  expect(metrics.mae().compute()).toBe(0);
  expect(metrics.r2().compute()).toBeNaN();
});

test('an output in a graph is counted outside of it', () => {
  const output = randn(3, 2, { requiresGrad: true });
  const accuracy = metrics.accuracy();
  accuracy.update(output.mul(1), tensor([0, 1, 1], { dtype: 'int32' }));
  expect(Object.values(accuracy.stateDict()).some((sum) => sum.requiresGrad)).toBe(false);
});

const labels = (...list: number[]) => tensor(list, { dtype: 'int32' });

test.each<[string, () => void, string]>([
  [
    'shapes',
    () => metrics.accuracy().update(zeros(3, 2), labels(0, 1)),
    'accuracy: expected (n, classes, ...) for target [2], or its shape, for output, got [3, 2]',
  ],
  [
    'top-k of a vector',
    () => metrics.topK(1).update(zeros(2), labels(0, 1)),
    'topK: expected (n, classes) for target [2] for output, got [2]',
  ],
  [
    'classes as the last dimension',
    () => metrics.f1({ numClasses: 3, average: 'macro' }).update(zeros(2, 4, 3), zeros(2, 4)),
    'f1: expected (n, classes, ...) for target [2, 4], or its shape, for output, got [2, 4, 3]',
  ],
  [
    'regression',
    () => metrics.mae().update(zeros(3), zeros(4)),
    'mae: expected [4] for output, got [3]',
  ],
  [
    'columns',
    () => metrics.r2({ numOutputs: 3 }).update(zeros(4, 2), zeros(4, 2)),
    'r2: expected (n, 3) for output, got [4, 2]',
  ],
  [
    'a class too many',
    () => metrics.confusionMatrix(2).update(labels(1), labels(2)),
    'confusionMatrix: expected an index from 0 to 1 for target, got 2',
  ],
  [
    'binary of three',
    () => metrics.f1({ numClasses: 3, average: 'binary' }),
    "f1: expected 'macro', 'micro', 'weighted' or 'none' of more than 2 classes for average, got 'binary'",
  ],
  ['k', () => metrics.topK(0), 'topK: expected an integer of at least 1 for k, got 0'],
  [
    'an unknown option',
    () => metrics.accuracy({ treshold: 1 } as object),
    'accuracy: expected one of threshold, logits, ignoreIndex for options, got ',
  ],
  [
    'a state of other classes',
    () => metrics.confusionMatrix(2).loadStateDict(metrics.confusionMatrix(3).stateDict()),
    'loadStateDict: expected [2, 2] for confusion, got [3, 3]',
  ],
  [
    'a missing state',
    () => metrics.accuracy().loadStateDict({}),
    'loadStateDict: expected a tensor for correct, got undefined',
  ],
])('%s: refused', (_, call, message) => {
  expect(call).toThrow(message);
});

test.each<[string, { compute(...values: number[]): unknown }]>([
  ['accuracy', metrics.accuracy()],
  ['confusionMatrix', metrics.confusionMatrix(2)],
  ['f1', metrics.f1()],
  ['mae', metrics.mae()],
  ['r2', metrics.r2()],
])('%s: compute takes no arguments', (_, metric) => {
  expect(() => metric.compute(1)).toThrow('compute: expected no arguments, got 1');
});

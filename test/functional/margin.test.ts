/** Losses with margins, distances, and functions with weights. */
import '../support/calls';
import { F, tensor, zeros, type Tensor } from 'blasgrad';
import {
  at,
  build,
  pointwise,
  testOps,
  type InputSpec,
  type OpCase,
  type Plain,
} from '../ops/harness';
import { sigmoid, softplus } from '../support/functions';
import { expectRefusals } from '../support/refusals';
import { reductions } from './reductions';

const ops: readonly string[] = [];
const vector: InputSpec = { shape: [6] };
const matrix: InputSpec = { shape: [4, 3] };
const signs: InputSpec = { shape: [6], dtype: 'int32', values: [1, -1, 1, 1, -1, -1] };
const fewSigns: InputSpec = { ...signs, shape: [4] };
const labels: InputSpec = { shape: [4], dtype: 'int32', values: [0, 2, 1, 1] };

const positive = (x: number): number => Math.max(x, 0);
const row = (x: Plain, i: number): number[] => {
  const n = x.shape[x.shape.length - 1];
  return x.data.slice(i * n, (i + 1) * n);
};
/** One number for each row of several matrices. */
const byRow = (fn: (...rows: number[][]) => number) => {
  return (...all: Plain[]): Plain => {
    const shape = all[0].shape.slice(0, -1);
    const count = shape.reduce((a, b) => a * b, 1);
    const data = Array.from({ length: count }, (_, i) =>
      fn(...all.map((values) => row(values, i))),
    );
    return { shape, data };
  };
};
const asColumn = ({ shape, data }: Plain): Plain => ({ shape: [...shape, 1], data });
const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
const norm = (a: number[], p: number): number =>
  a.reduce((sum, x) => sum + Math.abs(x) ** p, 0) ** (1 / p);
const cosine = (a: number[], b: number[]): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const distance = (a: number[], b: number[], p = 2): number =>
  norm(
    a.map((x, i) => x - b[i] + 1e-6),
    p,
  );

/** The classes' scores that come within the margin of the right one's. */
const tooNear =
  (margin: number, p: number) =>
  (scores: number[], [target]: number[]) =>
    scores.reduce((sum, score, i) => {
      return sum + (i === target ? 0 : positive(margin - scores[target] + score) ** p);
    }, 0) / scores.length;

const losses: OpCase[] = [
  ...reductions({
    name: 'hingeEmbeddingLoss',
    inputs: [vector, signs],
    options: { margin: 0.8 },
    run: F.hingeEmbeddingLoss,
    reference: pointwise((x, t) => (t === 1 ? x : positive(0.8 - x))),
  }),
  ...reductions({
    name: 'softMarginLoss',
    inputs: [vector, signs],
    run: F.softMarginLoss,
    reference: pointwise((x, t) => softplus(-t * x)),
  }),
  ...reductions({
    name: 'marginRankingLoss',
    inputs: [vector, vector, signs],
    options: { margin: 0.3 },
    run: F.marginRankingLoss,
    reference: pointwise((a, b, t) => positive(0.3 - t * (a - b))),
  }),
  ...reductions({
    name: 'cosineEmbeddingLoss',
    inputs: [matrix, matrix, fewSigns],
    options: { margin: -0.2 },
    run: F.cosineEmbeddingLoss,
    reference: (a, b, t) =>
      byRow((x, y, [sign]) => (sign === 1 ? 1 - cosine(x, y) : positive(cosine(x, y) + 0.2)))(
        a,
        b,
        asColumn(t),
      ),
  }),
  ...reductions({
    name: 'tripletMarginLoss',
    inputs: [matrix, matrix, matrix],
    run: F.tripletMarginLoss,
    reference: byRow((a, p, n) => positive(1 + distance(a, p) - distance(a, n))),
  }),
  ...reductions({
    name: 'tripletMarginLoss, swapped, of the third norm',
    inputs: [matrix, matrix, matrix],
    options: { margin: 2, p: 3, swap: true },
    run: F.tripletMarginLoss,
    reference: byRow((a, p, n) =>
      positive(2 + distance(a, p, 3) - Math.min(distance(a, n, 3), distance(p, n, 3))),
    ),
  }),
  ...reductions({
    name: 'multiMarginLoss',
    inputs: [matrix, labels],
    run: F.multiMarginLoss,
    reference: (x, t) => byRow(tooNear(1, 1))(x, asColumn(t)),
  }),
  ...reductions({
    name: 'multiMarginLoss, squared',
    inputs: [matrix, labels],
    options: { p: 2, margin: 0.5 },
    run: F.multiMarginLoss,
    reference: (x, t) => byRow(tooNear(0.5, 2))(x, asColumn(t)),
  }),
  {
    name: 'multiMarginLoss, weighted',
    ops,
    inputs: [matrix, labels, { shape: [3], low: 0.5, high: 2 }],
    run: (x, t, weight) => F.multiMarginLoss(x, t, { weight, reduction: 'none' }),
    reference: (x, t, weight) =>
      byRow((scores, target) => tooNear(1, 1)(scores, target) * weight.data[target[0]])(
        x,
        asColumn(t),
      ),
  },
];

const functions: OpCase[] = [
  {
    name: 'normalize',
    ops,
    inputs: [{ shape: [3, 4] }],
    run: (x) => F.normalize(x),
    reference: (x) => build([3, 4], ([i, j]) => at(x, [i, j]) / norm(row(x, i), 2)),
  },
  {
    name: 'normalize, first norm',
    ops,
    inputs: [{ shape: [3, 4] }],
    run: (x) => F.normalize(x, { p: 1, dim: -1 }),
    reference: (x) => build([3, 4], ([i, j]) => at(x, [i, j]) / norm(row(x, i), 1)),
  },
  {
    name: 'cosineSimilarity',
    ops,
    inputs: [{ shape: [3, 4] }, { shape: [3, 4] }],
    run: (a, b) => F.cosineSimilarity(a, b),
    reference: byRow(cosine),
  },
  {
    name: 'cosineSimilarity with one vector',
    ops,
    inputs: [{ shape: [3, 4] }, { shape: [1, 4] }],
    run: (a, b) => F.cosineSimilarity(a, b, { dim: -1 }),
    reference: (a, b) => byRow((x) => cosine(x, b.data))(a),
  },
  {
    name: 'pairwiseDistance',
    ops,
    inputs: [{ shape: [3, 4] }, { shape: [3, 4] }],
    run: (a, b) => F.pairwiseDistance(a, b),
    reference: byRow((x, y) => distance(x, y)),
  },
  {
    name: 'pairwiseDistance, first norm, keepdim',
    ops,
    inputs: [{ shape: [3, 4] }, { shape: [3, 4] }],
    run: (a, b) => F.pairwiseDistance(a, b, { p: 1, keepdim: true }),
    reference: (a, b) => asColumn(byRow((x, y) => distance(x, y, 1))(a, b)),
  },
  {
    name: 'glu',
    ops,
    inputs: [{ shape: [3, 4] }],
    run: (x) => F.glu(x),
    reference: (x) => build([3, 2], ([i, j]) => at(x, [i, j]) * sigmoid(at(x, [i, j + 2]))),
  },
  {
    name: 'prelu with one weight',
    ops,
    inputs: [{ shape: [3, 4] }, { shape: [1] }],
    run: F.prelu,
    reference: pointwise((x, w) => (x > 0 ? x : w * x)),
  },
  {
    name: 'prelu with a weight for each channel',
    ops,
    inputs: [{ shape: [2, 3, 4] }, { shape: [3] }],
    run: F.prelu,
    reference: (x, w) =>
      build([2, 3, 4], (index) => (at(x, index) > 0 ? 1 : w.data[index[1]]) * at(x, index)),
  },
  {
    name: 'bilinear',
    ops,
    inputs: [{ shape: [2, 3] }, { shape: [2, 4] }, { shape: [5, 3, 4] }, { shape: [5] }],
    run: F.bilinear,
    reference: (a, b, w, bias) =>
      build([2, 5], ([n, o]) => {
        let sum = bias.data[o];
        for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 4; j++) sum += at(a, [n, i]) * at(w, [o, i, j]) * at(b, [n, j]);
        }
        return sum;
      }),
  },
  {
    name: 'embedding',
    ops,
    inputs: [{ shape: [2, 3], dtype: 'int32', values: [0, 3, 1, 1, 3, 2] }, { shape: [4, 2] }],
    run: (index, table) => F.embedding(index, table),
    reference: (index, table) => build([2, 3, 2], ([i, j, k]) => at(table, [at(index, [i, j]), k])),
  },
];

testOps('margin losses', losses);
testOps('functions', functions);

test('the row of paddingIdx gets no gradient', () => {
  const table = zeros([3, 2]).requiresGrad_();
  const index = tensor([0, 2, 2], { dtype: 'int32' });
  F.embedding(index, table, { paddingIdx: -1 }).sum().backward();
  expect(table.grad?.toArray()).toEqual([
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
});

test('normalize and cosineSimilarity of zeros', () => {
  expect(F.normalize(zeros([1, 2])).toArray()).toEqual([[0, 0]]);
  expect(F.cosineSimilarity(zeros([1, 2]), zeros([1, 2])).toArray()).toEqual([0]);
});

test('tripletMarginWithDistanceLoss takes any distance', () => {
  const [a, p, n] = [tensor([[0, 0]]), tensor([[3, 1]]), tensor([[2, 5]])];
  const distanceFunction = (x: typeof a, y: typeof a): typeof a => x.sub(y).abs().amax(-1);
  expect(F.tripletMarginWithDistanceLoss(a, p, n, { distanceFunction, margin: 3 }).item()).toBe(1);
});

const [x, t] = [zeros([2, 3]), tensor([0, 1], { dtype: 'int32' })];
const half = zeros([3], { dtype: 'bfloat16' });
expectRefusals([
  [() => F.glu(x), RangeError, 'glu: expected an even size of dimension 1 for input, got [2, 3]'],
  [() => F.prelu(x, zeros([2])), RangeError, 'prelu: expected [1] or [3] for weight, got [2]'],
  [() => F.bilinear(x, x, zeros([1, 3, 2])), RangeError, 'expected [2, 2] for input2, got [2, 3]'],
  [() => F.bilinear(x, x, zeros([3, 2])), RangeError, 'expected 3 dimensions for weight'],
  [() => F.bilinear(x, x, zeros([1, 3, 3]), x), RangeError, 'expected [1] for bias, got [2, 3]'],
  [
    () => F.embedding(x, x),
    TypeError,
    'embedding: expected int64 or int32 for dtype of input, got float32',
  ],
  [() => F.embedding(tensor([2], { dtype: 'int32' }), x), RangeError, '2'],
  [
    () => F.embedding(t, x, { paddingIdx: 2 }),
    RangeError,
    'an index from -2 to 1 for paddingIdx, got 2',
  ],
  [() => F.normalize(x, { dim: 2 }), RangeError, 'dim'],
  [() => F.pairwiseDistance(x, 1 as never), TypeError, 'a tensor for x2, got 1'],
  [() => F.cosineEmbeddingLoss(x, x, zeros([3])), RangeError, 'expected [2] for target, got [3]'],
  [() => F.cosineEmbeddingLoss(x, zeros([3]), t), RangeError, 'expected [2, 3] for input2'],
  [
    () => F.multiMarginLoss(x, zeros([2])),
    TypeError,
    'multiMarginLoss: expected int64 or int32 for dtype of target, got float32',
  ],
  [() => F.multiMarginLoss(x, t.unsqueeze(0)), RangeError, 'expected [2] for target, got [1, 2]'],
  [() => F.multiMarginLoss(x, t, { weight: half }), RangeError, 'dtype float32 for weight'],
  [
    () => F.prelu(x, half),
    RangeError,
    'prelu: expected dtype bfloat16, which weight has, for input, got float32',
  ],
  [
    () => F.bilinear(x, x, zeros([1, 3, 3]), half.narrow(0, 0, 1)),
    RangeError,
    'bilinear: expected dtype float32 for bias, got bfloat16',
  ],
  [
    () => F.binaryCrossEntropy(x, x.double()),
    RangeError,
    'binaryCrossEntropy: expected dtype float32 for target, got float64',
  ],
  [() => F.multiMarginLoss(x, t, { p: 3 as never }), RangeError, "'1' or '2' for p"],
  [() => F.tripletMarginLoss(x, x, x, { swap: 1 as never }), TypeError, 'a boolean for swap'],
  [() => F.hingeEmbeddingLoss(x, x, { margin: NaN }), RangeError, 'a finite number for margin'],
]);

// Numbers of PyTorch 2.15: one sample may have fewer dimensions.
test.each<[Tensor, Tensor, number[], number]>([
  [tensor(2), tensor(0n), [], 0],
  [tensor(2), tensor([0n]), [], 0],
  [tensor([1, 2.5]), tensor(0n), [], 1.25],
  [tensor([1, 2.5]), tensor([0n]), [1], 1.25],
  [tensor([[1, 2.5]]), tensor(0n), [], 1.25],
])('multiMarginLoss of one sample', (x, target, shape, loss) => {
  const out = F.multiMarginLoss(x, target, { reduction: 'none', weight: null });
  expect([out.shape, out.sum().item()]).toEqual([shape, loss]);
});

test.each(['int64', 'int32', 'uint8'] as const)('margins of %s give floats', (dtype) => {
  const [a, b, sign] = [[1, 2, 3], [3, 2, 1], [1, 1, 0]].map((one) => tensor(one, { dtype })); // prettier-ignore
  const losses = F.marginRankingLoss(a, b, sign, { margin: 1, reduction: 'none' });
  expect([losses.dtype, losses.toArray()]).toEqual(['float32', [3, 1, 1]]);
  expect(F.marginRankingLoss(a, b, sign).item()).toBeCloseTo(2 / 3);
  expect(F.pairwiseDistance(b, b, { eps: 1 }).item()).toBeCloseTo(Math.sqrt(3));
});

test('bilinear of integers', () => {
  const whole = (data: number[] | number[][][]): Tensor => tensor(data, { dtype: 'int64' });
  const y = F.bilinear(whole([1, 2]), whole([3, 4]), whole([[[1, 0], [2, 1]]]), whole([5])); // prettier-ignore
  expect([y.dtype, y.toArray()]).toEqual(['int64', [28]]);
});

/** nllLoss and crossEntropy. */
import { F, tensor } from 'blasgrad';
import type { OpCase, Plain } from '../../harness';
import { given } from '../index/gather';

const shapes = [
  { name: '(C)', shape: [4], targets: [], values: [2] },
  { name: '(N, C)', shape: [3, 4], targets: [3], values: [1, 3, 0] },
  { name: '(N, C, d)', shape: [2, 3, 2], targets: [2, 2], values: [2, 0, 1, 1] },
  { name: 'one sample', shape: [1, 5], targets: [1], values: [4] },
  { name: 'an ignored sample', shape: [3, 4], targets: [3], values: [1, -100, 2] },
  { name: 'no sample', shape: [0, 3], targets: [0], values: [] },
];
const reductions = ['mean', 'sum', 'none'] as const;
const weights = [0.5, 2, 0.25, 1, 3];

/** -w[t] x[t], sample by sample, then reduced. */
function nll(logs: Plain, target: Plain, weight: readonly number[] | null, how: string): Plain {
  const classes = logs.shape.length === 1 ? logs.shape[0] : logs.shape[1];
  const inner = logs.shape.slice(2).reduce((a, b) => a * b, 1);
  const shares = target.data.map((t) => (t === -100 ? 0 : (weight?.[t] ?? 1)));
  const losses = target.data.map((t, s) => {
    const at = (Math.floor(s / inner) * classes + t) * inner + (s % inner);
    return t === -100 ? 0 : -shares[s] * logs.data[at];
  });
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  if (how === 'none') return { shape: target.shape, data: losses };
  return { shape: [], data: [how === 'sum' ? sum(losses) : sum(losses) / sum(shares)] };
}

const crossEntropies: readonly OpCase[] = [[4], [2, 3], []].map((shape): OpCase => ({
  name: `binaryCrossEntropy of [${shape.join()}]`,
  ops: ['probabilities'],
  inputs: [
    { shape, low: 0.1, high: 0.9 },
    { shape, low: 0, high: 1 },
  ],
  run: (input, target) => F.binaryCrossEntropy(input, target, { reduction: 'none' }),
  reference: (input, target) => ({
    shape: input.shape,
    data: input.data.map(
      (p, i) => -(target.data[i] * Math.log(p) + (1 - target.data[i]) * Math.log(1 - p)),
    ),
  }),
}));

const picks: readonly OpCase[] = shapes.flatMap(({ name, shape, targets, values }) =>
  reductions.flatMap((reduction) =>
    [false, true].map((weighted): OpCase => {
      const classes = shape.length === 1 ? shape[0] : shape[1];
      const weight = weighted ? weights.slice(0, classes) : null;
      return {
        name: `nllLoss of ${name}, ${reduction}${weighted ? ', weighted' : ''}`,
        ops: values.length > 0 ? ['nllLoss', 'nllLossBackward'] : ['nllLoss'],
        inputs: [
          { shape },
          given(targets, values),
          ...(weight ? [{ shape: [classes], values: weight }] : []),
        ],
        run: (logs, target) =>
          F.nllLoss(logs, target, {
            reduction,
            ...(weight ? { weight: tensor(weight).to(logs.dtype) } : {}),
          }),
        reference: (logs, target) => nll(logs, target, weight, reduction),
        gradient: values.length > 0, // the mean of no losses is NaN, and has no slope
      };
    }),
  ),
);

const gaussians: readonly OpCase[] = [[4], [2, 3], []].map((shape): OpCase => ({
  name: `gaussianNllLoss of [${shape.join()}]`,
  ops: ['nonNegative'],
  inputs: [{ shape }, { shape }, { shape, low: 0.5, high: 2 }],
  run: (input, target, variance) =>
    F.gaussianNllLoss(input, target, variance, { reduction: 'none' }),
  reference: (input, target, variance) => ({
    shape: input.shape,
    data: input.data.map(
      (x, i) => (Math.log(variance.data[i]) + (x - target.data[i]) ** 2 / variance.data[i]) / 2,
    ),
  }),
}));

export const cases: readonly OpCase[] = [...picks, ...crossEntropies, ...gaussians];

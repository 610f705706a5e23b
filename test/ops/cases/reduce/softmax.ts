/** Softmax, its logarithm, and log-sum-exp. */
import { F } from 'blasgrad';
import { alongDim, reduced } from '../../../support/lines';
import type { OpCase } from '../../harness';

function logSumExp(line: number[]): number {
  const peak = Math.max(...line);
  if (!Number.isFinite(peak)) return peak;
  return peak + Math.log(line.reduce((sum, x) => sum + Math.exp(x - peak), 0));
}

const logSoftmax = (line: number[]): number[] => {
  const peak = Math.max(...line);
  const sum = Math.log(line.reduce((total, x) => total + Math.exp(x - peak), 0));
  return line.map((x) => x - peak - sum);
};
const functions = {
  softmax: (line: number[]): number[] => logSoftmax(line).map(Math.exp),
  logSoftmax,
};

const places = [
  { shape: [5], dim: 0 },
  { shape: [3, 4], dim: 1 },
  { shape: [3, 4], dim: 0 },
  { shape: [2, 3, 4], dim: 1 },
  { shape: [2, 9], dim: -1 },
  { shape: [9, 2], dim: 0 },
  { shape: [], dim: 0 },
  { shape: [3, 1], dim: 1 },
  { shape: [0, 3], dim: 1 },
  { shape: [3, 0], dim: 1 },
];
const large = [
  { shape: [3, 16], dim: 1 },
  { shape: [5, 10], dim: 1 },
  { shape: [2, 1031], dim: 1 },
  { shape: [7, 33], dim: 0 },
  { shape: [2, 5, 300], dim: 1 },
];
const special = {
  infinities: [1, -Infinity, 2, -Infinity, -Infinity, 0.5, -Infinity],
  'an infinite largest': [1, Infinity, 2],
  NaN: [1, 2, NaN, -1, 0],
  'nothing but -Infinity': [-Infinity],
  'numbers whose exponential overflows': [1000, 999, -1000, 998.5],
  'numbers whose exponentials vanish': [-1000, -999, -1001.5],
};

const names = ['softmax', 'logSoftmax'] as const;

const smooth = names.flatMap((name) =>
  places.map(({ shape, dim }): OpCase => ({
    name: `${name} of [${shape.join()}] along dim ${dim}`,
    ops: [name, `${name}Backward`],
    inputs: [{ shape }],
    run: (x) => x[name](dim),
    reference: alongDim(functions[name], dim),
  })),
);

const others = names.flatMap((name) => [
  ...large.map(({ shape, dim }): OpCase => ({
    name: `${name} of [${shape.join()}] along dim ${dim}`,
    ops: [name],
    inputs: [{ shape, low: -5, high: 5 }],
    run: (x) => x[name](dim),
    reference: alongDim(functions[name], dim),
    gradient: false,
  })),
  ...Object.entries(special).flatMap(([what, values]) =>
    [
      { shape: [4, 20], dim: 1 },
      { shape: [3, 3], dim: 1 },
      { shape: [9, 4], dim: 0 },
    ].map(({ shape, dim }): OpCase => ({
      name: `${name} of ${what} in [${shape.join()}] along dim ${dim}`,
      ops: [name],
      inputs: [{ shape, values }],
      run: (x) => x[name](dim),
      reference: alongDim(functions[name], dim),
      gradient: false,
    })),
  ),
  {
    name: `${name} to another dtype`,
    ops: [name],
    inputs: [{ shape: [2, 3], dtype: 'int32' }],
    run: (x) => x[name](1, { dtype: 'float64' }),
    reference: alongDim(functions[name], 1),
    gradient: false,
  } satisfies OpCase,
]);

const functional: OpCase[] = [
  {
    name: 'softmin',
    ops: ['softmax', 'softmaxBackward'],
    inputs: [{ shape: [2, 3] }],
    run: (x) => F.softmin(x, 1),
    reference: alongDim((line) => functions.softmax(line.map((x) => -x)), 1),
  },
  ...names.map((name): OpCase => ({
    name: `F.${name}`,
    ops: [name, `${name}Backward`],
    inputs: [{ shape: [2, 3] }],
    run: (x) => F[name](x, 0),
    reference: alongDim(functions[name], 0),
  })),
];

const logsumexps: OpCase[] = [
  ...[
    { shape: [3, 4], dims: 1 },
    { shape: [3, 4], dims: 0 },
    { shape: [2, 3, 4], dims: [0, 2] },
    { shape: [2, 3, 2], dims: [0, 1, 2] },
    { shape: [], dims: [] },
  ].map(({ shape, dims }): OpCase => ({
    name: `logsumexp of [${shape.join()}] over ${String(dims)}`,
    ops: ['logsumexp'],
    inputs: [{ shape }],
    run: (x) => x.logsumexp(dims),
    reference: reduced(logSumExp, dims),
  })),
  {
    name: 'logsumexp, keepdim',
    ops: ['logsumexp'],
    inputs: [{ shape: [3, 4] }],
    run: (x) => x.logsumexp(1, { keepdim: true }),
    reference: reduced(logSumExp, 1, { keepdim: true }),
  },
  ...[...large, { shape: [2, 0], dim: 1 }, { shape: [0, 2], dim: 0 }].map(
    ({ shape, dim }): OpCase => ({
      name: `logsumexp of [${shape.join()}] over ${dim}`,
      ops: ['logsumexp'],
      inputs: [{ shape, low: -5, high: 5 }],
      run: (x) => x.logsumexp(dim),
      reference: reduced(logSumExp, dim),
      gradient: false,
    }),
  ),
  ...Object.entries(special).flatMap(([what, values]) =>
    [0, 1].map((dim): OpCase => ({
      name: `logsumexp of ${what} over ${dim}`,
      ops: ['logsumexp'],
      inputs: [{ shape: [12, 20], values }],
      run: (x) => x.logsumexp(dim),
      reference: reduced(logSumExp, dim),
      gradient: false,
    })),
  ),
];

export const cases: OpCase[] = [...smooth, ...others, ...functional, ...logsumexps];

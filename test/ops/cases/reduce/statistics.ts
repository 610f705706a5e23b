/** Variance, standard deviation, norms and cumulative sums. */
import { alongDim, reduced } from '../../../support/lines';
import type { OpCase } from '../../harness';

const sum = (line: number[]): number => line.reduce((a, b) => a + b, 0);

function variance(line: number[], correction: number): number {
  const mean = sum(line) / line.length;
  return sum(line.map((x) => (x - mean) ** 2)) / Math.max(line.length - correction, 0);
}

const spreads: readonly {
  shape: number[];
  dims?: number | number[];
  options?: { correction?: number; keepdim?: boolean };
}[] = [
  { shape: [7] },
  { shape: [2, 3, 4] },
  { shape: [2, 3, 4], dims: 1 },
  { shape: [2, 3, 4], dims: [0, 2], options: { keepdim: true } },
  { shape: [2, 3, 4], dims: -1, options: { correction: 0 } },
  { shape: [4, 5], dims: 0, options: { correction: 2.5 } },
];

const variances = spreads.flatMap(({ shape, dims, options }): OpCase[] => {
  const { correction = 1, keepdim } = options ?? {};
  const common = { ops: ['mean', 'norm2'], inputs: [{ shape }] };
  const where = `of [${shape.join()}] over ${String(dims ?? 'all')} ${JSON.stringify(options ?? {})}`;
  return [
    {
      name: `var ${where}`,
      ...common,
      run: (x) => x.var(dims, options),
      reference: reduced((line) => variance(line, correction), dims, { keepdim }),
    },
    {
      name: `std ${where}`,
      ...common,
      run: (x) => x.std(dims, options),
      reference: reduced((line) => Math.sqrt(variance(line, correction)), dims, { keepdim }),
    },
  ];
});

const single: OpCase[] = (['var', 'std'] as const).map((name) => ({
  name: `${name} of one element is NaN`,
  ops: ['mean'],
  inputs: [{ shape: [3, 1] }],
  run: (x) => x[name](1),
  reference: reduced(() => NaN, 1),
  gradient: false,
}));

function norm(line: number[], p: number): number {
  const sizes = line.map(Math.abs);
  if (p === Infinity) return Math.max(...sizes);
  if (p === -Infinity) return Math.min(...sizes);
  if (p === 0) return sizes.filter((x) => x !== 0).length;
  return sum(sizes.map((x) => x ** p)) ** (1 / p);
}

// Away from 0, where |x| has a corner.
const apart = [0.25, -0.75, 1.125, -1.5, 0.875, 1.875, -0.375, 1.25];
const norms = [0, 0.5, 1, 1.5, 2, 3, Infinity, -Infinity].flatMap((p): OpCase[] => {
  const row = p === 2 ? 'norm2' : Number.isFinite(p) ? 'norm1' : p > 0 ? 'amax' : 'amin';
  return [
    {
      name: `norm of order ${p}`,
      ops: [row],
      inputs: [{ shape: [2, 4], values: apart }],
      run: (x) => x.norm({ p }),
      reference: reduced((line) => norm(line, p)),
    },
    {
      name: `norm of order ${p} over dim 1`,
      ops: [row],
      inputs: [{ shape: [2, 4, 1], values: apart }],
      run: (x) => x.norm({ p, dim: 1, keepdim: true }),
      reference: reduced((line) => norm(line, p), 1, { keepdim: true }),
    },
    {
      name: `norm of order ${p} over dims 0 and 2`,
      ops: [row],
      inputs: [{ shape: [2, 2, 2], values: apart }],
      run: (x) => x.norm({ p, dim: [0, 2] }),
      reference: reduced((line) => norm(line, p), [0, 2]),
    },
  ];
});

const running = (line: number[]): number[] => {
  let total = 0;
  return line.map((x) => (total += x));
};

const cumsums = [
  { shape: [5], dim: 0 },
  { shape: [2, 4, 3], dim: 0 },
  { shape: [2, 4, 3], dim: 1 },
  { shape: [2, 4, 3], dim: -1 },
  { shape: [], dim: 0 },
  { shape: [2, 0], dim: 1 },
].map(({ shape, dim }): OpCase => ({
  name: `cumsum of [${shape.join()}] along dim ${dim}`,
  ops: ['cumsum'],
  inputs: [{ shape }],
  run: (x) => x.cumsum(dim),
  reference: alongDim(running, dim),
}));

const longCumsums = (['float', 'int64', 'int32', 'uint8', 'bool'] as const).flatMap((dtype) =>
  [
    { shape: [300], dim: 0 },
    { shape: [3, 270], dim: 0 },
    { shape: [30, 70], dim: 1 },
  ].map(({ shape, dim }): OpCase => ({
    name: `cumsum of ${dtype} [${shape.join()}] along dim ${dim}`,
    ops: [dtype === 'float' ? 'cumsum' : 'cumsumInt64'],
    inputs: [{ shape, dtype }],
    run: (x) => x.cumsum(dim),
    reference: alongDim(running, dim),
    gradient: false,
  })),
);

export const cases: OpCase[] = [...variances, ...single, ...norms, ...cumsums, ...longCumsums];

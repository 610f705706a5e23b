/** Samples at the points of a grid. */
import { F } from 'blasgrad';
import { at, build, type OpCase, type Plain } from '../../harness';

type Options = Required<{ [K in keyof F.GridSampleOptions]: NonNullable<F.GridSampleOptions[K]> }>;

/** A position within the input. */
function bounded(position: number, n: number, { paddingMode, alignCorners }: Options): number {
  if (paddingMode === 'zeros') return position;
  let p = position;
  if (paddingMode === 'reflection') {
    const [low, high] = alignCorners ? [0, n - 1] : [-0.5, n - 0.5];
    if (low === high) return 0;
    while (p < low || p > high) p = p < low ? 2 * low - p : 2 * high - p;
  }
  return Math.min(Math.max(p, 0), n - 1);
}

/** Positions and weights along one dimension. */
function taps(coordinate: number, n: number, options: Options): [number, number][] {
  const { mode, alignCorners } = options;
  const position = alignCorners ? ((coordinate + 1) / 2) * (n - 1) : ((coordinate + 1) * n - 1) / 2;
  if (mode === 'bicubic') {
    const low = Math.floor(position);
    const cubic = (x: number): number =>
      x < 1 ? (1.25 * x - 2.25) * x * x + 1 : ((-0.75 * x + 3.75) * x - 6) * x + 3;
    return [-1, 0, 1, 2].map((k) => [
      bounded(low + k, n, options),
      cubic(Math.abs(position - low - k)),
    ]);
  }
  const p = bounded(position, n, options);
  const even = (x: number): number => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
  if (mode === 'nearest') return [[even(p), 1]];
  const low = Math.floor(p);
  return [
    [low, 1 - (p - low)],
    [low + 1, p - low],
  ];
}

function sampled(x: Plain, grid: Plain, options: Options): Plain {
  const spatial = x.shape.slice(2);
  const shape = [x.shape[0], x.shape[1], ...grid.shape.slice(1, -1)];
  return build(shape, ([n, c, ...point]) => {
    const own = spatial.map((size, dim) =>
      taps(at(grid, [n, ...point, spatial.length - 1 - dim]), size, options),
    );
    const sum = (dim: number, index: readonly number[]): number => {
      if (dim === spatial.length) return at(x, [n, c, ...index]);
      return own[dim]
        .filter(([p]) => p >= 0 && p < spatial[dim])
        .reduce((total, [p, w]) => total + w * sum(dim + 1, [...index, p]), 0);
    };
    return sum(0, []);
  });
}

const one = (
  input: readonly number[],
  grid: readonly number[],
  options: Options,
  values: readonly number[],
): OpCase => ({
  name: `gridSample [${input.join()}] at [${grid.join()}], ${Object.values(options).join(', ')}`,
  ops:
    input.includes(0) || grid.includes(0)
      ? ['gridSample']
      : ['gridSample', 'gridSampleInput', 'gridSampleGrid'],
  inputs: [{ shape: input }, { shape: grid, values }],
  run: (x, points) => F.gridSample(x, points, options),
  reference: (x, points) => sampled(x, points, options),
  float32: { rel: 1e-4, abs: 2e-5 },
});

/** Coordinates away from kinks, inside and outside of the input. */
const inside = [-0.83, 0.37, 0.61, -0.29, 0.13, 0.71];
const outside = [-1.87, 0.37, 1.41, -1.19, 0.13, 2.71, -3.3];
const modes = ['bilinear', 'nearest', 'bicubic'] as const;
const edges = ['zeros', 'border', 'reflection'] as const;

export const cases: readonly OpCase[] = [
  ...modes.flatMap((mode) =>
    edges.flatMap((paddingMode) =>
      [false, true].map((alignCorners) =>
        one([2, 2, 4, 5], [2, 2, 3, 2], { mode, paddingMode, alignCorners }, outside),
      ),
    ),
  ),
  ...edges.flatMap((paddingMode) =>
    modes.map((mode) =>
      one([1, 2, 3, 4, 3], [1, 1, 2, 3, 3], { mode, paddingMode, alignCorners: false }, outside),
    ),
  ),
  ...modes.flatMap((mode) => [
    one([1, 3, 5, 6], [1, 9, 8, 2], { mode, paddingMode: 'zeros', alignCorners: false }, inside),
    one([2, 0, 3, 3], [2, 2, 2, 2], { mode, paddingMode: 'zeros', alignCorners: false }, inside),
    one([2, 1, 3, 3], [2, 0, 2, 2], { mode, paddingMode: 'border', alignCorners: false }, inside),
  ]),
  one(
    [1, 1, 1, 1],
    [1, 1, 2, 2],
    { mode: 'bilinear', paddingMode: 'reflection', alignCorners: true },
    [0.3, -0.7],
  ),
];

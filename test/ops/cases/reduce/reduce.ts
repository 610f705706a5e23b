/** Reductions: sums, means, products, largest and smallest elements, logic. */
import { reduced } from '../../../support/lines';
import type { InputSpec, OpCase } from '../../harness';

type Dims = number | number[] | undefined;
type Reducer = 'sum' | 'mean' | 'amax' | 'amin' | 'any' | 'all';

const sum = (line: number[]): number => line.reduce((a, b) => a + b, 0);
const mean = (line: number[]): number => sum(line) / line.length;
const product = (line: number[]): number => line.reduce((a, b) => a * b, 1);
const largest = (line: number[]): number => Math.max(...line);
const smallest = (line: number[]): number => Math.min(...line);
const any = (line: number[]): number => Number(line.some((x) => x !== 0));
const all = (line: number[]): number => Number(line.every((x) => x !== 0));

const functions = { sum, mean, amax: largest, amin: smallest, any, all };
const extremes: readonly Reducer[] = ['amax', 'amin'];

/** Where the loops differ: rows, columns, both sides of a vector, a panel and a block; nothing at all. */
const places: readonly { shape: number[]; dims?: Dims; keepdim?: boolean }[] = [
  { shape: [2, 3, 4] },
  { shape: [2, 3, 4], dims: 0 },
  { shape: [2, 3, 4], dims: 1 },
  { shape: [2, 3, 4], dims: -1 },
  { shape: [2, 3, 4], dims: [0, 2] },
  { shape: [2, 3, 4], dims: [1, 0] },
  { shape: [2, 3, 4], dims: 1, keepdim: true },
  { shape: [2, 3, 4], keepdim: true },
  { shape: [2, 3, 2, 2], dims: [0, 2, 3] },
  { shape: [1, 4, 1], dims: [0, 2] },
  { shape: [3, 1, 2], dims: 1 },
  { shape: [] },
  { shape: [], dims: 0 },
  { shape: [0, 3], dims: 1 },
  { shape: [2, 37], dims: 1 },
  { shape: [70, 19], dims: 0 },
  { shape: [2500] },
  { shape: [2, 9, 300], dims: 1 },
  { shape: [150, 260], dims: 0 },
];

function nameOf({ shape, dims, keepdim }: (typeof places)[number]): string {
  const over = dims === undefined ? 'all' : `dim ${String(dims)}`;
  return `of [${shape.join()}] over ${over}${keepdim ? ', keepdim' : ''}`;
}

const size = (shape: number[]): number => shape.reduce((a, b) => a * b, 1);

const overPlaces = (Object.keys(functions) as Reducer[]).flatMap((name) =>
  places.map((place): OpCase => {
    const { shape, dims, keepdim } = place;
    const options = keepdim ? { keepdim } : undefined;
    const logic = name === 'any' || name === 'all';
    const small = size(shape) <= 30;
    const input: InputSpec = logic
      ? { shape, dtype: 'bool', values: name === 'any' ? [0, 0, 0, 0, 1] : [1, 1, 1, 0, 1] }
      : { shape, distinct: extremes.includes(name) };
    return {
      name: `${name} ${nameOf(place)}`,
      ops: [name],
      inputs: [input],
      run: (x) => x[name](dims, options),
      reference: reduced(functions[name], shape.length === 0 ? [] : dims, { keepdim }),
      gradient: !logic && small,
    };
  }),
);

/** Sums of nothing are 0, products 1, means not a number. */
const empty = (['sum', 'mean', 'any', 'all'] as const).flatMap((name) =>
  [
    { shape: [0] },
    { shape: [2, 0, 3], dims: 1 },
    { shape: [0, 3], dims: 0 },
    { shape: [2, 0, 3], dims: [0, 1] },
  ].map((place): OpCase => ({
    name: `${name} of no elements ${nameOf(place)}`,
    ops: [name],
    inputs: [{ shape: place.shape }],
    run: (x) => x[name](place.dims),
    reference: reduced(functions[name], place.dims),
    gradient: false,
  })),
);

const odd = [1, -2, Infinity, 3, NaN, 4, -Infinity, 0, -1, 5, Infinity, -3];
const nonFinite = (['sum', 'mean', 'amax', 'amin', 'any', 'all'] as const).flatMap((name) =>
  [
    { shape: [6, 12], dims: 1 },
    { shape: [12, 7], dims: 0 },
    { shape: [40, 12] },
    { shape: [36, 4], dims: 0 },
  ].map((place): OpCase => ({
    name: `${name} of NaN and infinities ${nameOf(place)}`,
    ops: [name],
    inputs: [{ shape: place.shape, values: odd }],
    run: (x) => x[name](place.dims),
    reference: reduced(functions[name], place.dims),
    gradient: false,
  })),
);

const products: OpCase[] = [
  ...[
    { shape: [5] },
    { shape: [2, 3, 2], dims: 0 },
    { shape: [2, 4, 3], dims: 1 },
    { shape: [2, 3], dims: -1, keepdim: true },
    { shape: [2, 1, 3], dims: 1 },
    { shape: [] },
    { shape: [0, 2], dims: 0 },
    { shape: [3, 0], dims: 0 },
  ].map((place): OpCase => ({
    name: `prod ${nameOf(place)}`,
    ops: ['prod', 'prodBackward'],
    inputs: [{ shape: place.shape, low: 0.3, high: 2 }],
    run: (x) => x.prod(place.dims, place.keepdim ? { keepdim: true } : undefined),
    reference: reduced(product, place.shape.length === 0 ? [] : place.dims, place),
  })),
  ...[[0], [0, 0], [0, 0, 0]].map((zeros): OpCase => ({
    name: `prod of ${zeros.length} zeros and others`,
    ops: ['prod', 'prodBackward'],
    inputs: [{ shape: [5], values: [...zeros, 1.5, -2, 0.5, 3, 1.25].slice(0, 5) }],
    run: (x) => x.prod(0),
    reference: reduced(product),
  })),
  {
    name: 'prod over many columns',
    ops: ['prod'],
    inputs: [{ shape: [3, 300], low: 0.5, high: 1.5 }],
    run: (x) => x.prod(0),
    reference: reduced(product, 0),
    gradient: false,
  },
];

const whole: OpCase[] = [
  ...(['sum', 'amax', 'amin', 'any', 'all'] as const).flatMap((name) =>
    [{ shape: [3, 50], dims: 1 }, { shape: [40, 21], dims: 0 }, { shape: [700] }].map(
      (place): OpCase => ({
        name: `${name} of int32 ${nameOf(place)}`,
        ops: [name === 'sum' ? 'sumInt64' : name],
        inputs: [{ shape: place.shape, dtype: 'int32' }],
        run: (x) => x[name](place.dims),
        reference: reduced(functions[name], place.dims),
        gradient: false,
      }),
    ),
  ),
  {
    name: 'prod of int32',
    ops: ['prodInt64'],
    inputs: [{ shape: [3, 9], dtype: 'int32', values: [1, -2, 3, 1, 2] }],
    run: (x) => x.prod(1),
    reference: reduced(product, 1),
    gradient: false,
  },
  {
    name: 'sum of bool counts',
    ops: ['sumInt64'],
    inputs: [{ shape: [3, 50], dtype: 'bool' }],
    run: (x) => x.sum(1),
    reference: reduced(sum, 1),
    gradient: false,
  },
  {
    name: 'amax of bool',
    ops: ['amax'],
    inputs: [{ shape: [3, 90], dtype: 'bool', values: [0, 0, 1, 0, 0, 0, 0] }],
    run: (x) => x.amax(0),
    reference: reduced(largest, 0),
    gradient: false,
  },
];

const toSize = (
  [
    { from: [4, 3], to: [3], dims: [0] },
    { from: [2, 4, 3], to: [4, 1], dims: [0, 2] },
    { from: [2, 4, 3], to: [1, 4, 1], dims: [0, 2] },
    { from: [2, 3], to: [], dims: [0, 1] },
    { from: [2, 3], to: [2, 3], dims: [] },
  ] as const
).map(({ from, to, dims }): OpCase => ({
  name: `sumToSize from [${from.join()}] to [${to.join()}]`,
  ops: dims.length === 0 ? [] : ['sum'],
  inputs: [{ shape: from }],
  ...(dims.length === 0 ? { view: true } : {}), // the tensor itself, as in PyTorch
  run: (x) => x.sumToSize(to),
  reference: (x) => ({ ...reduced(sum, dims)(x), shape: [...to] }),
}));

export const cases: OpCase[] = [
  ...overPlaces,
  ...empty,
  ...nonFinite,
  ...products,
  ...whole,
  ...toSize,
];

/** Sorting along a dimension. */
import { at, build, indicesOf, type OpCase, type Plain } from '../../harness';

/** NaN above all; equal values in the order of their index. */
const compare = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b;

/** The first `k` of `dim` in order, and where they were. */
function ordered(x: Plain, dim: number, descending: boolean, k = x.shape[dim] ?? 1): Plain[] {
  if (x.shape.length === 0) return [x, { shape: [], data: [0] }];
  const order = new Map<string, number[]>();
  for (const index of indicesOf(x.shape.with(dim, Math.min(1, x.shape[dim])))) {
    const value = (i: number): number => at(x, index.with(dim, i));
    const places = Array.from({ length: x.shape[dim] }, (_, i) => i);
    places.sort((a, b) => (descending ? -1 : 1) * compare(value(a), value(b)) || a - b);
    order.set(index.join(), places);
  }
  const shape = x.shape.with(dim, k);
  const place = (index: number[]): number =>
    (order.get(index.with(dim, 0).join()) ?? [])[index[dim]];
  return [build(shape, (index) => at(x, index.with(dim, place(index)))), build(shape, place)];
}

type Options = { descending?: boolean };
const sort = (
  name: string,
  input: OpCase['inputs'][number],
  dim: number,
  options: Options = {},
  rest: Partial<OpCase> = {},
): OpCase => ({
  name: `sort ${name}`,
  ops: ['sort'],
  inputs: [input],
  run: (x) => {
    const { values, indices } = x.sort(dim, options);
    return [values, indices];
  },
  reference: (x) => {
    const d = dim < 0 ? dim + x.shape.length : dim;
    return ordered(x, d, options.descending ?? false);
  },
  ...rest,
});
const plain = { gradient: false };
const special = [3, NaN, -1, 0, Infinity, -0, 3, -Infinity, NaN, 2];

export const cases: OpCase[] = [
  sort('the last dimension', { shape: [3, 6], distinct: true }, -1),
  sort('the first dimension', { shape: [5, 2, 2], distinct: true }, 0),
  sort('downwards', { shape: [2, 5, 2], distinct: true }, 1, { descending: true }),
  sort('equal values', { shape: [4, 9], values: [1, 0, 2, 1, 1] }, 1, {}, plain),
  sort(
    'equal values downwards',
    { shape: [9, 4], values: [1, 0, 2, 1, 1] },
    0,
    { descending: true },
    plain,
  ),
  sort('NaN and infinity', { shape: [10], values: special }, 0, {}, plain),
  sort(
    'NaN and infinity downwards',
    { shape: [10], values: special },
    0,
    { descending: true },
    plain,
  ),
  sort('a single number', { shape: [] }, 0),
  sort('nothing', { shape: [3, 0] }, 1, {}, plain),
  sort(
    'int32',
    { shape: [3, 50], dtype: 'int32', low: -2147483648, high: 2147483647 },
    1,
    {},
    plain,
  ),
  sort('bool', { shape: [3, 9], dtype: 'bool' }, 1, { descending: true }, plain),
  sort('a long line', { shape: [1100] }, 0, {}, plain),
  sort(
    'a long line with equal values',
    { shape: [1100], values: [7, 1, -3, 2, 1, 0.5, 1] },
    0,
    { descending: true },
    plain,
  ),
  sort(
    'a long line of int32',
    { shape: [2, 1100], dtype: 'int32', low: -400, high: 400 },
    1,
    {},
    plain,
  ),
  {
    name: 'argsort',
    ops: ['sort'],
    inputs: [{ shape: [3, 6] }],
    run: (x) => x.argsort(1, { descending: true, stable: true }),
    reference: (x) => ordered(x, 1, true)[1],
    gradient: false,
  },
  ...[true, false].map((largest): OpCase => ({
    name: `topk, ${largest ? 'largest' : 'smallest'}`,
    ops: ['topk', 'scatterAdd'],
    inputs: [{ shape: [3, 7], distinct: true }],
    run: (x) => {
      const { values, indices } = x.topk(3, -1, { largest });
      return [values, indices];
    },
    reference: (x) => ordered(x, 1, largest, 3),
  })),
  ...[0, 1, 9, 10].map((k): OpCase => ({
    name: `topk ${k} of ten with NaN and infinity`,
    ops: ['topk'],
    inputs: [{ shape: [10, 2], values: special }],
    run: (x) => {
      const { values, indices } = x.topk(k, 0);
      return [values, indices];
    },
    reference: (x) => ordered(x, 0, true, k),
    gradient: false,
  })),
];

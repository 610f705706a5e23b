/** Reading and writing elements and rows by index tensors. */
import { at, build, indicesOf, stridesOf, type OpCase, type Plain } from '../../harness';

/** Indices from `low` to below `high`. */
export const int32 = (shape: number[], low: number, high: number) =>
  ({ shape, dtype: 'int32', low, high }) as const;
/** Values of which each one matters. */
export const given = (shape: number[], values: number[], dtype: 'int32' | 'bool' = 'int32') => ({
  shape,
  dtype,
  values,
});

/** `x` with `change` applied to element `to(index)` for each index of `shape` in order. */
export function changed(
  x: Plain,
  shape: number[],
  to: (index: number[]) => number[],
  change: (old: number, index: number[]) => number,
): Plain {
  const out = { shape: x.shape, data: [...x.data] };
  const strides = stridesOf(x.shape);
  for (const index of indicesOf(shape)) {
    const place = to(index).reduce((sum, i, dim) => sum + i * strides[dim], 0);
    out.data[place] = change(out.data[place], index);
  }
  return out;
}

const gathered =
  (dim: number) =>
  (x: Plain, index: Plain): Plain =>
    build(index.shape, (i) => at(x, i.with(dim, at(index, i))));
const scattered =
  (dim: number, change: (old: number, value: number) => number) =>
  (x: Plain, index: Plain, source: Plain): Plain =>
    changed(
      x,
      index.shape,
      (i) => i.with(dim, at(index, i)),
      (old, i) => change(old, at(source, i)),
    );
const selected =
  (dim: number) =>
  (x: Plain, index: Plain): Plain =>
    build(x.shape.with(dim, index.data.length), (i) => at(x, i.with(dim, index.data[i[dim]])));
const added =
  (dim: number, alpha = 1) =>
  (x: Plain, index: Plain, source: Plain): Plain =>
    changed(
      x,
      source.shape,
      (i) => i.with(dim, index.data[i[dim]]),
      (old, i) => old + alpha * at(source, i),
    );
const set = (_: number, value: number): number => value;
const add = (old: number, value: number): number => old + value;

const dtypes = (['int32', 'bool'] as const).flatMap((dtype): OpCase[] => [
  {
    name: `gather of ${dtype}`,
    ops: ['gather'],
    inputs: [{ shape: [3, 4], dtype }, int32([3, 2], 0, 4)],
    run: (x, index) => x.gather(1, index),
    reference: gathered(1),
    gradient: false,
  },
  {
    name: `scatter of ${dtype}`,
    ops: ['scatter'],
    inputs: [{ shape: [3, 4], dtype }, int32([3, 2], 0, 4), { shape: [3, 2], dtype }],
    run: (x, index, source) => x.scatter(1, index, source),
    reference: scattered(1, set),
    gradient: false,
  },
  {
    name: `indexSelect of ${dtype}`,
    ops: ['indexSelect'],
    inputs: [{ shape: [3, 4], dtype }, int32([5], 0, 3)],
    run: (x, index) => x.indexSelect(0, index),
    reference: selected(0),
    gradient: false,
  },
]);

const gathers: OpCase[] = [
  {
    name: 'gather along the last dimension',
    ops: ['gather', 'scatterAdd'],
    inputs: [{ shape: [3, 4] }, int32([3, 6], 0, 4)],
    run: (x, index) => x.gather(1, index),
    reference: gathered(1),
  },
  {
    name: 'gather along the first dimension',
    ops: ['gather', 'scatterAdd'],
    inputs: [{ shape: [4, 2, 3] }, int32([5, 2, 3], 0, 4)],
    run: (x, index) => x.gather(0, index),
    reference: gathered(0),
  },
  {
    name: 'gather with an index that covers a part',
    ops: ['gather', 'scatterAdd'],
    inputs: [{ shape: [4, 3, 3] }, int32([2, 4, 2], 0, 3)],
    run: (x, index) => x.gather(-2, index),
    reference: gathered(1),
  },
  {
    name: 'gather with an empty index',
    ops: [],
    inputs: [{ shape: [4, 3] }, int32([4, 0], 0, 1)],
    run: (x, index) => x.gather(1, index),
    reference: gathered(1),
  },
  {
    name: 'gather of a single number',
    ops: ['gather', 'scatterAdd'],
    inputs: [{ shape: [] }, given([], [0])],
    run: (x, index) => x.gather(0, index),
    reference: (x) => x,
  },
  {
    name: 'scatter of distinct elements',
    ops: ['scatter', 'gather'],
    inputs: [{ shape: [3, 2] }, given([2, 2], [2, 0, 1, 2]), { shape: [2, 2] }],
    run: (x, index, source) => x.scatter(0, index, source),
    reference: scattered(0, set),
  },
  {
    name: 'scatter from a larger source',
    ops: ['scatter', 'gather'],
    inputs: [{ shape: [3, 3] }, given([2, 2], [2, 0, 1, 2]), { shape: [3, 4] }],
    run: (x, index, source) => x.scatter(0, index, source),
    reference: scattered(0, set),
  },
  {
    name: 'scatter of a number',
    ops: ['scatter'],
    inputs: [{ shape: [3, 4] }, int32([3, 2], 0, 4)],
    run: (x, index) => x.scatter(1, index, -7),
    reference: (x, index) => scattered(1, () => -7)(x, index, index),
  },
  {
    name: 'scatter to the same element keeps the last one',
    ops: ['scatter'],
    inputs: [{ shape: [2, 3] }, int32([2, 9], 0, 3), { shape: [2, 9] }],
    run: (x, index, source) => x.scatter(1, index, source),
    reference: scattered(1, set),
    gradient: false,
  },
  ...(['scatter', 'scatterAdd'] as const).map((name): OpCase => ({
    name: `${name} in place, through a transposed view`,
    ops: [name],
    inputs: [{ shape: [3, 4] }, given([2, 2], [2, 0, 1, 2]), { shape: [2, 2] }],
    run: (x, index, source) => {
      const copy = x.mul(2);
      copy.T[`${name}_`](1, index, source);
      return copy.mul(copy);
    },
    reference: (x, index, source) => {
      const out = changed(
        { shape: x.shape, data: x.data.map((value) => 2 * value) },
        [2, 2],
        (i) => [at(index, i), i[0]],
        (old, i) => (name === 'scatter' ? 0 : old) + at(source, i),
      );
      return { shape: out.shape, data: out.data.map((value) => value * value) };
    },
  })),
  {
    name: 'scatter that multiplies, along the last dimension',
    ops: ['scatterMultiply'],
    inputs: [{ shape: [3, 4] }, int32([3, 5], 0, 4), { shape: [3, 5] }],
    run: (x, index, source) => x.scatter(1, index, source, { reduce: 'multiply' }),
    reference: scattered(1, (old, value) => old * value),
    gradient: false,
  },
  {
    name: 'scatterAdd along the last dimension',
    ops: ['scatterAdd', 'gather'],
    inputs: [{ shape: [3, 4] }, int32([3, 5], 0, 4), { shape: [3, 5] }],
    run: (x, index, source) => x.scatterAdd(1, index, source),
    reference: scattered(1, add),
  },
  {
    name: 'scatterAdd along the first dimension, part of a larger source',
    ops: ['scatterAdd', 'gather'],
    inputs: [{ shape: [3, 4] }, int32([5, 3], 0, 3), { shape: [6, 4] }],
    run: (x, index, source) => x.scatterAdd(0, index, source),
    reference: scattered(0, add),
  },
  {
    name: 'scatterAdd of int32',
    ops: ['scatterAdd'],
    inputs: [
      { shape: [2, 3], dtype: 'int32' },
      int32([2, 5], 0, 3),
      { shape: [2, 5], dtype: 'int32' },
    ],
    run: (x, index, source) => x.scatterAdd(1, index, source),
    reference: scattered(1, add),
    gradient: false,
  },
];

const rowsOf: OpCase[] = [
  ...([0, 1, 2] as const).map((dim): OpCase => ({
    name: `indexSelect along dimension ${dim}`,
    ops: ['indexSelect', 'indexAdd'],
    inputs: [{ shape: [3, 3, 4] }, int32([5], 0, 3)],
    run: (x, index) => x.indexSelect(dim, index),
    reference: selected(dim),
  })),
  {
    name: 'indexSelect of rows of twenty',
    ops: ['indexSelect', 'indexAdd'],
    inputs: [{ shape: [3, 20] }, int32([4], 0, 3)],
    run: (x, index) => x.indexSelect(0, index),
    reference: selected(0),
  },
  {
    name: 'indexSelect of nothing',
    ops: ['indexSelect'],
    inputs: [{ shape: [3, 4] }, int32([0], 0, 3)],
    run: (x, index) => x.indexSelect(0, index),
    reference: selected(0),
  },
  {
    name: 'indexSelect of a single number',
    ops: ['indexSelect', 'indexAdd'],
    inputs: [{ shape: [] }, given([], [0])],
    run: (x, index) => x.indexSelect(0, index),
    reference: (x) => x,
  },
  {
    name: 'indexAdd along the first dimension',
    ops: ['indexAdd', 'indexSelect'],
    inputs: [{ shape: [3, 4] }, int32([5], 0, 3), { shape: [5, 4] }],
    run: (x, index, source) => x.indexAdd(0, index, source),
    reference: added(0),
  },
  {
    name: 'indexAdd along the last dimension, weighted',
    ops: ['indexAdd', 'indexSelect'],
    inputs: [{ shape: [3, 4] }, int32([5], 0, 4), { shape: [3, 5] }],
    run: (x, index, source) => x.indexAdd(-1, index, source, { alpha: -2 }),
    reference: added(1, -2),
  },
];

export const cases: OpCase[] = [...gathers, ...rowsOf, ...dtypes];

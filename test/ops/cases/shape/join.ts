/** Joining, splitting and moving elements; diagonals. */
import { cat, meshgrid, stack } from 'blasgrad';
import { at, build, type OpCase, type Plain } from '../../harness';

const x234 = { shape: [2, 3, 4] };

const joined =
  (dim: number) =>
  (...parts: Plain[]): Plain => {
    const sizes = parts.map((part) => part.shape[dim]);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    return build(parts[0].shape.with(dim, total), (index) => {
      let i = index[dim];
      let part = 0;
      while (i >= sizes[part]) i -= sizes[part++];
      return at(parts[part], index.with(dim, i));
    });
  };
const stacked =
  (dim: number) =>
  (...parts: Plain[]): Plain =>
    build(parts[0].shape.toSpliced(dim, 0, parts.length), (index) =>
      at(parts[index[dim]], index.toSpliced(dim, 1)),
    );
/** Consecutive parts of a dimension. */
const split =
  (dim: number, sizes: number[]) =>
  (x: Plain): Plain[] => {
    let start = 0;
    return sizes.map((size) => {
      const first = start;
      start += size;
      return build(x.shape.with(dim, size), (index) => at(x, index.with(dim, first + index[dim])));
    });
  };
/** Elements taken from another place. */
const moved =
  (from: (index: number[], shape: number[]) => number[], shape?: number[]) =>
  (x: Plain): Plain =>
    build(shape ?? x.shape, (index) => at(x, from(index, x.shape)));
const mod = (a: number, b: number): number => ((a % b) + b) % b;

const one = (
  name: string,
  ops: string[],
  inputs: OpCase['inputs'],
  run: OpCase['run'],
  reference: OpCase['reference'],
  rest: Partial<OpCase> = {},
): OpCase => ({ name, ops, inputs, run, reference, ...rest });
const views = (
  run: OpCase['run'],
  name: string,
  reference: OpCase['reference'],
  shape: number[],
): OpCase => one(name, [], [{ shape }], run, reference, { view: true });

const joins: OpCase[] = [
  one('cat', ['copy'], [{ shape: [2, 3] }, { shape: [4, 3] }], (a, b) => cat([a, b]), joined(0)),
  one(
    'cat along the last dimension',
    ['copy'],
    [{ shape: [2, 3] }, { shape: [2, 0] }, { shape: [2, 70] }],
    (a, b, c) => cat([a, b, c], -1),
    joined(1),
  ),
  one(
    'cat of int32',
    ['copy'],
    [
      { shape: [2, 2], dtype: 'int32' },
      { shape: [2, 3], dtype: 'int32' },
    ],
    (a, b) => cat([a, b], 1),
    joined(1),
    { gradient: false },
  ),
  one(
    'cat of bool and int32 is int32',
    ['copy', 'to'],
    [
      { shape: [3], dtype: 'bool' },
      { shape: [2], dtype: 'int32' },
    ],
    (a, b) => cat([a, b]),
    joined(0),
    { gradient: false },
  ),
  one(
    'cat leaves out empty lists',
    ['copy'],
    [{ shape: [0] }, { shape: [2, 2] }],
    (a, b) => cat([a, b]),
    (_, b) => b,
  ),
  one(
    'cat of a tensor with itself',
    ['copy', 'add'],
    [{ shape: [2, 2] }],
    (x) => cat([x, x]),
    (x) => joined(0)(x, x),
  ),
  one(
    'stack',
    ['copy'],
    [{ shape: [2, 3] }, { shape: [2, 3] }],
    (a, b) => stack([a, b]),
    stacked(0),
  ),
  one(
    'stack along a new last dimension',
    ['copy'],
    [{ shape: [2, 3] }, { shape: [2, 3] }],
    (a, b) => stack([a, b], -1),
    stacked(2),
  ),
  one(
    'stack of single numbers',
    ['copy'],
    [{ shape: [] }, { shape: [] }],
    (a, b) => stack([a, b]),
    stacked(0),
  ),
  one(
    'meshgrid',
    [],
    [{ shape: [2] }, { shape: [3] }],
    (a, b) => meshgrid([a, b]).map((grid) => grid.clone()),
    (a, b) => [build([2, 3], ([i]) => a.data[i]), build([2, 3], ([, j]) => b.data[j])],
  ),
  one(
    'meshgrid, xy',
    [],
    [{ shape: [2] }, { shape: [3] }],
    (a, b) => meshgrid([a, b], { indexing: 'xy' }).map((grid) => grid.clone()),
    (a, b) => [build([3, 2], ([, i]) => a.data[i]), build([3, 2], ([j]) => b.data[j])],
  ),
];

const splits: OpCase[] = [
  views((x) => x.split(2, 1), 'split into twos', split(1, [2, 2, 1]), [2, 5]),
  views((x) => x.split([1, 4], -1), 'split into one and four', split(1, [1, 4]), [2, 5]),
  views((x) => x.split(9), 'split into one part', split(0, [2]), [2, 5]),
  views((x) => x.chunk(3, 1), 'chunk', split(1, [3, 3, 1]), [2, 7]),
  views((x) => x.chunk(4), 'chunk into fewer than asked for', split(0, [2, 2, 1]), [5, 2]),
  views(
    (x) => x.unbind(1),
    'unbind',
    (x) => [0, 1, 2].map((j) => build([2, 4], ([i, k]) => at(x, [i, j, k]))),
    [2, 3, 4],
  ),
];

const moves: OpCase[] = [
  one(
    'flip of two dimensions',
    ['flip'],
    [x234],
    (x) => x.flip([0, 2]),
    moved(([i, j, k]) => [1 - i, j, 3 - k]),
  ),
  one(
    'flip of a middle dimension',
    ['flip'],
    [x234],
    (x) => x.flip(-2),
    moved(([i, j, k]) => [i, 2 - j, k]),
  ),
  one(
    'flip of no dimension copies',
    ['copy'],
    [x234],
    (x) => x.flip(),
    (x) => x,
  ),
  one(
    'flip of a large matrix',
    ['flip'],
    [{ shape: [400, 400] }],
    (x) => x.flip(1),
    moved(([i, j]) => [i, 399 - j]),
    { gradient: false },
  ),
  ...(['int32', 'bool'] as const).flatMap((dtype) => [
    one(
      `flip of ${dtype}`,
      ['flip'],
      [{ shape: [5], dtype }],
      (x) => x.flip(0),
      moved(([i]) => [4 - i]),
      { gradient: false },
    ),
    one(
      `tril of ${dtype}`,
      ['tril'],
      [{ shape: [3, 3], dtype }],
      (x) => x.tril(),
      (x) => build([3, 3], ([i, j]) => (j <= i ? at(x, [i, j]) : 0)),
      { gradient: false },
    ),
    one(
      `triu of ${dtype}`,
      ['triu'],
      [{ shape: [3, 3], dtype }],
      (x) => x.triu(),
      (x) => build([3, 3], ([i, j]) => (j >= i ? at(x, [i, j]) : 0)),
      { gradient: false },
    ),
  ]),
  one(
    'roll of a dimension',
    ['copy'],
    [x234],
    (x) => x.roll(1, 1),
    moved(([i, j, k]) => [i, mod(j - 1, 3), k]),
  ),
  one(
    'roll of two dimensions, back and far',
    ['copy'],
    [x234],
    (x) => x.roll([-1, 11], [0, -1]),
    moved(([i, j, k]) => [mod(i + 1, 2), j, mod(k - 11, 4)]),
  ),
  one(
    'roll of all elements',
    ['copy'],
    [x234],
    (x) => x.roll(-5),
    (x) => ({ shape: x.shape, data: x.data.map((_, i) => x.data[(i + 5) % 24]) }),
  ),
  one(
    'roll by nothing copies',
    ['copy'],
    [x234],
    (x) => x.roll(4, 2),
    (x) => x,
  ),
  one(
    'repeat',
    ['copy'],
    [x234],
    (x) => x.repeat(2, 1, 3),
    moved(([i, j, k]) => [i % 2, j, k % 4], [4, 3, 12]),
  ),
  one(
    'repeat along new dimensions',
    ['copy'],
    [{ shape: [2, 1] }],
    (x) => x.repeat([2, 1, 3]),
    moved(([, i]) => [i, 0], [2, 2, 3]),
  ),
  one(
    'repeat no times',
    [],
    [{ shape: [2] }],
    (x) => x.repeat(0, 2),
    () => ({ shape: [0, 4], data: [] }),
  ),
  one(
    'repeat once copies',
    ['copy'],
    [{ shape: [2, 2] }],
    (x) => x.repeat(1, 1),
    (x) => x,
  ),
  one(
    'tile',
    ['copy'],
    [{ shape: [2, 3] }],
    (x) => x.tile(2),
    moved(([i, j]) => [i, j % 3], [2, 6]),
  ),
];

const triangles = (['tril', 'triu'] as const).flatMap((side) =>
  [-9, -1, 0, 1, 2, 9].map((diagonal) =>
    one(
      `${side} at ${diagonal}`,
      [side],
      [x234],
      (x) => x[side](diagonal),
      (x) =>
        build(x.shape, (index) => {
          const inside =
            side === 'tril' ? index[2] - index[1] <= diagonal : index[2] - index[1] >= diagonal;
          return inside ? at(x, index) : 0;
        }),
    ),
  ),
);

const diagonals: OpCase[] = [
  ...[-1, 0, 2].map((offset) =>
    views(
      (x) => x.diagonal(offset),
      `diagonal ${offset}`,
      (x) =>
        build([offset === 2 ? 2 : offset === 0 ? 3 : 2], ([i]) =>
          at(x, [i - Math.min(offset, 0), i + Math.max(offset, 0)]),
        ),
      [3, 4],
    ),
  ),
  views(
    (x) => x.diagonal(0, -1, 0),
    'diagonal of other dimensions',
    (x) => build([3, 2], ([j, i]) => at(x, [i, j, i])),
    [2, 3, 4],
  ),
  one(
    'diagonal outside the matrix',
    [],
    [{ shape: [2, 3] }],
    (x) => x.diagonal(5),
    () => ({ shape: [0], data: [] }),
  ),
  one(
    'diag of a list',
    ['fill', 'copy'],
    [{ shape: [3] }],
    (x) => x.diag(-1),
    (x) => build([4, 4], ([i, j]) => (i === j + 1 ? x.data[j] : 0)),
  ),
  one(
    'diag of a matrix',
    ['copy'],
    [{ shape: [3, 3] }],
    (x) => x.diag(1),
    (x) => build([2], ([i]) => at(x, [i, i + 1])),
  ),
];

export const cases: OpCase[] = [...joins, ...splits, ...moves, ...triangles, ...diagonals];

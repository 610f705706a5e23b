/** Tensor.index and indexPut_; masks. */
import { F, slice, tensor, type Tensor } from 'blasgrad';
import { at, build, indicesOf, type OpCase, type Plain } from '../../harness';
import { changed, given, int32 } from './gather';

const list = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });

function coordinates(x: Plain): Plain {
  const found = indicesOf(x.shape).filter((index) => at(x, index) !== 0);
  return { shape: [found.length, x.shape.length], data: found.flat() };
}

const x345 = { shape: [3, 4, 5] };
const index = (
  name: string,
  inputs: OpCase['inputs'],
  run: OpCase['run'],
  reference: OpCase['reference'],
  rest: Partial<OpCase> = {},
): OpCase => ({ name: `index ${name}`, ops: ['index'], inputs, run, reference, ...rest });
const view = { ops: [], view: true };
/** A negative index counts from the end. */
const from = (size: number, i: number): number => (i < 0 ? i + size : i);

const indexed: OpCase[] = [
  index(
    'by numbers, slices and null',
    [x345],
    (x) => x.index([-1, null, slice(1, 3)]),
    (x) => build([1, 2, 5], ([, j, k]) => at(x, [2, 1 + j, k])),
    view,
  ),
  index(
    "by '...' in the middle and a step",
    [x345],
    (x) => x.index([slice(null, -1), '...', slice(0, null, 2)]),
    (x) => build([2, 4, 3], ([i, j, k]) => at(x, [i, j, 2 * k])),
    view,
  ),
  index(
    "by '...' alone",
    [x345],
    (x) => x.index('...'),
    (x) => x,
    view,
  ),
  index(
    'beyond the end is empty',
    [x345],
    (x) => x.index(slice(7, null)),
    () => ({ shape: [0, 4, 5], data: [] }),
    { ops: [] },
  ),
  index(
    'by one list, negative ones among them',
    [x345, int32([6], -3, 3)],
    (x, i) => x.index(i),
    (x, i) => build([6, 4, 5], ([a, b, c]) => at(x, [from(3, i.data[a]), b, c])),
  ),
  index(
    'by a matrix in the middle',
    [x345, int32([2, 3], -4, 4)],
    (x, i) => x.index([slice(), i]),
    (x, i) => build([3, 2, 3, 5], ([a, b, c, d]) => at(x, [a, from(4, at(i, [b, c])), d])),
  ),
  index(
    'by neighbouring lists that broadcast',
    [x345, int32([2, 1], 0, 4), int32([3], -5, 5)],
    (x, i, j) => x.index([slice(), i, j]),
    (x, i, j) => build([3, 2, 3], ([a, b, c]) => at(x, [a, i.data[b], from(5, j.data[c])])),
  ),
  index(
    'by lists apart from each other, whose dimensions go to the front',
    [x345, int32([2], 0, 3), int32([2], 0, 5)],
    (x, i, j) => x.index([i, slice(), j]),
    (x, i, j) => build([2, 4], ([a, b]) => at(x, [i.data[a], b, j.data[a]])),
  ),
  index(
    'by lists with a new dimension between them',
    [x345, int32([2], 0, 3), int32([2], 0, 4)],
    (x, i, j) => x.index([i, null, j]),
    (x, i, j) => build([2, 1, 5], ([a, , c]) => at(x, [i.data[a], j.data[a], c])),
  ),
  index(
    'by a number and a list, which stays in place',
    [x345, int32([2], 0, 5)],
    (x, i) => x.index([1, slice(), i]),
    (x, i) => build([4, 2], ([a, b]) => at(x, [1, a, i.data[b]])),
  ),
  index(
    'by an index without dimensions and a list, which stays in place',
    [x345, int32([], -3, 3), int32([2], 0, 5)],
    (x, i, j) => x.index([i, slice(), j]),
    (x, i, j) => build([4, 2], ([a, b]) => at(x, [from(3, i.data[0]), a, j.data[b]])),
  ),
  index(
    'by an index without dimensions alone',
    [x345, int32([], 0, 4)],
    (x, i) => x.index([slice(), i]),
    (x, i) => build([3, 5], ([a, b]) => at(x, [a, i.data[0], b])),
  ),
  index(
    'by an empty list',
    [x345, int32([0], 0, 1)],
    (x, i) => x.index(i),
    () => ({ shape: [0, 4, 5], data: [] }),
  ),
  index(
    'by a mask over everything',
    [{ shape: [3, 4] }],
    (x) => x.index(x.gt(0)),
    (x) => {
      const data = x.data.filter((value) => value > 0);
      return { shape: [data.length], data };
    },
    { ops: ['nonzero', 'index'] },
  ),
  index(
    'by a mask over two of three dimensions',
    [x345, given([4, 5], [0, 0, 1, 0, 1, 0, 1], 'bool')],
    (x, mask) => x.index(['...', mask]),
    (x, mask) => {
      const places = indicesOf([4, 5]).filter((i) => at(mask, i) !== 0);
      return build([3, places.length], ([a, b]) => at(x, [a, ...places[b]]));
    },
    { ops: ['nonzero', 'index'] },
  ),
  index(
    'by a mask and a list',
    [x345, given([3], [1, 0, 1], 'bool'), int32([2], 0, 5)],
    (x, mask, i) => x.index([mask, slice(), i]),
    (x, _, i) => build([2, 4], ([a, b]) => at(x, [2 * a, b, i.data[a]])),
    { ops: ['nonzero', 'index'] },
  ),
];

const put = (
  name: string,
  inputs: OpCase['inputs'],
  run: OpCase['run'],
  reference: OpCase['reference'],
  ops = ['index', 'indexCopy'],
): OpCase => ({ name: `indexPut_ ${name}`, ops, inputs, run, reference });

const puts: OpCase[] = [
  put(
    'of a row in a part',
    [x345, { shape: [5] }],
    (x, value) => x.clone().indexPut_([0, slice(1, 3)], value),
    (x, value) =>
      changed(
        x,
        [2, 5],
        ([j, k]) => [0, j + 1, k],
        (_, i) => value.data[i[1]],
      ),
    ['copy'],
  ),
  put(
    'added to a part',
    [x345, { shape: [3, 1, 5] }],
    (x, value) => x.clone().indexPut_(['...'], value, { accumulate: true }),
    (x, value) =>
      changed(
        x,
        x.shape,
        (i) => i,
        (old, i) => old + at(value, i),
      ),
    ['add'],
  ),
  put(
    'at a list',
    [x345, given([2], [2, -3]), { shape: [2, 4, 1] }],
    (x, i, value) => x.clone().indexPut_(i, value),
    (x, _, value) =>
      changed(
        x,
        [2, 4, 5],
        (i) => i.with(0, 2 - 2 * i[0]),
        (__, i) => at(value, i),
      ),
  ),
  put(
    'adds each time an element is listed',
    [x345, int32([6], -4, 4), { shape: [3, 6, 5] }],
    (x, i, value) => x.clone().indexPut_([slice(), i], value, { accumulate: true }),
    (x, i, value) =>
      changed(
        x,
        [3, 6, 5],
        (place) => place.with(1, from(4, i.data[place[1]])),
        (old, place) => old + at(value, place),
      ),
    ['index', 'indexAdd'],
  ),
  put(
    'at lists apart from each other',
    [x345, given([2], [2, 0]), given([2], [1, 3]), { shape: [2, 4] }],
    (x, i, j, value) => x.clone().indexPut_([i, slice(), j], value),
    (x, i, j, value) =>
      changed(
        x,
        [2, 4],
        ([a, b]) => [i.data[a], b, j.data[a]],
        (_, place) => at(value, place),
      ),
  ),
  put(
    'where a mask holds',
    [{ shape: [3, 4] }, given([3, 4], [0, 1, 0, 1, 1], 'bool')],
    (x, mask) => x.clone().indexPut_(mask, 0.5),
    (x, mask) => build(x.shape, (i) => (at(mask, i) !== 0 ? 0.5 : at(x, i))),
    ['nonzero', 'index', 'indexCopy'],
  ),
  put(
    'through views',
    [x345, given([2], [4, 0]), { shape: [] }],
    (x, i, value) => {
      const copy = x.clone();
      copy.transpose(0, 2).index([slice(), 1]).indexPut_(i, value);
      return copy.mul(copy);
    },
    (x, _, value) => {
      const out = changed(
        x,
        [2, 3],
        ([a, b]) => [b, 1, 4 - 4 * a],
        () => value.data[0],
      );
      return { shape: out.shape, data: out.data.map((one) => one * one) };
    },
  ),
  put(
    'of its own elements',
    [{ shape: [4, 3] }, given([2], [0, 3])],
    (x, i) => {
      const copy = x.clone();
      return copy.indexPut_(i, copy.index(slice(1, 3)));
    },
    (x) => build([4, 3], ([i, j]) => at(x, [i === 0 ? 1 : i === 3 ? 2 : i, j])),
  ),
];

const masks: OpCase[] = [
  ...([[], [7], [2, 0, 3]] as const).map((shape): OpCase => ({
    name: `nonzero of shape [${shape.join()}]`,
    ops: ['nonzero'],
    inputs: [{ shape, values: [0, NaN, -0, 2] }],
    run: (x) => x.nonzero(),
    reference: coordinates,
    gradient: false,
  })),
  {
    name: 'maskedSelect with a mask that broadcasts',
    ops: ['nonzero', 'index', 'indexSelect', 'indexAdd'],
    inputs: [{ shape: [3, 1] }, given([4], [1, 0, 0, 1], 'bool')],
    run: (x, mask) => x.maskedSelect(mask),
    reference: (x) => ({ shape: [6], data: x.data.flatMap((value) => [value, value]) }),
  },
  {
    name: 'maskedScatter',
    ops: ['cumsumInt64', 'gather', 'where'],
    inputs: [{ shape: [2, 3] }, given([2, 3], [1, 0, 0, 1, 1, 0], 'bool'), { shape: [5] }],
    run: (x, mask, source) => x.maskedScatter(mask, source),
    reference: (x, mask, source) => {
      let next = 0;
      return build(x.shape, (i) => (at(mask, i) !== 0 ? source.data[next++] : at(x, i)));
    },
  },
  {
    name: 'take',
    ops: ['index', 'indexSelect', 'indexAdd'],
    inputs: [{ shape: [2, 3] }, int32([2, 2], -6, 6)],
    run: (x, i) => x.take(i),
    reference: (x, i) => build([2, 2], (place) => x.data[from(6, at(i, place))]),
  },
  {
    name: 'oneHot',
    ops: ['oneHot'],
    inputs: [int32([2, 3], 0, 4)],
    run: (labels) => F.oneHot(labels, 4),
    reference: (labels) => build([2, 3, 4], ([i, j, k]) => Number(at(labels, [i, j]) === k)),
    gradient: false,
  },
  {
    name: 'oneHot with as many classes as needed',
    ops: ['oneHot'],
    inputs: [given([4], [2, 0, 5, 2])],
    run: (labels) => F.oneHot(labels),
    reference: (labels) => build([4, 6], ([i, k]) => Number(labels.data[i] === k)),
    gradient: false,
  },
  {
    name: 'a list made in the call',
    ops: ['index'],
    inputs: [{ shape: [4, 3] }],
    run: (x) => x.index(list(3, 0, 3)),
    reference: (x) => build([3, 3], ([i, j]) => at(x, [[3, 0, 3][i], j])),
  },
];

const dtypes = (['int32', 'bool'] as const).flatMap((dtype): OpCase[] => [
  {
    name: `indexPut_ of ${dtype}`,
    ops: ['index', 'indexCopy'],
    inputs: [{ shape: [5, 2], dtype }, int32([3], 0, 5), { shape: [3, 2], dtype }],
    run: (x, index, source) => x.clone().indexPut_(index, source),
    reference: (x, index, source) =>
      changed(
        x,
        [3, 2],
        (i) => i.with(0, index.data[i[0]]),
        (_, i) => at(source, i),
      ),
    gradient: false,
  },
  {
    name: `nonzero of ${dtype}`,
    ops: ['nonzero', 'coordinate'],
    inputs: [{ shape: [3, 2, 2], dtype, values: [0, 1, 1, 0, 1] }],
    run: (x) => x.nonzero(),
    reference: coordinates,
    gradient: false,
  },
]);

export const cases: OpCase[] = [...indexed, ...puts, ...masks, ...dtypes];

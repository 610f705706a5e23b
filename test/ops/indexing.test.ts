/** Wrong indices, and large numbers of indices. */
import {
  cat,
  einsum,
  F,
  meshgrid,
  rand,
  randint,
  slice,
  stack,
  tensor,
  zeros,
  type Tensor,
} from 'blasgrad';

const int32 = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });
const x = tensor([
  [0, 1, 2, 3],
  [4, 5, 6, 7],
  [8, 9, 10, 11],
]);
const wrong = (value: unknown): never => value as never;

/** What is called, and what it says. */
const refused: Readonly<Record<string, [() => unknown, string]>> = {
  'gather beyond the end': [
    () => x.gather(1, int32(0, 4, 0).unsqueeze(1)),
    'gather: expected an index from 0 to 3 for index, got 4',
  ],
  'gather by a float tensor': [
    () => x.gather(1, zeros(3, 1)),
    'gather: expected int64 or int32 for dtype of index, got float32',
  ],
  'gather by an index of another rank': [
    () => x.gather(0, int32(0)),
    'gather: expected a shape of at most [any, 4] for index, got [1]',
  ],
  'scatter before the beginning': [
    () => x.scatter(0, int32(-1).unsqueeze(0), 1),
    'scatter: expected an index from 0 to 2 for index, got -1',
  ],
  'scatter from too small a source': [
    () => x.scatter(0, zeros(2, 3, { dtype: 'int32' }), zeros(2, 2)),
    'scatter: expected a shape of at least [2, 3] for src, got [2, 2]',
  ],
  'scatter of another dtype': [
    () => x.scatterAdd(0, zeros(1, 1, { dtype: 'int32' }), int32(1).unsqueeze(0)),
    'scatterAdd: expected dtype float32 for src, got int32',
  ],
  'indexSelect from an empty dimension': [
    () => zeros(0, 2).indexSelect(0, int32(3)),
    'indexSelect: expected no index, because the dimension is empty, for index, got 3',
  ],
  'indexSelect by a matrix': [
    () => x.indexSelect(0, int32(0).unsqueeze(0)),
    'indexSelect: expected at most one dimension for index, got [1, 1]',
  ],
  'indexAdd of rows of another length': [
    () => x.indexAdd(0, int32(0), zeros(1, 3)),
    'indexAdd: expected [1, 4] for source, got [1, 3]',
  ],
  'index beyond the end': [
    () => x.index([0, 4]),
    'index: expected an index from -4 to 3 for indices[1], got 4',
  ],
  'index with a fraction': [
    () => x.index(0.5),
    'index: expected an integer for indices[0], got 0.5',
  ],
  'index with too many': [
    () => x.index([0, 0, 0]),
    'index: expected indices of at most 2 dimensions for indices, got indices of 3',
  ],
  "index with two '...'": [
    () => x.index(['...', '...']),
    "index: expected at most one '...' for indices, got several",
  ],
  'index by a list beyond the end': [
    () => x.index([slice(), int32(1, -5)]),
    'index: expected an index from -4 to 3 for index, got -5',
  ],
  'index by a float tensor': [
    () => x.index(zeros(2)),
    'index: expected int64, int32 or bool for dtype of indices[0], got float32',
  ],
  'index by a mask of another shape': [
    () => x.index(zeros(4, { dtype: 'bool' })),
    'index: expected a mask of shape [3] for indices[0], got [4]',
  ],
  'index by lists that do not broadcast': [
    () => x.index([int32(0, 1), int32(0, 1, 2)]),
    'index: expected shapes that broadcast together, got [2] and [3]',
  ],
  'index by a slice going back': [
    () => x.index(slice(2, 0, -1)),
    'index: expected an integer of at least 1 for step, got -1',
  ],
  'index by something else': [
    () => x.index(wrong('all')),
    "index: expected an integer, slice(), null, '...' or a tensor for indices[0], got 'all'",
  ],
  'index by an object with other keys': [
    () => x.index(wrong({ from: 1 })),
    "index: expected one of start, end, step for options, got 'from'",
  ],
  'indexPut_ of too large a value': [
    () => x.clone().indexPut_(int32(0, 1), zeros(3, 4)),
    'indexPut_: expected a shape that broadcasts to [2, 4] for value, got [3, 4]',
  ],
  'indexPut_ of a value with more dimensions': [
    () => x.clone().indexPut_(0, zeros(2, 4)),
    'indexPut_: expected a shape that broadcasts to [4] for value, got [2, 4]',
  ],
  'indexPut_ of a leaf that requires grad': [
    () => x.clone().requiresGrad_().indexPut_(0, 1),
    'indexPut_: this tensor is a view of a leaf that requires gradients; change it in noGrad(() => ...) only',
  ],
  'maskedSelect by numbers': [
    () => x.maskedSelect(int32(1)),
    'maskedSelect: expected bool for dtype of mask, got int32',
  ],
  'maskedScatter from too short a source': [
    () => x.maskedScatter(x.gt(5), zeros(2)),
    'maskedScatter: expected at least 6 elements for source, got 2',
  ],
  'oneHot of a label beyond the classes': [
    () => F.oneHot(int32(1, 3), 3),
    'oneHot: expected an index from 0 to 2 for index, got 3',
  ],
  'oneHot of a negative label': [
    () => F.oneHot(int32(-1, 3)),
    'oneHot: expected an index from 0 to 3 for index, got -1',
  ],
  'cat of nothing': [() => cat([]), 'cat: expected at least one tensor for tensors, got none'],
  'cat of shapes that do not fit': [
    () => cat([x, zeros(3, 3)]),
    'cat: expected shape [any, 4] for tensors[1], got [3, 3]',
  ],
  'cat of single numbers': [
    () => cat([tensor(1)]),
    'cat: expected at least one dimension for tensors[0], got []',
  ],
  'stack of other shapes': [
    () => stack([x, zeros(4)]),
    'stack: expected shape [3, 4] for tensors[1], got [4]',
  ],
  'meshgrid of a matrix': [
    () => meshgrid([x]),
    'meshgrid: expected at most one dimension for tensors[0], got [3, 4]',
  ],
  'split into sizes of another sum': [
    () => x.split([1, 1]),
    'split: expected a sum of 3 for sizes, got 2',
  ],
  'split into parts of nothing': [
    () => x.split(0),
    'split: expected an integer of at least 1 for sizes, got 0',
  ],
  'split of a single number': [
    () => tensor(1).split(1),
    'split: expected at least one dimension for this, got []',
  ],
  'repeat along fewer dimensions': [
    () => x.repeat(2),
    'repeat: expected at least 2 counts for times, got 1',
  ],
  'flip of one dimension twice': [
    () => x.flip(0, -2),
    'flip: expected each dimension once for dim, got -2 twice',
  ],
  'roll of two dimensions by one shift': [
    () => x.roll(1, [0, 1]),
    'roll: expected 2 shifts for dims [0, 1] for shifts, got [1]',
  ],
  'tril of a list': [
    () => int32(1).tril(),
    'tril: expected at least two dimensions for this, got [1]',
  ],
  'diagonal of one dimension': [
    () => x.diagonal(0, 1, -1),
    'diagonal: expected two different dimensions for dim1 and dim2, got 1 and -1',
  ],
  'topk of more than there are': [() => x.topk(5), 'topk: expected at most 4 for k, got 5'],
  'sort with a misspelt option': [
    () => x.sort(0, wrong({ decending: true })),
    "sort: expected one of descending, stable for options, got 'decending'",
  ],
  'einsum of too few operands': [
    () => einsum('ij,jk', x),
    'einsum: expected 2 tensors for operands, got 1',
  ],
  'einsum with another sign': [
    () => einsum('i$', x),
    "einsum: expected letters and at most one '...' in each term for equation, got 'i$'",
  ],
  'einsum with two arrows': [
    () => einsum('ij->i->j', x),
    "einsum: expected at most one '->' for equation, got 'ij->i->j'",
  ],
  'einsum of other dimensions': [
    () => einsum('i', x),
    "einsum: expected the dimensions 'i' for operands[0], got shape [3, 4]",
  ],
  'einsum with an unknown letter': [
    () => einsum('ij->k', x),
    "einsum: expected letters of the operands after '->' for equation, got 'k'",
  ],
  'einsum with a letter twice in the result': [
    () => einsum('ij->ii', x),
    "einsum: expected each letter once after '->' for equation, got 'i' twice",
  ],
  'einsum of sizes that differ': [
    () => einsum('ij,jk', x, x),
    'einsum: expected size 4 for j for operands[1], got shape [3, 4]',
  ],
  'einsum of the diagonal of no square': [
    () => einsum('ii', x),
    'einsum: expected equal sizes for each i for operands[0], got 3 and 4',
  ],
};

describe('refused', () => {
  test.each(Object.entries(refused))('%s', (_, [call, message]) => {
    expect(call).toThrow(new Error(message));
  });

  test('of the wrong kind: TypeError; a wrong value: RangeError', () => {
    expect(() => x.gather(0, wrong([0]))).toThrow(TypeError);
    expect(() => x.index(wrong(undefined))).toThrow(TypeError);
    expect(() => cat(wrong(x))).toThrow(TypeError);
    expect(() => x.indexSelect(0, int32(3))).toThrow(RangeError);
  });

  test('before anything is written', () => {
    const y = x.clone();
    expect(() => y.indexPut_(int32(0, 1, 3), -1)).toThrow(RangeError);
    expect(() => y.indexPut_([int32(0), int32(4)], 1, { accumulate: true })).toThrow(RangeError);
    expect(y.toArray()).toEqual(x.toArray());
  });
});

// Enough elements for several threads, which must not change the result.
describe('many indices', () => {
  const n = 400;
  const source = rand(n, n, { dtype: 'float64' });
  const places = randint(0, n, [n, n], { dtype: 'int32' });
  /** Much faster than toEqual of arrays this long. */
  const same = (found: Tensor, expected: Float64Array): void => {
    expect(Buffer.from(expected.buffer).equals(Buffer.from(found.data.slice().buffer))).toBe(true);
  };
  const from = source.data as Float64Array;
  const at = places.data as Int32Array;
  /** Calls `visit` with the row, the column and the index there. */
  const each = (visit: (i: number, j: number, index: number) => void): void => {
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) visit(i, j, at[i * n + j]);
  };

  test('gather', () => {
    const along = [new Float64Array(n * n), new Float64Array(n * n)];
    each((i, j, index) => {
      along[0][i * n + j] = from[index * n + j];
      along[1][i * n + j] = from[i * n + index];
    });
    along.forEach((expected, dim) => same(source.gather(dim, places), expected));
  });

  test('scatterAdd', () => {
    const along = [new Float64Array(n * n), new Float64Array(n * n)];
    each((i, j, index) => {
      along[0][index * n + j] += from[i * n + j];
      along[1][i * n + index] += from[i * n + j];
    });
    const zero = zeros(n, n, { dtype: 'float64' });
    along.forEach((expected, dim) => {
      same(zero.scatterAdd(dim, places, source), expected);
    });
  });

  test('rows', () => {
    const rows = places.select(0, 0);
    const picked = new Float64Array(n * n);
    const added = new Float64Array(n * n);
    each((i, j) => {
      picked[i * n + j] = from[at[i] * n + j];
      added[at[i] * n + j] += from[i * n + j];
    });
    const zero = zeros(n, n, { dtype: 'float64' });
    same(source.indexSelect(0, rows), picked);
    same(source.index(rows), picked);
    same(zero.indexAdd(0, rows, source), added);
    same(zero.indexPut_(rows, source, { accumulate: true }), added);
  });

  test('sort', () => {
    const { values, indices } = source.sort(1);
    const expected = Float64Array.from(from);
    for (let i = 0; i < n; i++) expected.subarray(i * n, (i + 1) * n).sort();
    same(values, expected);
    same(source.gather(1, indices), expected);
  });
});

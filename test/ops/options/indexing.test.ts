/** Ranges, scatters that combine, coordinates, and copies. */
import { grad, slice, tensor, where } from 'blasgrad';
import { testRows, type Row } from './rows';

const x = tensor([5.5, -7.25, 3]);
const whole = tensor([5, -7, 3], { dtype: 'int64' });
const line = tensor([0, 1, 2, 3, 4, 5], { dtype: 'int32' });
const ranges: Row[] = [
  ['slice()', () => line.index(slice()), 'int32', [0, 1, 2, 3, 4, 5]],
  ['slice(2)', () => line.index(slice(2)), 'int32', [0, 1]],
  ['slice(-2)', () => line.index(slice(-2)), 'int32', [0, 1, 2, 3]],
  ['slice(0)', () => line.index(slice(0)), 'int32', []],
  ['slice(9)', () => line.index(slice(9)), 'int32', [0, 1, 2, 3, 4, 5]],
  ['slice(-9)', () => line.index(slice(-9)), 'int32', []],
  ['slice(null)', () => line.index(slice(null)), 'int32', [0, 1, 2, 3, 4, 5]],
  ['slice(undefined)', () => line.index(slice(undefined)), 'int32', [0, 1, 2, 3, 4, 5]],
  ['slice(null, 2)', () => line.index(slice(null, 2)), 'int32', [0, 1]],
  ['slice(2, null)', () => line.index(slice(2, null)), 'int32', [2, 3, 4, 5]],
  ['slice(-2, null)', () => line.index(slice(-2, null)), 'int32', [4, 5]],
  ['slice(1, -1, 2)', () => line.index(slice(1, -1, 2)), 'int32', [1, 3]],
  ['slice(null, null, 3)', () => line.index(slice(null, null, 3)), 'int32', [0, 3]],
  ['slice(4, 2)', () => line.index(slice(4, 2)), 'int32', []],
];

describe("slice takes the arguments of Python's", () => testRows(ranges));

const table = tensor([[100, 200], [300, 2]], { dtype: 'int64' }); // prettier-ignore
const places = tensor([0, 0, 2], { dtype: 'int64' });
const base = tensor([1, 2, 3]);
const source = tensor([5, 6, 7]);
const inDTypes = (reduce: 'add' | 'multiply', expected: readonly number[]): Row[] =>
  (['float32', 'float64', 'bfloat16', 'int64', 'int32', 'uint8'] as const).map((dtype) => [
    `${reduce} ${dtype}`,
    () => base.to(dtype).scatter(0, places, source.to(dtype), { reduce }),
    dtype,
    expected,
  ]);
const indexing: Row[] = [
  ...inDTypes('add', [12, 2, 10]),
  ...inDTypes('multiply', [30, 2, 21]),
  ['multiply by a number', () => base.scatter(0, places, 2, { reduce: 'multiply' }), 'float32', [4, 2, 6]],
  ['multiply in place', () => base.clone().scatter_(0, places, source, { reduce: 'multiply' }), 'float32', [30, 2, 21]],
  ['multiply uint8, which wraps', () => base.byte().mul(100).scatter(0, places, 3, { reduce: 'multiply' }), 'uint8', [132, 200, 132]],
  ['add bool', () => tensor([false, false, true]).scatter(0, places, tensor([true, false, false]), { reduce: 'add' }), 'bool', [true, false, true]],
  ['multiply bool', () => tensor([true, true, true]).scatter(0, places, tensor([true, false, true]), { reduce: 'multiply' }), 'bool', [false, true, true]],
  ['nonzero as a tuple', () => table.sub(200).nonzero({ asTuple: true }), 'int32', [[0, 1, 1], [0, 0, 1]]],
  ['nonzero of a number as a tuple', () => tensor(3).nonzero({ asTuple: true }), 'int32', [[0]]],
  ['nonzero of 0 as a tuple', () => tensor(0).nonzero({ asTuple: true }), 'int32', [[]]],
  ['where of a condition', () => where(table.gt(150)), 'int32', [[0, 1], [1, 0]]],
  ['to the dtype of a tensor', () => x.to(whole), 'int64', [5, -7, 3]],
]; // prettier-ignore

describe('indexing and copies', () => {
  testRows(indexing);

  test('a scatter that multiplies has no derivative', () => {
    const a = tensor([1, 2, 3], { requiresGrad: true });
    const product = a.scatter(0, places, 2, { reduce: 'multiply' });
    expect(() => product.sum().backward()).toThrow(
      "scatter with reduce: 'multiply' has no derivative",
    );
    const sum = a.scatter(0, places, 2, { reduce: 'add' });
    expect(grad(sum.sum(), [a])[0].toArray()).toEqual([1, 1, 1]);
  });

  test('to with copy gives a copy', () => {
    expect(x.to('float32')).toBe(x);
    const copy = x.to('float32', { copy: true });
    copy.zero_();
    expect(x.toArray()).toEqual([5.5, -7.25, 3]);
  });
});

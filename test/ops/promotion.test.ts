/** Dtypes of results with JavaScript numbers; test/golden/promotion.test.ts has those of tensors. */
import { full, ones, stack, type DType, type Tensor } from 'blasgrad';

const of = (dtype: DType, ...shape: number[]): Tensor => ones(shape, { dtype });

test.each<[DType, number | bigint, DType]>([
  ['float32', 2, 'float32'],
  ['float32', 2n, 'float32'],
  ['bfloat16', 0.1, 'bfloat16'],
  ['float16', 2n, 'float16'],
  ['uint8', 2, 'uint8'],
  ['uint8', 0.5, 'float32'],
  ['int64', 2, 'int64'],
  ['int32', 2n, 'int32'],
  ['bool', 2n, 'int64'],
  ['bool', 2 ** 40, 'int64'],
  ['float32', 0.1, 'float32'],
  ['float64', 0.1, 'float64'],
  ['int32', 2, 'int32'],
  ['int32', 0.5, 'float32'],
  ['bool', 2, 'int32'],
  ['bool', 0.5, 'float32'],
])('%s with the number %s is %s', (dtype, value, expected) => {
  for (const name of ['add', 'sub', 'mul', 'maximum'] as const) {
    if (name === 'sub' && dtype === 'bool') continue; // refused, as in PyTorch
    expect(of(dtype, 2)[name](value).dtype).toBe(expected);
  }
});

test.each<[DType, DType]>([
  ['bool', 'float32'],
  ['int32', 'float32'],
  ['float32', 'float32'],
  ['float64', 'float64'],
])('functions of %s are %s', (dtype, expected) => {
  for (const name of ['exp', 'sqrt', 'sigmoid', 'tanh', 'reciprocal', 'erf'] as const) {
    expect(of(dtype, 2)[name]().dtype).toBe(expected);
  }
});

test('a comparison is exact where dtypes differ', () => {
  const large = full([1], 16777217, { dtype: 'int32' });
  expect(large.eq(full([1], 16777216, { dtype: 'float64' })).toArray()).toEqual([false]);
  expect(of('float32', 1).mul(0.1).eq(0.1).toArray()).toEqual([true]);
  expect(of('float64', 1).mul(0.1).eq(0.1).toArray()).toEqual([true]);
});

test('a mixed result has the values of the wider dtype', () => {
  const third = full([1], 1 / 3, { dtype: 'float64' });
  expect(of('float32', 1).mul(third).toArray()).toEqual([1 / 3]);
  expect(stack([of('int32'), third.reshape([])]).toArray()).toEqual([1, 1 / 3]);
});

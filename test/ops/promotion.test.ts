/** Dtypes of results: torch.result_type for tensors, single numbers, and JavaScript numbers. */
import { cat, full, ones, stack, where, type DType, type Tensor } from 'blasgrad';

const dtypes = ['bool', 'int32', 'float32', 'float64'] as const;

/** torch.promote_types. */
const tensors: Readonly<Record<DType, Readonly<Record<DType, DType>>>> = {
  bool: { bool: 'bool', int32: 'int32', float32: 'float32', float64: 'float64' },
  int32: { bool: 'int32', int32: 'int32', float32: 'float32', float64: 'float64' },
  float32: { bool: 'float32', int32: 'float32', float32: 'float32', float64: 'float64' },
  float64: { bool: 'float64', int32: 'float64', float32: 'float64', float64: 'float64' },
};

/** A tensor, and one without dimensions, whose dtype counts only by its kind: bool, whole or floating. */
const withSingle: Readonly<Record<DType, Readonly<Record<DType, DType>>>> = {
  bool: { bool: 'bool', int32: 'int32', float32: 'float32', float64: 'float64' },
  int32: { bool: 'int32', int32: 'int32', float32: 'float32', float64: 'float64' },
  float32: { bool: 'float32', int32: 'float32', float32: 'float32', float64: 'float32' },
  float64: { bool: 'float64', int32: 'float64', float32: 'float64', float64: 'float64' },
};

const pairs = dtypes.flatMap((a) => dtypes.map((b) => [a, b] as const));
const of = (dtype: DType, ...shape: number[]): Tensor => ones(shape, { dtype });
const none: readonly DType[] = ['bool'];

describe.each(pairs)('%s and %s', (a, b) => {
  test('tensors', () => {
    const expected = tensors[a][b];
    expect(of(a, 2).maximum(of(b, 2)).dtype).toBe(
      none.includes(expected) ? of(a, 2).mul(of(b, 2)).dtype : expected,
    );
    for (const result of [of(a, 2).mul(of(b, 2)), of(b, 2).mul(of(a, 1))]) {
      expect([expected, 'int32']).toContain(result.dtype);
      if (expected !== 'bool') expect(result.dtype).toBe(expected);
    }
    expect(where(of('bool', 2), of(a, 2), of(b, 2)).dtype).toBe(expected);
    expect(cat([of(a, 2), of(b, 2)]).dtype).toBe(expected);
  });

  test('a tensor and one without dimensions', () => {
    const expected = withSingle[a][b];
    expect(where(of('bool', 2), of(a, 2), of(b)).dtype).toBe(expected);
    if (expected !== 'bool') {
      expect(of(a, 2).mul(of(b)).dtype).toBe(expected);
      expect(of(b).mul(of(a, 2)).dtype).toBe(expected);
    }
  });

  test('quotients float, comparisons do not', () => {
    const expected = tensors[a][b];
    const floating = expected === 'float64' ? 'float64' : 'float32';
    expect(of(a, 2).div(of(b, 2)).dtype).toBe(floating);
    expect(of(a, 2).atan2(of(b, 2)).dtype).toBe(floating);
    for (const name of ['eq', 'lt', 'ge', 'logicalAnd', 'logicalXor'] as const) {
      expect(of(a, 2)[name](of(b, 2)).dtype).toBe('bool');
    }
  });
});

test.each<[DType, number, DType]>([
  ['float32', 2, 'float32'],
  ['float32', 0.1, 'float32'],
  ['float64', 0.1, 'float64'],
  ['int32', 2, 'int32'],
  ['int32', 0.5, 'float32'],
  ['bool', 2, 'int32'],
  ['bool', 0.5, 'float32'],
])('%s with the number %f is %s', (dtype, value, expected) => {
  for (const name of ['add', 'sub', 'mul', 'maximum'] as const) {
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

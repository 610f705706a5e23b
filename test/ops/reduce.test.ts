/** Reductions: gradients at ties, precision, threads and errors, which tables of values do not show. */
import { full, tensor, zeros, type Tensor } from 'blasgrad';
import { addon } from '../../dist/core/native';
import '../support/calls';
import { make } from '../support/make';

function gradientOf(fn: (x: Tensor) => Tensor, shape: number[], values: number[]): number[] {
  const x = make('float64', shape, values).requiresGrad_();
  fn(x).sum().backward();
  return Array.from(x.grad?.data ?? [], Number);
}

describe('gradients', () => {
  test('amax, amin and max over all share among equal elements', () => {
    expect(gradientOf((x) => x.amax(1), [2, 3], [1, 1, 0, 2, 5, 3])).toEqual([
      0.5, 0.5, 0, 0, 1, 0,
    ]);
    expect(gradientOf((x) => x.amin(), [4], [1, 1, 3, 1])).toEqual([1 / 3, 1 / 3, 0, 1 / 3]);
    expect(gradientOf((x) => x.max(), [4], [3, 1, 3, 1])).toEqual([0.5, 0, 0.5, 0]);
  });

  test('max along a dimension gives all to the first of equal elements', () => {
    expect(gradientOf((x) => x.max(1).values, [2, 3], [1, 1, 0, 2, 5, 5])).toEqual([
      1, 0, 0, 0, 1, 0,
    ]);
    expect(gradientOf((x) => x.min(0).values, [2, 2], [1, 2, 1, 1])).toEqual([1, 0, 0, 1]);
  });

  test.each([0, 0.5, 1, 1.5, 2, 3])('of the norm of order %d at 0 is 0', (p) => {
    expect(gradientOf((x) => x.norm({ p }), [3], [0, 0, 0])).toEqual([0, 0, 0]);
    expect(gradientOf((x) => x.norm({ p }), [2], [0, 2])[0]).toBe(0);
  });

  test('of the standard deviation of equal elements is 0', () => {
    expect(gradientOf((x) => x.std(), [3], [2, 2, 2])).toEqual([0, 0, 0]);
  });

  test('flow through results that are used twice', () => {
    expect(gradientOf((x) => x.sub(x.mean()).square(), [2], [1, 3])).toEqual([-2, 2]);
  });
});

describe('precision and threads', () => {
  // 0.1 in float32 is not 0.1, and added up one by one ten million of them give 1087937.
  const count = 3_000_000;
  const ulp = 2 ** -23;

  test.each([
    { shape: [count], dim: 0 },
    { shape: [3, count / 3], dim: 1 },
    { shape: [count / 3, 3], dim: 0 },
    { shape: [2, count / 600, 300], dim: 1 },
  ])('a float32 sum over dim $dim of $shape is right to 4 ulp', ({ shape, dim }) => {
    const expected = Math.fround(0.1) * shape[dim];
    for (const value of full(shape, 0.1).sum(dim).data as Float32Array) {
      expect(Math.abs(value / expected - 1)).toBeLessThan(4 * ulp);
    }
  });

  test.each([
    { shape: [count], dim: 0 },
    { shape: [count / 6, 6], dim: 0 },
    { shape: [count / 600, 600], dim: 0 },
    { shape: [count / 600, 600], dim: 1 },
    { shape: [20, count / 6000, 300], dim: 1 },
  ])('results over dim $dim of $shape are the same on any number of threads', ({ shape, dim }) => {
    const x = zeros(shape);
    const values = x.data;
    for (let i = 0; i < count; i++) values[i] = ((i * 7919) % 1000) / 997 - 0.4;
    const threads = addon.getNumThreads();
    const results = (): Float32Array[] =>
      [x.sum(dim), x.mean(), x.norm({ dim }), x.amax(dim), x.logsumexp(dim), x.softmax(dim)].map(
        (result) => result.data as Float32Array,
      );
    try {
      addon.setNumThreads(1);
      const alone = results();
      addon.setNumThreads(3);
      results().forEach((result, i) =>
        expect(Buffer.compare(bytes(result), bytes(alone[i]))).toBe(0),
      );
    } finally {
      addon.setNumThreads(threads);
    }
  });

  const bytes = (array: Float32Array): Buffer =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);

  test('variance does not cancel', () => {
    const x = make('float32', [4], [1e4, 1e4 + 1, 1e4 + 2, 1e4 + 3]);
    expect(x.var().item()).toBeCloseTo(5 / 3, 5);
  });

  test('sums of integers are exact, and wrap around beyond int64', () => {
    expect(make('int32', [2], [2147483647, 1]).sum().item()).toBe(2147483648);
    expect(make('int32', [2], [2147483647, 1]).cumsum(0).toArray()).toEqual([
      2147483647, 2147483648,
    ]);
    const large = tensor([2n ** 62n, 2n ** 62n, -1n]);
    expect(large.sum().item<bigint>()).toBe(2n ** 63n - 1n);
    expect(large.slice(0, 0, 2).sum().item<bigint>()).toBe(-(2n ** 63n));
    expect(
      tensor([3n ** 30n, 3n ** 9n])
        .prod()
        .item<bigint>(),
    ).toBe(3n ** 39n);
  });
});

describe('results', () => {
  test('have the dtype PyTorch gives, with int32 for indices', () => {
    const mask = make('bool', [2], [1, 1]);
    expect(
      [mask.sum(), mask.prod(), mask.cumsum(0), mask.amax(), mask.any()].map((x) => x.dtype),
    ).toEqual(['int64', 'int64', 'int64', 'bool', 'bool']);
    const whole = make('int32', [2], [3, 4]);
    expect([whole.sum(), whole.amin(), whole.argmax(), whole.all()].map((x) => x.dtype)).toEqual([
      'int64',
      'int32',
      'int32',
      'bool',
    ]);
    expect(whole.logsumexp(0).dtype).toBe('float32');
  });

  test('bytes other than 0 are true', () => {
    const mask = zeros([3], { dtype: 'bool' });
    (mask.data as Uint8Array).set([2, 255, 1]);
    expect([mask.any().toArray(), mask.all().toArray()]).toEqual([true, true]);
    expect([mask.any().data[0], mask.all().data[0]]).toEqual([1, 1]);
  });

  test('are not recorded where no gradient flows', () => {
    const x = make('float32', [2], [1, 2]).requiresGrad_();
    expect([x.argmax(), x.any(), x.max(0).indices].map((y) => y.requiresGrad)).toEqual([
      false,
      false,
      false,
    ]);
    expect(x.max(0).values.requiresGrad).toBe(true);
  });
});

describe('refusals', () => {
  const x = make('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  const none = make('float32', [0, 3], []);
  const whole = make('int32', [2], [1, 2]);

  test.each<[string, () => unknown, string]>([
    [
      'a dimension that is not there',
      () => x.sum(2),
      'sum: expected a dimension from -2 to 1 for dim, got 2',
    ],
    [
      'a dimension twice',
      () => x.sum([0, -2]),
      'sum: expected each dimension once for dim, got -2 twice',
    ],
    [
      'an unknown option',
      () => x.mean(0, { keepDim: true } as object),
      "mean: expected one of keepdim, dtype for options, got 'keepDim'",
    ],
    [
      'means of integers',
      () => whole.mean(),
      'mean: expected float32, float64, float16 or bfloat16 for dtype of this, got int32',
    ],
    [
      'the largest of nothing',
      () => none.max(),
      'max: expected at least one element for this, got [0, 3]',
    ],
    [
      'the largest along nothing',
      () => none.max(0),
      'max: expected at least one element for this, got [0, 3]',
    ],
    [
      'the smallest along nothing',
      () => none.amin(0),
      'amin: expected at least one element for this, got [0, 3]',
    ],
    [
      'the place in nothing',
      () => none.argmax(),
      'argmax: expected at least one element for this, got [0, 3]',
    ],
    [
      'a size that does not broadcast',
      () => x.sumToSize([2]),
      'sumToSize: expected a shape that broadcasts to [2, 3] for shape, got [2]',
    ],
    [
      'softmax of integers',
      () => whole.softmax(0),
      'softmax: expected float32, float64, float16 or bfloat16 for dtype of input, got int32',
    ],
  ])('%s', (_, call, message) => {
    const Kind = message.includes('for dtype of') ? TypeError : RangeError;
    expect(call).toThrow(new Kind(message));
  });

  test.each<[string, () => unknown, string]>([
    [
      'softmax without a dimension',
      () => x.softmax(undefined as unknown as number),
      'softmax: expected a dimension for dim, got undefined',
    ],
    [
      'a dimension that is no number',
      () => x.sum('0' as unknown as number),
      "sum: expected a dimension or an array of dimensions for dim, got '0'",
    ],
    [
      'a product over several dimensions',
      () => x.prod([0, 1] as unknown as number),
      'prod: expected a dimension for dim, got an array of 2 elements',
    ],
    [
      'an order that is no number',
      () => x.norm({ p: '2' as unknown as number }),
      "norm: expected a number or 'fro' for p, got '2'",
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(new TypeError(message));
  });
});

/** Functions that make tensors. */
import {
  arange,
  empty,
  eye,
  fromArray,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  rand,
  randn,
  tensor,
  zeros,
  zerosLike,
  type DType,
  type Tensor,
  type TensorData,
} from 'blasgrad';

const loose = (value: unknown): never => value as never;

describe('tensor', () => {
  const inferred: [string, TensorData, DType, readonly number[]][] = [
    ['a number', 3, 'float32', []],
    ['a boolean', true, 'bool', []],
    ['numbers', [1, 2, 3], 'float32', [3]],
    ['booleans', [[true], [false]], 'bool', [2, 1]],
    ['nothing', [], 'float32', [0]],
    ['empty rows', [[], []], 'float32', [2, 0]],
    ['Float32Array', new Float32Array(2), 'float32', [2]],
    ['Float64Array', new Float64Array(2), 'float64', [2]],
    ['Int32Array', new Int32Array(2), 'int32', [2]],
    ['Uint8Array', new Uint8Array(2), 'uint8', [2]],
    ['Uint8ClampedArray', new Uint8ClampedArray(2), 'uint8', [2]],
    ['BigInt64Array', new BigInt64Array(2), 'int64', [2]],
    ['BigUint64Array', new BigUint64Array(2), 'int64', [2]],
    ['bigints', [1n, 2n], 'int64', [2]],
    ['Int8Array', new Int8Array(2), 'int32', [2]],
    ['Uint16Array', new Uint16Array(2), 'int32', [2]],
    ['Uint32Array', new Uint32Array(2), 'int32', [2]],
    ['Buffer', Buffer.alloc(2), 'uint8', [2]],
    ['rows of typed arrays', [new Float64Array(3), new Float64Array(3)], 'float64', [2, 3]],
  ];
  test.each(inferred)('of %s', (_name, data, dtype, shape) => {
    const x = tensor(data);
    expect([x.dtype, x.shape]).toEqual([dtype, shape]);
    expect(x.requiresGrad).toBe(false);
  });

  test('keeps values and nesting', () => {
    const nested = [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [
        [7, 8],
        [9, -10],
        [Infinity, 12],
      ],
    ];
    expect(tensor(nested, { dtype: 'float64' }).toArray()).toEqual(nested);
    expect(tensor([[true, false]]).toArray()).toEqual([[true, false]]);
    expect(tensor([0.1]).item()).toBe(Math.fround(0.1));
  });

  test('converts to the dtype that is asked for', () => {
    const data = [1.75, -1.75, 0];
    expect(tensor(data, { dtype: 'int32' }).toArray()).toEqual([1, -1, 0]);
    expect(tensor(data, { dtype: 'bool' }).toArray()).toEqual([true, true, false]);
    expect(tensor([true, 2], { dtype: 'float64' }).toArray()).toEqual([1, 2]);
    expect(tensor(new Uint8Array([0, 9]), { dtype: 'bool' }).toArray()).toEqual([false, true]);
    expect(tensor(new Float32Array([1.5]), { dtype: 'int32' }).toArray()).toEqual([1]);
  });

  test('copies', () => {
    const array = new Float32Array([1, 2]);
    const x = tensor(array);
    array[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
    const y = tensor(x);
    y.fill_(0);
    expect(x.toArray()).toEqual([1, 2]);
  });

  test('of a tensor is a leaf', () => {
    const x = ones(2, { requiresGrad: true }).mul(2);
    const y = tensor(x, { dtype: 'float64', requiresGrad: true });
    expect([y.isLeaf, y.requiresGrad, y.dtype]).toEqual([true, true, 'float64']);
  });

  test('a large nested array takes its time, not more', () => {
    const rows = Array.from({ length: 2000 }, (_, i) => new Array<number>(500).fill(i));
    const x = tensor(rows);
    expect(x.shape).toEqual([2000, 500]);
    expect(x.select(0, 1999).toArray()).toEqual(rows[1999]);
  });

  const circle: unknown[] = [];
  circle.push(circle);
  const errors: [string, unknown, object, string][] = [
    [
      'RangeError',
      [[1, 2], [3]],
      {},
      'expected 2 elements for data[1], got an array of 1 elements',
    ],
    ['TypeError', [[1, 2], 3], {}, 'expected an array of 2 elements for data[1], got 3'],
    ['TypeError', [1, [2]], {}, 'expected a number for data[1], got an array of 1 elements'],
    ['TypeError', [[1, 'a']], {}, "expected a number for data[0][1], got 'a'"],
    ['TypeError', [1, true], {}, 'expected a number for data[1], got true'],
    ['TypeError', [true, 1], {}, 'expected a boolean for data[1], got 1'],
    ['TypeError', [1, null], {}, 'expected a number for data[1], got null'],
    [
      'TypeError',
      [1, undefined],
      { dtype: 'int32' },
      'expected a number, a bigint or a boolean for data[1]',
    ],
    ['TypeError', [1, 2n], {}, 'expected a number for data[1], got a bigint'],
    ['TypeError', 'text', {}, "for data, got 'text'"],
    ['TypeError', undefined, {}, 'for data, got undefined'],
    ['TypeError', { length: 2 }, {}, 'for data, got an object'],
    ['RangeError', new BigUint64Array([2n ** 63n]), {}, 'got 9223372036854775808n'],
    [
      'RangeError',
      [2n ** 63n],
      {},
      'a number that int64 holds for data[0], got 9223372036854775808n',
    ],
    ['RangeError', [2 ** 53], { dtype: 'int64' }, 'a safe integer or a bigint for data[0]'],
    ['RangeError', [NaN], { dtype: 'int64' }, 'a number that int64 holds for data[0], got NaN'],
    ['RangeError', [NaN], { dtype: 'uint8' }, 'a number that uint8 holds for data[0], got NaN'],
    ['RangeError', [256], { dtype: 'uint8' }, 'a number that uint8 holds for data[0], got 256'],
    ['RangeError', [1n << 40n], { dtype: 'int32' }, 'int32 holds for data[0], got 1099511627776n'],
    ['TypeError', new DataView(new ArrayBuffer(8)), {}, 'for data, got an instance of DataView'],
    ['RangeError', [2 ** 31], { dtype: 'int32' }, 'expected a number that int32 holds for data[0]'],
    ['RangeError', [NaN], { dtype: 'int32' }, 'for data[0], got NaN'],
    ['RangeError', new Uint32Array([1, 2 ** 31]), {}, 'for data[1], got 2147483648'],
    ['RangeError', circle, {}, 'expected at most 64 dimensions'],
    ['RangeError', [1], { dtype: 'float8' }, "for dtype, got 'float8'"],
    ['RangeError', [1], { requiredGrad: true }, "for options, got 'requiredGrad'"],
    ['TypeError', [1], { requiresGrad: 1 }, 'expected a boolean for requiresGrad, got 1'],
    ['RangeError', [1], { dtype: 'int32', requiresGrad: true }, 'expected a floating dtype'],
  ];
  test.each(errors)('%s for %p %p', (name, data, options, text) => {
    const type = name === 'TypeError' ? TypeError : RangeError;
    expect(() => tensor(loose(data), options)).toThrow(type);
    expect(() => tensor(loose(data), options)).toThrow(text);
  });
});

describe('fromArray', () => {
  test('shares memory', () => {
    const array = new Float64Array([1, 2, 3, 4]);
    const x = fromArray(array, [2, 2]);
    expect([x.dtype, x.shape]).toEqual(['float64', [2, 2]]);
    array[3] = 40;
    expect(x.toArray()).toEqual([
      [1, 2],
      [3, 40],
    ]);
    x.mul_(2);
    expect(Array.from(array)).toEqual([2, 4, 6, 80]);
    expect(x.data).toBe(array);
  });

  test('of a part of a buffer', () => {
    const whole = new Float32Array([1, 2, 3, 4]);
    const x = fromArray(whole.subarray(1, 3), undefined, { requiresGrad: true });
    x.square().sum().backward();
    expect(x.grad?.toArray()).toEqual([4, 6]);
    expect(fromArray(new Int32Array(3)).dtype).toBe('int32');
    expect(fromArray(new Uint8Array([0, 200])).toArray()).toEqual([0, 200]);
    expect(fromArray(Buffer.from([0, 200])).dtype).toBe('uint8');
    expect(fromArray(new Uint8ClampedArray([0, 200])).toArray()).toEqual([0, 200]);
    const mask = fromArray(new Uint8Array([0, 1]), [2], { dtype: 'bool' });
    expect(mask.toArray()).toEqual([false, true]);
    const bits = new Uint16Array([0x3f80]);
    expect(fromArray(bits, [1], { dtype: 'bfloat16' }).item()).toBe(1);
    expect(tensor(bits).toArray()).toEqual([0x3f80]);
    expect(tensor(bits, { dtype: 'bfloat16' }).item()).toBe(1);
  });

  test('memory that was taken away is an error, not a crash', () => {
    const array = new Float32Array(4);
    const x = fromArray(array);
    structuredClone(array, { transfer: [array.buffer] });
    expect(() => x.add(1)).toThrow('transferred away');
  });

  test.each([
    [() => fromArray(new Float32Array(3), [2, 2]), 'expected a shape of 3 elements for shape'],
    [() => fromArray(loose([1, 2])), 'expected Float32Array, Float64Array'],
    [() => fromArray(loose(new Int8Array(2))), 'got Int8Array(2)'],
    [
      () => fromArray(new Uint8Array([0, 2]), [2], { dtype: 'bool' }),
      'expected 0 or 1 for array[1], got 2',
    ],
    [
      () => fromArray(new Uint16Array(2)),
      'float16 or bfloat16 for dtype of a Uint16Array, got none',
    ],
    [
      () => fromArray(new Uint8Array(2), [2], { dtype: 'int32' }),
      'uint8 or bool for dtype of a Uint8Array',
    ],
    [() => fromArray(new Int32Array(1), [1], { requiresGrad: true }), 'a floating dtype'],
  ])('%s', (run, text) => {
    expect(run).toThrow(text);
  });
});

describe('sizes and options', () => {
  test.each([
    ['one by one', zeros(2, 3), [2, 3]],
    ['as an array', zeros([2, 3]), [2, 3]],
    ['one by one with options', zeros(2, 3, { dtype: 'float32' }), [2, 3]],
    ['as an array with options', zeros([2, 3], {}), [2, 3]],
    ['none', zeros([]), []],
    ['with undefined options', zeros([2], undefined), [2]],
    ['empty', zeros(0, 4), [0, 4]],
  ])('%s', (_name, x: Tensor, shape) => {
    expect([x.shape, x.dtype]).toEqual([shape, 'float32']);
  });

  test.each([
    [() => zeros(-1), 'zeros: expected an integer of at least 0 for shape[0], got -1'],
    [() => ones(1.5), 'ones'],
    [() => rand(loose('2')), "rand: expected an integer for shape[0], got '2'"],
    [() => randn(2, loose([3])), 'randn'],
    [() => zeros(2 ** 30, 2 ** 30), 'at most 2^49 elements'],
    [() => zeros(2, { dtype: loose('int8') }), "got 'int8'"],
    [() => zeros(2, loose({ generator: 1 })), "got 'generator'"],
    [() => full(loose(3), 1), 'full: expected an array of sizes for shape, got 3'],
    [() => full([2], loose('1')), 'full: expected a number, a bigint or a boolean for value'],
    [() => zerosLike(loose([1])), 'zerosLike: expected a tensor for input'],
    [() => arange(0, 1, 0), 'arange: expected a positive step from 0 to 1 for step, got 0'],
    [() => arange(0, 1, -1), 'arange'],
    [() => arange(NaN), 'arange'],
    [() => arange(0, 2 ** 33, 2 ** 32, { dtype: 'int32' }), 'numbers that int32 holds'],
    [() => linspace(0, 1, -1), 'linspace'],
    [() => linspace(0, 1, 3, { dtype: 'bool' }), 'linspace: expected float32'],
    [() => eye(-1), 'eye: expected an integer of at least 0 for n, got -1'],
    [() => eye(2, loose('3')), 'eye'],
  ])('%s', (run, text) => {
    expect(run).toThrow(text);
  });
});

test('values', () => {
  expect(zeros(2, 2, { dtype: 'bool' }).toArray()).toEqual([
    [false, false],
    [false, false],
  ]);
  expect(ones(2, { dtype: 'int32' }).toArray()).toEqual([1, 1]);
  expect(full([2], 7.5, { dtype: 'float64' }).toArray()).toEqual([7.5, 7.5]);
  expect(full([2], true).dtype).toBe('bool');
  expect(full([], 3).item()).toBe(3);
  expect(empty(2, 3).shape).toEqual([2, 3]);
  expect(empty(64, { dtype: 'bool' }).toArray()).toEqual(new Array(64).fill(false));
  expect(eye(2).toArray()).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect(eye(2, 3, { dtype: 'int32' }).toArray()).toEqual([
    [1, 0, 0],
    [0, 1, 0],
  ]);
  expect(eye(3, 1).toArray()).toEqual([[1], [0], [0]]);
  expect(eye(2, { requiresGrad: true }).requiresGrad).toBe(true);
  expect(eye(0).shape).toEqual([0, 0]);
});

test('sequences', () => {
  expect(arange(4).toArray()).toEqual([0, 1, 2, 3]);
  expect(arange(4).dtype).toBe('float32');
  expect(arange(2, 5, { dtype: 'int32' }).toArray()).toEqual([2, 3, 4]);
  expect(arange(1, 0, -0.25).toArray()).toEqual([1, 0.75, 0.5, 0.25]);
  expect(arange(3, 3).shape).toEqual([0]);
  expect(arange(0, 1, 0.3, { dtype: 'float64' }).toArray()).toEqual([0, 0.3, 0.6, 0.3 * 3]);
  expect(linspace(0, 1, 5).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(linspace(3, -3, 2).toArray()).toEqual([3, -3]);
  expect(linspace(5, 9, 1).toArray()).toEqual([5]);
  expect(linspace(5, 9, 0).shape).toEqual([0]);
  const fine = linspace(0, 0.1, 1001, { dtype: 'float64' }).data;
  expect([fine[0], fine[1000]]).toEqual([0, 0.1]);
});

test('like another tensor', () => {
  const x = ones(2, 3, { dtype: 'float64' }).T;
  expect(zerosLike(x).toArray()).toEqual(zeros(3, 2).toArray());
  expect([zerosLike(x).dtype, onesLike(x, { dtype: 'int32' }).dtype]).toEqual(['float64', 'int32']);
  expect(fullLike(x, 2).sum().item()).toBe(12);
  expect(fullLike(x, true).dtype).toBe('float64');
  expect(zerosLike(x, { requiresGrad: true }).requiresGrad).toBe(true);
});

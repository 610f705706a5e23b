import { data, tensor } from 'blasgrad';

const { collate } = data;

test('tensors are stacked, with their dtype', () => {
  const batch = collate([tensor([1, 2]), tensor([3, 4])]);
  expect([batch.shape, batch.dtype]).toEqual([[2, 2], 'float32']);
  expect(collate([tensor(1, { dtype: 'int32' })]).dtype).toBe('int32');
});

test.each([
  [[1, 2], 'int32'],
  [[1, 2.5], 'float32'],
  [[2 ** 31, 1], 'float32'],
  [[true, false], 'bool'],
  [[1n, -2n], 'int64'],
  [[2n ** 62n, 1n], 'int64'],
] as const)('%p becomes a tensor of dtype %s', (items, dtype) => {
  const batch = collate<number | bigint | boolean>(items);
  const numbers = items.map((item) =>
    typeof item === 'bigint' && Number.isSafeInteger(Number(item)) ? Number(item) : item,
  );
  expect([batch.dtype, batch.toArray()]).toEqual([dtype, numbers]);
});

test.each([
  [[Uint8Array.of(0, 255), Uint8Array.of(1, 2)], 'uint8'],
  [[Uint8ClampedArray.of(0, 255), Uint8ClampedArray.of(1, 2)], 'uint8'],
  [[Buffer.from([0, 255]), Buffer.from([1, 2])], 'uint8'],
  [[BigInt64Array.of(0n, 255n), BigInt64Array.of(1n, 2n)], 'int64'],
  [[Int16Array.of(0, 255), Int16Array.of(1, 2)], 'int32'],
  [[Uint16Array.of(0, 255), Uint16Array.of(1, 2)], 'int32'],
  [[Float64Array.of(0, 255), Float64Array.of(1, 2)], 'float64'],
] as const)('typed arrays become a tensor of their dtype, %#', (items, dtype) => {
  const batch = collate<NodeJS.TypedArray>(items);
  const wanted = [
    [0, 255],
    [1, 2],
  ];
  expect([batch.dtype, batch.toArray()]).toEqual([dtype, wanted]);
});

test.each(['uint8', 'int64', 'float16', 'bfloat16'] as const)('tensors of %s', (dtype) => {
  const batch = collate([tensor([1, 2], { dtype }), tensor([3, 4], { dtype })]);
  expect([batch.dtype, batch.toArray()]).toEqual([
    dtype,
    [
      [1, 2],
      [3, 4],
    ],
  ]);
});

test('arrays and objects are joined entry by entry', () => {
  const [x, { label, name }] = collate([
    [tensor([1, 2]), { label: 3, name: 'three' }] as const,
    [tensor([5, 6]), { label: 4, name: 'four' }] as const,
  ]);
  expect(x.shape).toEqual([2, 2]);
  expect(label.toArray()).toEqual([3, 4]);
  expect(name).toEqual(['three', 'four']);
});

test('other values stay an array', () => {
  const dates = [new Date(0), new Date(1)];
  expect(collate(dates)).toEqual(dates);
});

test.each([
  [[tensor(1), 1], 'expected a tensor, as in sample 0, for sample 1, got 1'],
  [[1n, 1], 'expected a bigint, as in sample 0, for sample 1, got 1'],
  [[1, 1n], 'expected a number, as in sample 0, for sample 1, got a bigint'],
  [[1, 'a'], "expected a number, as in sample 0, for sample 1, got 'a'"],
  [
    [[1], [1, 2]],
    'expected an array of 1 elements, as in sample 0, for sample 1, got an array of 2 elements',
  ],
  [
    [{ x: 1 }, {}],
    'expected an object with the keys x, as in sample 0, for sample 1, got an object',
  ],
])('samples that differ are refused', (items, message) => {
  expect(() => collate<unknown>(items)).toThrow(`collate: ${message}`);
});

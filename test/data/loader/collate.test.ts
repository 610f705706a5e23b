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
] as const)('%p becomes a tensor of dtype %s', (items, dtype) => {
  const batch = collate<number | boolean>(items);
  expect([batch.dtype, batch.toArray()]).toEqual([dtype, items]);
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
  [[tensor(1), 1], 'expected a tensor, as the first sample has, for sample 1, got 1'],
  [[1, 'a'], "expected a number, as the first sample has, for sample 1, got 'a'"],
  [
    [[1], [1, 2]],
    'expected an array of 1 elements, as the first sample has, for sample 1, got an array of 2 elements',
  ],
  [
    [{ x: 1 }, {}],
    'expected an object with x, as the first sample has, for sample 1, got an object',
  ],
])('samples that differ are refused', (items, message) => {
  expect(() => collate<unknown>(items)).toThrow(`collate: ${message}`);
});

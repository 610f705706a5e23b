import { arange, data, tensor, zeros } from 'blasgrad';

const { TensorDataset } = data;

test('a sample is one row of each tensor', () => {
  const dataset = new TensorDataset(arange(6).reshape(3, 2), tensor([7, 8, 9], { dtype: 'int32' }));
  expect(dataset.length).toBe(3);
  const [x, y] = dataset.get(1);
  expect(x.toArray()).toEqual([2, 3]);
  expect([y.item(), y.dtype, y.shape]).toEqual([8, 'int32', []]);
  expect(dataset.get(-1)[0].toArray()).toEqual([4, 5]);
});

test('a batch holds copies of the rows named', () => {
  const x = arange(6).reshape(3, 2);
  const [batch] = new TensorDataset(x).getBatch(tensor([2, 0, 2], { dtype: 'int32' }));
  batch.data[0] = -1;
  expect(batch.toArray()).toEqual([
    [-1, 5],
    [0, 1],
    [4, 5],
  ]);
  expect(x.toArray()).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
});

test.each(['uint8', 'int64', 'float16', 'bfloat16'] as const)('rows of %s', (dtype) => {
  const dataset = new TensorDataset(arange(6).reshape(3, 2).to(dtype), tensor([0n, 1n, 2n]));
  for (const indices of [tensor([2n, 0n]), tensor([2, 0], { dtype: 'int32' })]) {
    const [x, y] = dataset.getBatch(indices);
    expect([x.dtype, x.toArray()]).toEqual([
      dtype,
      [
        [4, 5],
        [0, 1],
      ],
    ]);
    expect([y.dtype, y.toArray()]).toEqual(['int64', [2, 0]]);
  }
});

test.each([
  [() => new TensorDataset(), RangeError, 'expected at least one tensor for tensors, got none'],
  [
    () => new TensorDataset([1, 2] as never),
    TypeError,
    'expected a tensor for tensors[0], got an array of 2 elements',
  ],
  [
    () => new TensorDataset(tensor(1)),
    RangeError,
    'expected at least one dimension for tensors[0], got []',
  ],
  [
    () => new TensorDataset(zeros(4, 2), zeros(4), zeros(5)),
    RangeError,
    'expected first dimension 4, as in tensors[0], for tensors[2], got [5]',
  ],
] as const)('%s is refused', (make, kind, message) => {
  expect(make).toThrow(kind);
  expect(make).toThrow(`TensorDataset: ${message}`);
});

test.each([
  [3, RangeError, 'expected an index from -3 to 2 for index, got 3'],
  [-4, RangeError, 'expected an index from -3 to 2 for index, got -4'],
  [0.5, RangeError, 'expected an integer for index, got 0.5'],
  ['0', TypeError, "expected an integer for index, got '0'"],
] as const)('get(%p) is refused', (index, kind, message) => {
  const dataset = new TensorDataset(zeros(3, 2));
  expect(() => dataset.get(index as number)).toThrow(kind);
  expect(() => dataset.get(index as number)).toThrow(`TensorDataset.get: ${message}`);
});

test('there is nothing to get from a dataset without rows', () => {
  expect(() => new TensorDataset(zeros(0, 2)).get(0)).toThrow(
    'TensorDataset.get: index is 0, but the dataset has no samples',
  );
});

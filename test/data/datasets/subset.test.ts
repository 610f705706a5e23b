/** Subsets and concatenated datasets. */
import { arange, data, Generator, manualSeed, tensor, zeros } from 'blasgrad';

const { ConcatDataset, DataLoader, randomSplit, Subset, TensorDataset } = data;

const rows = () => new TensorDataset(arange(12).reshape(6, 2));
const letters = ['a', 'b', 'c', 'd', 'e', 'f'];

test('Subset gives the samples its indices name', () => {
  const part = new Subset(rows(), [4, 0, 4]);
  expect(part.length).toBe(3);
  expect(part.get(0)[0].toArray()).toEqual([8, 9]);
  const [[batch]] = new DataLoader(part, { batchSize: 3 });
  expect(batch.toArray()).toEqual([
    [8, 9],
    [0, 1],
    [8, 9],
  ]);
  expect([
    ...new DataLoader(new Subset(letters, tensor([5, 1], { dtype: 'int32' })), { batchSize: 2 }),
  ]).toEqual([['f', 'b']]);
});

test('indices may be int64 tensors and bigints', () => {
  for (const indices of [tensor([5n, 1n]), BigInt64Array.of(5n, 1n), [5n, 1n]]) {
    const part = new Subset(letters, indices);
    expect([part.indices.dtype, part.get(0), part.get(1)]).toEqual(['int32', 'f', 'b']);
  }
  expect(() => new Subset(letters, tensor([2n ** 60n]))).toThrow(
    'Subset: expected an index from 0 to 5 for indices[0], got 1152921504606847000',
  );
});

test('a Subset of a Subset counts through both', () => {
  const part = new Subset(new Subset(letters, [1, 3, 5]), [2, 0]);
  expect([part.get(0), part.get(1)]).toEqual(['f', 'b']);
});

test('a Subset keeps indices of its own', () => {
  const indices = tensor([1, 2], { dtype: 'int32' });
  const part = new Subset(letters, indices);
  indices.fill_(0);
  expect(part.get(0)).toBe('b');
});

test('ConcatDataset counts through all datasets', () => {
  const all = new ConcatDataset([['x'], [], letters, ['y']]);
  const read = Array.from({ length: all.length }, (_, i) => all.get(i));
  expect(read).toEqual(['x', ...letters, 'y']);
  const tensors = new ConcatDataset([rows(), rows()]);
  const batches = [...new DataLoader(tensors, { batchSize: 8 })];
  expect(batches.map(([x]) => x.shape)).toEqual([
    [8, 2],
    [4, 2],
  ]);
  expect(batches[1][0].toArray()).toEqual([
    [4, 5],
    [6, 7],
    [8, 9],
    [10, 11],
  ]);
});

test.each([
  [
    [4, 2],
    [4, 2],
  ],
  [
    [6, 0],
    [6, 0],
  ],
  [
    [0.5, 0.5],
    [3, 3],
  ],
  [
    [0.4, 0.4, 0.2],
    [3, 2, 1],
  ],
  [
    [0.9, 0.1],
    [6, 0],
  ],
  [[1], [6]],
])('randomSplit by %p gives parts of %p', (lengths, sizes) => {
  const parts = randomSplit(letters, lengths, { seed: 1 });
  expect(parts.map(({ length }) => length)).toEqual(sizes);
  const all = parts.flatMap((part) => Array.from({ length: part.length }, (_, i) => part.get(i)));
  expect(all.sort()).toEqual(letters);
});

test('randomSplit follows its seed, its generator, or manualSeed', () => {
  const split = (options?: object) =>
    randomSplit(letters, [3, 3], options).map(({ indices }) => indices.toArray());
  expect(split({ seed: 2 })).toEqual(split({ generator: new Generator(2) }));
  expect(split({ seed: 2 })).not.toEqual(split({ seed: 3 }));
  manualSeed(2);
  expect(split()).toEqual(split({ seed: 2 }));
});

const sum = 'numbers that add up to 6, or fractions that add up to 1,';
test.each<[() => unknown, string]>([
  [() => new Subset(letters, [6]), 'Subset: expected an index from 0 to 5 for indices[0], got 6'],
  [() => new Subset(letters, [-1]), 'Subset: expected an index from 0 to 5 for indices[0], got -1'],
  [() => new Subset([], [0]), 'Subset: indices[0] is 0, but the dataset has no samples'],
  [
    () => new Subset(letters, ['0'] as never),
    "Subset: expected an integer for indices[0], got '0'",
  ],
  [
    () => new Subset(letters, 3 as never),
    'Subset: expected a tensor or an iterable of integers for indices, got 3',
  ],
  [
    () => new Subset(letters, zeros(2)),
    'Subset: expected an int32 or int64 tensor of 1 dimension for indices, got a float32 tensor of shape [2]',
  ],
  [
    () => new Subset(3 as never, []),
    'Subset: expected a dataset with length and get, or an array for dataset, got 3',
  ],
  [
    () => new Subset(letters, [1]).get(1),
    'Subset.get: expected an index from 0 to 0 for index, got 1',
  ],
  [
    () => new ConcatDataset([]),
    'ConcatDataset: expected at least one dataset for datasets, got an empty array',
  ],
  [
    () => new ConcatDataset(letters as never),
    "ConcatDataset: expected a dataset with length and get, or an array for datasets[0], got 'a'",
  ],
  [
    () => new ConcatDataset(3 as never),
    'ConcatDataset: expected an array of datasets for datasets, got 3',
  ],
  [
    () => new ConcatDataset([letters]).get(6),
    'ConcatDataset.get: expected an index from 0 to 5 for index, got 6',
  ],
  [() => randomSplit(letters, [3, 2]), `randomSplit: expected ${sum} for lengths, got [3, 2]`],
  [
    () => randomSplit(letters, [0.5, 0.4]),
    `randomSplit: expected ${sum} for lengths, got [0.5, 0.4]`,
  ],
  [
    () => randomSplit(letters, [7, -1]),
    'randomSplit: expected a number of at least 0 for lengths[1], got -1',
  ],
  [
    () => randomSplit(letters, 6 as never),
    'randomSplit: expected an array of numbers for lengths, got 6',
  ],
  [
    () => randomSplit(letters, [6], { seed: 1, generator: new Generator(1) }),
    'randomSplit: seed and generator cannot be combined; pass one of them',
  ],
  [
    () => randomSplit(letters, [6], { random: 1 } as never),
    "randomSplit: expected one of seed, generator for options, got 'random'",
  ],
])('%s is refused', (make, message) => {
  expect(make).toThrow(message);
});

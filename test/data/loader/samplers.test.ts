/** The order of samples: samplers, and how a loader uses them. */
import { data, Generator, manualSeed, tensor, type Tensor } from 'blasgrad';

const {
  BatchSampler,
  DataLoader,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} = data;

const ten = Array.from({ length: 10 }, (_, i) => i);
const generator = () => new Generator(5);
const ascending = (order: readonly number[]) => [...order].sort((a, b) => a - b);

test('SequentialSampler', () => {
  expect([...new SequentialSampler(ten)]).toEqual(ten);
  expect(new SequentialSampler(ten).length).toBe(10);
});

test('RandomSampler gives each once, in the order of randperm, another each time', () => {
  const sampler = new RandomSampler(ten, { generator: generator() });
  const [first, second] = [[...sampler], [...sampler]];
  expect([ascending(first), ascending(second)]).toEqual([ten, ten]);
  expect(first).not.toEqual(second);
  const shuffled = new DataLoader(ten, { batchSize: 10, shuffle: true, generator: generator() });
  expect(Array.from(shuffled, (batch: Tensor) => batch.toArray())).toEqual([first]);
});

test('RandomSampler with more samples than there are gives several orders', () => {
  const sampler = new RandomSampler(ten, { numSamples: 25, generator: generator() });
  const order = [...sampler];
  expect([sampler.length, order.length]).toEqual([25, 25]);
  expect(ascending(order.slice(0, 10))).toEqual(ten);
  expect(ascending(order.slice(10, 20))).toEqual(ten);
  expect(new Set(order.slice(20)).size).toBe(5);
  expect(new Set(new RandomSampler(ten, { numSamples: 4 })).size).toBe(4);
});

test('RandomSampler with replacement draws each with the same probability', () => {
  const options = { replacement: true, numSamples: 10_000, generator: generator() };
  const counts = ten.map(() => 0);
  for (const index of new RandomSampler(ten, options)) counts[index]++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150); // 5 standard deviations
});

test('SubsetRandomSampler gives those of a list', () => {
  const sampler = new SubsetRandomSampler([9, 4, 7], { generator: generator() });
  expect([sampler.length, ascending([...sampler])]).toEqual([3, [4, 7, 9]]);
  expect([...new SubsetRandomSampler(tensor([2], { dtype: 'int32' }))]).toEqual([2]);
});

test.each([true, false])('WeightedRandomSampler, replacement %p', (replacement) => {
  const weights = [0, 1, 2, 0, 5];
  const options = { replacement, generator: generator() };
  const first = [0, 0, 0, 0, 0];
  const sampler = new WeightedRandomSampler(weights, 2, options);
  for (let i = 0; i < 4000; i++) first[[...sampler][0]]++;
  expect([first[0], first[3]]).toEqual([0, 0]);
  expect(Math.abs(first[1] - 500)).toBeLessThan(105); // 5 standard deviations
  expect(Math.abs(first[2] - 1000)).toBeLessThan(137);
});

test('WeightedRandomSampler without replacement gives none twice', () => {
  const sampler = new WeightedRandomSampler([1, 0, 1e-9, 3], 3, { replacement: false });
  for (let i = 0; i < 20; i++) expect(ascending([...sampler])).toEqual([0, 2, 3]);
});

test.each([
  [
    false,
    [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ],
    3,
  ],
  [
    true,
    [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ],
    2,
  ],
])('BatchSampler, dropLast %p', (dropLast, batches, length) => {
  const sampler = new BatchSampler(new SequentialSampler(ten), 4, dropLast);
  expect([[...sampler], sampler.length]).toEqual([batches, length]);
});

describe('a loader', () => {
  const batchesOf = (options: object) =>
    Array.from(new DataLoader(ten, options), (batch: Tensor) => batch.toArray());

  test.each([
    ['a sampler', { sampler: [3, 1, 4], batchSize: 2 }, [[3, 1], [4]]],
    ['a sampler, dropLast', { sampler: [3, 1, 4], batchSize: 2, dropLast: true }, [[3, 1]]],
    [
      'a set',
      {
        sampler: {
          length: 2,
          *[Symbol.iterator]() {
            yield* [7, 8];
          },
        },
      },
      [[7], [8]],
    ],
    ['a batch sampler', { batchSampler: new BatchSampler([5, 6, 7], 2) }, [[5, 6], [7]]],
    ['lists', { batchSampler: [[1], [2, 3], new Set([4, 5])] }, [[1], [2, 3], [4, 5]]],
  ])('takes %s', (_name, options, batches) => {
    expect(batchesOf(options)).toEqual(batches);
    expect(new DataLoader(ten, options as object).length).toBe(batches.length);
  });

  test('gives its stream to a sampler without one', () => {
    const sampler = () => new WeightedRandomSampler(ten, 10);
    const of = (seed: number) => batchesOf({ sampler: sampler(), batchSize: 10, seed });
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    manualSeed(3);
    const first = batchesOf({ sampler: sampler(), batchSize: 10 });
    manualSeed(3);
    expect(batchesOf({ sampler: sampler(), batchSize: 10 })).toEqual(first);
  });

  test.each([
    [
      { sampler: [10] },
      RangeError,
      'the sampler returned index 10, but the dataset has 10 samples',
    ],
    [
      { sampler: [-1] },
      RangeError,
      'an index from 0 to 2147483647 for sample 0 of batch 0, got -1',
    ],
    [{ sampler: [0.5] }, RangeError, 'an integer for sample 0 of batch 0, got 0.5'],
    [{ sampler: ['1'] }, TypeError, "an integer for sample 0 of batch 0, got '1'"],
    [{ batchSampler: [1] }, TypeError, 'an iterable of indices for batch 0 of batchSampler, got 1'],
  ])('refuses what comes from %p', (options, kind, message) => {
    expect(() => batchesOf(options)).toThrow(kind);
    expect(() => batchesOf(options)).toThrow(/^DataLoader: /);
    expect(() => batchesOf(options)).toThrow(message);
  });
});

const iterable = 'an iterable with a length for';
test.each<[() => unknown, string]>([
  [
    () => new SequentialSampler(3 as never),
    'SequentialSampler: expected a dataset or an array, with a length, for source, got 3',
  ],
  [
    () => new RandomSampler({} as never),
    'RandomSampler: expected a dataset or an array, with a length, for source, got an object',
  ],
  [
    () => new RandomSampler(ten, { numSamples: 0 }),
    'RandomSampler: expected an integer of at least 1 for numSamples, got 0',
  ],
  [
    () => new RandomSampler(ten, { replacement: 1 as never }),
    'RandomSampler: expected a boolean for replacement, got 1',
  ],
  [
    () => new RandomSampler(ten, { generator: 1 as never }),
    'RandomSampler: expected a Generator for generator, got 1',
  ],
  [
    () => new RandomSampler(ten, { seed: 1 } as never),
    "RandomSampler: expected one of replacement, numSamples, generator for options, got 'seed'",
  ],
  [
    () => new SubsetRandomSampler(5 as never),
    'SubsetRandomSampler: expected a tensor or an iterable of integers for indices, got 5',
  ],
  [
    () => new SubsetRandomSampler(tensor([1])),
    'SubsetRandomSampler: expected an int32 or int64 tensor of 1 dimension for indices, got a float32 tensor of shape [1]',
  ],
  [
    () => new WeightedRandomSampler([1, -1], 1),
    'WeightedRandomSampler: expected a number of at least 0 for weights[1], got -1',
  ],
  [
    () => new WeightedRandomSampler([NaN], 1),
    'WeightedRandomSampler: expected a finite number for weights[0], got NaN',
  ],
  [
    () => new WeightedRandomSampler([0, 0], 1),
    'WeightedRandomSampler: expected at least one weight above 0 for weights, got none',
  ],
  [
    () => new WeightedRandomSampler([1e308, 1e308], 1),
    'WeightedRandomSampler: expected a finite sum for weights, got Infinity',
  ],
  [
    () => new WeightedRandomSampler(tensor([[1]]), 1),
    'WeightedRandomSampler: expected a tensor of 1 dimension for weights, got [1, 1]',
  ],
  [
    () => new WeightedRandomSampler(1 as never, 1),
    'WeightedRandomSampler: expected a tensor or an iterable of numbers for weights, got 1',
  ],
  [
    () => new WeightedRandomSampler([1, 0], 2, { replacement: false }),
    'WeightedRandomSampler: expected at most 1, the number of weights above 0 (without replacement), for numSamples, got 2',
  ],
  [() => new BatchSampler(7 as never, 2), `BatchSampler: expected ${iterable} sampler, got 7`],
  [
    () => new BatchSampler(new Set([1]) as never, 2),
    'BatchSampler: expected an iterable with a length for sampler, got one without a length',
  ],
  [
    () => new BatchSampler([1], 0),
    'BatchSampler: expected an integer of at least 1 for batchSize, got 0',
  ],
  [
    () => new DataLoader(ten, { sampler: 3 as never }),
    `DataLoader: expected ${iterable} sampler, got 3`,
  ],
  [
    () => new DataLoader(ten, { sampler: [1], shuffle: true }),
    'DataLoader: sampler and shuffle cannot be combined; the sampler defines the order',
  ],
  [
    () => new DataLoader(ten, { batchSampler: [[1]], batchSize: 2 }),
    'DataLoader: batchSampler cannot be combined with batchSize, shuffle, sampler or dropLast; it defines the batches',
  ],
])('%s is refused', (make, message) => {
  expect(make).toThrow(message);
});

/** Datasets of samples in sequence. */
import { data, tensor } from 'blasgrad';

const { DataLoader, IterableDataset } = data;

/** Numbers from 0 to n - 1, and what happened to the reader. */
function counting(n: number) {
  const log: string[] = [];
  const dataset = new IterableDataset(async function* () {
    log.push('open');
    try {
      for (let i = 0; i < n; i++) {
        await Promise.resolve();
        log.push(`read ${i}`);
        yield i;
      }
    } finally {
      log.push('close');
    }
  });
  return { dataset, log };
}

async function batchesOf(loader: AsyncIterable<unknown>): Promise<unknown[]> {
  const batches: unknown[] = [];
  for await (const batch of loader) batches.push((batch as { toArray(): unknown }).toArray());
  return batches;
}

class Countdown extends IterableDataset<number> {
  override async *[Symbol.asyncIterator]() {
    yield* [3, 2, 1];
  }
}

const numbers = [0, 1, 2, 3, 4];
test.each<[string, AsyncIterable<number>, object, unknown]>([
  ['a function', counting(5).dataset, { batchSize: 2 }, [[0, 1], [2, 3], [4]]],
  [
    'a function, dropLast',
    counting(5).dataset,
    { batchSize: 2, dropLast: true },
    [
      [0, 1],
      [2, 3],
    ],
  ],
  ['nothing', counting(0).dataset, { batchSize: 2 }, []],
  ['an array', new IterableDataset(numbers), { batchSize: 5 }, [numbers]],
  [
    'promises',
    new IterableDataset(() => numbers.map((i) => Promise.resolve(i))),
    { batchSize: 5 },
    [numbers],
  ],
  ['a set', new IterableDataset(new Set([7])), {}, [[7]]],
  ['a class', new Countdown(), { batchSize: 3 }, [[3, 2, 1]]],
  [
    'an async iterable as it is',
    {
      async *[Symbol.asyncIterator]() {
        yield* [8, 9];
      },
    },
    { batchSize: 2 },
    [[8, 9]],
  ],
  [
    'a collate with a promise',
    counting(2).dataset,
    { batchSize: 2, collate: async (items: number[]) => tensor(items.map((i) => -i - 1)) },
    [[-1, -2]],
  ],
])('%s', async (_name, dataset, options, batches) => {
  for (const prefetch of [0, 1, 3]) {
    const loader = new DataLoader(dataset, { ...options, prefetch });
    expect([await batchesOf(loader), await batchesOf(loader)]).toEqual([batches, batches]);
    expect([loader.epoch, loader.position]).toEqual([2, 0]);
  }
});

test.each([0, 2])('leaving the loop early closes the reader, prefetch %i', async (prefetch) => {
  const { dataset, log } = counting(100);
  for await (const _ of new DataLoader(dataset, { batchSize: 2, prefetch })) break;
  expect(log.at(-1)).toBe('close');
  expect(log.length).toBeLessThanOrEqual(2 + 2 * (1 + prefetch));
  const before = log.length;
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(log.length).toBe(before);
});

test('a reader that waits for ever can be left', async () => {
  let closed = false;
  const stuck = {
    [Symbol.asyncIterator]: () => {
      let i = 0;
      return {
        next: () =>
          i < 1
            ? Promise.resolve({ done: false as const, value: i++ })
            : new Promise<never>(() => undefined),
        return: () => {
          closed = true;
          return Promise.resolve({ done: true as const, value: undefined });
        },
      };
    },
  };
  for await (const _ of new DataLoader<number>(stuck)) {
    await new Promise((resolve) => setImmediate(resolve));
    break;
  }
  expect(closed).toBe(true);
});

test('an error comes after the batches before it', async () => {
  const failing = new IterableDataset(function* () {
    yield* [1, 2, 3];
    throw new RangeError('no more');
  });
  const seen: unknown[] = [];
  const loop = async () => {
    for await (const batch of new DataLoader(failing, { prefetch: 3 })) seen.push(batch.toArray());
  };
  await expect(loop()).rejects.toThrow(new RangeError('no more'));
  expect(seen).toEqual([[1], [2], [3]]);
});

test('length is that of the dataset, if it has one', () => {
  expect(new DataLoader(counting(3).dataset).length).toBe(Infinity);
  const sized = Object.assign(new IterableDataset(numbers), { length: 5 });
  expect(new DataLoader(sized, { batchSize: 2 }).length).toBe(3);
});

const noIndices = 'cannot be used with an iterable dataset, whose samples have no indices';
test.each<[object, string]>([
  [{ shuffle: true }, `shuffle ${noIndices}`],
  [{ sampler: [1] }, `sampler ${noIndices}`],
  [{ batchSampler: [[1]] }, `batchSampler ${noIndices}`],
  [
    { workers: 1 },
    'workers cannot read an iterable dataset; leave out workers, or pass a WorkerDataset',
  ],
])('%p is refused', (options, message) => {
  expect(() => new DataLoader(counting(1).dataset, options)).toThrow(`DataLoader: ${message}`);
});

test.each<[() => unknown, string]>([
  [
    () => new IterableDataset(3 as never),
    'IterableDataset: expected an iterable, or a function that returns one, for source, got 3',
  ],
  [
    () => [...new DataLoader(counting(1).dataset)],
    'DataLoader: an iterable dataset is read asynchronously; use `for await`',
  ],
])('%s is refused', (make, message) => {
  expect(make).toThrow(TypeError);
  expect(make).toThrow(message);
});

test.each<[AsyncIterable<number>, string]>([
  [
    new IterableDataset<number>(() => 3 as never),
    'IterableDataset: source returned 3, which is not iterable',
  ],
  [
    new IterableDataset<number>(),
    'IterableDataset: no source; pass one to the constructor, or define [Symbol.asyncIterator] in the subclass',
  ],
])('%s cannot be read', async (dataset, message) => {
  await expect(batchesOf(new DataLoader(dataset))).rejects.toThrow(message);
});

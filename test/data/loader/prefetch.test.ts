/** Prefetching: how far ahead, in which order, and what happens when a loop ends early. */
import { arange, compile, data, manualSeed, randn, tensor, type Tensor } from 'blasgrad';

const { DataLoader, TensorDataset } = data;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const dtypes = 'int32'; // so that no samples are read to infer it

/** A dataset that tells when a sample is asked for, and gives it a few turns of the event loop later. */
function slow(length: number, log: string[]) {
  return {
    length,
    get: async (i: number): Promise<number> => {
      log.push(`get ${i}`);
      for (let turns = (i * 7) % 4; turns >= 0; turns--) await turn();
      return i;
    },
  };
}

test.each([0, 1, 2, 5])('at most %i batches are loaded ahead, in order', async (prefetch) => {
  const log: string[] = [];
  let used = 0;
  for await (const batch of new DataLoader(slow(9, log), { prefetch, dtypes })) {
    const [index] = batch.toArray() as number[];
    expect(index).toBe(used++);
    for (let turns = 0; turns < 12; turns++) await turn();
    expect(log).toHaveLength(Math.min(9, used + prefetch));
  }
  expect(used).toBe(9);
  expect(log).toEqual(Array.from({ length: 9 }, (_, i) => `get ${i}`));
});

test('the next batch is loaded while the program awaits a step', async () => {
  const log: string[] = [];
  const dataset = {
    length: 3,
    get: (i: number): Tensor => {
      log.push(`load ${i}`);
      return tensor([i, i]);
    },
  };
  const step = compile((x: Tensor) => x.mul(2).sum());
  for await (const batch of new DataLoader(dataset, { prefetch: 1 })) {
    const loss = step.runAsync(batch);
    await turn();
    log.push('step');
    await loss;
  }
  expect(log).toEqual(['load 0', 'load 1', 'step', 'load 2', 'step', 'step']);
});

test('after an early end nothing more is loaded', async () => {
  const log: string[] = [];
  for await (const _ of new DataLoader(slow(50, log), { prefetch: 3, dtypes })) break;
  const requested = log.length;
  expect(requested).toBeLessThanOrEqual(4);
  for (let turns = 0; turns < 10; turns++) await turn();
  expect(log).toHaveLength(requested);
});

describe('an error', () => {
  const failing = {
    length: 6,
    get: async (i: number): Promise<number> => {
      await turn();
      if (i >= 2) throw new RangeError(`no sample ${i}`);
      return i;
    },
  };

  test.each([0, 4])('comes after the batches before it, prefetch %i', async (prefetch) => {
    const seen: unknown[] = [];
    const loader = new DataLoader(failing, { prefetch });
    const loop = async (): Promise<void> => {
      for await (const batch of loader) seen.push(batch.toArray());
    };
    await expect(loop()).rejects.toThrow(new RangeError('no sample 2'));
    expect(seen).toEqual([[0], [1]]);
    expect([loader.epoch, loader.position]).toEqual([0, 2]);
  });

  test('in what was loaded ahead is nothing to a loop that has ended', async () => {
    for await (const _ of new DataLoader(failing, { prefetch: 5 })) {
      for (let turns = 0; turns < 10; turns++) await turn();
      break;
    }
    await turn();
  });
});

test('promises of samples need for await', () => {
  const loader = new DataLoader(slow(2, []));
  expect(() => [...loader]).toThrow(TypeError);
  expect(() => [...loader]).toThrow(
    'DataLoader: the dataset or collate returned a promise; use `for await`',
  );
});

test('getBatch and collate may give promises', async () => {
  const dataset = {
    length: 4,
    get: (i: number) => i,
    getBatch: async (indices: Tensor) => {
      await turn();
      return indices.mul(10);
    },
  };
  const seen: unknown[] = [];
  for await (const batch of new DataLoader(dataset, { batchSize: 2 })) {
    seen.push(batch.toArray());
  }
  const collate = async (items: number[]): Promise<string> => {
    await turn();
    return items.join();
  };
  for await (const batch of new DataLoader(dataset, { batchSize: 4, collate })) seen.push(batch);
  expect(seen).toEqual([[0, 10], [20, 30], '0,1,2,3']);
});

describe('random samples', () => {
  const noisy = { length: 6, get: (i: number, seed: number) => [i, randn(2), seed] as const };
  const asText = ([i, noise, seed]: [Tensor, Tensor, Tensor]): string =>
    JSON.stringify([i, noise, seed]);
  const loader = (prefetch: number) =>
    new DataLoader(noisy, { batchSize: 2, shuffle: true, prefetch });

  test('do not depend on how they are loaded, and leave the stream of manualSeed alone', async () => {
    const results: unknown[] = [];
    for (const prefetch of [-1, 0, 1, 4]) {
      manualSeed(1);
      const batches: string[] = [];
      if (prefetch < 0)
        for (const batch of loader(0)) batches.push(asText(batch) + String(randn(1)));
      else {
        for await (const batch of loader(prefetch)) batches.push(asText(batch) + String(randn(1)));
      }
      results.push(batches);
    }
    expect(new Set(results.map(String)).size).toBe(1);
  });

  test('differ from sample to sample, and from epoch to epoch', () => {
    const first = new DataLoader(noisy, { batchSize: 3, seed: 4 });
    const seeds = [...first, ...first].flatMap(([, , seed]) => seed.toArray() as number[]);
    expect(new Set(seeds).size).toBe(12);
  });
});

test('batches of a compiled step are as those of any other', () => {
  const loader = new DataLoader(new TensorDataset(arange(12).reshape(6, 2)), { batchSize: 3 });
  const step = compile((x: Tensor) => x.sum(1));
  expect(Array.from(loader, ([x]) => step(x).toArray())).toEqual([
    [1, 5, 9],
    [13, 17, 21],
  ]);
  expect(step.stats.captures).toBe(1);
});

test.each<[object, string]>([
  [{ prefetch: -1 }, 'an integer of at least 0 for prefetch, got -1'],
  [{ prefetch: '2' }, "an integer for prefetch, got '2'"],
  [{ workers: 0.5 }, 'an integer of at least 0 for workers, got 0.5'],
  [
    { workers: 1 },
    'a WorkerDataset, or a Subset or ConcatDataset of such, because workers > 0, for dataset, got an array',
  ],
])('%p is refused', (options, message) => {
  expect(() => new DataLoader([1], options)).toThrow(`DataLoader: expected ${message}`);
});

/** Sources that can be read once: the second loop is an error, not an epoch without samples. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { data, F, nn, ones, optim, train, type Tensor } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-once-'));
const path = join(folder, 'numbers.csv');
writeFileSync(path, 'x\n1\n2\n3\n');
afterAll(() => rmSync(folder, { recursive: true }));

const rows = [[1], [2], [3]];
function* generator() {
  yield* rows;
}
async function* asyncGenerator() {
  yield* rows;
  await Promise.resolve();
}
/** What gives the same iterator each time. */
const shared = <T>(iterator: AsyncIterator<T>) => ({ [Symbol.asyncIterator]: () => iterator });
/** An iterator without a class, which stays at its end. */
const plain = () => {
  const iterator = generator();
  return { next: () => Promise.resolve(iterator.next()) };
};

type Source = AsyncIterable<unknown>;
const sources: [string, () => Source][] = [
  ['an asynchronous generator', () => asyncGenerator()],
  ['a dataset over a generator', () => new data.IterableDataset(generator())],
  ['a dataset over an asynchronous generator', () => new data.IterableDataset(asyncGenerator())],
  ['a dataset over a map', () => new data.IterableDataset(new Map([[1, 2]]).entries())],
  ['a stream', () => Readable.from(rows)],
  ['a stream of the Web', () => Readable.toWeb(Readable.from(rows))],
  ['a dataset over a stream', () => new data.IterableDataset(Readable.from(rows))],
  ['lines', () => createInterface({ input: createReadStream(path) })],
  ['rows of a file', () => data.csvRows(path, { types: { x: 'number' } })],
  ['what gives the same generator', () => shared(asyncGenerator())],
  ['what gives the same iterator', () => shared(plain())],
  ['a dataset over what gives the same iterator', () => new data.IterableDataset(shared(plain()))],
  [
    'a function that returns the same generator',
    () => {
      const one = generator();
      return new data.IterableDataset(() => one);
    },
  ],
];

const collate = (items: unknown[]): number => items.length;
const again =
  /^\w+: \w+ can be read only once and was read before; pass an iterable that can be read again, such as /;

async function countOf(loader: AsyncIterable<number>, most = Infinity): Promise<number> {
  let samples = 0;
  for await (const batch of loader) {
    samples += batch;
    if (samples >= most) break;
  }
  return samples;
}

describe.each(sources)('%s', (_, make) => {
  test('has one epoch', async () => {
    const loader = new data.DataLoader(make(), { batchSize: 2, collate });
    expect(await countOf(loader)).toBeGreaterThan(0);
    await expect(countOf(loader)).rejects.toThrow(again);
    await expect(countOf(loader)).rejects.toThrow(TypeError);
  });

  test('has one epoch for all loaders', async () => {
    const source = make();
    await countOf(new data.DataLoader(source, { collate }));
    await expect(countOf(new data.DataLoader(source, { collate }))).rejects.toThrow(again);
  });
});

test.each(sources.filter(([name]) => !name.includes('same iterator')))(
  '%s that was read in part',
  async (_, make) => {
    const loader = new data.DataLoader(make(), { collate, prefetch: 0 });
    expect(await countOf(loader, 1)).toBe(1);
    await expect(countOf(loader)).rejects.toThrow(again);
  },
);

/** An iterator that restarts. */
class Range {
  private next = 0;
  [Symbol.asyncIterator]() {
    this.next = 0;
    return {
      next: () => Promise.resolve({ done: this.next === 3, value: this.next++ }),
    };
  }
}
const restarting = {
  at: 0,
  [Symbol.asyncIterator]() {
    this.at = 0;
    return this;
  },
  next() {
    return Promise.resolve({ done: this.at === 3, value: this.at++ });
  },
};

test.each<[string, () => Source]>([
  ['a function', () => new data.IterableDataset(generator)],
  ['a function that makes streams', () => new data.IterableDataset(() => Readable.from(rows))],
  ['a function that reads a file', () => new data.IterableDataset(() => data.csvRows(path))],
  ['an array', () => new data.IterableDataset(rows)],
  ['a class', () => new Range()],
  ['an iterator that restarts', () => restarting],
])('%s has any number of epochs', async (_, make) => {
  const loader = new data.DataLoader(make(), { batchSize: 2, collate });
  expect(await countOf(loader)).toBe(3);
  expect(await countOf(loader, 1)).toBe(2);
  expect(await countOf(loader)).toBe(3);
});

test('an epoch without samples is none of them', async () => {
  let left = [1];
  const loader = new data.DataLoader(new data.IterableDataset(() => left), { collate });
  expect(await countOf(loader)).toBe(1);
  left = [];
  expect(await countOf(loader)).toBe(0);
});

test.each([
  ['sampler', (order: data.Sampler) => new data.DataLoader([5, 6, 7], { sampler: order })],
  [
    'batch sampler',
    (order: data.Sampler) =>
      new data.DataLoader([5, 6, 7], { batchSampler: new data.BatchSampler(order, 2) }),
  ],
])('a generator as %s', (_, make) => {
  const order = Object.assign([0, 1, 2].values(), { length: 3 });
  const loader = make(order);
  expect([...loader].flatMap((batch) => batch.toArray())).toEqual([5, 6, 7]);
  expect(() => [...loader]).toThrow(again);
});

test('a sampler that is always the same iterator has one epoch', () => {
  let at = 0;
  const order = {
    length: 3,
    next: () => ({ done: at >= 3, value: at++ }),
    [Symbol.iterator]() {
      return this;
    },
  };
  const loader = new data.DataLoader([5, 6, 7], { sampler: order as data.Sampler });
  expect([...loader]).toHaveLength(3);
  expect(() => [...loader]).toThrow(again);
});

describe('train', () => {
  const pair = (): [Tensor, Tensor] => [ones(4, 2), ones(4, 1)];
  const setUp = () => {
    const model = new nn.Linear(2, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    return { model, loss: F.mseLoss, optimizer, loader: [pair()], epochs: 2, handleSignals: false };
  };
  const message = 'can be read only once and was read before';

  test.each(['loader', 'validation'])('%s', async (name) => {
    const one = (function* () {
      yield pair();
    })();
    const batches = { [Symbol.iterator]: () => one };
    await expect(train({ ...setUp(), [name]: batches })).rejects.toThrow(message);
    const stream = Readable.from([pair()]);
    await expect(train({ ...setUp(), [name]: stream })).rejects.toThrow(message);
  });
});

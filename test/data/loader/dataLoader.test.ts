import { arange, data, Generator, manualSeed, tensor, zeros, type Tensor } from 'blasgrad';

const { DataLoader, TensorDataset } = data;

/** Ten samples: rows [2 i, 2 i + 1], and labels i. */
function ten() {
  return new TensorDataset(arange(20).reshape(10, 2), arange(10, { dtype: 'int32' }));
}

function labelsOf(loader: Iterable<[Tensor, Tensor]>): number[][] {
  return Array.from(loader, ([, y]) => y.toArray() as number[]);
}

test('batches come in order, the last one with what is left', () => {
  const loader = new DataLoader(ten(), { batchSize: 4 });
  expect(loader.length).toBe(3);
  expect(labelsOf(loader)).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
  for (const [x, y] of loader) {
    expect(x.select(1, 0).toArray()).toEqual((y.toArray() as number[]).map((i) => 2 * i));
    expect([x.dtype, y.dtype]).toEqual(['float32', 'int32']);
  }
});

test('by default a batch is one sample', () => {
  const [[x, y]] = new DataLoader(ten());
  expect([x.shape, y.shape]).toEqual([[1, 2], [1]]);
});

test('dropLast leaves the incomplete batch out', () => {
  const loader = new DataLoader(ten(), { batchSize: 4, dropLast: true });
  expect(loader.length).toBe(2);
  expect(labelsOf(loader)).toHaveLength(2);
  expect(labelsOf(new DataLoader(ten(), { batchSize: 11, dropLast: true }))).toEqual([]);
  expect(labelsOf(new DataLoader(ten(), { batchSize: 11 }))).toHaveLength(1);
});

test('for await gives the same batches and lets other events run between them', async () => {
  let events = 0;
  const timer = setInterval(() => events++, 0);
  const seen: number[][] = [];
  const eventsSeen: number[] = [];
  for await (const [, y] of new DataLoader(ten(), { batchSize: 4 })) {
    seen.push(y.toArray() as number[]);
    const start = performance.now();
    while (performance.now() - start < 3);
    eventsSeen.push(events);
  }
  clearInterval(timer);
  expect(seen).toEqual(labelsOf(new DataLoader(ten(), { batchSize: 4 })));
  expect(eventsSeen[2]).toBeGreaterThan(0);
});

test('batches are copies', () => {
  const dataset = ten();
  for (const [x] of new DataLoader(dataset, { batchSize: 5 })) x.fill_(-1);
  expect(dataset.tensors[0].toArray()).toEqual(arange(20).reshape(10, 2).toArray());
});

test('two loops over one loader do not disturb each other', () => {
  const loader = new DataLoader(ten(), { batchSize: 5 });
  for (const [, outer] of loader) {
    expect(labelsOf(loader)).toHaveLength(2);
    expect(outer.shape).toEqual([5]);
  }
});

describe('shuffle', () => {
  const order = (loader: Iterable<[Tensor, Tensor]>) => labelsOf(loader).flat();
  const sorted = Array.from({ length: 10 }, (_, i) => i);

  test('gives every sample once, in another order each epoch', () => {
    const loader = new DataLoader(ten(), { batchSize: 3, shuffle: true, seed: 1 });
    const first = order(loader);
    const second = order(loader);
    expect([...first].sort()).toEqual(sorted);
    expect([...second].sort()).toEqual(sorted);
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(sorted);
  });

  test('keeps rows together', () => {
    for (const [x, y] of new DataLoader(ten(), { batchSize: 4, shuffle: true })) {
      expect(x.select(1, 1).toArray()).toEqual((y.toArray() as number[]).map((i) => 2 * i + 1));
    }
  });

  test('follows manualSeed', () => {
    const epochs = (seed: number) => {
      manualSeed(seed);
      const loader = new DataLoader(ten(), { shuffle: true });
      return [order(loader), order(loader)];
    };
    expect(epochs(5)).toEqual(epochs(5));
    expect(epochs(5)).not.toEqual(epochs(6));
  });

  test('with a seed follows that alone', () => {
    const loader = () => new DataLoader(ten(), { shuffle: true, seed: 3 });
    manualSeed(1);
    const a = loader();
    const epochs = [order(a), order(a)];
    manualSeed(2);
    const b = loader();
    expect([order(b), order(b)]).toEqual(epochs);
  });

  test('takes a generator', () => {
    const loader = new DataLoader(ten(), { shuffle: true, generator: new Generator(3) });
    expect(order(loader)).toEqual(order(new DataLoader(ten(), { shuffle: true, seed: 3 })));
  });
});

describe('other datasets', () => {
  const squares = { length: 5, get: (i: number) => ({ x: tensor([i, i]), square: i * i }) };

  test('are collated', () => {
    const batches = [...new DataLoader(squares, { batchSize: 2 })];
    expect(batches.map(({ square }) => square.toArray())).toEqual([[0, 1], [4, 9], [16]]);
    expect(batches.map(({ x }) => x.shape)).toEqual([
      [2, 2],
      [2, 2],
      [1, 2],
    ]);
  });

  test('can be arrays', () => {
    const [batch] = new DataLoader([1.5, 2.5, 3.5], { batchSize: 3 });
    expect(batch.toArray()).toEqual([1.5, 2.5, 3.5]);
  });

  test('can be collated by a function', () => {
    const collate = (items: { square: number }[]) => items.map(({ square }) => square);
    expect([...new DataLoader(squares, { batchSize: 3, collate })]).toEqual([
      [0, 1, 4],
      [9, 16],
    ]);
    const counts = new DataLoader(ten(), { batchSize: 4, collate: (items) => items.length });
    expect([...counts]).toEqual([4, 4, 2]);
  });

  test('without samples give no batches', () => {
    expect([...new DataLoader([], { shuffle: true })]).toEqual([]);
    expect([...new DataLoader(new TensorDataset(zeros(0, 3)))]).toEqual([]);
  });

  test('must know their length', () => {
    const endless = new DataLoader({ length: Infinity, get: (i: number) => i });
    expect(() => [...endless]).toThrow(
      'DataLoader: expected an integer of at least 0 for dataset.length, got Infinity',
    );
  });
});

test.each([
  [{ batchSize: 0 }, RangeError, 'an integer of at least 1 for batchSize, got 0'],
  [{ batchSize: 1.5 }, RangeError, 'an integer of at least 1 for batchSize, got 1.5'],
  [{ batchSize: NaN }, RangeError, 'an integer of at least 1 for batchSize, got NaN'],
  [{ batchSize: '4' }, TypeError, "an integer for batchSize, got '4'"],
  [{ batchSize: null }, TypeError, 'an integer for batchSize, got null'],
  [{ shuffle: 1 }, TypeError, 'a boolean for shuffle, got 1'],
  [{ dropLast: 'no' }, TypeError, "a boolean for dropLast, got 'no'"],
  [{ seed: -1 }, RangeError, 'an integer of at least 0 for seed, got -1'],
  [{ seed: '1' }, TypeError, "an integer for seed, got '1'"],
  [{ generator: 7 }, TypeError, 'a Generator for generator, got 7'],
  [
    { seed: 1, generator: new Generator(1) },
    TypeError,
    'seed and generator cannot be combined; pass one of them',
  ],
  [{ collate: 1 }, TypeError, 'a function for collate, got 1'],
  [
    { batchsize: 4 },
    RangeError,
    "one of batchSize, shuffle, sampler, batchSampler, dropLast, seed, generator, collate, dtypes, prefetch, workers for options, got 'batchsize'",
  ],
  [64, TypeError, 'an object for options, got 64'],
])('options %p are refused', (options, kind, message) => {
  const make = () => new DataLoader(ten(), options as object);
  expect(make).toThrow(kind);
  expect(make).toThrow(/^DataLoader: /);
  expect(make).toThrow(message);
});

test.each([
  [undefined, 'a dataset with length and get, or an array for dataset, got undefined'],
  [{ length: 3 }, 'a dataset with length and get, or an array for dataset, got an object'],
  [{ length: 3, get: 1 }, 'a function for dataset.get, got 1'],
])('%p is no dataset', (dataset, message) => {
  expect(() => new DataLoader(dataset as never)).toThrow(TypeError);
  expect(() => new DataLoader(dataset as never)).toThrow(`DataLoader: expected ${message}`);
});

/** Sequences of different lengths: padding, batches of like lengths, and nn.utils.rnn. */
import { data, Generator, manualSeed, nn, tensor, zeros } from 'blasgrad';

const { padSequence, unpadSequence } = nn.utils.rnn;
const a = tensor([1, 2, 3], { requiresGrad: true });
const b = tensor([4]);

describe('padSequence', () => {
  test.each([
    [
      {},
      [
        [1, 4],
        [2, 0],
        [3, 0],
      ],
    ],
    [
      { batchFirst: true },
      [
        [1, 2, 3],
        [4, 0, 0],
      ],
    ],
    [
      { batchFirst: true, paddingValue: -1 },
      [
        [1, 2, 3],
        [4, -1, -1],
      ],
    ],
    [
      { batchFirst: true, paddingSide: 'left' },
      [
        [1, 2, 3],
        [0, 0, 4],
      ],
    ],
  ] as const)('%j', (options, expected) => {
    expect(padSequence([a, b], options).toArray()).toEqual(expected);
  });

  test('pads with NaN', () => {
    expect(padSequence([a, b], { paddingValue: NaN }).select(1, 1).toArray()).toEqual([
      4,
      NaN,
      NaN,
    ]);
  });

  test('gradients reach the sequences', () => {
    padSequence([a, b]).mul(2).sum().backward();
    expect(a.grad?.toArray()).toEqual([2, 2, 2]);
  });

  test('sequences of vectors, of no elements, and unpadSequence', () => {
    const sequences = [zeros(2, 3), zeros(0, 3), zeros(4, 3)];
    for (const batchFirst of [false, true]) {
      const padded = padSequence(sequences, { batchFirst });
      expect(padded.shape).toEqual(batchFirst ? [3, 4, 3] : [4, 3, 3]);
      const back = unpadSequence(padded, [2, 0, 4], { batchFirst });
      expect(back.map(({ shape }) => shape)).toEqual([
        [2, 3],
        [0, 3],
        [4, 3],
      ]);
    }
    const lengths = tensor([3, 1], { dtype: 'int64' });
    const [first, second] = unpadSequence(padSequence([a, b]), lengths);
    expect([first.toArray(), second.toArray()]).toEqual([[1, 2, 3], [4]]);
  });

  test.each([
    [() => padSequence([]), /padSequence: expected at least one tensor for sequences, got none/],
    [() => padSequence(zeros(2, 3) as never), /an iterable of tensors for sequences/],
    [
      () => padSequence([zeros(2, 3), zeros(2, 4)]),
      /a shape \(length, 3\), as in sequences\[0\], for sequences\[1\], got \[2, 4\]/,
    ],
    [
      () => padSequence([b, tensor([1], { dtype: 'int32' })]),
      /expected float32, as in sequences\[0\], for sequences\[1\], got int32/,
    ],
    [
      () => padSequence([a, b], { paddingValue: '0' as never }),
      /padSequence: expected a number for paddingValue, got '0'/,
    ],
    [
      () => padSequence([tensor([1], { dtype: 'int32' })], { paddingValue: 0.5 }),
      /padSequence: expected an integer that int32 holds for paddingValue, got 0.5/,
    ],
    [
      () => padSequence([tensor([1], { dtype: 'uint8' })], { paddingValue: -1 }),
      /padSequence: expected an integer that uint8 holds for paddingValue, got -1/,
    ],
    [() => unpadSequence(zeros(3, 2), [1]), /2 lengths for lengths, got 1/],
    [() => unpadSequence(zeros(3, 2), [1, 4]), /at most 3 for lengths\[1\], got 4/],
    [() => unpadSequence(zeros(3), [1]), /at least 2 dimensions for padded/],
  ])('refuses %p', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('padCollate', () => {
  const int32 = (values: number[]): ReturnType<typeof tensor> => tensor(values, { dtype: 'int32' });

  test('sequences alone, in arrays, and in objects', () => {
    const [batch, lengths] = data.padCollate([int32([1, 2]), int32([3])]);
    expect([batch.toArray(), lengths.toArray()]).toEqual([
      [
        [1, 2],
        [3, 0],
      ],
      [2, 1],
    ]);
    const rows: [Int32Array, string][] = [
      [Int32Array.of(1), 'x'],
      [Int32Array.of(2, 3), 'y'],
    ];
    const [tokens, names, counts] = data.padCollate(rows, { paddingValue: -1 });
    expect([tokens.toArray(), names, counts.toArray()]).toEqual([
      [
        [1, -1],
        [2, 3],
      ],
      ['x', 'y'],
      [1, 2],
    ]);
    const made = data.padCollate(
      [
        { x: int32([1]), y: 0.5 },
        { x: int32([1, 2]), y: 1 },
      ],
      { paddingSide: 'left' },
    );
    expect([made.x.toArray(), made.y.toArray(), made.lengths.toArray()]).toEqual([
      [
        [0, 1],
        [1, 2],
      ],
      [0.5, 1],
      [1, 2],
    ]);
  });

  test('in a loader', () => {
    const samples = [1, 3, 2].map((n) => [zeros(n, 2), n] as const);
    const loader = new data.DataLoader(samples, {
      batchSize: 3,
      collate: (items) => data.padCollate(items),
    });
    const [[x, labels, lengths]] = loader;
    expect(x.shape).toEqual([3, 3, 2]);
    expect(labels.toArray()).toEqual([1, 3, 2]);
    expect(lengths.toArray()).toEqual([1, 3, 2]);
  });

  test.each([
    [() => data.padCollate([]), /at least one sample for items, got none/],
    [() => data.padCollate([1, 2]), /a sequence, an array or a plain object for sample 0/],
    [() => data.padCollate([[1], [2]]), /a tensor or a typed array in it for sample 0/],
    [
      () => data.padCollate([[b, 1], [b]] as never),
      /an array of 2 elements, as in sample 0, for sample 1/,
    ],
    [
      () => data.padCollate([{ x: b }, { y: b }] as never),
      /an object with the keys x, as in sample 0, for sample 1/,
    ],
    [() => data.padCollate([{ lengths: b }]), /no field lengths/],
    [() => data.padCollate([[zeros(1, 2)], [zeros(1, 3)]]), /a shape \(length, 2\)/],
  ])('refuses %p', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('BucketSampler', () => {
  const lengths = Array.from({ length: 103 }, (_, i) => (i * 37) % 50);
  const all = Array.from(lengths.keys());
  const sorted = (batches: number[][]): number[] => batches.flat().sort((i, j) => i - j);

  test('without shuffle, from the shortest to the longest', () => {
    const batches = [...new data.BucketSampler(lengths, 10, { shuffle: false })];
    expect(batches.map(({ length }) => length)).toEqual([...Array<number>(10).fill(10), 3]);
    const order = batches.flat().map((i) => lengths[i]);
    expect(order).toEqual([...order].sort((i, j) => i - j));
    expect(sorted(batches)).toEqual(all);
  });

  test('with shuffle, batches of like lengths in a random order', () => {
    manualSeed(1);
    const sampler = new data.BucketSampler(tensor(lengths), 10, { bucketBatches: 5 });
    expect(sampler.length).toBe(11);
    const [first, second] = [[...sampler], [...sampler]];
    expect(first).not.toEqual(second);
    for (const batches of [first, second]) {
      expect(sorted(batches)).toEqual(all);
      expect(batches.map(({ length }) => length)).toEqual([...Array<number>(10).fill(10), 3]);
      // The last three samples are a bucket of their own.
      const spread = batches.slice(0, 10).map((batch) => {
        const own = batch.map((i) => lengths[i]);
        return Math.max(...own) - Math.min(...own);
      });
      expect(Math.max(...spread)).toBeLessThan(25);
    }
  });

  test('in a loader, whose state resumes in the middle of an epoch', () => {
    const make = (): data.DataLoader<number, number[]> =>
      new data.DataLoader(lengths, {
        batchSampler: new data.BucketSampler(lengths, 10, { generator: new Generator(3) }),
        collate: (items) => items,
      });
    const loader = make();
    const seen: number[][] = [];
    let state: ReturnType<typeof loader.stateDict> | undefined;
    for (const batch of loader) {
      seen.push(batch);
      if (seen.length === 4) state = loader.stateDict();
    }
    const resumed = make();
    resumed.loadStateDict(state as NonNullable<typeof state>);
    expect([...resumed]).toEqual(seen.slice(4));
  });

  test.each([
    [() => new data.BucketSampler([1, -1], 2), /lengths\[1\]/],
    [() => new data.BucketSampler([1], 0), /batchSize/],
    [() => new data.BucketSampler([1], 1, { bucketBatches: 0 }), /bucketBatches/],
  ])('refuses %p', (call, message) => {
    expect(call).toThrow(message);
  });

  test('no samples, and dropLast', () => {
    expect([...new data.BucketSampler([], 4)]).toEqual([]);
    expect([...new data.BucketSampler([1, 2, 3], 2, { dropLast: true, shuffle: false })]).toEqual([
      [0, 1],
    ]);
  });
});

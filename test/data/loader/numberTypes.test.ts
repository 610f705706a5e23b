/** The dtypes of numbers in samples: the same at one position in all batches. */
import { data, F, manualSeed, nn, type Tensor } from 'blasgrad';

const { DataLoader } = data;
const ages = [30, 41, 25.5, 60];
const rows = ages.map((age, i) => [age, i % 2]);

type Source = data.LoaderSource<unknown>;
type Options = data.DataLoaderOptions<unknown, unknown>;

/** The dtypes of the batches, as texts. */
async function dtypesOf(source: Source, options: Options = {}): Promise<string[]> {
  const textOf = (batch: unknown): string => {
    if (typeof (batch as Tensor).dtype === 'string') return (batch as Tensor).dtype;
    return Object.values(batch as object)
      .map(textOf)
      .join();
  };
  const texts: string[] = [];
  for await (const batch of new DataLoader<unknown, unknown>(source, options)) {
    texts.push(textOf(batch));
  }
  return texts;
}

test.each<[string, Source, Options, string]>([
  ['an array', rows, {}, 'float32,int32'],
  ['a dataset', { length: 4, get: (i: number) => rows[i] }, {}, 'float32,int32'],
  ['promises', { length: 4, get: (i: number) => Promise.resolve(rows[i]) }, {}, 'float32,int32'],
  ['numbers', ages, {}, 'float32'],
  ['integers', [1, 2, 3, 4], {}, 'int32'],
  ['numbers beyond int32', [1, 2, 2 ** 31, 4], {}, 'float32'],
  ['missing numbers', [1, 2, NaN, 4], {}, 'float32'],
  ['objects', rows.map(([age, label]) => ({ age, label })), {}, 'float32,int32'],
  ['nested samples', rows.map(([age, label]) => [{ deep: [label, age] }]), {}, 'int32,float32'],
  ['a part', new data.Subset(rows, [0, 1, 3]), {}, 'float32,int32'],
  ['a part of a part', new data.Subset(new data.Subset(rows, [0, 2, 3]), [0]), {}, 'float32,int32'],
  ['several datasets', new data.ConcatDataset([rows.slice(0, 2), rows]), {}, 'float32,int32'],
  ['a sampler', rows, { sampler: [3, 0, 1] }, 'float32,int32'],
  ['a given order', rows, { shuffle: true, seed: 3 }, 'float32,int32'],
  ['one dtype for all', rows, { dtypes: 'float64' }, 'float64,float64'],
  ['dtypes of arrays', rows, { dtypes: ['float64', 'int64'] }, 'float64,int64'],
  ['the dtype of one place', rows, { dtypes: [null, 'uint8'] }, 'float32,uint8'],
  ['dtypes of objects', rows.map(([age, y]) => ({ age, y })), { dtypes: { y: 'int64' } }, 'float32,int64'], // prettier-ignore
  ['bigints', [1n, 2n], {}, 'int64'],
  [
    'booleans and bigints beside dtypes',
    [[true, 1n, 2]],
    { dtypes: 'float64' },
    'bool,int64,float64',
  ],
])('%s', async (_, source, options, expected) => {
  for (const batchSize of [1, 2, 3]) {
    for (const prefetch of [0, 3]) {
      const found = await dtypesOf(source, { batchSize, prefetch, ...options });
      expect(new Set(found)).toEqual(new Set([expected]));
    }
  }
});

test('a plain loop, again and again', () => {
  const loader = new DataLoader({ length: 4, get: (i) => rows[i] }, { batchSize: 2 });
  const model = new nn.Linear(1, 2);
  for (let epoch = 0; epoch < 2; epoch++) {
    for (const [age, label] of loader) {
      expect([age.dtype, label.dtype]).toEqual(['float32', 'int32']);
      F.crossEntropy(model.forward(age.unsqueeze(1)), label).backward();
    }
  }
});

test('a rare fraction of a large dataset', async () => {
  const many = Array.from({ length: 9000 }, (_, i) => [i === 4321 ? 0.5 : i, i]);
  expect(new Set(await dtypesOf(many, { batchSize: 1000 }))).toEqual(new Set(['float32,int32']));
  // Of 100,000 samples a tenth is looked at.
  const more = { length: 100_000, get: (i: number) => [i === 99_998 ? 0.5 : i] };
  const batches = new DataLoader(more, { batchSize: 10_000 });
  const read = (): unknown => Array.from(batches, ([x]) => x.dtype);
  expect(read).toThrow(RangeError);
  expect(read).toThrow(
    'DataLoader: [0] of a sample is 0.5, but earlier samples have integers of 32 bits there; ' +
      "set the option dtypes, for example to 'float32'",
  );
});

test('looking at samples changes no random numbers, and hides no errors', async () => {
  const seen: number[] = [];
  const dataset = {
    length: 5,
    get: (i: number) => {
      seen.push(i);
      if (i === 4) throw new Error('broken');
      return i;
    },
  };
  const before = manualSeed(1).getState().toArray();
  const loader = new DataLoader(dataset, { batchSize: 2 });
  const batches: unknown[] = [];
  expect(() => {
    for (const batch of loader) batches.push(batch.toArray());
  }).toThrow('broken');
  expect(batches).toEqual([[0, 1], [2, 3]]); // prettier-ignore
  expect(seen).toEqual([0, 1, 0, 1, 2, 3, 4, 2, 3, 4]);
  expect(manualSeed(1).getState().toArray()).toEqual(before);
  await expect(dtypesOf(dataset)).rejects.toThrow('broken');
});

test.each([
  ['no numbers', ['a', 'b', 'c', 'd']],
  ['fractions', [0.5, 1, 2, 3]],
])('%s: no other samples are looked at', (_, samples) => {
  const seen: number[] = [];
  const get = (i: number): unknown => {
    seen.push(i);
    return samples[i];
  };
  for (const _batch of new DataLoader({ length: 4, get }, { batchSize: 2 })) break;
  expect(seen).toEqual([0, 1]);
});

describe('an iterable', () => {
  const source = (values: readonly unknown[]) => new data.IterableDataset(() => values);

  test('keeps the dtypes of its first batch', async () => {
    expect(await dtypesOf(source([0.5, 1, 2, 3]), { batchSize: 2 })).toEqual([
      'float32',
      'float32',
    ]);
    expect(await dtypesOf(source(rows), { dtypes: ['float32'] })).toEqual(
      Array.from(rows, () => 'float32,int32'),
    );
  });

  test.each<[string, unknown[], Options, string]>([
    [
      'a fraction',
      ages,
      {},
      'a sample is 25.5, but earlier samples have integers of 32 bits there',
    ],
    [
      'a missing number',
      [{ age: 1 }, { age: 2 }, { age: NaN }],
      {},
      '.age of a sample is NaN, but earlier samples have integers of 32 bits there',
    ],
    [
      'a large number',
      [[[1]], [[2]], [[3e9]]],
      {},
      '[0][0] of a sample is 3000000000, but earlier samples have integers of 32 bits there',
    ],
    ['a bigint', [1, 2, 3n], {}, 'a sample is a bigint, but earlier samples have numbers there'],
    ['a boolean', [0.5, 2, true], {}, 'a sample is true, but earlier samples have numbers there'],
    ['a number', [true, true, 2], {}, 'a sample is 2, but earlier samples have booleans there'],
    [
      'a field that no sample has',
      rows.map(([age, y]) => ({ age, y })),
      { dtypes: { agee: 'int64' } },
      "dtypes has the field 'agee', but samples have age, y",
    ],
    [
      'an element that no sample has',
      rows,
      { dtypes: [null, null, 'int64'] },
      "dtypes has the field '2', but samples have 0, 1",
    ],
    [
      'a number that dtypes excludes',
      [1, 2, 256],
      { dtypes: 'uint8' },
      'a sample is 256, which uint8, the dtype in the option dtypes, cannot represent',
    ],
    [
      'a fraction that dtypes excludes',
      [0.5],
      { dtypes: 'int64' },
      'a sample is 0.5, which int64, the dtype in the option dtypes, cannot represent',
    ],
  ])('%s after others is refused', async (_, values, options, message) => {
    const read = dtypesOf(source(values), { batchSize: 2, ...options });
    await expect(read).rejects.toThrow(`DataLoader: ${message}`);
  });

  test('keeps them in the next epoch, and where an epoch is resumed', async () => {
    let values = [1, 2];
    const loader = new DataLoader(new data.IterableDataset(() => values));
    for await (const batch of loader) expect(batch).toHaveProperty('dtype', 'int32');
    values = [0.5];
    await expect((async () => { for await (const _batch of loader); })()).rejects.toThrow('a sample is 0.5'); // prettier-ignore
    const first = new DataLoader(source([0.5, 1, 2]));
    for await (const _batch of first) break;
    const other = new DataLoader(source([0.5, 1, 2]));
    other.loadStateDict(first.stateDict());
    for await (const batch of other) expect(batch).toHaveProperty('dtype', 'float32');
  });
});

test.each<[string, () => unknown, string]>([
  [
    'an unknown dtype',
    () => new DataLoader(rows, { dtypes: ['float'] as never }),
    "for dtypes[0], got 'float'",
  ],
  [
    'bool',
    () => new DataLoader(rows, { dtypes: { x: { y: 'bool' } } as never }),
    "for dtypes.x.y, got 'bool'",
  ],
  [
    'a number',
    () => new DataLoader(rows, { dtypes: 32 as never }),
    'a dtype, or dtypes in the structure of a sample, for dtypes, got 32',
  ],
  [
    'dtypes beside collate',
    () => new DataLoader(rows, { dtypes: 'int32', collate: () => 1 }),
    'dtypes cannot be used with collate, or with a dataset that has getBatch',
  ],
  [
    'a fraction',
    () => data.collate([[1], [1.5]], { dtypes: 'int32' }),
    'collate: [0] of a sample is 1.5, which int32, the dtype in the option dtypes, cannot represent',
  ],
])('%s is refused', (_, call, message) => {
  expect(call).toThrow(message);
});

test('collate takes dtypes', () => {
  const [age, label] = data.collate(rows, { dtypes: ['float64', 'int64'] });
  expect([age.dtype, label.dtype]).toEqual(['float64', 'int64']);
});

/** The state of a loader: wherever it is saved, loading it continues with the same batches. */
import { arange, data, Generator, manualSeed, rand, randn, tensor, type Tensor } from 'blasgrad';

const {
  BatchSampler,
  DataLoader,
  IterableDataset,
  RandomSampler,
  Subset,
  TensorDataset,
  WeightedRandomSampler,
} = data;

type Loader = data.DataLoader<unknown, unknown>;

const eleven = () => new TensorDataset(arange(11), arange(11).mul(3));
const noisy = { length: 11, get: (i: number, seed: number) => [i, seed, rand(1)] };
const weights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/** A sampler of a user, with a state of its own. */
class Rotating implements data.Sampler {
  readonly length = 11;
  private turns = 0;
  *[Symbol.iterator]() {
    this.turns++;
    for (let i = 0; i < 11; i++) yield (i + this.turns) % 11;
  }
  stateDict() {
    return { turns: this.turns };
  }
  loadStateDict({ turns }: { turns: number }) {
    if (typeof turns !== 'number') throw new TypeError('turns');
    this.turns = turns;
  }
}

/** An iterable that continues where it stands. */
class Resumable extends IterableDataset<number> {
  static reads = 0;
  private next = 0;
  override async *[Symbol.asyncIterator]() {
    while (this.next < 11) {
      Resumable.reads++;
      yield this.next++;
    }
    this.next = 0;
  }
  stateDict() {
    return { next: this.next };
  }
  loadStateDict({ next }: { next: number }) {
    this.next = next;
  }
}

const makers: Record<string, (prefetch: number) => unknown> = {
  sequential: (prefetch) => new DataLoader(eleven(), { batchSize: 3, prefetch }),
  'shuffle, manualSeed': (prefetch) =>
    new DataLoader(eleven(), { batchSize: 3, shuffle: true, prefetch }),
  'shuffle, seed, dropLast': (prefetch) =>
    new DataLoader(eleven(), { batchSize: 2, shuffle: true, seed: 1, dropLast: true, prefetch }),
  'random samples': (prefetch) => new DataLoader(noisy, { batchSize: 3, prefetch }),
  'random samples, shuffle': (prefetch) =>
    new DataLoader(new Subset(noisy, [1, 3, 5, 7, 9]), { shuffle: true, seed: 2, prefetch }),
  'async samples': (prefetch) =>
    new DataLoader({ length: 7, get: async (i: number) => i }, { shuffle: true, prefetch }),
  replacement: (prefetch) =>
    new DataLoader(eleven(), {
      sampler: new RandomSampler(weights, { replacement: true, generator: new Generator(3) }),
      batchSize: 4,
      prefetch,
    }),
  weighted: (prefetch) =>
    new DataLoader(eleven(), {
      sampler: new WeightedRandomSampler(weights, 9),
      batchSize: 2,
      seed: 4,
      prefetch,
    }),
  'batch sampler': (prefetch) =>
    new DataLoader(eleven(), {
      batchSampler: new BatchSampler(new RandomSampler(weights), 3, true),
      prefetch,
    }),
  lists: (prefetch) =>
    new DataLoader(eleven(), { batchSampler: [[0, 1], [2], [3, 4, 5]], prefetch }),
  "a user's sampler": (prefetch) =>
    new DataLoader(eleven(), { sampler: new Rotating(), batchSize: 3, prefetch }),
  iterable: (prefetch) => new DataLoader(new IterableDataset(weights), { batchSize: 3, prefetch }),
  'iterable with a state': (prefetch) =>
    new DataLoader(new Resumable(), { batchSize: 3, prefetch }),
};
const make = (name: string, prefetch = 2): Loader => makers[name](prefetch) as Loader;
const text = (batch: unknown): string => JSON.stringify(batch);

/** The batches of some epochs, while training draws numbers too. */
async function epochs(loader: Loader, count: number): Promise<string[][]> {
  const all: string[][] = [];
  for (let epoch = 0; epoch < count; epoch++) {
    const batches: string[] = [];
    for await (const batch of loader) batches.push(text(batch) + String(randn(1)));
    all.push(batches);
  }
  return all;
}

describe.each(Object.keys(makers))('%s', (name) => {
  test.each([0, 2])('resumes from any place, prefetch %i', async (prefetch) => {
    manualSeed(7);
    const expected = await epochs(make(name, prefetch), 3);
    const flat = expected.flat();
    const batches = expected[0].length;
    for (let place = 1; place <= 2 * batches; place++) {
      manualSeed(7);
      const loader = make(name, prefetch);
      let state: data.DataLoaderState | undefined;
      let seen = 0;
      let random = new Generator(0).getState();
      while (state === undefined) {
        for await (const batch of loader) {
          expect(text(batch) + String(randn(1))).toBe(flat[seen]);
          if (++seen < place) continue;
          state = loader.stateDict();
          random = manualSeedState();
          break;
        }
      }
      manualSeed(99);
      const other = make(name, prefetch);
      other.loadStateDict(state);
      setManualSeedState(random);
      const left = Math.ceil(place / batches) * batches - place;
      expect([other.epoch, other.position]).toEqual([
        Math.ceil(place / batches) - 1,
        batches - left,
      ]);
      expect(text(other.stateDict())).toBe(text(state));
      const rest = await epochs(other, 3 - other.epoch);
      expect(rest.flat()).toEqual(flat.slice(place));
      expect(rest[0]).toHaveLength(left);
    }
  });
});

/** The generator of manualSeed, whose state a checkpoint keeps. */
const standard = manualSeed(0);
const manualSeedState = (): Tensor => standard.getState();
const setManualSeedState = (state: Tensor): void => {
  standard.setState(state);
};

test('between epochs the state is that of the next epoch', async () => {
  const loader = make('shuffle, seed, dropLast');
  await epochs(loader, 1);
  const other = make('shuffle, seed, dropLast');
  other.loadStateDict(loader.stateDict());
  expect([other.epoch, other.position]).toEqual([1, 0]);
  const orders = async (source: Loader): Promise<string[]> => {
    const all: string[] = [];
    for await (const batch of source) all.push(text(batch));
    return all;
  };
  expect(await orders(other)).toEqual(await orders(loader));
});

test('a plain loop counts and resumes as well', () => {
  const loader = make('shuffle, seed, dropLast');
  const all = [...loader].map(text);
  const again = make('shuffle, seed, dropLast');
  for (const _ of again) if (again.position === 2) break;
  const state = again.stateDict();
  const other = make('shuffle, seed, dropLast');
  other.loadStateDict(state);
  expect([...other].map(text)).toEqual(all.slice(2));
  expect([other.epoch, other.position]).toEqual([1, 0]);
  expect([...other].map(text)).toEqual([...loader].map(text));
});

test('a loop that was left early is not resumed without being asked', () => {
  const loader = make('sequential');
  for (const _ of loader) break;
  expect([loader.epoch, loader.position]).toEqual([0, 1]);
  expect([...loader]).toHaveLength(4);
  expect(loader.epoch).toBe(1);
});

test('an iterable with a state is not read again, one without is', async () => {
  const loader = make('iterable with a state', 0);
  for await (const _ of loader) if (loader.position === 2) break;
  const other = make('iterable with a state', 0);
  other.loadStateDict(loader.stateDict());
  const before = Resumable.reads;
  for await (const _ of other);
  expect(Resumable.reads - before).toBe(5);
});

test('a state that does not fit changes nothing', () => {
  const state = make('shuffle, seed, dropLast').stateDict();
  const cases: [object, string, string][] = [
    [
      { batchSize: 3 },
      'shuffle, seed, dropLast',
      'state.batchSize is 3, but this loader has batchSize 2',
    ],
    [
      { samples: 12 },
      'shuffle, seed, dropLast',
      'state.samples is 12, but this loader has samples 11',
    ],
    [{ epoch: -1 }, 'shuffle, seed, dropLast', 'an integer of at least 0 for state.epoch, got -1'],
    [{ position: 'a' }, 'shuffle, seed, dropLast', "an integer for state.position, got 'a'"],
    [
      { position: 1 },
      'shuffle, seed, dropLast',
      'state.order is null, but this loader uses random numbers',
    ],
    [
      { position: 6, order: tensor([0, 0, 0, 0], { dtype: 'int32' }) },
      'shuffle, seed, dropLast',
      'state.position is 6, but an epoch of this loader has 5 batches',
    ],
    [
      { order: tensor([1]) },
      'shuffle, seed, dropLast',
      'an int32 tensor of shape [4] for state.order, got a float32 tensor',
    ],
    [{ order: 1 }, 'shuffle, seed, dropLast', 'a tensor or null for state.order, got 1'],
    [
      { generator: null },
      'shuffle, seed, dropLast',
      'state.generator is null, but the generator of this loader has a state',
    ],
    [
      { sampler: {} },
      'shuffle, seed, dropLast',
      'state.sampler is an object, but this loader has no sampler with a state',
    ],
    [
      { dataset: 1 },
      'shuffle, seed, dropLast',
      'state.dataset is 1, but this loader has no dataset with a state',
    ],
    [
      { more: 1 },
      'shuffle, seed, dropLast',
      'one of epoch, position, ended, batchSize, samples, order, generator, sampler, dataset for options',
    ],
  ];
  for (const [change, name, message] of cases) {
    const loader = make(name);
    const before = text(loader.stateDict());
    const load = () => loader.loadStateDict({ ...state, ...change });
    expect(load).toThrow(/^DataLoader\.loadStateDict: /);
    expect(load).toThrow(message);
    expect(text(loader.stateDict())).toBe(before);
  }
  for (const wrong of [undefined, null, 3, [], {}, tensor([1])]) {
    expect(() => make('sequential').loadStateDict(wrong as never)).toThrow(
      /^DataLoader\.loadStateDict: (expected|state\.epoch is missing)/,
    );
  }
});

test("a state that a user's sampler refuses changes nothing", () => {
  const loader = make("a user's sampler");
  const state = { ...loader.stateDict(), epoch: 5, sampler: { turns: 'many' } };
  expect(() => loader.loadStateDict(state)).toThrow(new TypeError('turns'));
  expect(loader.epoch).toBe(0);
});

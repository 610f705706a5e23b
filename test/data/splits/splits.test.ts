/** Splits of rows; those without chance are scikit-learn's, whose results stand here. */
import { data, Generator, manualSeed, tensor } from 'blasgrad';

/** Results of scikit-learn 1.9. */
const EXPECTED = {
  stratified: [
    [0, 2, 3, 5],
    [1, 4, 6],
    [7, 8, 9],
  ],
  groups: [
    [3, 4, 5],
    [0, 1, 8, 9],
    [2, 6, 7],
  ],
  times: [
    [
      [0, 1, 2, 3],
      [5, 6],
    ],
    [
      [2, 3, 4, 5],
      [7, 8],
    ],
    [
      [4, 5, 6, 7],
      [9, 10],
    ],
  ],
  weights: [0.6666666666666666, 2.0, 1.0],
};

const { GroupKFold, KFold, StratifiedKFold, Table, TimeSeriesSplit, trainTestSplit } = data;

const species = Array.from({ length: 20 }, (_, i) => (i % 5 === 0 ? 'b' : 'a'));
const table = new Table({ n: Array.from({ length: 20 }, (_, i) => i), species, owner: species.map((_, i) => `o${i % 7}`) }); // prettier-ignore
const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);
const all = sorted(Array.from({ length: 20 }, (_, i) => i));

describe('trainTestSplit', () => {
  test.each([
    [{}, 5],
    [{ testSize: 0.3 }, 6],
    [{ testSize: 7 }, 7],
    [{ testSize: 0.31, stratify: 'species' }, 7],
  ])('%j', (options, size) => {
    const [train, test] = trainTestSplit(20, { seed: 1, ...options, ...('stratify' in options ? { stratify: species } : {}) }); // prettier-ignore
    expect([train.length, test.length]).toEqual([20 - size, size]);
    expect(sorted([...train, ...test])).toEqual(all);
  });

  test('the same seed gives the same tables', () => {
    const [a, b] = [1, 1].map((seed) => trainTestSplit(table, { seed })[1].values('n'));
    expect(a).toEqual(b);
    expect(trainTestSplit(table, { seed: 2 })[1].values('n')).not.toEqual(a);
    expect(trainTestSplit(table, { generator: new Generator(1) })[1].values('n')).toEqual(a);
    manualSeed(1);
    expect(trainTestSplit(table)[1].values('n')).toEqual(a);
    expect(trainTestSplit(20, { shuffle: false })[1]).toEqual([15, 16, 17, 18, 19]);
  });

  test('strata have the same shares, groups are not divided', () => {
    const [train, test] = trainTestSplit(table, { stratify: 'species', seed: 3 });
    expect([train, test].map((part) => part.values('species').filter((x) => x === 'b').length)).toEqual([3, 1]); // prettier-ignore
    const parts = trainTestSplit(table, { groups: 'owner', testSize: 0.3, seed: 3 });
    const [left, right] = parts.map((part) => new Set(part.values('owner')));
    expect([...left].filter((owner) => right.has(owner))).toEqual([]);
    expect([left.size, right.size]).toEqual([4, 3]);
  });
});

test('KFold', () => {
  const folds = new KFold({ nSplits: 3 }).split(20);
  expect(folds.map(({ test }) => [test[0], test.at(-1)])).toEqual([[0, 6], [7, 13], [14, 19]]); // prettier-ignore
  const random = new KFold({ nSplits: 3, seed: 1 }).split(table);
  expect(sorted(random.flatMap(({ test }) => test))).toEqual(all);
  expect(new KFold({ nSplits: 3, seed: 1 }).split(table)).toEqual(random);
  expect(random).not.toEqual(folds);
  for (const { train, test } of random) expect(sorted([...train, ...test])).toEqual(all);
});

test('StratifiedKFold, GroupKFold and TimeSeriesSplit are as in scikit-learn', () => {
  const tests = (folds: data.Fold[]) => folds.map(({ test }) => test);
  const y = [0, 0, 1, 1, 1, 2, 2, 0, 1, 2];
  expect(tests(new StratifiedKFold({ nSplits: 3 }).split(10, y))).toEqual(EXPECTED.stratified);
  const groups = ['a', 'a', 'b', 'c', 'c', 'c', 'd', 'b', 'e', 'e'];
  expect(tests(new GroupKFold({ nSplits: 3 }).split(10, groups))).toEqual(EXPECTED.groups);
  const times = new TimeSeriesSplit({ nSplits: 3, testSize: 2, gap: 1, maxTrainSize: 4 }).split(11);
  expect(times.map(({ train, test }) => [train, test])).toEqual(EXPECTED.times);
  const random = new StratifiedKFold({ nSplits: 4, seed: 1 }).split(table, 'species');
  for (const { test } of random) expect(test.filter((row) => species[row] === 'b')).toHaveLength(1);
});

test('crossValidate has the scores of each fold, mean and deviation', async () => {
  const build = (train: data.Table, test: data.Table, fold: number) =>
    Promise.resolve({ rows: train.length, fold, test: test.length });
  const result = await data.crossValidate(build, table, new KFold({ nSplits: 4 }));
  expect(result.folds.map(({ fold }) => fold)).toEqual([0, 1, 2, 3]);
  expect(result.mean).toEqual({ rows: 15, fold: 1.5, test: 5 });
  expect(result.std['fold']).toBeCloseTo(Math.sqrt(1.25), 12);
  const single = await data.crossValidate(() => 2, table, new StratifiedKFold({ nSplits: 2 }), { by: 'species' }); // prettier-ignore
  expect(single.mean).toEqual({ score: 2 });
  await expect(data.crossValidate(() => ({ a: '1' }) as never, table, new KFold())).rejects.toThrow(
    "crossValidate: expected a number for the result of build for fold 0['a'], got '1'",
  );
});

test('classWeights are those of scikit-learn', () => {
  const expected = EXPECTED.weights;
  for (const labels of [[0, 0, 0, 1, 2, 2], tensor([0, 0, 0, 1, 2, 2], { dtype: 'int64' })]) {
    const weights = data.classWeights('balanced', labels);
    expect([weights.dtype, weights.shape]).toEqual(['float32', [3]]);
    weights.data.forEach((weight, i) => expect(weight).toBeCloseTo(expected[i], 6));
  }
});

test.each<[() => unknown, string]>([
  [() => trainTestSplit(1), 'trainTestSplit: expected at least 2 rows for rows, got 1'],
  [
    () => trainTestSplit(4, { testSize: 4 }),
    'a share between 0 and 1, or an integer below the 4 rows, for testSize, got 4',
  ],
  [() => trainTestSplit(4, { testSize: 0 }), 'for testSize, got 0'],
  [
    () => trainTestSplit(3, { stratify: ['a', 'a', 'b'] }),
    "at least two rows of each value for stratify, got one of 'b'",
  ],
  [
    () => trainTestSplit(3, { stratify: ['a', null, 'b'] }),
    'no missing values for stratify, got one in row 1',
  ],
  [
    () => trainTestSplit(table, { stratify: 'x' }),
    "one of n, species, owner for stratify, got 'x'",
  ],
  [() => trainTestSplit(table, { stratify: [1] }), '20 values for stratify, got 1'],
  [
    () => trainTestSplit(table, { stratify: 'species', groups: 'owner' }),
    'stratify or groups for options, got both',
  ],
  [() => trainTestSplit('t' as never), "a table or a number of rows for rows, got 't'"],
  [() => new KFold({ nSplits: 1 }), 'KFold: expected an integer of at least 2 for nSplits, got 1'],
  [
    () => new KFold({ nSplits: 5 }).split(4),
    'KFold.split: expected at least 5 rows for rows, got 4',
  ],
  [
    () => new StratifiedKFold({ nSplits: 5 }).split(table, 'species'),
    "at least 5 rows of each class for by, got 4 of 'b'",
  ],
  [() => new GroupKFold({ nSplits: 9 }).split(table, 'owner'), 'at least 9 groups for by, got 7'],
  [
    () => new TimeSeriesSplit({ nSplits: 3, testSize: 4 }).split(12),
    'at least 13 rows for rows, got 12',
  ],
  [
    () => data.classWeights('balanced', [0, 2]),
    'a label of each class for labels, got 2 labels for 3 classes',
  ],
  [
    () => data.classWeights('balanced', [0, 0, 2]),
    'a label of each class for labels, got none of class 1',
  ],
])('what makes no sense is refused, %#', (use, message) => {
  expect(use).toThrow(message);
});

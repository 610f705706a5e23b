import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, io, tensor, type Tensor } from 'blasgrad';

const { ColumnTransformer, LabelEncoder, OneHotEncoder, StandardScaler, Table } = data;
const table = new Table({
  age: [20, 40, 60],
  size: Float32Array.of(7, 7, 7),
  city: ['Rome', 'Oslo', 'Rome'],
});
const city = table.column('city');
const root = Math.sqrt(1.5);

/** A state as it is after a file: plain numbers and new tensors. */
function copied<State extends object>(state: State): State {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [
      key,
      value instanceof Object && 'shape' in value
        ? tensor((value as Tensor).toArray() as number[], { dtype: 'float64' })
        : value instanceof Object && !Array.isArray(value)
          ? copied(value as object)
          : (value as unknown),
    ]),
  ) as State;
}

function closeTo(actual: Tensor, expected: number[][]): void {
  expect([actual.dtype, actual.shape]).toEqual(['float32', [expected.length, expected[0].length]]);
  const flat = expected.flat();
  actual.data.forEach((value, i) => {
    if (Number.isNaN(flat[i])) expect(value).toBeNaN();
    else expect(value).toBeCloseTo(flat[i], 6);
  });
}

describe('StandardScaler', () => {
  const x = tensor([
    [1, 10],
    [2, 10],
    [3, 10],
  ]);

  test('gives mean 0 and standard deviation 1, and undoes it', () => {
    const scaler = new StandardScaler();
    const scaled = scaler.fitTransform(x);
    closeTo(scaled, [
      [-root, 0],
      [0, 0],
      [root, 0],
    ]);
    closeTo(scaler.inverseTransform(scaled), x.toArray() as number[][]);
    closeTo(scaler.transform(tensor([[5, 11]])), [[3 * root, 1]]);
  });

  test('takes a column of a table', () => {
    closeTo(new StandardScaler().fitTransform(table.column('age')), [[-root], [0], [root]]);
    closeTo(new StandardScaler().fitTransform(table.column('size')), [[0], [0], [0]]);
  });

  test('leaves missing values out of the statistics', () => {
    const holes = tensor([[1], [NaN], [3]]);
    closeTo(new StandardScaler().fitTransform(holes), [[-1], [NaN], [1]]);
    closeTo(new StandardScaler({ fillMissing: true }).fitTransform(holes), [[-1], [0], [1]]);
    closeTo(new StandardScaler().fit(tensor([[NaN]])).transform(tensor([[2]])), [[2]]);
  });

  test('keeps the digits of columns far from 0, and a constant one constant', () => {
    const far = tensor([[1e9 + 1], [1e9 + 2], [1e9 + 3]], { dtype: 'float64' });
    closeTo(new StandardScaler().fitTransform(far), [[-root], [0], [root]]);
    const tenth = tensor([[0.1], [0.1], [0.1]], { dtype: 'float64' });
    closeTo(new StandardScaler().fitTransform(tenth), [[0], [0], [0]]);
    const long = new Float64Array(100_000).fill(0.1); // of which a plain sum is off by 1e-11
    const { mean, scale } = new StandardScaler().fit({ type: 'float64', values: long }).stateDict();
    expect([mean?.toArray(), scale?.toArray()]).toEqual([[0.1], [1]]);
  });
});

describe('OneHotEncoder', () => {
  test('has a column for each category, sorted', () => {
    const encoder = new OneHotEncoder().fit(city);
    expect(encoder.categories).toEqual(['Oslo', 'Rome']);
    closeTo(encoder.transform(city), [
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
    expect(
      encoder.inverseTransform(
        tensor([
          [0, 1],
          [0.7, 0.2],
          [0, 0],
        ]),
      ),
    ).toEqual(['Rome', 'Oslo', null]);
  });

  test('has as many columns as there are categories', () => {
    const encoder = new OneHotEncoder();
    const all = Array.from({ length: 200_000 }, (_, i) => `c${i}`);
    encoder.loadStateDict({ categories: all });
    expect(encoder.inverseTransform(encoder.transform(['c7', 'c199999']))).toEqual([
      'c7',
      'c199999',
    ]);
  });

  test('goes by names, not by the order of another table', () => {
    const encoder = new OneHotEncoder().fit(city);
    const other = new Table({ city: ['Oslo', 'Rome'] }).column('city');
    closeTo(encoder.transform(other), [
      [1, 0],
      [0, 1],
    ]);
  });

  test('sorts numbers by size', () => {
    expect(new OneHotEncoder().fit(new Table({ a: [10, 9, 100] }).column('a')).categories).toEqual([
      '9',
      '10',
      '100',
    ]);
  });

  test('refuses or leaves out what it does not know', () => {
    const message = "OneHotEncoder.transform: expected one of 'a', 'b' for row 1, got ";
    expect(() => new OneHotEncoder().fit(['a', 'b']).transform(['a', 'c'])).toThrow(
      `${message}'c'`,
    );
    expect(() => new OneHotEncoder().fit(['a', 'b']).transform(['a', null])).toThrow(
      `${message}none`,
    );
    const lenient = new OneHotEncoder({ handleUnknown: 'ignore' }).fit(['a', 'b']);
    closeTo(lenient.transform(['c', null, 'b']), [
      [0, 0],
      [0, 0],
      [0, 1],
    ]);
  });
});

test('LabelEncoder gives labels, and names for labels', () => {
  const labels = new LabelEncoder();
  const y = labels.fitTransform(city);
  expect([y.dtype, y.toArray()]).toEqual(['int32', [1, 0, 1]]);
  expect(labels.inverseTransform(y)).toEqual(['Rome', 'Oslo', 'Rome']);
  expect(() => labels.inverseTransform([2])).toThrow('expected labels below 2 for labels, got 2');
  expect(() => labels.transform(['Bonn'])).toThrow(
    "expected one of 'Oslo', 'Rome' for row 0, got 'Bonn'",
  );
});

const make = () =>
  new ColumnTransformer({
    city: new OneHotEncoder(),
    size: 'passthrough',
    age: new StandardScaler(),
  });

test('ColumnTransformer puts columns side by side', () => {
  const inputs = make();
  closeTo(inputs.fitTransform(table), [
    [0, 1, 7, -root],
    [1, 0, 7, 0],
    [0, 1, 7, root],
  ]);
  expect(inputs.outputNames()).toEqual(['city_Oslo', 'city_Rome', 'size', 'age']);
  closeTo(inputs.transform(table.slice(1, 2)), [[1, 0, 7, 0]]);
  expect(new ColumnTransformer({}).fitTransform(table).shape).toEqual([3, 0]);
});

test.each([
  ['StandardScaler', () => new StandardScaler(), table.column('age')],
  ['OneHotEncoder', () => new OneHotEncoder(), city],
  ['LabelEncoder', () => new LabelEncoder(), city],
  ['ColumnTransformer', make, table],
])('%s: a loaded state transforms alike', (_, transform, input) => {
  const fitted = transform() as data.StandardScaler;
  const expected = fitted.fitTransform(input as data.Column);
  const loaded = transform() as data.StandardScaler;
  expect(() => loaded.transform(input as data.Column)).toThrow(
    'expected fit or loadStateDict before',
  );
  loaded.loadStateDict(copied(fitted.stateDict()));
  expect(loaded.transform(input as data.Column).toArray()).toEqual(expected.toArray());
});

describe('a checkpoint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blasgrad-transforms-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const all = () => ({
    inputs: make(),
    scaler: new StandardScaler(),
    labels: new LabelEncoder(),
  });

  test('is loaded into transforms that were not fitted', async () => {
    const { inputs, scaler, labels } = all();
    const expected = inputs.fitTransform(table).toArray();
    scaler.fit(table.column('age'));
    labels.fit(city);
    await io.saveCheckpoint(folder, { inputs, scaler, labels });
    const loaded = all();
    await io.loadCheckpoint(folder, loaded);
    expect(loaded.inputs.transform(table).toArray()).toEqual(expected);
    expect(loaded.labels.categories).toEqual(['Oslo', 'Rome']);
    closeTo(loaded.scaler.transform(tensor([[40]])), [[0]]);
  });

  test('that is refused leaves them so', async () => {
    const fitted = { ...all(), other: new LabelEncoder().fit(['x']) };
    fitted.inputs.fit(table);
    await io.saveCheckpoint(folder, fitted);
    const loaded = { ...all(), other: new StandardScaler() };
    await expect(io.loadCheckpoint(folder, loaded)).rejects.toThrow(RangeError);
    expect(() => loaded.inputs.transform(table)).toThrow('expected fit or loadStateDict before');
  });
});

test('a state that does not fit changes nothing', () => {
  const inputs = make().fit(table);
  const before = inputs.transform(table).toArray();
  const state = { city: { categories: ['x'] }, age: { mean: tensor([1]), scale: tensor([1]) } };
  expect(() => {
    inputs.loadStateDict(state);
  }).toThrow('StandardScaler.loadStateDict: expected a float64 vector for state.mean');
  expect(inputs.transform(table).toArray()).toEqual(before);
});

const vector = (...values: number[]) => tensor(values, { dtype: 'float64' });
test.each<[() => unknown, string]>([
  [() => new StandardScaler({ with: 1 } as never), "one of fillMissing for options, got 'with'"],
  [
    () => new StandardScaler().fit(tensor([1])),
    'StandardScaler.fit: expected a shape (rows, columns) for x, got [1]',
  ],
  [
    () => new StandardScaler().fit(tensor([[Infinity]])),
    'expected finite numbers for column 0 of x',
  ],
  [() => new StandardScaler().fit(city), 'expected a column of numbers for x, got 2 categories'],
  [() => new StandardScaler().fit(3 as never), 'expected a tensor or a column for x, got 3'],
  [
    () => new StandardScaler().fit([1, 2] as never),
    'expected a tensor or a column for x, got an array of 2 elements',
  ],
  [
    () => new StandardScaler().fit(tensor([[1]])).transform(tensor([[1, 2]])),
    'expected 1 columns for x, got 2',
  ],
  [
    () => {
      new StandardScaler().loadStateDict({ mean: vector(1) });
    },
    "expected the entry 'scale' for state",
  ],
  [
    () => {
      new StandardScaler().loadStateDict({ mean: vector(1), scale: vector(0) });
    },
    'positive numbers for state.scale',
  ],
  [
    () => {
      new StandardScaler().loadStateDict({ mean: vector(1), scale: vector(1, 2) });
    },
    '1 numbers for state.scale',
  ],
  [
    () => {
      new StandardScaler().loadStateDict({ mean: vector(NaN), scale: vector(1) });
    },
    'finite numbers for state.mean',
  ],
  [
    () => {
      new OneHotEncoder().loadStateDict({ categories: ['a', 'a'] });
    },
    "each category once for state.categories, got 'a'",
  ],
  [
    () => {
      new OneHotEncoder().loadStateDict({ categories: [1] });
    },
    'an array of strings for state.categories',
  ],
  [
    () => {
      new OneHotEncoder().loadStateDict(null);
    },
    'an object for state, got null',
  ],
  [
    () => {
      make().loadStateDict({ city: {}, age: {}, more: {} });
    },
    "one of city, age for state, got 'more'",
  ],
  [
    () => new OneHotEncoder({ handleUnknown: 'zero' as never }),
    "'error' or 'ignore' for handleUnknown, got 'zero'",
  ],
  [() => new OneHotEncoder().fit('abc' as never), 'a column or an array for x'],
  [
    () => new OneHotEncoder().fit(['a']).inverseTransform(tensor([[1, 2]])),
    'a shape (rows, 1) for x, got [1, 2]',
  ],
  [
    () => new ColumnTransformer({ a: 1 as never }),
    "a transform or 'passthrough' for transforms['a'], got 1",
  ],
  [() => make().fit({} as never), 'ColumnTransformer.fit: expected a table for table'],
  [() => make().fit(new Table({ age: [1] })), "expected one of age for name, got 'city'"],
])('what makes no sense is refused, %#', (use, message) => {
  expect(use).toThrow(message);
});

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
    const { mean, scale } = new StandardScaler().fit({ type: 'float64', values: long });
    expect([mean, scale]).toEqual([[0.1], [1]]);
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
    const all = Array.from({ length: 200_000 }, (_, i) => `c${i}`);
    const encoder = new OneHotEncoder().fit(all);
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
    const message = "OneHotEncoder.transform: expected one of 'a', 'b' for x, got ";
    expect(() => new OneHotEncoder().fit(['a', 'b']).transform(['a', 'c'])).toThrow(
      `${message}'c' in row 1`,
    );
    expect(() => new OneHotEncoder().fit(['a', 'b']).transform(['a', null])).toThrow(
      `${message}a missing value in row 1`,
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
    "expected one of 'Oslo', 'Rome' for x, got 'Bonn' in row 0",
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
  const expected = fitted.fitTransform(input);
  const loaded = transform() as data.StandardScaler;
  expect(() => loaded.transform(input as data.Column)).toThrow(
    'not fitted; call fit() or loadStateDict() first',
  );
  loaded.loadStateDict(JSON.parse(JSON.stringify(fitted.stateDict())));
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
    expect(() => loaded.inputs.transform(table)).toThrow(
      'not fitted; call fit() or loadStateDict() first',
    );
  });
});

test('a state that does not fit changes nothing', () => {
  const inputs = make().fit(table);
  const before = inputs.transform(table).toArray();
  const state = make().fit(table).state();
  const [first, ...others] = state.columns ?? [];
  const empty = { ...first, state: { ...(first['state'] as object), columns: [] } };
  expect(() => inputs.loadStateDict({ ...state, columns: [empty, ...others] })).toThrow(
    "ColumnTransformer.loadStateDict: expected the column 'city' for state.columns[0].state.columns, got none",
  );
  expect(inputs.transform(table).toArray()).toEqual(before);
});

/** A state with other fitted values. */
const changed = (transformer: data.Transformer, values: object): object => {
  const state = transformer.state();
  return { ...state, columns: [{ ...state.columns?.[0], ...values }] };
};
const scaler = () => new StandardScaler().fit([1, 2]);
const encoder = () => new OneHotEncoder().fit(['a', 'b']);

test.each<[() => unknown, string]>([
  [
    () => new StandardScaler({ with: 1 } as never),
    "StandardScaler: expected one of withMean, withStd, fillMissing, dtype for options, got 'with'",
  ],
  [
    () => new StandardScaler().fit(tensor([1])),
    'StandardScaler.fit: expected a shape (rows, columns) for x, got [1]',
  ],
  [
    () => new StandardScaler().fit(tensor([[Infinity]])),
    'expected finite numbers for column 0 of x, got Infinity in row 0',
  ],
  [
    () => new StandardScaler().fit(city),
    "StandardScaler.fit: expected numbers for x, got 'Rome' in row 0",
  ],
  [
    () => new StandardScaler().fit(3 as never),
    'expected a table, a tensor, a column, an array or a plain object for x, got 3',
  ],
  [
    () => new StandardScaler().fit([]),
    'StandardScaler.fit: expected at least one row for x, got none',
  ],
  [
    () => new StandardScaler().fit(tensor([[1], [2]])).transform(tensor([[1, 2]])),
    'expected 1 columns for x, got 2',
  ],
  [
    () => scaler().loadStateDict(changed(scaler(), { scale: undefined })),
    'expected a positive number for state.columns[0].scale, got undefined',
  ],
  [
    () => scaler().loadStateDict(changed(scaler(), { scale: 0 })),
    'expected a positive number for state.columns[0].scale, got 0',
  ],
  [
    () => scaler().loadStateDict(changed(scaler(), { mean: NaN })),
    'a finite number for state.columns[0].mean, got NaN',
  ],
  [
    () => scaler().loadStateDict(changed(scaler(), { kind: 'word' })),
    "for state.columns[0].kind, got 'word'",
  ],
  [
    () => scaler().loadStateDict(changed(scaler(), { more: 1 })),
    "only name, kind, mean, scale for state.columns[0], got 'more'",
  ],
  [
    () => encoder().loadStateDict(changed(encoder(), { categories: ['a', 'a'] })),
    'different strings for state.columns[0].categories',
  ],
  [
    () => encoder().loadStateDict(changed(encoder(), { infrequent: ['a'] })),
    "each category once for state.columns[0].infrequent, got 'a'",
  ],
  [
    () => encoder().loadStateDict(changed(encoder(), { categories: [1] })),
    'different strings for state.columns[0].categories',
  ],
  [() => encoder().loadStateDict(null), 'an object for state, got null'],
  [
    () => data.loadTransformer({ transformer: 'Scaler', options: {}, columns: null }),
    "for state.transformer, got 'Scaler'",
  ],
  [
    () => data.loadTransformer(scaler().state(), { as: OneHotEncoder }),
    'expected a state of OneHotEncoder for state, got one of StandardScaler',
  ],
  [
    () => new OneHotEncoder({ handleUnknown: 'zero' as never }),
    "'error' or 'ignore' or 'infrequentIfExist' for handleUnknown, got 'zero'",
  ],
  [() => new OneHotEncoder().fit('abc' as never), 'or a plain object for x'],
  [
    () => new OneHotEncoder().fit(['a']).inverseTransform(tensor([[1, 2]])),
    'a shape (rows, 1) for x, got [1, 2]',
  ],
  [
    () => new ColumnTransformer({ a: 1 as never }),
    "ColumnTransformer: expected a transformer, 'passthrough' or 'drop' for the transformer of 'a', got 1",
  ],
  [
    () => new ColumnTransformer({ a: new LabelEncoder() }),
    "expected an OneHotEncoder or OrdinalEncoder for the transformer of 'a', got a LabelEncoder, which is for targets",
  ],
  [
    () =>
      new ColumnTransformer([
        [['a', 'b'], 'drop'],
        ['a', 'drop'],
      ]),
    "expected each column once for columns[1][0], got 'a'",
  ],
  [() => make().fit(3 as never), 'ColumnTransformer.fit: expected a table, '],
  [
    () => make().fit(new Table({ age: [1] })),
    "ColumnTransformer.fit: expected the column 'city' for x, got 'age'",
  ],
  [
    () =>
      make()
        .fit(table)
        .transform(new Table({ age: [1] })),
    "ColumnTransformer.transform: expected the column 'city' for the table, got 'age'",
  ],
  [() => new data.Pipeline([]), 'Pipeline: expected at least one transformer for steps, got none'],
  [
    () =>
      new data.Pipeline([new data.SimpleImputer({ strategy: 'mostFrequent' })]).fitTransform(city),
    'Pipeline.transform: x contains texts; put an encoder after the SimpleImputer in a Pipeline',
  ],
])('what makes no sense is refused, %#', (use, message) => {
  expect(use).toThrow(message);
});

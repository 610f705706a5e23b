/** Single transformers: missing values, constant columns, dates, lags, codes. */
import { data } from 'blasgrad';

const { ColumnTransformer, OneHotEncoder, Pipeline, SimpleImputer, StandardScaler, Table } = data;

let warnings: jest.SpyInstance;
beforeEach(() => {
  warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(() => {
  jest.restoreAllMocks();
});

test('constant columns are named in a warning', () => {
  const same = new Table({ a: [2, 2], b: [1, 2] });
  for (const scaler of [new StandardScaler(), new data.MinMaxScaler(), new data.RobustScaler()]) {
    expect(scaler.fit(same).transform(same).select(1, 0).toArray()).toEqual([0, 0]);
    expect(warnings).toHaveBeenLastCalledWith(
      `${scaler.state().transformer}.fit: no two values differ in column 'a'; the scale is 1`,
    );
  }
});

test.each<[data.Transformer, unknown[]]>([
  [new data.MinMaxScaler(), [NaN, NaN]],
  [new data.MaxAbsScaler(), [NaN, NaN]],
  [new data.RobustScaler(), [NaN, NaN]],
  [new StandardScaler(), [NaN, NaN]],
])('%s keeps a column of missing values', (scaler, expected) => {
  expect(scaler.fitTransform([null, NaN]).flatten().toArray()).toEqual(expected);
});

test.each([new SimpleImputer(), new data.QuantileTransformer()])(
  '%s refuses a column of missing values',
  (transformer) => {
    expect(() => transformer.fit(new Table({ a: [null, NaN] }))).toThrow(
      /fit: expected at least one value.* for column 'a', got only missing values/,
    );
  },
);

test('categories, texts and rare values are filled before an encoder', () => {
  const color = new Table({ color: ['red', null, 'red', 'blue'] });
  const encoder = new Pipeline([
    new SimpleImputer({ strategy: 'mostFrequent', addIndicator: true }),
    new OneHotEncoder(),
  ]);
  expect(encoder.fitTransform(color).toArray()).toEqual([
    [0, 1, 1, 0],
    [0, 1, 0, 1],
    [0, 1, 1, 0],
    [1, 0, 1, 0],
  ]);
  const constant = new Pipeline([
    new SimpleImputer({ strategy: 'constant' }),
    new data.OrdinalEncoder({ dtype: 'int32' }),
  ]);
  const codes = constant.fitTransform(color);
  expect([codes.dtype, codes.flatten().toArray()]).toEqual(['int32', [2, 1, 2, 0]]);
  const again = data.loadTransformer(constant.state());
  expect(again.transform({ color: null }).toArray()).toEqual([[1]]);
});

test('OrdinalEncoder has codes for missing, rare and unknown values', () => {
  const encoder = new data.OrdinalEncoder({
    handleMissing: 'category',
    handleUnknown: 'category',
    minFrequency: 2,
    dtype: 'int32',
  });
  encoder.fit(['a', 'a', 'b', 'b', 'rare', null]);
  expect(encoder.sizes).toEqual([5]);
  const codes = encoder.transform(['b', null, 'rare', 'new']);
  expect(codes.flatten().toArray()).toEqual([1, 2, 3, 4]);
  expect(encoder.inverseTransform(codes)).toEqual(['b', null, 'infrequent', null]);
});

test('DateFeatures', () => {
  const at = new Date(Date.UTC(2024, 1, 29, 13, 30, 5));
  const parts = ['year', 'quarter', 'month', 'day', 'dayOfWeek', 'dayOfYear', 'hour', 'minute', 'second'] as const; // prettier-ignore
  const features = new data.DateFeatures({ parts });
  const expected = [2024, 1, 2, 29, 3, 60, 13, 30, 5];
  for (const value of [
    at,
    '2024-02-29T13:30:05Z',
    '2024-02-29 13:30:05',
    '2024-02-29T14:30:05+01:00',
    at.getTime(),
  ]) {
    features.fit([{ at: value }]);
    expect(features.transform({ at: value }).toArray()).toEqual([expected]);
  }
  expect(features.transform([null as never, 'x'].slice(0, 1)).toArray()).toEqual([
    expected.map(() => NaN),
  ]);
  expect(() => features.transform({ at: '2024-02-30' })).toThrow("expected dates in ISO 8601 for column 'at', got '2024-02-30' in row 0"); // prettier-ignore
  const cyclic = new data.DateFeatures({ parts: ['year', 'month'], cyclic: true });
  const angles = cyclic.fitTransform([{ at: '2024-04-01' }]).toArray() as number[][];
  expect(cyclic.outputNames()).toEqual(['at_year', 'at_month_sin', 'at_month_cos']);
  expect(angles[0][1]).toBeCloseTo(1, 6);
  expect(angles[0][2]).toBeCloseTo(0, 6);
});

test('LagFeatures looks back', () => {
  const lags = new data.LagFeatures({ lags: [0, 1, 2] });
  expect(lags.fitTransform(new Table({ y: [5, 6, 7] })).toArray()).toEqual([
    [5, NaN, NaN],
    [6, 5, NaN],
    [7, 6, 5],
  ]);
  expect(lags.outputNames()).toEqual(['y', 'y_lag1', 'y_lag2']);
  expect(() => lags.transform({ y: 5 })).toThrow('x is a single row; pass an array of rows that ends with the row to transform'); // prettier-ignore
  expect(lags.transform([{ y: 1 }, { y: 2 }]).toArray()).toEqual([[1, NaN, NaN], [2, 1, NaN]]); // prettier-ignore
});

test('a pipeline undoes its steps in reverse order', () => {
  const target = new Pipeline([new data.PowerTransformer(), new data.MinMaxScaler()]);
  const back = target.inverseTransform(target.fitTransform([1, 2, 4, 8, 16]));
  (back.flatten().toArray() as number[]).forEach((x, i) => expect(x).toBeCloseTo(2 ** i, 4));
  expect(() => new Pipeline([new data.LagFeatures()]).fit([1, 2]).inverseTransform(back)).toThrow(
    'Pipeline.inverseTransform: expected transformers that have inverseTransform for steps, got LagFeatures',
  );
});

test('printing shows the specification', () => {
  const inputs = new ColumnTransformer({ a: new data.MaxAbsScaler(), city: 'drop' });
  expect(String(inputs)).toBe(
    'ColumnTransformer({\n  a: MaxAbsScaler({ dtype: "float32" }),\n  city: drop,\n})',
  );
});

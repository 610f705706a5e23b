/** States, columns and rows of transformers: what was lost in silence is kept or refused. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, io } from 'blasgrad';

const { ColumnTransformer, OneHotEncoder, Pipeline, SimpleImputer, StandardScaler, Table } = data;

const table = new Table({
  a: [1, 2, 3],
  b: [10, 30, 50],
  city: ['Rome', 'Oslo', 'Rome'],
});
const scaled = () => ({ a: new StandardScaler(), b: new data.MinMaxScaler() });

beforeEach(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('a state of another specification is refused with the differences', () => {
  const { a, b } = scaled();
  const make = () => new ColumnTransformer({ a, b });
  test.each<[string, () => data.Transformer, data.Transformer, string]>([
    [
      'order',
      make,
      new ColumnTransformer({ b, a }),
      '- order of columns: b, a in the state, a, b here',
    ],
    [
      'columns',
      make,
      new ColumnTransformer({ a, city: new OneHotEncoder() }),
      "- column 'b': not in the state\n- column 'city': not here",
    ],
    [
      'options',
      () => new StandardScaler(),
      new StandardScaler({ fillMissing: true }),
      '- option fillMissing: true in the state, false here',
    ],
    [
      'classes',
      () => new StandardScaler(),
      new data.RobustScaler(),
      '- RobustScaler in the state, StandardScaler here',
    ],
    [
      'classes of columns',
      make,
      new ColumnTransformer({ a, b: a }),
      "- column 'b': StandardScaler({",
    ],
    [
      'options of columns',
      make,
      new ColumnTransformer({ a: new StandardScaler({ withMean: false }), b }),
      "- column 'a': StandardScaler({",
    ],
    [
      'remainder',
      make,
      new ColumnTransformer({ a, b }, { remainder: 'passthrough' }),
      '- option remainder: "passthrough" in the state, "drop" here',
    ],
    [
      'dtype',
      make,
      new ColumnTransformer({ a, b }, { dtype: 'float64' }),
      '- option dtype: "float64" in the state, nothing here',
    ],
    ['steps', () => new Pipeline([a]), new Pipeline([a, b]), '- 2 steps in the state, 1 here'],
    [
      'options of steps',
      () => new Pipeline([a, b]),
      new Pipeline([a, new data.MinMaxScaler({ clip: true })]),
      '- step 2: option clip: true in the state, false here',
    ],
  ])('%s', (_, target, saved, message) => {
    const isPart = saved.toString().includes('city');
    const columns = isPart ? table : table.drop(['city']);
    const state = saved.fit(saved instanceof ColumnTransformer ? columns : [1, 2, 3]).state();
    const other = target();
    expect(() => other.loadStateDict(state)).toThrow(
      `${other.state().transformer}.loadStateDict: the state belongs to another specification:\n`,
    );
    expect(() => other.loadStateDict(state)).toThrow(message);
    expect(() => other.transform([1])).toThrow('not fitted');
    expect(data.loadTransformer(state).state()).toEqual(state);
  });
});

test('a checkpoint of another order is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'blasgrad-states-'));
  try {
    const { a, b } = scaled();
    await io.saveCheckpoint(folder, { inputs: new ColumnTransformer({ a, b }).fit(table) });
    const swapped = new ColumnTransformer({ b, a });
    await expect(io.loadCheckpoint(folder, { inputs: swapped })).rejects.toThrow(
      'order of columns',
    );
    const same = new ColumnTransformer({ a, b });
    await io.loadCheckpoint(folder, { inputs: same });
    expect(same.columns).toEqual(['a', 'b']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('one transformer for several columns is copied for each', () => {
  const shared = new StandardScaler();
  const encoder = new OneHotEncoder();
  const two = new Table({ c: ['x', 'y', 'x'], d: ['u', 'u', 'v'] });
  const separate = new ColumnTransformer({ a: new StandardScaler(), b: new StandardScaler() });
  const expected = separate.fitTransform(table).toArray();
  for (const spec of [{ a: shared, b: shared }, [[['a', 'b'], shared]] as const]) {
    expect(new ColumnTransformer(spec).fitTransform(table).toArray()).toEqual(expected);
  }
  expect(new ColumnTransformer({ c: encoder, d: encoder }).fitTransform(two).toArray()).toEqual([[1, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1]]); // prettier-ignore
  expect(() => shared.transform([1])).toThrow('not fitted');
  const own = { fit: () => undefined, transform: () => table.toTensor(['a']), stateDict: () => ({}), loadStateDict: () => undefined }; // prettier-ignore
  expect(() => new ColumnTransformer({ a: own, b: own })).toThrow(
    "ColumnTransformer: the transformer of 'b' is also used for another column; pass a transform for each column",
  );
});

test('options are part of the state', () => {
  const fitted = new StandardScaler({ fillMissing: true }).fit([1, 3]);
  const loaded = data.loadTransformer(JSON.parse(JSON.stringify(fitted)));
  expect(loaded.transform([null]).toArray()).toEqual([[0]]);
});

describe('float32 merges no values', () => {
  const ids = { id: [16777217, 3] };
  const times = { at: [1700000000.25, 1700000000.5] };
  test.each<[string, object, data.ColumnTransformerOptions]>([
    ['integers', ids, {}],
    ['small differences', times, {}],
  ])('%s', (_, columns, options) => {
    const rows = new Table(columns as Record<string, number[]>);
    const spec = Object.fromEntries(rows.names.map((name) => [name, 'passthrough' as const]));
    expect(() => new ColumnTransformer(spec, options).fit(rows)).toThrow(
      `ColumnTransformer.fit: expected numbers that float32 keeps apart`,
    );
    expect(() => new ColumnTransformer(spec, options).fit(rows)).toThrow(
      `column '${rows.names[0]}'`,
    );
    const wide = new ColumnTransformer(spec, { ...options, dtype: 'float64' });
    const x = wide.fitTransform(rows);
    expect([x.dtype, x.flatten().toArray()]).toEqual(['float64', Object.values(columns)[0]]);
    const loaded = data.loadTransformer(wide.state());
    expect(loaded.transform(rows).toArray()).toEqual(x.toArray());
  });

  test('of one plain object', () => {
    const inputs = new ColumnTransformer({ id: 'passthrough' }).fit([{ id: 1 }, { id: 2 }]);
    expect(() => inputs.transform({ id: 16777217 })).toThrow("column 'id', got 16777217 in row 0");
    expect(inputs.transform({ id: 16777216 }).item()).toBe(16777216);
  });

  test('scaled by their size alone', () => {
    const far = [1e9 + 1, 1e9 + 2, 1e9 + 3];
    for (const scaler of [new data.MaxAbsScaler(), new StandardScaler({ withMean: false })]) {
      expect(() => scaler.fit(far)).toThrow('differences that float32 can represent');
    }
    const x = new data.MaxAbsScaler({ dtype: 'float64' }).fitTransform(far);
    expect(new Set(x.flatten().toArray() as number[]).size).toBe(3);
  });

  test('int64 beyond float64', () => {
    const big = new Table({ id: [2n ** 53n + 1n, 1n] });
    const inputs = new ColumnTransformer({ id: 'passthrough' }, { dtype: 'float64' });
    expect(() => inputs.fitTransform(big)).toThrow("column 'id', got 9007199254740993 in row 0");
  });
});

describe('rows', () => {
  const inputs = () =>
    new ColumnTransformer({
      age: new Pipeline([new SimpleImputer(), new StandardScaler()]),
      city: new OneHotEncoder({ handleMissing: 'category' }),
      member: 'passthrough',
    });
  const rows = [
    { age: 20, city: 'Rome', member: true },
    { age: null, city: 'Oslo', member: false },
    { age: 40, city: null, member: true },
  ];

  test('a plain object, an array of them and a table are the same', () => {
    const fitted = inputs().fit(rows);
    const all = fitted.transform(rows).toArray() as number[][];
    expect(inputs().fit(Table.fromRows(rows)).transform(Table.fromRows(rows)).toArray()).toEqual(
      all,
    );
    expect(rows.map((row) => (fitted.transform(row).toArray() as number[][])[0])).toEqual(all);
    expect(fitted.outputNames()).toEqual([
      'age',
      'city_Oslo',
      'city_Rome',
      'city_missing',
      'member',
    ]);
    const texts = { age: ' 2e1 ', city: 'Rome', member: 'true', more: 1 };
    expect(fitted.transform(texts).toArray()).toEqual([all[0]]);
    expect(fitted.transform({ age: undefined, city: undefined, member: 0 }).toArray()).toEqual([
      [0, 0, 0, 1, 0],
    ]);
    expect(fitted.transform({ member: 1 }).toArray()).toEqual([[0, 0, 0, 1, 1]]);
  });

  test.each<[unknown, string]>([
    [
      { age: '3 years', city: 'Rome', member: 1 },
      "expected numbers for column 'age', got '3 years' in row 0",
    ],
    [
      [
        { age: 1, city: 'Rome', member: 1 },
        { age: '1,5', city: 'Rome', member: 1 },
      ],
      "expected numbers for column 'age', got '1,5' in row 1",
    ],
    [
      { age: {}, city: 'Rome', member: 1 },
      "expected numbers for column 'age', got an object in row 0",
    ],
    [
      { age: 1, city: 'Bonn', member: 1 },
      "expected one of 'Oslo', 'Rome' for column 'city', got 'Bonn' in row 0",
    ],
    [
      { age: 1, city: [], member: 1 },
      "expected a text for column 'city', got an array of 0 elements in row 0",
    ],
    [
      { age: 1, city: 'Rome' },
      "expected a value for column 'member' (null if it is missing) for x, got none in row 0",
    ],
    [[{ age: 1, city: 'Rome', member: 1 }, 3], 'expected a plain object for x[1], got 3'],
  ])('%j is refused', (x, message) => {
    expect(() => inputs().fit(rows).transform(x as never)).toThrow(`ColumnTransformer.transform: ${message}`); // prettier-ignore
  });

  test('a key of the prototype is no column', () => {
    const odd = new ColumnTransformer([[['constructor', '__proto__'], 'passthrough']]);
    const spec = odd.fit(new Table(new Map([['constructor', [1, 2]], ['__proto__', [3, 4]]]))); // prettier-ignore
    expect(() => spec.transform({})).toThrow("expected a value for column 'constructor'");
    expect(data.loadTransformer(JSON.parse(JSON.stringify(spec))).columns).toEqual(spec.columns);
  });
});

test('texts of numbers are numbers', () => {
  const texts = new Table({ a: ['1', ' 2.5', null, '-3e2'] });
  const numbers = new Table({ a: [1, 2.5, null, -300] });
  const scaler = new data.MinMaxScaler().fit(texts);
  expect(scaler.transform(texts).toArray()).toEqual(
    scaler.fit(numbers).transform(numbers).toArray(),
  );
  expect(() => new StandardScaler().fit(new Table({ a: ['1', 'x', '2'] }))).toThrow(
    "StandardScaler.fit: expected numbers for column 'a', got 'x' in row 1",
  );
});

test('the remainder goes through a transformer of its own', () => {
  const spec = { city: 'drop' as const };
  const all = new ColumnTransformer(spec, { remainder: new data.MinMaxScaler() });
  expect(all.fitTransform(table).toArray()).toEqual([[0, 0], [0.5, 0.5], [1, 1]]); // prettier-ignore
  expect(all.outputNames()).toEqual(['a', 'b']);
  const loaded = data.loadTransformer(JSON.parse(JSON.stringify(all)), { as: ColumnTransformer });
  expect(loaded.transform({ a: 2, b: 10 }).toArray()).toEqual([[0.5, 0]]);
  const same = new ColumnTransformer(spec, { remainder: new data.MinMaxScaler() });
  same.loadStateDict(all.state());
  expect(same.state()).toEqual(all.state());
  expect(new ColumnTransformer({ city: 'drop' }, { remainder: 'passthrough' }).fitTransform(table).shape).toEqual([3, 2]); // prettier-ignore
});

test('your own transform is inside the state by its values', () => {
  class Doubled {
    by = 1;
    fit(): void {
      this.by = 2;
    }
    transform(column: data.Column) {
      return new Table({ a: column }).toTensor().mul(this.by);
    }
    stateDict() {
      return { by: this.by };
    }
    loadStateDict({ by }: { by: number }): void {
      this.by = by;
    }
  }
  const inputs = new ColumnTransformer({ a: new Doubled(), b: new StandardScaler() }).fit(table);
  const state: unknown = JSON.parse(JSON.stringify(inputs));
  expect(() => data.loadTransformer(state)).toThrow("custom: { 'a': ... } with your own transform");
  const loaded = data.loadTransformer(state, { custom: { a: new Doubled() } });
  expect(loaded.transform({ a: 4, b: 30 }).toArray()).toEqual([[8, 0]]);
});

test('a failed fit changes nothing', () => {
  const inputs = new ColumnTransformer(scaled()).fit(table);
  const before = inputs.state();
  expect(() => inputs.fit(new Table({ a: [1, 2], b: [1, Infinity] }))).toThrow(
    "ColumnTransformer.fit: expected finite numbers for column 'b', got Infinity in row 1",
  );
  expect(inputs.state()).toEqual(before);
});

test('a structured clone is refused', () => {
  expect(() => structuredClone(new StandardScaler())).toThrow('sendStateAndCallLoadTransformer');
  const state = structuredClone(new StandardScaler().fit([1, 2]).state());
  expect(data.loadTransformer(state).transform([1.5]).item()).toBe(0);
});

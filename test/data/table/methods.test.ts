/** Methods of tables. Expected numbers are those of pandas. */
import { data, Generator, tensor } from 'blasgrad';

const { Table } = data;
const day = (text: string): Date => new Date(text);

/** Rows with every kind of column, each with a missing value. */
const people = Table.fromRows(
  [
    { name: 'Ann', age: 31, city: 'Rome', member: true, born: day('1990-05-01'), id: 7 },
    { name: 'Bob', age: 45.5, city: 'Oslo', member: false, id: 8 },
    { age: null, city: undefined, born: day('2001-01-01T12:00:00Z') },
    { name: 'Dan', age: 7, city: 'Rome', member: true, born: null, id: null },
  ],
  { types: { name: 'text', id: 'integer' } },
);

test('rows become columns of kinds; absent keys, undefined, null and NaN are missing', () => {
  expect(people.names.map((name) => [name, people.kind(name)])).toEqual([
    ['name', 'text'],
    ['age', 'number'],
    ['city', 'category'],
    ['member', 'boolean'],
    ['born', 'date'],
    ['id', 'integer'],
  ]);
  expect(people.row(2)).toEqual({
    ...{ name: null, age: null, city: null, member: null, id: null },
    born: day('2001-01-01T12:00:00Z'),
  });
  expect(people.row(-1)).toEqual(people.rows()[3]);
  expect(people.column('id')).toEqual({
    type: 'int32',
    values: Int32Array.of(7, 8, 0, 0),
    missing: Uint8Array.of(0, 0, 1, 1),
  });
  expect(Table.fromRows([{ a: NaN }, { a: 2 }]).values('a')).toEqual([null, 2]);
  expect([...people].map(({ age }) => age)).toEqual([31, 45.5, null, 7]);
  expect(Table.fromRows([]).names).toEqual([]);
  expect(Table.fromRows([], { types: { a: 'date' } }).kind('a')).toBe('date');
  const odd = Table.fromRows([JSON.parse('{"__proto__": 1, "constructor": 2}') as { a: number }]);
  expect(Object.entries(odd.row(0))).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
  ]);
});

test.each<[string, (table: data.Table) => data.Table, string, unknown[]]>([
  ['head', (t) => t.head(2), 'age', [31, 45.5]],
  ['head of fewer rows', (t) => t.head(), 'age', [31, 45.5, null, 7]],
  ['tail', (t) => t.tail(1), 'name', ['Dan']],
  ['tail of no rows', (t) => t.tail(0), 'name', []],
  ['slice from the end', (t) => t.slice(-1), 'member', [true]],
  ['slice to before the end', (t) => t.slice(1, -1), 'id', [8, null]],
  ['indexSelect of a typed array', (t) => t.indexSelect(Uint32Array.of(3, 0)), 'age', [7, 31]],
  ['indexSelect of int64', (t) => t.indexSelect(BigInt64Array.of(3n)), 'age', [7]],
  ['indexSelect of a mask', (t) => t.indexSelect([true, false, false, true]), 'age', [31, 7]],
  [
    'indexSelect of a bool tensor',
    (t) => t.indexSelect(tensor([false, true, true, false])),
    'id',
    [8, null],
  ],
  ['filter', (t) => t.filter(({ city }) => city === 'Rome'), 'name', ['Ann', 'Dan']],
  ['filter by a mask', (t) => t.filter([false, false, false, true]), 'name', ['Dan']],
  ['sort by numbers, missing last', (t) => t.sort('age'), 'age', [7, 31, 45.5, null]],
  [
    'sort down, missing last',
    (t) => t.sort('age', { descending: true }),
    'age',
    [45.5, 31, 7, null],
  ],
  ['sort by categories', (t) => t.sort('city'), 'name', ['Bob', 'Ann', 'Dan', null]],
  ['sort by texts', (t) => t.sort('name'), 'name', ['Ann', 'Bob', 'Dan', null]],
  [
    'sort by several',
    (t) => t.sort(['city', 'age'], { descending: [true, false] }),
    'age',
    [7, 31, 45.5, null],
  ],
  ['sort by booleans', (t) => t.sort('member'), 'name', ['Bob', 'Ann', 'Dan', null]],
  ['dropMissing', (t) => t.dropMissing(), 'name', ['Ann']],
  ['dropMissing of a column', (t) => t.dropMissing(['age']), 'age', [31, 45.5, 7]],
  ['rename', (t) => t.rename({ age: 'years' }), 'years', [31, 45.5, null, 7]],
  [
    'withColumn by a function',
    (t) => t.withColumn('months', ({ age }) => (age === null ? null : Number(age) * 12)),
    'months',
    [372, 546, null, 84],
  ],
  ['withColumn replaces', (t) => t.withColumn('age', [1, 2, 3, 4]), 'age', [1, 2, 3, 4]],
  ['concat', (t) => t.head(1).concat(t.tail(1), t.slice(1, 2)), 'city', ['Rome', 'Rome', 'Oslo']],
  ['concat with a mask', (t) => t.tail(1).concat(t.head(1)), 'id', [null, 7]],
  ['valueCounts', (t) => t.valueCounts('city'), 'count', [2, 1]],
  ['valueCounts of booleans', (t) => t.valueCounts('member'), 'member', [true, false]],
])('%s', (_, change, name, expected) => {
  const before = JSON.stringify(people);
  expect(change(people).values(name)).toEqual(expected);
  expect(JSON.stringify(people)).toBe(before);
});

test('columns are chosen', () => {
  expect(people.select(['id', 'age']).names).toEqual(['id', 'age']);
  expect(people.drop(['name', 'born']).names).toEqual(['age', 'city', 'member', 'id']);
  expect(people.select(['age']).column('age')).toBe(people.column('age'));
});

test('concat joins dtypes and categories', () => {
  const a = new Table({ x: Int32Array.of(1), c: ['u'] });
  const b = new Table({ x: [0.5], c: ['v'] });
  const both = a.concat(b, a);
  expect(both.column('x')).toEqual({ type: 'float64', values: Float64Array.of(1, 0.5, 1) });
  expect(both.column('c')).toEqual({
    type: 'category',
    values: Int32Array.of(0, 1, 0),
    categories: ['u', 'v'],
  });
  expect(a.concat(a.slice(0, 0)).column('x').type).toBe('int32');
});

test('samples are a function of the seed', () => {
  const table = new Table({ x: Array.from({ length: 100 }, (_, i) => i) });
  const x = table.sample(100, { seed: 3 }).values('x');
  expect(new Set(x).size).toBe(100);
  expect(x).not.toEqual(table.values('x'));
  expect(table.sample(100, { seed: 3 }).values('x')).toEqual(x);
  expect(table.sample(100, { generator: new Generator(3) }).values('x')).toEqual(x);
  expect(table.sample(200, { replacement: true, seed: 1 }).length).toBe(200);
});

test('describe: numbers as pandas computes them', () => {
  const table = new Table({ x: [1, 2, 4, 8.5, null], c: ['a', 'b', 'a', null, 'a'] });
  const statistics = table.describe();
  expect(statistics.row(0)).toEqual({
    ...{ column: 'x', kind: 'number', count: 4, missing: 1, mean: 3.875 },
    ...{ std: 3.3260336739125176, min: 1, '25%': 1.75, '50%': 3, '75%': 5.125, max: 8.5 },
    ...{ unique: null, top: null, freq: null },
  });
  expect(statistics.row(1)).toEqual({
    ...{ column: 'c', kind: 'category', count: 4, missing: 1, unique: 2, top: 'a', freq: 3 },
    ...{ mean: null, std: null, min: null, '25%': null, '50%': null, '75%': null, max: null },
  });
  const none = new Table({ x: [null], y: [5] }).describe();
  expect([none.values('mean'), none.values('std')]).toEqual([
    [null, 5],
    [null, null],
  ]);
});

test('a table prints its rows, also as HTML and JSON', () => {
  const table = new Table({ x: [1.5, -20, null], name: ['a\nb', null, '<&>'] });
  const lines = [
    '       x  name',
    '0    1.5  a\\nb',
    '1  -20.0  null',
    '2   null  <&>',
    '[3 rows x 2 columns]',
  ];
  expect(String(table)).toBe(lines.join('\n'));
  expect(table.toHTML()).toContain('<td>&lt;&amp;&gt;</td>');
  const display = table as unknown as Record<symbol, () => Record<string, string>>;
  expect(display[Symbol.for('Jupyter.display')]()).toEqual({
    'text/plain': String(table),
    'text/html': table.toHTML(),
  });
  expect(JSON.stringify(table)).toBe(
    '[{"x":1.5,"name":"a\\nb"},{"x":-20,"name":null},{"x":null,"name":"<&>"}]',
  );
  expect(JSON.stringify(new Table({ a: [2n ** 60n] }))).toBe('[{"a":"1152921504606846976"}]');
  const long = new Table({ x: Array.from({ length: 1000 }, (_, i) => i) });
  expect(String(long).split('\n')).toHaveLength(13);
  const columns = Array.from({ length: 50 }, (_, i): [string, number[]] => [`c${i}`, [i]]);
  expect(String(new Table(new Map(columns)))).toContain('c9  ...  c40');
  expect(String(new Table({}))).toBe('\n[0 rows x 0 columns]');
});

test('structuredClone refuses a table; its columns can be cloned', () => {
  expect(() => structuredClone(people)).toThrow('sendColumnsInstead');
  expect(new Table(structuredClone(people.columns)).rows()).toEqual(people.rows());
});

test.each<[string, data.ColumnData, unknown]>([
  ['large integers', [16777217, 1], '16777217 in row 0, which float32 rounds to 16777216'],
  ['int64', [1n, 2n ** 53n + 1n], '9007199254740993 in row 1'],
  ['minutes of timestamps', [1.7e12, 1.7e12 + 60_000], '1700000000000 in row 0'],
  ['close fractions', [1e6 + 0.01, 1e6 + 0.02], '1000000.02 in row 1'],
])('toTensor refuses %s that float32 merges', (_, column, message) => {
  const table = new Table({ ok: [1, 2], id: column });
  expect(() => table.toTensor()).toThrow(RangeError);
  expect(() => table.toTensor()).toThrow("for column 'id'");
  expect(() => table.toTensor()).toThrow(String(message));
  expect(table.toTensor(['ok', 'id'], { dtype: 'float32' }).dtype).toBe('float32');
  const exact = table.toTensor(['id'], { dtype: 'float64' });
  expect(exact.toArray()).toEqual(Array.from(table.values('id'), (x) => [Number(x)]));
});

test('toTensor: ordinary fractions are rounded, booleans are 0 and 1, dtypes are kept', () => {
  const table = new Table({ x: [0.1, 0.2], flag: [true, null], n: [5n, -6n] });
  expect(table.toTensor(['x', 'flag']).toArray()).toEqual([
    [Math.fround(0.1), 1],
    [Math.fround(0.2), NaN],
  ]);
  const n = table.toTensor(['n'], { dtype: 'int64' });
  expect([n.dtype, n.toArray()]).toEqual(['int64', [[5], [-6]]]);
  expect(() => table.toTensor(['flag'], { dtype: 'int32' })).toThrow(
    "Table.toTensor: expected a number that int32 holds for row 1 of column 'flag', got a missing value",
  );
});

test.each<[() => unknown, string]>([
  [() => Table.fromRows([{ a: 1 }, { a: 'x' }]), "expected a string for rows[0]['a'], got 1"],
  [() => Table.fromRows([1] as never), 'Table.fromRows: expected an object for rows[0], got 1'],
  [() => Table.fromRows([{ a: {} }]), "expected a number for rows[0]['a'], got an object"],
  [
    () => Table.fromRows([{ a: 1.5 }], { types: { a: 'integer' } }),
    "expected an integer for rows[0]['a'], got 1.5",
  ],
  [
    () => Table.fromRows([{ a: 'soon' }], { types: { a: 'date' } }),
    "expected a date for rows[0]['a'], got 'soon'",
  ],
  [() => people.row(4), 'Table.row: expected a row below 4 for i, got 4'],
  [() => people.select(['age', 'age']), "Table.select: expected each name once for names, got 'age'"], // prettier-ignore
  [() => people.drop(['none']), 'Table.drop: expected one of name, age, city, member, born, id'],
  [() => people.rename({ age: 'city' }), "Table.rename: expected each name once for names, got 'city'"], // prettier-ignore
  [() => people.withColumn('x', [1]), 'Table.withColumn: expected 4 rows for column, got 1'],
  [() => people.filter((() => 1) as never), 'expected a boolean for the result of keep for row 0, got 1'], // prettier-ignore
  [() => people.filter([true]), 'expected 4 booleans, one for each row, for keep, got 1'],
  [() => people.sort('none'), 'Table.sort: expected one of'],
  [() => people.sort(['age'], { descending: [true, false] }), 'expected 1 booleans, one for each column, for descending, got 2'], // prettier-ignore
  [() => people.sample(5), 'Table.sample: expected at most 4 rows (or replacement: true) for n, got 5'], // prettier-ignore
  [() => people.sample(1, { seed: 1, generator: new Generator(1) }), 'either seed or generator'],
  [() => people.concat(people.drop(['age'])), "for tables[0], got none named 'age'"],
  [() => people.concat(people.withColumn('age', ['x', 'y', 'z', 'u'])), "for column 'age', got number and category"], // prettier-ignore
  [() => people.concat({} as never), 'Table.concat: expected a table for tables[0], got an object'],
  [() => people.toTensor(['born']), "expected numbers for column 'born', got dates"],
])('what makes no sense is refused, %#', (use, message) => {
  expect(use).toThrow(message);
});

import { data, tensor } from 'blasgrad';

const { Table } = data;
const table = new Table({
  age: [31, 45, null],
  city: ['Rome', null, 'Oslo'],
  size: Float32Array.of(1.5, 2.5, 3.5),
  label: { type: 'category', values: Int32Array.of(1, 0, -1), categories: ['no', 'yes'] },
});

test('columns have types', () => {
  expect([table.length, table.names]).toEqual([3, ['age', 'city', 'size', 'label']]);
  expect(table.column('age')).toEqual({ type: 'float64', values: Float64Array.of(31, 45, NaN) });
  const city = { type: 'category', values: Int32Array.of(0, -1, 1), categories: ['Rome', 'Oslo'] };
  expect(table.column('city')).toEqual(city);
  expect(table.column('size').type).toBe('float32');
});

test('columns of a Map keep their order, whatever their names', () => {
  const numbered = new Table(
    new Map([
      ['label', [7]],
      ['2', [8]],
      ['1', [9]],
    ]),
  );
  expect(numbered.names).toEqual(['label', '2', '1']);
  for (const part of [numbered, numbered.slice(0), numbered.indexSelect([0])]) {
    expect(part.toTensor().toArray()).toEqual([[7, 8, 9]]);
  }
});

test('rows are taken as copies, categories stay', () => {
  expect(table.slice(1).column('city').values).toEqual(Int32Array.of(-1, 1));
  expect(table.slice(0, 2).length).toBe(2);
  for (const indices of [tensor([2, 0, 2], { dtype: 'int32' }), [2, 0, 2]]) {
    const taken = table.indexSelect(indices);
    expect(taken.column('size').values).toEqual(Float32Array.of(3.5, 1.5, 3.5));
    expect(taken.column('label')).toEqual({
      type: 'category',
      values: Int32Array.of(-1, 1, -1),
      categories: ['no', 'yes'],
    });
  }
});

test('numbers become a tensor', () => {
  const x = table.toTensor(['size', 'age']);
  expect([x.dtype, x.toArray()]).toEqual([
    'float32',
    [
      [1.5, 31],
      [2.5, 45],
      [3.5, NaN],
    ],
  ]);
  expect(new Table({}).toTensor().shape).toEqual([0, 0]);
});

test('columns of every dtype', () => {
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x7e00); // 1, -2, NaN as float16
  const all = new Table({
    bytes: Uint8Array.of(1, 2, 255),
    longs: BigInt64Array.of(1n, -2n, 2n ** 62n),
    bigints: [3n, 4n, -(2n ** 63n)],
    halves: { type: 'float16', values: bits },
  });
  expect(all.names.map((name) => all.column(name).type)).toEqual([
    ...['uint8', 'int64', 'int64', 'float16'],
  ]);
  expect(all.column('bytes').values).toEqual(Uint8Array.of(1, 2, 255));
  expect(all.slice(1).column('longs').values).toEqual(BigInt64Array.of(-2n, 2n ** 62n));
  for (const indices of [tensor([2n, 0n]), [2, 0]]) {
    const taken = all.indexSelect(indices);
    expect(taken.column('longs').values).toEqual(BigInt64Array.of(2n ** 62n, 1n));
    expect(taken.column('halves').values).toEqual(Uint16Array.of(0x7e00, 0x3c00));
  }
  expect(all.toTensor().toArray()).toEqual([
    [1, 1, 3, 1],
    [2, -2, 4, -2],
    [255, 2 ** 62, -(2 ** 63), NaN],
  ]);
  const labels = new data.LabelEncoder().fit(all.column('longs'));
  expect(labels.categories).toEqual(['-2', '1', String(2n ** 62n)]);
  expect(new data.LabelEncoder().fit(all.column('halves')).categories).toEqual(['-2', '1']);
  const scaled = new data.StandardScaler().fitTransform(all.column('bytes'));
  expect(scaled.sum().item()).toBeCloseTo(0, 5);
});

test.each<[() => unknown, string]>([
  [() => new Table({ a: [1n, 2] as never }), "Table: expected a bigint for columns['a'][1], got 2"],
  [
    () => new Table({ a: [2n ** 63n] }),
    "Table: expected a number that int64 holds for columns['a'][0], got 9223372036854775808n",
  ],
  [
    () => new Table({ a: Uint16Array.of(1) }),
    "Table: expected an array or a column for columns['a'], got Uint16Array(1)",
  ],
  [
    () => new Table({ a: { type: 'int64', values: Int32Array.of(1) } }),
    "Table: expected an array or a column for columns['a'], got an object",
  ],
  [
    () => new Table(null as never),
    'Table: expected an object or a Map of columns for columns, got null',
  ],
  [
    () => new Table(new Map([[1, [2]]]) as never),
    'Table: expected strings for the names of columns, got 1',
  ],
  [
    () => new Table({ a: [1], b: [1, 2] }),
    "Table: expected 1 rows, as 'a' has, for columns['b'], got 2",
  ],
  [() => new Table({ a: [1, '2'] }), "Table: expected a string for columns['a'][0], got 1"],
  [() => new Table({ a: [1, true] }), "Table: expected a number for columns['a'][1], got true"],
  [
    () => new Table({ a: 'abc' as never }),
    "Table: expected an array or a column for columns['a'], got 'abc'",
  ],
  [
    () => new Table({ a: { type: 'category', values: Int32Array.of(1), categories: ['x'] } }),
    "Table: expected an array or a column for columns['a'], got an object",
  ],
  [
    () => table.column('none'),
    "Table.column: expected one of age, city, size, label for name, got 'none'",
  ],
  [
    () => table.toTensor(['none']),
    "Table.toTensor: expected one of age, city, size, label for names, got 'none'",
  ],
  [
    () => table.toTensor('age' as never),
    "Table.toTensor: expected an array of names for names, got 'age'",
  ],
  [() => table.toTensor(), "Table.toTensor: expected numbers for column 'city', got categories"],
  [() => table.indexSelect([3]), 'Table.indexSelect: expected rows below 3 for indices, got 3'],
  [() => table.indexSelect([-1]), 'an integer of at least 0 for indices, got -1'],
  [() => table.slice(2, 1), 'an integer of at least 2 for end, got 1'],
])('what makes no sense is refused, %#', (use, message) => {
  expect(use).toThrow(message);
});

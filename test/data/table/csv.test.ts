import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { data } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-csv-'));
const path = join(folder, 'a.csv');
afterAll(() => rmSync(folder, { recursive: true }));

type Options = Parameters<typeof data.readCsv>[1];

/** The columns of a text: type, then values, categories by name. */
async function read(text: string | Buffer, options?: Options): Promise<Record<string, unknown[]>> {
  writeFileSync(path, text);
  const table = await data.readCsv(path, options);
  return Object.fromEntries(
    table.names.map((name) => {
      const column = table.column(name);
      const values: unknown[] = [...column.values];
      expect(values).toHaveLength(table.length);
      if (column.type !== 'category') return [name, [column.type, ...values]];
      return [name, ['category', ...values.map((code) => column.categories[Number(code)] ?? null)]];
    }),
  );
}

const people = 'age,city,height\n31,Rome,1.8\n45,Oslo,1.65\n7,Rome,NA\n';

test('types are inferred', async () => {
  expect(await read(people)).toEqual({
    age: ['int32', 31, 45, 7],
    city: ['category', 'Rome', 'Oslo', 'Rome'],
    height: ['float64', 1.8, 1.65, NaN],
  });
});

test('types that are given win', async () => {
  const types = { age: 'category', height: 'float32', city: 'skip' } as const;
  expect(await read(people, { types })).toEqual({
    age: ['category', '31', '45', '7'],
    height: ['float32', Math.fround(1.8), Math.fround(1.65), NaN],
  });
  expect((await read(people, { types: { age: 'number' } })).age[0]).toBe('float64');
});

test.each<[string, string, Options, Record<string, unknown[]>]>([
  [
    'quotes',
    'a,b\n"1,x","x ""y""\nz"\n',
    {},
    { a: ['category', '1,x'], b: ['category', 'x "y"\nz'] },
  ],
  ['white space', 'a, b\n 1 ,\tx \n', {}, { a: ['int32', 1], b: ['category', 'x'] }],
  ['kept white space', 'a,b\n1, x\n', { trim: false }, { a: ['int32', 1], b: ['category', ' x'] }],
  [
    'semicolons',
    'a;b\n1;2,5\n',
    { delimiter: ';', decimal: ',' },
    { a: ['int32', 1], b: ['float64', 2.5] },
  ],
  ['tabs', 'a\tb\n1\t2\n', { delimiter: '\t' }, { a: ['int32', 1], b: ['int32', 2] }],
  ['other quotes', "a\n'1'\n", { quote: "'" }, { a: ['int32', 1] }],
  ['no quotes', 'a\n"1"\n', { quote: false }, { a: ['category', '"1"'] }],
  ['comments', '# hello\na\n1\n# 2\n', { comment: '#' }, { a: ['int32', 1] }],
  [
    'no header',
    '1,x\n2,y\n',
    { header: false },
    { column0: ['int32', 1, 2], column1: ['category', 'x', 'y'] },
  ],
  ['a header that is given', '1\n2\n', { header: ['n'] }, { n: ['int32', 1, 2] }],
  ['Windows lines, a byte order mark', '\ufeffa\r\n1\r\n', {}, { a: ['int32', 1] }],
  ['lines of several systems', 'a\r\n1\n2\r3\r\n4', {}, { a: ['int32', 1, 2, 3, 4] }],
  ['line breaks in quotes', 'a\n"x\ny\r\nz"\r\n', {}, { a: ['category', 'x\ny\r\nz'] }],
  ['empty lines', 'a\n\n1\n\n\n2', {}, { a: ['int32', 1, 2] }],
  ['a header alone', 'a,b\n', {}, { a: ['float64'], b: ['float64'] }],
  [
    'numbers',
    'a\n-1.5e3\n.5\n5.\n+2\n-inf\nInfinity\n',
    {},
    { a: ['float64', -1500, 0.5, 5, 2, -Infinity, Infinity] },
  ],
  [
    'no numbers',
    'a,b,c\n0x10,1_0,1e\n',
    {},
    { a: ['category', '0x10'], b: ['category', '1_0'], c: ['category', '1e'] },
  ],
  ['large integers', 'a\n2147483648\n', {}, { a: ['float64', 2147483648] }],
  [
    'missing values',
    'a,b,c\n?,x,\n1,?,\n',
    { missing: ['?', ''] },
    { a: ['float64', NaN, 1], b: ['category', 'x', null], c: ['float64', NaN, NaN] },
  ],
  [
    'missing rows dropped',
    'a,b,c\n1,x,1\n,y,2\n3,,3\n',
    { onMissing: 'drop' },
    { a: ['int32', 1], b: ['category', 'x'], c: ['int32', 1] },
  ],
  [
    'missing values of a skipped column',
    'a,b\n1,\n',
    { onMissing: 'error', types: { b: 'skip' } },
    { a: ['int32', 1] },
  ],
  [
    'names of JavaScript',
    '__proto__,constructor\n1,2\n',
    {},
    { ['__proto__']: ['int32', 1], constructor: ['int32', 2] },
  ],
])('%s', async (_, text, options, expected) => {
  expect(await read(text, options)).toEqual(expected);
});

test('columns of every dtype', async () => {
  const text =
    'a,b,c,d,e\n9007199254740993,255,0.1,0.1,0.1\n-5,0,NA,70000,1e39\n1e3,+7,-inf,-0.5,2\n';
  const types = {
    a: 'int64',
    b: 'uint8',
    c: 'float16',
    d: 'float16',
    e: 'bfloat16',
  } as const;
  expect(await read(text, { types })).toEqual({
    a: ['int64', 9007199254740993n, -5n, 1000n],
    b: ['uint8', 255, 0, 7],
    c: ['float16', 0x2e66, 0x7e00, 0xfc00],
    d: ['float16', 0x2e66, 0x7c00, 0xb800],
    e: ['bfloat16', 0x3dcd, 0x7f80, 0x4000],
  });
  const rows = [];
  for await (const { a, b } of data.csvRows(path, { types })) rows.push([a, b]);
  expect(rows).toEqual([
    [9007199254740993n, 255],
    [-5, 0],
    [1000, 7],
  ]);
});

test('columns keep their order, whatever their names', async () => {
  writeFileSync(path, 'label,2,1\n7,8,9\n');
  const table = await data.readCsv(path);
  expect(table.names).toEqual(['label', '2', '1']);
  expect(table.toTensor().toArray()).toEqual([[7, 8, 9]]);
});

test.each([
  ['2.5', 'float64', 2.5],
  ['', 'float64', NaN],
  ['007', 'int32', 7],
])('a late %p makes the column %s', async (late, type, value) => {
  const { a } = await read(`a,b\n${'1,2\n'.repeat(1500)}${late},3\n`);
  expect([a[0], a[1], a.at(-1), a.length]).toEqual([type, 1, value, 1502]);
});

test('a late text makes the column categories, with the texts as they were', async () => {
  const text = `a,b\n${'1.50,2\n'.repeat(1500)}none,2.5\nx,3\n`;
  const { a, b } = await read(text, { onBadNumber: 'category' });
  expect([a[0], a[1], ...a.slice(-2)]).toEqual(['category', '1.50', 'none', 'x']);
  expect([b[0], ...b.slice(-2)]).toEqual(['float64', 2.5, 3]);
});

test('a path may be a file URL; a large file lets other events run', async () => {
  writeFileSync(path, `a,b\n${'1.25,x\n'.repeat(100_000)}`);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const table = await data.readCsv(pathToFileURL(path));
  clearInterval(timer);
  expect(table.length).toBe(100_000);
  expect(turns).toBeGreaterThan(0);
});

test.each<[string, string | Buffer, Options, string]>([
  ['an empty file', '', {}, `at least one line, got none`],
  ['an empty file without header', '\n\n', { header: false }, `at least one line`],
  ['a short row', 'a,b\n1,2\n3\n', {}, `2 values in line 3, got 1`],
  ['a long row', 'a,b\n1,2,3\n', {}, `2 values in line 2, got 3`],
  ['an open quote', 'a\n"1\n2\n', {}, `a closing quote in line 2, got none`],
  ['a name twice', 'a,b,a\n1,2,3\n', {}, `each name once in the header, got 'a' twice`],
  ['a missing column', 'a\n1\n', { types: { b: 'number' } }, `the column 'b' in the header, got a`],
  [
    'a header of other length',
    '1,2\n',
    { header: ['a'] },
    `1 columns, as header says, in the first row, got 2`,
  ],
  ['a text', 'a\n1\nx\n', { types: { a: 'number' } }, `a number in column 'a' of line 3, got 'x'`],
  [
    'a text in the last line, without its end',
    'a\n1\nx',
    { types: { a: 'number' } },
    `a number in column 'a' of line 3, got 'x'`,
  ],
  [
    'a fraction',
    'a\n1.5\n',
    { types: { a: 'int32' } },
    `a 32-bit integer in column 'a' of line 2, got '1.5'`,
  ],
  [
    'no integer',
    'a,b\n,1\n',
    { types: { a: 'int32' } },
    `a 32-bit integer in column 'a' of line 2, got none`,
  ],
  [
    'a number beyond a byte',
    'a\n256\n',
    { types: { a: 'uint8' } },
    `an integer from 0 to 255 in column 'a' of line 2, got '256'`,
  ],
  [
    'a number beyond 64 bits',
    'a\n9223372036854775808\n',
    { types: { a: 'int64' } },
    `a 64-bit integer in column 'a' of line 2, got '9223372036854775808'`,
  ],
  [
    'no 64-bit integer',
    'a,b\n,1\n',
    { types: { a: 'int64' } },
    `a 64-bit integer in column 'a' of line 2, got none`,
  ],
  [
    'no value',
    'a,b\n1,2\n3,\n',
    { onMissing: 'error' },
    `a value in column 'b' of line 3, got none`,
  ],
  ['rubbish', Buffer.from([0, 1, 2, 34, 255, 254, 10, 44, 44]), {}, path],
])('%s is refused', async (_, text, options, message) => {
  const reading = read(text, options);
  await expect(reading).rejects.toThrow(RangeError);
  await expect(reading).rejects.toThrow(`readCsv: ${path}: `);
  await expect(reading).rejects.toThrow(message);
});

test.each([
  [folder, {}, RangeError, `${folder} is a directory, not a file`],
  [7, {}, TypeError, 'a path or a file URL, bytes or a stream for path, got 7'],
  [path, { types: { a: 'words' } }, RangeError, "for types['a'], got 'words'"],
  [path, { types: ['a'] }, TypeError, 'an object of types for types, got an array'],
  [path, { header: 'a' }, TypeError, "an array of strings for header, got 'a'"],
  [path, { header: ['a', 'a'] }, RangeError, "each name once for header, got 'a'"],
  [path, { delimiter: '' }, RangeError, "at least one character for delimiter, got ''"],
  [path, { quote: true }, TypeError, 'a string for quote, got true'],
  [path, { missing: 'NA' }, TypeError, "an array of strings for missing, got 'NA'"],
  [path, { onMissing: 'mean' }, RangeError, "'keep' or 'drop' or 'error' for onMissing"],
  [path, { trim: 1 }, TypeError, 'a boolean for trim, got 1'],
  [path, { sep: ';' }, RangeError, "for options, got 'sep'"],
])('readCsv(%p, %p) is refused', async (where, options, kind, message) => {
  writeFileSync(path, people);
  const reading = data.readCsv(where as string, options as never);
  await expect(reading).rejects.toThrow(kind);
  await expect(reading).rejects.toThrow(message);
});

describe('csvRows', () => {
  async function rowsOf(text: string, options?: Parameters<typeof data.csvRows>[1]) {
    writeFileSync(path, text);
    const rows: data.CsvRow[] = [];
    for await (const row of data.csvRows(path, options)) rows.push(row);
    return rows;
  }

  test('gives rows as objects', async () => {
    const types = { age: 'int32', height: 'number' } as const;
    expect(await rowsOf(people, { types })).toEqual([
      { age: 31, city: 'Rome', height: 1.8 },
      { age: 45, city: 'Oslo', height: 1.65 },
      { age: 7, city: 'Rome', height: NaN },
    ]);
    expect((await rowsOf(people, { types: { age: 'skip' } }))[2]).toEqual({
      city: 'Rome',
      height: null,
    });
  });

  test('can be left early', async () => {
    writeFileSync(path, `a\n${'1\n'.repeat(100_000)}`);
    for await (const row of data.csvRows(path)) {
      expect(row).toEqual({ a: '1' });
      break;
    }
  });

  test.each([
    ['', {}, `at least one line`],
    ['a\n1\nx\n', { types: { a: 'number' } }, `a number in column 'a' of line 3, got 'x'`],
    ['a\n1\n1,2\n', {}, `1 value in line 3, got 2`],
  ] as const)('refuses %p', async (text, options, message) => {
    await expect(rowsOf(text, options)).rejects.toThrow(`csvRows: ${path}: expected ${message}`);
  });
});

/** JSON, NDJSON, Parquet and Arrow, and writing CSV. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  tableFromArrays,
  tableToIPC,
  vectorFromArray,
  Table as ArrowTable,
  Uint64,
} from 'apache-arrow';
import { data } from 'blasgrad';
import { runProgram } from '../../support/process';

const { Table } = data;
const folder = mkdtempSync(join(tmpdir(), 'blasgrad-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mixed = Table.fromRows(
  [
    { n: 0.1 + 0.2, i: 1, s: 'a "b"', t: ' x ', b: true, d: new Date(1704164645000), l: 2n ** 60n },
    { n: -1e300, i: null, s: null, t: 'y,z\r\n', b: null, d: null, l: null },
    { n: null, i: -3, s: 'é😀', t: null, b: false, d: new Date('1969-12-31'), l: -3n },
  ],
  { types: { i: 'integer', t: 'text' } },
);

test.each<[string, data.WriteCsvOptions, Parameters<typeof data.readCsv>[1]]>([
  ['with defaults', {}, {}],
  ['with other marks', { delimiter: ';', decimal: ',' }, { delimiter: ';', decimal: ',' }],
  ['with a mark of missing values', { missing: '?' }, { missing: ['?'] }],
  ['without a header', { header: false }, { header: mixed.names }],
])('writeCsv and readCsv round trip %s', async (_, options, readOptions) => {
  const path = join(folder, 'mixed.csv');
  await data.writeCsv(path, mixed, options);
  const types = { i: 'integer', t: 'text' } as const;
  const back = await data.readCsv(path, { ...readOptions, types, trim: false });
  expect(back.rows()).toEqual(mixed.rows());
  expect(back.names.map((name) => back.kind(name))).toEqual(
    mixed.names.map((name) => mixed.kind(name)),
  );
  expect(readFileSync(path, 'utf8')).toBe(data.formatCsv(mixed, options));
});

test('missing values of a single column are rows', () => {
  const table = new Table({ a: ['x', null, 'y'] });
  expect(data.formatCsv(table)).toBe('a\nx\n""\ny\n');
  expect(data.parseCsv(data.formatCsv(table)).values('a')).toEqual(['x', null, 'y']);
});

test.each<[() => unknown, string]>([
  [() => data.formatCsv(new Table({ a: ['x', 'NA'] })), "for row 1 of column 'a', got 'NA'"],
  [() => data.formatCsv(new Table({ a: [''] })), "for row 0 of column 'a', got ''"],
  [() => data.formatCsv(new Table({ a: ['?'] }), { missing: '?' }), "got '?'"],
  [() => data.formatCsv(mixed, { delimiter: '::' }), 'one character'],
  [() => data.formatCsv({} as never), 'formatCsv: expected a table for table, got an object'],
])('formatCsv refuses what cannot be read again, %#', (use, message) => {
  expect(use).toThrow(message);
});

test.each<[string, string, unknown[]]>([
  ['rows', '[{"a": 1, "b": "x"}, {"b": null, "c": true}]', [{ a: 1, b: 'x', c: null }, { a: null, b: null, c: true }]], // prettier-ignore
  ['columns', '{"a": [1, null], "b": ["x", "y"]}', [{ a: 1, b: 'x' }, { a: null, b: 'y' }]], // prettier-ignore
  ['no rows', '[]', []],
])('readJson reads %s', async (_, json, rows) => {
  expect((await data.readJson(Buffer.from(json))).rows()).toEqual(rows);
  expect((await data.readJson(gzipSync(json))).rows()).toEqual(rows);
});

test('readNdjson reads one object a line', async () => {
  const text = '{"a": 1, "d": "2024-01-02"}\r\n\n{"a": 2.5}';
  const table = await data.readNdjson(Buffer.from(text), { types: { d: 'date' } });
  expect(table.rows()).toEqual([
    { a: 1, d: new Date('2024-01-02') },
    { a: 2.5, d: null },
  ]);
  expect(JSON.stringify(await data.readJson(Buffer.from(JSON.stringify(table))))).toBe(
    JSON.stringify(table),
  );
});

test.each<[() => Promise<unknown>, string]>([
  [() => data.readJson(Buffer.from('[1')), 'readJson: the bytes: expected JSON, got'],
  [() => data.readJson(Buffer.from('3')), 'an array of objects or an object of arrays'],
  [() => data.readJson(Buffer.from('{"a": 1}')), "an array in column 'a'"],
  [() => data.readJson(Buffer.from('[{"id": 9007199254740993}]')), "below 2^53 (write larger ones as texts) in row 0 of column 'id'"], // prettier-ignore
  [() => data.readJson(Buffer.from([0x22, 0xe9, 0x22])), 'in line 1 (byte 1), got the byte 0xe9'], // prettier-ignore
  [() => data.readNdjson(Buffer.from('{"a":1}\n{')), 'a JSON object in line 2'],
  [() => data.readNdjson(Buffer.from('[1]')), 'a JSON object in line 1, got an array'], // prettier-ignore
  [() => data.readNdjson(Buffer.from('"x'.repeat(99)), { maxLineLength: 9 }), 'at most 9 characters (maxLineLength) in line 1'], // prettier-ignore
])('JSON of another form is refused, %#', async (read, message) => {
  await expect(read()).rejects.toThrow(message);
});

test('Arrow tables and their bytes round trip', () => {
  for (const source of [data.toArrow(mixed), tableToIPC(data.toArrow(mixed))]) {
    const back = data.fromArrow(source, { types: { t: 'text' } });
    expect(back.rows()).toEqual(mixed.rows());
    expect(back.names.map((name) => back.kind(name))).toEqual(
      mixed.names.map((name) => mixed.kind(name)),
    );
  }
  const numbers = Float64Array.of(1, 2);
  const shared = data.fromArrow(tableFromArrays({ numbers })).column('numbers').values;
  expect(shared).toEqual(numbers);
  expect((shared as Float64Array).buffer).toBe(numbers.buffer);
});

test.each<[() => unknown, string]>([
  [() => data.fromArrow(data.toArrow(mixed), { onNull: 'error' }), "values (or onNull: 'missing') for column 'n', got 1 nulls"], // prettier-ignore
  [() => data.fromArrow(tableFromArrays({ a: [[1]] })), "numbers, texts, booleans or dates for column 'a', got the type List"], // prettier-ignore
  [() => data.fromArrow(Buffer.from('abc')), 'an Arrow file or stream for source'],
  [() => data.fromArrow({} as never), 'an Arrow table or its bytes for source, got an object'],
  [
    () => data.fromArrow(new ArrowTable({ a: vectorFromArray([2n ** 64n - 1n], new Uint64()) })),
    "a number that int64 holds for row 0 of column 'a'",
  ],
  [() => data.toArrow([] as never), 'toArrow: expected a table for table'],
])('Arrow tables that cannot be read are refused, %#', (use, message) => {
  expect(use).toThrow(message);
});

/** Made by pyarrow: n 1, 2, null; i 1, 2^60, -3; s a, null, b; b true, false, true; d two times and null. */
const parquet =
  'UEFSMRUAFSwVMCwVBhUAFQYVBhwAAAAWVAIAAAADAwAAAAAAAPA/AAAAAAAAAEAVABU8FS4sFQYVABUGFQYcAAAAHhwCAAAABgEBADIBACAQ/f////////8VABUgFSQsFQYVABUGFQYcAAAAEDwCAAAAAwUBAAAAYQEAAABiFQAVDhUSLBUGFQAVBhUGHAAAAAcYAgAAAAYBBRUAFSwVMCwVBhUAFQYVBhwAAAAWVAIAAAADA0DTTcDtDQYAAKAo4uv///8VBBlsNQAYBnNjaGVtYRUKABUKJQIYAW4AFQQlAhgBaQAVDCUCGAFzJQBMHAAAABUAJQIYAWIAFQQlAhgBZCUUTIwSHCwAAAAAABYGGRwZXCYAHBUKGSUGABkYAW4VAhYGFlIWViYISRwVABUAFQIAPCkGGSYCBAAAACYAHBUEGSUGABkYAWkVAhYGFmIWVCZeSRwVABUAFQIAPCkGGSYABgAAACYAHBUMGSUGABkYAXMVAhYGFkYWSiayAUkcFQAVABUCADwWBBkGGSYCBAAAACYAHBUAGSUGABkYAWIVAhYGFjQWOCb8AUkcFQAVABUCADwpBhkmAAYAAAAmABwVBBklBgAZGAFkFQIWBhZSFlYmtAJJHBUAFQAVAgA8KQYZJgIEAAAAFoADFgYmCBaCAwAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGVwcAAAcAAAcAAAcAAAcAAAAZgEAAFBBUjE=';

// Jest cannot load hyparquet, which is an ES module: a process of its own can.
test('readParquet reads what pyarrow wrote', async () => {
  const path = join(folder, 'a.parquet');
  writeFileSync(path, Buffer.from(parquet, 'base64'));
  const { stdout, stderr } = await runProgram(`
    const { data } = require('blasgrad');
    (async () => {
      const table = await data.readParquet(${JSON.stringify(path)});
      console.log(table.names.map((name) => table.kind(name)).join());
      console.log(JSON.stringify(table));
      console.log((await data.readParquet(${JSON.stringify(path)}, { columns: ['s'] })).names.join());
      await data.readParquet(${JSON.stringify(__filename)}).catch(({ message }) => console.log(message));
    })();
  `);
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'number,integer,category,boolean,date',
    '[{"n":1,"i":1,"s":"a","b":true,"d":"2024-01-02T03:04:05.000Z"},{"n":2,"i":"1152921504606846976","s":null,"b":false,"d":"1969-12-31T00:00:00.000Z"},{"n":null,"i":-3,"s":"b","b":true,"d":null}]',
    's',
  ]);
  expect(lines[3]).toContain('expected a Parquet file that hyparquet reads, got');
});

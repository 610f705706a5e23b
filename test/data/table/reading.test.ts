/** Reading of CSV: sources, compression, notations, kinds, and bad input. Where pandas reads the same, its result is expected. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { data } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-reading-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Options = Parameters<typeof data.readCsv>[1];

/** The columns: kind, then values. */
function columnsOf(table: data.Table): Record<string, unknown[]> {
  return Object.fromEntries(
    table.names.map((name) => [name, [table.kind(name), ...table.values(name)]]),
  );
}

const text = 'x,city\n1.5,Rome\n2,Ōsaka\n';
const columns = { x: ['number', 1.5, 2], city: ['category', 'Rome', 'Ōsaka'] };
const zstd = (zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer }).zstdCompressSync;

test.each<[string, () => data.TableSource]>([
  ['bytes', () => Buffer.from(text)],
  ['gzip', () => zlib.gzipSync(text)],
  ['brotli', () => zlib.brotliCompressSync(text)],
  ...(zstd ? [['zstd', () => zstd(Buffer.from(text))] as [string, () => Buffer]] : []),
  ['UTF-16 in gzip', () => zlib.gzipSync(Buffer.from(`\ufeff${text}`, 'utf16le'))],
  ['a stream of bytes', () => Readable.from([...Buffer.from(text)].map((one) => Buffer.of(one)))],
  ['a stream of texts', () => Readable.from([text.slice(0, 9), text.slice(9)])],
  ['a compressed stream', () => Readable.from([zlib.gzipSync(text)])],
  ['a web stream', () => new Blob([text]).stream()],
  [
    'a compressed file, whatever its name',
    () => {
      writeFileSync(join(folder, 'a.csv'), zlib.gzipSync(text));
      return join(folder, 'a.csv');
    },
  ],
])('readCsv and csvRows read %s', async (_, source) => {
  expect(columnsOf(await data.readCsv(source()))).toEqual(columns);
  const rows: data.CsvRow[] = [];
  for await (const row of data.csvRows(source(), { types: { x: 'number' } })) rows.push(row);
  expect(rows).toEqual([
    { x: 1.5, city: 'Rome' },
    { x: 2, city: 'Ōsaka' },
  ]);
});

test('readCsv reads a URL', async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/a.csv' ? 200 : 404;
    response.end(zlib.gzipSync(text));
  });
  await new Promise<void>((listening) => server.listen(0, listening));
  const { port } = server.address() as AddressInfo;
  const url = (path: string): URL => new URL(`http://127.0.0.1:${port}/${path}`);
  expect(columnsOf(await data.readCsv(url('a.csv')))).toEqual(columns);
  await expect(data.readCsv(url('b.csv'))).rejects.toThrow('b.csv: status 404');
  server.close();
});

test('parseCsv is synchronous', () => {
  expect(columnsOf(data.parseCsv(text))).toEqual(columns);
  expect(columnsOf(data.parseCsv(`\ufeff${text}`))).toEqual(columns);
});

test.each<[string, string, Options, Record<string, unknown[]>]>([
  ['true and false', 'a\nTrue\nfalse\nNA\n', {}, { a: ['boolean', true, false, null] }],
  [
    '1 and 0 as booleans',
    'a\n1\n0\n',
    { types: { a: 'boolean' } },
    { a: ['boolean', true, false] },
  ],
  [
    'dates',
    'a\n2024-02-29\n\n2024-02-29 12:30:00+01:00\n',
    {},
    { a: ['date', new Date('2024-02-29'), new Date('2024-02-29T11:30:00Z')] },
  ],
  ['no dates', 'a\n2023-02-29\n', {}, { a: ['category', '2023-02-29'] }],
  ['texts', 'a\nx\nNA\n', { types: { a: 'text' } }, { a: ['text', 'x', null] }],
  ['integers with missing ones', 'a,b\n1,1\n,2\n', { types: { a: 'integer' } }, { a: ['integer', 1, null], b: ['integer', 1, 2] }], // prettier-ignore
  ['integers beyond 2^53', 'a,b\n9007199254740993,1\n,2\n5,3\n', {}, { a: ['integer', 9007199254740993n, null, 5], b: ['integer', 1, 2, 3] }], // prettier-ignore
  ['integers beyond 2^53, then a fraction', 'a\n9007199254740993\n0.5\n', {}, { a: ['number', 9007199254740992, 0.5] }], // prettier-ignore
  ['digits', 'a\n0.1234567890123456789\n-17976931348623157e292\n4.9e-324\n', {}, { a: ['number', 0.12345678901234568, -1.7976931348623157e308, 5e-324] }], // prettier-ignore
  ['a decimal comma', 'a;b\n1,5;x\n-,25;y\n', { delimiter: ';', decimal: ',' }, { a: ['number', 1.5, -0.25], b: ['category', 'x', 'y'] }], // prettier-ignore
  ['thousands', 'a\n"1,234,567.5"\n12\n', { thousands: ',' }, { a: ['number', 1234567.5, 12] }],
  ['German thousands', 'a;b\n1.234,5;1\n2,5;2\n', { delimiter: 'auto', decimal: ',', thousands: '.' }, { a: ['number', 1234.5, 2.5], b: ['integer', 1, 2] }], // prettier-ignore
  ['lines before the header', 'made by me\n"\na\n1\n', { skipLines: 2 }, { a: ['integer', 1] }],
  ['few rows', 'a\n1\n2\nx\n', { maxRows: 2 }, { a: ['integer', 1, 2] }],
  ['no rows', 'a\n1\n', { maxRows: 0 }, { a: ['number'] }],
  ['a tab found', 'a\tb\n1\tx,y\n', { delimiter: 'auto' }, { a: ['integer', 1], b: ['category', 'x,y'] }], // prettier-ignore
  ['a semicolon found', 'a;b\n1,5;2\n2,5;3\n', { delimiter: 'auto', decimal: ',' }, { a: ['number', 1.5, 2.5], b: ['integer', 2, 3] }], // prettier-ignore
  ['a comma found', 'a b,c d\n1,x y\n', { delimiter: 'auto' }, { 'a b': ['integer', 1], 'c d': ['category', 'x y'] }], // prettier-ignore
  ['one column found', 'a\n1\n', { delimiter: 'auto' }, { a: ['integer', 1] }],
  ['one column with semicolons that are meant', 'a;b\n1\n', { delimiter: ',' }, { 'a;b': ['integer', 1] }], // prettier-ignore
  ['missing values alone', 'a,b\n,\nNA,\n', {}, { a: ['number', null, null], b: ['number', null, null] }], // prettier-ignore
  ['one row', 'a\n1\n', {}, { a: ['integer', 1] }],
  ['a quoted empty value in one column', 'a\n""\n1\n', {}, { a: ['number', null, 1] }],
  ['bad numbers as missing', 'a\n1\n2.5\noops\n4\n', { onBadNumber: 'missing' }, { a: ['number', 1, 2.5, null, 4] }], // prettier-ignore
  ['bad numbers as categories', 'a\n1\n2.50\noops\n4\n', { onBadNumber: 'category' }, { a: ['category', '1', '2.50', 'oops', '4'] }], // prettier-ignore
  ['bad numbers of a given type', 'a\n1\noops\n', { onBadNumber: 'missing', types: { a: 'int32' } }, { a: ['integer', 1, null] }], // prettier-ignore
  ['words and numbers', 'a\n1\nx\ny\n2\nz\n', {}, { a: ['category', '1', 'x', 'y', '2', 'z'] }],
])('%s', async (_, csv, options, expected) => {
  expect(columnsOf(await data.readCsv(Buffer.from(csv), options))).toEqual(expected);
  expect(columnsOf(data.parseCsv(csv, options))).toEqual(expected);
});

const typo = `a,b\n${'1,x\n'.repeat(5000)}1o,x\n${'2.5,x\n'.repeat(5000)}oops,x\n`;
const wide = Array.from({ length: 10_000 }, (_, i) => i).join();

test.each<[string, string | Buffer, Options, string]>([
  ['a typo in numbers', typo, {}, "in column 'a', got '1o' in line 5002, 'oops' in line 10003"], // prettier-ignore
  ['a mark of missing values', 'a\n1\n?\n3\n', {}, "got '?' in line 3"],
  ['decimal commas', 'a;b\n1,5;1\n2,5;2\n', { delimiter: ';' }, "in column 'a', got '1,5'"], // prettier-ignore
  ['thousands', 'a\n"1,000"\n"12,000"\n', {}, "in column 'a', got '1,000'"],
  ['a currency', 'a\n$5\n$6.50\n', {}, "in column 'a', got '$5'"],
  ['a boolean in numbers', 'a\n1\n2\n3\nTrue\n', {}, "got 'True' in line 5"],
  ['semicolons', 'a;b\n1;2\n', {}, "(or set delimiter: ';' or 'auto') in line 1"],
  ['a ragged line', 'a,b\n1,2\n"x\ny",2\n3\n', {}, '2 values in line 5, got 1'],
  ['a quote in a value', 'a\n1\n5" disk\n', {}, 'quotes around complete values (or quote: false) in line 3'], // prettier-ignore
  ['text after a quote', 'a\n"x"y\n', {}, 'a delimiter after a closing quote in line 2'],
  ['a quote that stays open', `a,b\n1,"x${'\ny,z'.repeat(1000)}`, {}, 'a closing quote in line 2'],
  ['a long line', `a\n1\n${'9'.repeat(3000)}`, { maxLineBytes: 1000 }, 'at most 1000 bytes (maxLineBytes) in line 3'], // prettier-ignore
  ['10,000 columns and a short row', `${wide}\n${wide}\n1\n`, {}, '10000 values in line 3'],
  ['bytes of another encoding', Buffer.from('a\nx\ncafé\n', 'latin1'), {}, "(or set encoding, such as 'windows-1252', 'latin1' or 'utf-16le') in line 3 (byte 7)"], // prettier-ignore
  ['half a gzip file', zlib.gzipSync(text).subarray(0, 30), {}, 'a complete gzip file, got unexpected end of file'], // prettier-ignore
  ['a zip archive', Buffer.from('PK\x03\x04rest of it'), {}, 'got a zip archive or a spreadsheet'],
  ['a Parquet file', Buffer.from('PAR1rest of it'), {}, 'got a Parquet file: use readParquet'],
  ['an empty file', '', {}, 'at least one line, got none'],
  ['an empty gzip file', zlib.gzipSync(''), {}, 'at least one line, got none'],
  ['fewer lines than are skipped', 'a\n', { skipLines: 3 }, 'at least one line'],
  ['a date that does not exist', 'a\n2023-02-30\n', { types: { a: 'date' } }, "in column 'a' of line 2"], // prettier-ignore
  ['a boolean that is none', 'a\nyes\n', { types: { a: 'boolean' } }, 'true, false, 1 or 0'],
])('%s is refused', async (_, csv, options, message) => {
  const reading = data.readCsv(Buffer.from(csv), options);
  await expect(reading).rejects.toThrow(RangeError);
  await expect(reading).rejects.toThrow(message);
});

test('memory is bounded by maxLineBytes, whatever the length of a line', async () => {
  let chunks = 0;
  const endless = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from('a\n');
    for (; chunks < 10_000; chunks++) yield await Promise.resolve(Buffer.alloc(1 << 16, '1'));
  };
  const reading = data.readCsv(endless(), { maxLineBytes: 1 << 20 });
  await expect(reading).rejects.toThrow('at most 1048576 bytes (maxLineBytes) in line 2');
  expect(chunks).toBeLessThan(100);
});

test('bytes that are no text are not taken for brotli because of their first ones', async () => {
  const bytes = Buffer.from('0d0a8422220d0a33780d0a310dec0a320d0a8422220d0a33', 'hex');
  const pieces = Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]);
  await expect(data.readCsv(pieces)).rejects.toThrow('line 2 (byte 2), got the byte 0x84');
});

test.each<[Options | { columns: object }, string]>([
  [{ types: { a: 'words' } } as never, "for types['a'], got 'words'"],
  [{ columns: {} }, "for options, got 'columns'"],
  [{ decimal: '1' }, "one character that is not part of a number for decimal, got '1'"],
  [{ decimal: ',', thousands: ',' }, 'two characters for decimal and thousands, got one'],
  [{ delimiter: '\n' }, 'a string without line breaks for delimiter'],
  [{ maxRows: -1 }, 'an integer of at least 0 for maxRows, got -1'],
  [{ onBadNumber: 'guess' } as never, 'for onBadNumber'],
  [{ onProgress: 1 } as never, 'a function for onProgress, got 1'],
])('options %p are refused', (options, message) => {
  expect(() => data.parseCsv('a\n1\n', options as Options)).toThrow(message);
});

test('a text is not a path', async () => {
  await expect(data.readCsv('a,b\n1,2\n')).rejects.toThrow('a path (parseCsv reads a text)');
});

test('progress is reported', async () => {
  const path = join(folder, 'progress.csv');
  writeFileSync(path, `a,b\n${'1,2\n'.repeat(600_000)}`);
  const seen: data.CsvProgress[] = [];
  await data.readCsv(path, { onProgress: (progress) => seen.push(progress) });
  expect(seen.length).toBeGreaterThan(2);
  expect(seen.at(-1)).toEqual({ bytes: 2_400_004, totalBytes: 2_400_004, rows: 600_000 });
});

test('a million categories', () => {
  const lines = Array.from({ length: 1_000_000 }, (_, i) => `c${i}`);
  const column = data.parseCsv(`a\n${lines.join('\n')}\n`).column('a') as data.CategoryColumn;
  expect(column.categories).toHaveLength(1_000_000);
  expect(column.values.every((code, i) => code === i)).toBe(true);
  expect(column.categories[999_999]).toBe('c999999');
});

test('numbers are rounded as JavaScript rounds them', () => {
  const texts = Array.from({ length: 3000 }, (_, i) => {
    const x = (Math.sin(i) + 1.1) * 10 ** ((i % 40) - 20);
    return [String(x), x.toPrecision(17), x.toExponential(12), x.toPrecision(21)][i % 4];
  });
  const numbers = data.parseCsv(`a\n${texts.join('\n')}\n`).values('a');
  expect(numbers).toEqual(texts.map(Number));
});

test('short numbers are exact', () => {
  const texts = [
    ...[
      '0.5',
      '0',
      '-0',
      '0.0',
      '-.5',
      '5.',
      '+7',
      '999999999',
      '-999999999',
      '.999999999',
      '0.99999999',
    ],
    ...[
      '-9.9999999',
      '4294967295',
      '2147483648',
      '-2147483649',
      '1234567890',
      '00000000.1',
      '1e-7',
    ],
    ...Array.from({ length: 5000 }, (_, i) => (Math.sin(i) * 10 ** (i % 8)).toFixed((i * 7) % 9)),
    ...Array.from({ length: 5000 }, (_, i) =>
      String(Math.trunc(Math.cos(i) * 10 ** (i % 11)) / 1000),
    ),
  ];
  const table = data.parseCsv(`a;b\n${texts.map((text) => `${text};x`).join('\n')}\n`, {
    delimiter: ';',
  });
  const numbers = table.values('a');
  expect(numbers.map((x) => (Object.is(x, -0) ? '-0' : x))).toEqual(
    texts.map((text) => (Object.is(Number(text), -0) ? '-0' : Number(text))),
  );
});

test.each(['.', '-', '-.', '+', '1.2.3', '1-2', '--1'])('%s is no number', (text) => {
  expect(data.parseCsv(`a\nx\n${text}\n`).values('a')).toEqual(['x', text]);
});

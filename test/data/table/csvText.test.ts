/** Encodings of CSV files, and tables with many columns. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-csv-text-'));
const path = join(folder, 'a.csv');
afterAll(() => rmSync(folder, { recursive: true }));

type Options = Parameters<typeof data.readCsv>[1];

/** The texts of column `b`, as `readCsv` and `csvRows` read them. */
async function textsOf(bytes: Buffer, options?: Options): Promise<string[]> {
  writeFileSync(path, bytes);
  const table = await data.readCsv(path, options);
  expect(table.names).toEqual(['a', 'b']);
  const { categories, values } = table.column('b') as data.CategoryColumn;
  const texts = Array.from(values, (code) => categories[code]);
  const rows: unknown[] = [];
  for await (const { b } of data.csvRows(path, options)) rows.push(b);
  expect(rows).toEqual(texts);
  return texts;
}

const long = 'é€😀x'.repeat(30_000); // characters of 1 to 4 bytes across blocks of 64 KB
const texts = ['é', '€', '😀', `${long}y`, 'z'];
const text = `a,b\r\n${texts.map((one, i) => `${i},${one}\r\n`).join('')}`;
const utf16 = Buffer.from(text, 'utf16le');
const marked16 = Buffer.from(`\ufeff${text}`, 'utf16le');

test.each<[string, Buffer, Options]>([
  ['UTF-8', Buffer.from(text), {}],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), {}],
  [
    'UTF-8 with a mark, whatever the option says',
    Buffer.from(`\ufeff${text}`),
    { encoding: 'latin1' },
  ],
  ['UTF-16 with a mark, low bytes first', marked16, {}],
  ['UTF-16 with a mark, high bytes first', Buffer.from(marked16).swap16(), {}],
  ['UTF-16 without a mark', utf16, { encoding: 'utf-16le' }],
  [
    'UTF-16 without a mark, high bytes first',
    Buffer.from(utf16).swap16(),
    { encoding: 'UTF-16BE' },
  ],
])('%s', async (_, bytes, options) => {
  expect(await textsOf(bytes, options)).toEqual(texts);
});

test('Latin-1', async () => {
  const bytes = Buffer.from('a,b\n1,é\n2,x\n', 'latin1');
  expect(await textsOf(bytes, { encoding: 'latin1' })).toEqual(['é', 'x']);
});

const what =
  "expected text in UTF-8 (or set encoding, such as 'windows-1252', 'latin1' or 'utf-16le')";

test.each<[string, Buffer, Options, string]>([
  [
    'UTF-16 without a mark',
    Buffer.from('a,b\n1,2\n', 'utf16le'),
    {},
    `${what} in line 1 (byte 1), got a zero byte`,
  ],
  [
    'UTF-16 without a mark, high bytes first',
    Buffer.from('a,b\n', 'utf16le').swap16(),
    {},
    'line 1 (byte 0)',
  ],
  ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), {}, 'got UTF-32'],
  ['UTF-32, high bytes first', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61]), {}, 'got UTF-32'],
  [
    'Latin-1',
    Buffer.from('a,b\n1,é!\n', 'latin1'),
    {},
    `${what} in line 2 (byte 6), got the byte 0xe9`,
  ],
  [
    'a late byte',
    Buffer.concat([Buffer.from(`a,b\n1,${long}`), Buffer.from([0xff, 0x0a])]),
    {},
    `in line 2 (byte ${6 + Buffer.byteLength(long)})`,
  ],
  [
    'a character that ends early',
    Buffer.concat([Buffer.from('a,b\n1,'), Buffer.from([0xe2, 0x82])]),
    {},
    'in line 2 (byte 6)',
  ],
  [
    'a byte order mark behind a mark',
    Buffer.concat([Buffer.from('\ufeffa,b\n1,'), Buffer.from([0xff, 0xfe])]),
    {},
    'in line 2 (byte 9)',
  ],
  [
    'half a character of UTF-16',
    marked16.subarray(0, 5),
    {},
    `text in utf-16le in line 1 (byte 3), got invalid bytes`,
  ],
  [
    'half a pair of UTF-16',
    Buffer.from('\ufeffa,b\n1,\ud83d\n', 'utf16le'),
    {},
    'text in utf-16le in',
  ],
  [
    'another encoding',
    Buffer.from('a,b\n'),
    { encoding: 'utf-99' },
    "expected an encoding that TextDecoder knows for encoding, got 'utf-99'",
  ],
])('%s is refused', async (_, bytes, options, message) => {
  writeFileSync(path, bytes);
  const reading = data.readCsv(path, options);
  await expect(reading).rejects.toThrow(RangeError);
  await expect(reading).rejects.toThrow(/^readCsv: /);
  await expect(reading).rejects.toThrow(message);
  const rows = async (): Promise<void> => {
    for await (const _row of data.csvRows(path, options));
  };
  await expect(rows()).rejects.toThrow(message);
});

test('tables may have many columns', async () => {
  const names = Array.from({ length: 80_000 }, (_, i) => `gene_number_${i}`);
  writeFileSync(path, `${names.join()}\n${names.map((_, i) => i + 0.5).join()}\n`);
  const table = await data.readCsv(path, { types: { gene_number_7: 'float32' } });
  expect(table.names).toEqual(names);
  expect(table.column('gene_number_79999').values).toEqual(Float64Array.of(79999.5));
  expect(table.toTensor().shape).toEqual([1, 80_000]);
  const twice = data.readCsv(path, { header: [...names, 'gene_number_7'] });
  await expect(twice).rejects.toThrow("each name once for header, got 'gene_number_7'");
});

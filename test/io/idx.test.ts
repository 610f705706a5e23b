import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { io } from 'blasgrad';
import { idxFile } from './idxFile';

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-idx-'));
const path = join(folder, 'a-idx3-ubyte');
const numberDTypes =
  "'float32' or 'float64' or 'float16' or 'bfloat16' or 'int64' or 'int32' or 'uint8'";
afterAll(() => rmSync(folder, { recursive: true }));

const values = {
  uint8: [0, 1, 127, 128, 254, 255],
  int8: [0, 1, 127, -128, -1, 5],
  int16: [0, -1, 32767, -32768, 256, 255],
  int32: [0, -1, 2147483647, -2147483648, 65536, 255],
  float32: [0, -1.5, Math.fround(0.1), Infinity, NaN, -0],
  float64: [0, -1.5, 0.1, 1e300, NaN, -0],
} as const;

describe.each(Object.entries(values))('%s', (type, numbers) => {
  const kind = type as keyof typeof values;
  const own = /float|uint8/.test(kind) ? kind : 'int32';

  test.each(['plain', 'gzip'])('is read back, %s', async (how) => {
    const file = idxFile(kind, [3, 1, 2], numbers);
    writeFileSync(path, how === 'gzip' ? gzipSync(file) : file);
    const read = await io.loadIdx(path);
    expect([read.dtype, read.shape]).toEqual([own, [3, 1, 2]]);
    expect(Array.from<unknown>(read.data)).toEqual(numbers);
  });

  test.each(['float32', 'float64', 'float16', 'bfloat16', 'int32', 'int64'] as const)(
    'becomes %s when asked',
    async (dtype) => {
      writeFileSync(path, idxFile(kind, [2], numbers.slice(0, 2)));
      const read = await io.loadIdx(path, { dtype });
      expect(read.dtype).toBe(dtype);
      const expected = dtype.startsWith('int') ? numbers.map(Math.trunc) : numbers;
      expect(read.toArray()).toEqual(expected.slice(0, 2).map((x) => x + 0));
    },
  );
});

test('numbers that uint8 does not hold are refused where it is asked for', async () => {
  writeFileSync(path, idxFile('float32', [3], [255.5, 0, -1]));
  const message = 'integers from 0 to 255 in element 2, got -1';
  await expect(io.loadIdx(path, { dtype: 'uint8' })).rejects.toThrow(message);
});

test.each([[[]], [[0]], [[5, 0, 7]]])('shape %p', async (shape) => {
  writeFileSync(path, idxFile('uint8', shape, shape.length === 0 ? [9] : []));
  expect((await io.loadIdx(pathToFileURL(path))).shape).toEqual(shape);
});

test('a file of several chunks', async () => {
  const many = Array.from({ length: 700_000 }, (_, i) => (i % 65536) - 32768);
  const file = idxFile('int16', [7, 100_000], many);
  for (const bytes of [file, gzipSync(file)]) {
    writeFileSync(path, bytes);
    const read = await io.loadIdx(path);
    expect(read.shape).toEqual([7, 100_000]);
    expect(read.data.findIndex((value, i) => value !== many[i])).toBe(-1); // toEqual takes seconds
  }
});

const good = idxFile('uint8', [2, 3], [1, 2, 3, 4, 5, 6]);
const shapeOf = (...shape: number[]) => idxFile('uint8', shape, [1, 2, 3, 4, 5, 6]);
const max = 2 ** 32 - 1;

test.each([
  [
    'an empty file',
    Buffer.alloc(0),
    'the magic number of an IDX file in the first bytes',
    'no bytes',
  ],
  ['half a magic number', good.subarray(0, 3), 'the magic number', 'bytes 000008'],
  ['another magic number', Buffer.from('\x89PNG\r\n'), 'the magic number', 'bytes c289504e'],
  ['an unknown type', Buffer.from([0, 0, 7, 1]), 'the magic number', 'bytes 00000701'],
  ['too many dimensions', idxFile('uint8', Array(65).fill(1), [1]), 'at most 64 dimensions', '[1'],
  ['sizes that are cut off', good.subarray(0, 9), '2 sizes in the header', '5 bytes'],
  ['data that is cut off', good.subarray(0, 17), '6 bytes for its shape [2, 3]', '17 bytes'],
  ['more data', Buffer.concat([good, good]), '6 bytes for its shape [2, 3]', 'more'],
  ['a lying size', shapeOf(2, max), '8589934590 bytes for its shape', 'a file of 18 bytes'],
  ['sizes beyond all memory', shapeOf(max, max, max), '2^49 elements', '[4294967295, 4294967295'],
  ['a gzip file cut off', gzipSync(good).subarray(0, -9), 'a complete gzip file', 'unexpected end'],
  ['a broken gzip file', Buffer.from([0x1f, 0x8b, 8, 7, 7, 7]), 'a complete gzip file', ''],
  ['gzip of other things', gzipSync('rubbish'), 'the magic number', 'bytes 72756262'],
  ['gzip with less', gzipSync(good.subarray(0, 15)), '6 bytes for its shape [2, 3]', '3'],
  ['gzip with more', gzipSync(Buffer.concat([good, good])), '6 bytes for its shape', 'more'],
  ['nothing beyond all memory', shapeOf(max, max, 0), '2^49 elements', '0]'],
  ['a lying size in gzip', gzipSync(shapeOf(max, 9)), 'for its shape', 'a file of'],
  ['a lie that gzip could hold', gzipSync(shapeOf(2000)), '2000 bytes for its shape', '6'],
])('%s is refused', async (_, bytes, what, got) => {
  writeFileSync(path, bytes);
  const error: unknown = await io.loadIdx(path).catch((reason: unknown) => reason);
  if (!(error instanceof RangeError)) throw error;
  const { message } = error;
  expect(message).toMatch(/^loadIdx: /);
  expect(message).toContain(what);
  expect(message).toContain(path);
  expect(message.slice(message.indexOf(', got '))).toContain(got);
});

test('a bomb is not inflated beyond what its header says', async () => {
  const bomb = Buffer.concat([good, Buffer.alloc(40 << 20)]);
  writeFileSync(path, gzipSync(bomb, { level: 1 }));
  const before = process.memoryUsage().arrayBuffers;
  await expect(io.loadIdx(path)).rejects.toThrow('got more');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
});

test.each([
  [folder, {}, RangeError, `${folder} is a directory, not a file`],
  [3, {}, TypeError, 'a path or a file URL for path, got 3'],
  [new URL('http://a/b'), {}, TypeError, 'a path or a file URL for path, got an instance of URL'],
  ['', {}, RangeError, "a path for path, got ''"],
  [path, { dtype: 'bool' }, RangeError, `${numberDTypes} for dtype, got 'bool'`],
  [path, { type: 1 }, RangeError, "one of dtype for options, got 'type'"],
])('loadIdx(%p, %p) is refused', async (where, options, kind, message) => {
  const reading = io.loadIdx(where as string, options as never);
  await expect(reading).rejects.toThrow(kind);
  await expect(reading).rejects.toThrow(message);
});

test('a file that is not there', async () => {
  await expect(io.loadIdx(join(folder, 'none'))).rejects.toThrow('ENOENT');
});

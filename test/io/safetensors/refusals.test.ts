/** Files that are not safetensors, or have wrong headers. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forms } from '../forms';
import { randomFrom } from '../../support/random';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
const path = join(folder, 'bad.safetensors');
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of a header and so many bytes of data; the length may lie. */
function build(header: unknown, data: number | number[] = 0, length?: number | bigint): Buffer {
  const text = Buffer.isBuffer(header)
    ? header
    : Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(length ?? text.length));
  return Buffer.concat([
    start,
    text,
    typeof data === 'number' ? Buffer.alloc(data) : Buffer.from(data),
  ]);
}

const entry = (fields: object) => ({
  a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields },
});
const two = (first: number[], second: number[]) => ({
  a: { dtype: 'F32', shape: [2], data_offsets: first },
  b: { dtype: 'F32', shape: [2], data_offsets: second },
});
const tensor = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
const a = "the tensor 'a'";
const header = 'the header';
const fields = `an object with dtype, shape and data_offsets in ${a}`;
const json = `a JSON object in ${header}`;
const twice = `each name once in ${header}`;
const levels = `at most 3 levels of JSON in ${header}`;

// What it is, the bytes, what the message says.
const cases: [string, Buffer, string][] = [
  ['an empty file', Buffer.alloc(0), 'at least 8 bytes, got'],
  ['seven bytes', Buffer.alloc(7), 'at least 8 bytes, got'],
  ['zeros', Buffer.alloc(64), json],
  ['text', Buffer.from('This is no such file, but a line of text.'), `a length of at most 33`],
  ['a pickle', Buffer.from('80027d7100285800000000', 'hex'), 'a length of at most 3 bytes'],
  ['a length of 2^60', build('{}', 0, 1n << 60n), 'a length of at most 2 bytes in the header'],
  ['a length of 2^64 - 1', build('{}', 0, (1n << 64n) - 1n), 'got 18446744073709551615'],
  ['a length beyond the end', build('{}', 0, 3), 'a length of at most 2 bytes in the header'],
  ['a length too short', build('{} ', 0, 1), json],
  ['no header', build(''), json],
  ['a list', build('[]'), json],
  ['a number', build('1'), json],
  ['null', build('null'), json],
  ['text that does not end', build(`{"a${'\\\\'.repeat(1e6)}`), json],
  [
    'a million names and one more',
    build(`{"__metadata__":{${Array.from({ length: 2 ** 20 }, (_, i) => `"${i}":""`).join()}}}`),
    `at most 1048576 names in ${header}`,
  ],
  [
    'a name twice, the second far from its colon',
    build(`{"a":${tensor},"a"${' '.repeat(500)}:${tensor}}`, 4),
    twice,
  ],
  ['space before the header', build(' {}'), json],
  ['a byte order mark', build('\ufeff{}'), json],
  ['not UTF-8', build(Buffer.from('7b22ff223a317d', 'hex')), `${json}, got bytes that are`],
  ['cut JSON', build('{"a":{"dtype":"F3'), json],
  ['a bad escape', build('{"\\x":1}'), json],
  ['code', build('{"a":process.exit(3)}'), json],
  ['a tensor twice', build(`{"a":${tensor},"a":${tensor}}`, 4), `${twice}, got 'a'`],
  ['twice by an escape', build(`{"a":${tensor},"\\u0061":${tensor}}`, 4), twice],
  ['a field twice', build(`{"a":${tensor.replace('{', '{"shape":[9],')}}`, 4), twice],
  ['metadata twice', build('{"__metadata__":{},"__metadata__":{}}'), twice],
  ['deep lists', build(`{"a":${'['.repeat(50_000)}`), levels],
  ['deep objects', build('{"a":'.repeat(50_000)), levels],
  ['metadata that is no object', build({ __metadata__: [] }), 'an object of strings'],
  ['metadata of numbers', build({ __metadata__: { a: 1 } }), 'an object of strings'],
  ['metadata of objects', build({ __metadata__: { a: {} } }), 'an object of strings'],
  ['a tensor that is null', build({ a: null }), fields],
  ['a tensor that is a list', build({ a: [] }), fields],
  ['no dtype', build(entry({ dtype: undefined }), 8), fields],
  ['a dtype of no text', build(entry({ dtype: 1 }), 8), fields],
  ['no shape', build(entry({ shape: undefined }), 8), fields],
  ['no offsets', build(entry({ data_offsets: undefined }), 8), fields],
  ['an unknown dtype', build(entry({ dtype: 'F33' }), 8), `F4 in ${a}, got 'F33'`],
  ['a dtype of Object', build(entry({ dtype: 'toString' }), 8), `F4 in ${a}, got 'toString'`],
  ['a size of 2^60', build(entry({ shape: [2 ** 60] }), 8), 'an integer of at least 0'],
  [
    'sizes of 2^60 together',
    build(entry({ shape: [2 ** 30, 2 ** 30] }), 8),
    'at most 2^49 elements',
  ],
  ['2^48 elements', build(entry({ shape: [2 ** 48] }), 8), `${2 ** 50} bytes of F32`],
  ['a size below 0', build(entry({ shape: [-2] }), 8), 'an integer of at least 0'],
  ['a broken size', build(entry({ shape: [0.5] }), 8), 'an integer of at least 0'],
  ['a size of text', build(entry({ shape: ['2'] }), 8), 'an integer for the shape'],
  ['65 sizes', build(entry({ shape: Array(65).fill(1) }), 8), 'at most 64 dimensions'],
  ['an offset below 0', build(entry({ data_offsets: [-8, 0] }), 8), 'two data_offsets in order'],
  [
    'offsets of 2^60',
    build(entry({ data_offsets: [2 ** 60, 2 ** 60 + 1024] }), 8),
    'two data_offsets in order, from 0 to 8',
  ],
  [
    'offsets beyond the end',
    build(entry({ data_offsets: [0, 16] }), 8),
    'two data_offsets in order',
  ],
  ['offsets backwards', build(entry({ data_offsets: [8, 0] }), 8), 'two data_offsets in order'],
  ['broken offsets', build(entry({ data_offsets: [0, 7.5] }), 8), 'two data_offsets in order'],
  ['one offset', build(entry({ data_offsets: [0] }), 8), 'two data_offsets in order'],
  ['three offsets', build(entry({ data_offsets: [0, 8, 8] }), 8), 'two data_offsets in order'],
  [
    'too few bytes for the shape',
    build(entry({ data_offsets: [0, 4] }), 4),
    `8 bytes of F32 in the shape [2] in ${a}`,
  ],
  ['too many', build(entry({ shape: [1] }), 8), '4 bytes of F32 in the shape [1]'],
  ['tensors that overlap', build(two([0, 8], [4, 12]), 12), 'data_offsets that begin at 8'],
  ['tensors in one place', build(two([0, 8], [0, 8]), 8), 'got 0, which overlaps'],
  ['a gap between', build(two([0, 8], [12, 20]), 20), 'got 12, which leaves a gap'],
  ['a gap before', build(entry({ data_offsets: [4, 12] }), 12), 'data_offsets that begin at 0'],
  ['bytes left over', build(entry({}), 9), `bytes, as the header says, got`],
  ['bytes without a tensor', build({}, 1), 'bytes, as the header says, got'],
  ['a cut file', build(entry({}), 8).subarray(0, -1), 'from 0 to 7'],
  [
    'a bool of 2',
    build({ a: { dtype: 'BOOL', shape: [3], data_offsets: [0, 3] } }, [1, 0, 2]),
    `0 or 1 in element 2 of ${a}, got 2`,
  ],
];

describe.each(forms)('%s functions', (_form, ending, files) => {
  test.each(cases)('%s', async (_, bytes, message) => {
    writeFileSync(path, bytes);
    let problem: unknown;
    try {
      await files.loadSafetensors(path);
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(Error);
    const { name, message: text } = problem as Error;
    expect(['RangeError', 'TypeError']).toContain(name);
    expect(text).toContain(`loadSafetensors${ending}: `);
    expect(text).toContain(message);
    expect(text).toContain(path);
  });

  test('binary rubbish', async () => {
    const random = randomFrom('rubbish');
    for (let i = 0; i < 200; i++) {
      const bytes = Buffer.from(Array.from({ length: 100 }, () => Math.floor(random() * 256)));
      if (i % 2 === 0) bytes.writeBigUInt64LE(BigInt(i % 80));
      writeFileSync(path, bytes);
      await expect(files.loadSafetensors(path)).rejects.toThrow(RangeError);
    }
  });

  test('every shorter part of a good file', async () => {
    const good = build(two([0, 8], [8, 16]), 16);
    writeFileSync(path, good);
    expect(Object.keys(await files.loadSafetensors(path))).toEqual(['a', 'b']);
    for (let length = 0; length < good.length; length++) {
      writeFileSync(path, good.subarray(0, length));
      await expect(files.loadSafetensors(path)).rejects.toThrow(RangeError);
    }
  });

  test('what is no file', async () => {
    const place = join(folder, `place${ending}`);
    mkdirSync(place);
    await expect(files.loadSafetensors(place)).rejects.toThrow(
      `${place} is a directory, not a file`,
    );
    await expect(files.loadSafetensors(join(folder, 'missing'))).rejects.toThrow('ENOENT');
    await expect(files.loadSafetensors('/dev/zero')).rejects.toThrow(
      '/dev/zero is a device, pipe or socket, not a file',
    );
    await expect(files.loadSafetensors(1 as unknown as string)).rejects.toThrow(TypeError);
    await expect(
      files.loadSafetensors(path, { names: 'a' as unknown as string[] }),
    ).rejects.toThrow(TypeError);
    const pipe = join(folder, `pipe${ending}`);
    execFileSync('mkfifo', [pipe]);
    await expect(files.loadSafetensors(pipe)).rejects.toThrow(
      'is a device, pipe or socket, not a file',
    );
  });

  test.each([
    ['F4', 4, 2],
    ['F6_E2M3', 4, 3],
    ['F6_E3M2', 8, 6],
    ['F8_E4M3FNUZ', 2, 2],
    ['F8_E8M0', 2, 2],
    ['U32', 2, 8],
  ])('%s is left out of a file whose other tensors are read', async (dtype, size, bytes) => {
    const tensors = {
      __metadata__: null,
      a: { dtype, shape: [size], data_offsets: [0, bytes] },
      b: { dtype: 'F32', shape: [1], data_offsets: [bytes, bytes + 4] },
    };
    writeFileSync(path, build(tensors, bytes + 4));
    expect((await files.readSafetensorsHeader(path)).tensors['a']).toMatchObject({
      fileDtype: dtype,
      dtype: null,
    });
    expect((await files.loadSafetensors(path, { names: ['b'] }))['b'].item()).toBe(0);
    await expect(files.loadSafetensors(path)).rejects.toThrow(`in ${a}, got ${dtype}`);
    tensors.a.shape = [size + 1];
    writeFileSync(path, build(tensors, bytes + 4));
    await expect(files.readSafetensorsHeader(path)).rejects.toThrow(
      `of ${dtype} in the shape [${size + 1}]`,
    );
  });
});

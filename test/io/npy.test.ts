import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { arange, io, tensor, zeros, type Tensor } from 'blasgrad';
import { npyDict, npyFile } from './npyFile';

const numpy = join(__dirname, 'numpy');
const folder = mkdtempSync(join(tmpdir(), 'blasgrad-npy-'));
const path = join(folder, 'a.npy');
const numberDTypes =
  "'float32' or 'float64' or 'float16' or 'bfloat16' or 'int64' or 'int32' or 'uint8'";
afterAll(() => rmSync(folder, { recursive: true }));

interface Expected {
  shape: number[];
  values: (number | boolean | string)[];
}
const expected = JSON.parse(readFileSync(join(numpy, 'expected.json'), 'utf8')) as Record<
  string,
  Expected
>;

function dtypeOf(name: string): string {
  if (name.startsWith('b')) return 'bool';
  if (/^[iu]8/.test(name)) return 'int64';
  if (name.startsWith('u1')) return 'uint8';
  if (/^[iu]\d|vector/.test(name)) return 'int32';
  if (name.startsWith('f2')) return 'float16';
  return /f8|scalar/.test(name) ? 'float64' : 'float32';
}

describe('what NumPy wrote is read', () => {
  test.each(Object.entries(expected))('%s', async (name, { shape, values }) => {
    const read = await io.loadNpy(join(numpy, name));
    expect([read.dtype, read.shape]).toEqual([dtypeOf(name), shape]);
    const special: Record<string, number> = { nan: NaN, inf: Infinity };
    const numbers = values.map((value) =>
      typeof value === 'string' ? special[value] : Number(value),
    );
    expect(read.to('float64').flatten().toArray()).toEqual(numbers);
  });
});

test.each([
  ['large.npy', [1, 2 ** 31]],
  ['unsigned.npy', [1, 2 ** 64]],
])('%s fits into float64', async (name, values) => {
  const read = await io.loadNpy(join(numpy, name), { dtype: 'float64' });
  expect([read.dtype, read.toArray()]).toEqual(['float64', values]);
});

test.each(['float32', 'float64', 'int32', 'int64', 'float16', 'bfloat16'] as const)(
  'numbers become %s',
  async (dtype) => {
    for (const name of ['i1.npy', 'i8-big.npy', 'u2.npy', 'b1.npy', 'u1.npy', 'u8-big.npy']) {
      const read = await io.loadNpy(join(numpy, name), { dtype });
      const plain = await io.loadNpy(join(numpy, name));
      expect(read.dtype).toBe(dtype);
      expect(read.to('float64').toArray()).toEqual(plain.to('float64').toArray());
    }
  },
);

const saved: [string, () => Tensor][] = [
  [
    'float32',
    () =>
      tensor([
        [1.5, -0],
        [NaN, Infinity],
        [3.4e38, 1e-45],
      ]),
  ],
  ['float64', () => tensor([0.1, 5e-324, 1.7976931348623157e308], { dtype: 'float64' })],
  ['int32', () => tensor([[[-2147483648, 2147483647]]], { dtype: 'int32' })],
  ['bool', () => tensor([true, false])],
  ['a number', () => tensor(2.5)],
  ['nothing', () => zeros(0, 3)],
  ['many dimensions', () => zeros(...Array.from({ length: 40 }, () => 1))],
  ['a transposed matrix', () => arange(6).reshape(2, 3).T],
  ['a part', () => arange(12).reshape(3, 4).narrow(1, 1, 2)],
  ['a parameter', () => tensor([1, 2], { requiresGrad: true })],
  ['more than a chunk', () => arange(300_000)],
];

test.each(saved)('%s is saved and read back', async (_, make) => {
  const source = make();
  await io.saveNpy(pathToFileURL(path), source);
  expect((readFileSync(path).readUInt16LE(8) + 10) % 64).toBe(0);
  const read = await io.loadNpy(path);
  expect([read.dtype, read.shape, read.requiresGrad]).toEqual([source.dtype, source.shape, false]);
  const [a, b] = [read.data, source.data];
  expect(a.length).toBe(b.length);
  expect(a.findIndex((value, i) => !Object.is(value, b[i]))).toBe(-1);
});

test('the bytes are those that NumPy writes', async () => {
  await io.saveNpy(path, arange(3, { dtype: 'int32' }));
  const [ours, theirs] = [path, join(numpy, 'vector.npy')].map((file) => readFileSync(file));
  // Headers differ in padding only.
  const dict = (file: Buffer) => file.toString('latin1', 10, 10 + file.readUInt16LE(8)).trim();
  expect(dict(ours)).toBe(dict(theirs));
  expect(ours.subarray(-12)).toEqual(theirs.subarray(-12));
});

test('what is saved are the values at the time of the call', async () => {
  const source = zeros(100_000);
  const saving = io.saveNpy(path, source);
  source.fill_(1);
  await saving;
  expect((await io.loadNpy(path)).sum().item()).toBe(0);
});

const six = new Uint8Array(24);
const good = npyFile(npyDict(), six);

test('a header in other spellings', async () => {
  const spellings = [
    `{"shape": (2L, 3L), "descr": "f4", 'fortran_order': False}`,
    `{ 'descr' : '=f4'.`,
    npyDict({ descr: "'=f4'" }),
  ];
  writeFileSync(path, npyFile(spellings[0], six));
  expect((await io.loadNpy(path)).shape).toEqual([2, 3]);
  writeFileSync(path, npyFile(spellings[1], six));
  await expect(io.loadNpy(path)).rejects.toThrow('a Python dict');
  writeFileSync(path, npyFile(spellings[2], six));
  expect((await io.loadNpy(path)).shape).toEqual([2, 3]);
});

const big = (shape: string, descr?: string) => npyFile(npyDict({ shape, descr }), six);

test.each([
  [
    'an empty file',
    Buffer.alloc(0),
    'the magic number of a .npy file in the first bytes',
    'no bytes',
  ],
  ['a short file', good.subarray(0, 7), 'the magic number', 'bytes 934e554d505901'],
  ['another magic number', Buffer.from('PK\x03\x04 and more'), 'the magic number', 'bytes 504b'],
  ['version 4', npyFile(npyDict(), six, { major: 4 }), 'version 1, 2 or 3 in the header', '4'],
  ['no length', good.subarray(0, 9), 'a length in the header', '1 bytes'],
  ['a header cut off', good.subarray(0, 40), 'at most 30 bytes in the header', '59'],
  ['a lying length', npyFile('{}', six, { length: 60_000 }), 'at most 26 bytes', '60000'],
  [
    'a length of 2^32',
    npyFile('', six, { major: 2, length: 2 ** 32 - 1 }),
    'at most',
    '4294967295',
  ],
  ['a header without end', npyFile(npyDict().slice(0, -1), six), 'the key descr', 'its end'],
  ['no dict', npyFile('[]', six), "'{' in the header", "'['"],
  ['a program', npyFile('__import__("os")', six), 'a Python dict', "'__import__"],
  ['an unknown key', npyFile("{'a': 1}", six), 'each of the keys descr', "'a'"],
  ['a key twice', npyFile("{'shape': (), 'shape': ()}", six), 'each of the keys', "'shape'"],
  ['a missing key', npyFile("{'shape': ()}", six), 'the keys descr, fortran_order, shape', 'shape'],
  ['more after the dict', npyFile(npyDict() + '1', six), 'nothing after }', "'1'"],
  ['an order that is none', npyFile(npyDict({ order: '0' })), 'True or False', "'0'"],
  ['an order of another name', npyFile(npyDict({ order: 'None' })), 'True or False', "'None'"],
  ['a shape that is a number', big('(6)'), "','", "')'"],
  ['a negative size', big('(-1, 6)'), 'a Python dict', "'-1, 6)"],
  ['a fraction', big('(1.5,)'), 'a Python dict', "'.5"],
  ['65 dimensions', big(`(${'1, '.repeat(65)})`), 'at most 64 dimensions', '[1'],
  ['a size of 2^31', big('(2147483648, 3)'), '25769803776 bytes for its shape', 'at most 24'],
  ['a size of 2^53', big('(9007199254740992,)'), 'sizes below 2^53', '9007199254740992'],
  ['a size of 2^60', big('(1152921504606846976,)'), 'sizes below 2^53', '1152921504606847000'],
  ['a size of 1e400', big(`(${'9'.repeat(400)},)`), 'sizes below 2^53', 'Infinity'],
  ['sizes beyond all', big(`(${'4503599627370496, '.repeat(60)} 0)`), '2^49 elements', '[45'],
  ['too few bytes', npyFile(npyDict(), six.subarray(1)), '24 bytes for its shape', 'at most 23'],
  ['too many bytes', Buffer.concat([good, six]), '24 bytes for its shape [2, 3]', 'more'],
  ['an unknown type', big('(6,)', "'<f3'"), 'a type among b1, u1, i1', "'<f3'"],
  ['a type of no order', big('(6,)', "'|f4'"), 'a type among b1, u1, i1', "'|f4'"],
  ['text', big('(6,)', "'<U1'"), 'a type among b1', "'<U1'"],
  ['a name of JavaScript', big('(6,)', "'constructor'"), 'a type among b1', "'constructor'"],
])('%s is refused', async (_, bytes, message, got) => {
  writeFileSync(path, bytes);
  const error: unknown = await io.loadNpy(path).catch((reason: unknown) => reason);
  if (!(error instanceof RangeError)) throw error;
  expect(error.message).toMatch(/^loadNpy: /);
  expect(error.message).toContain(message);
  expect(error.message).toContain(path);
  expect(error.message.slice(error.message.indexOf(', got '))).toContain(got);
});

test.each([
  [
    'object.npy',
    "a type of numbers in the header, got '.O': objects are pickles, which can run programs",
  ],
  ['record.npy', "a type of single elements in the header, got '\\['"],
  ['complex.npy', "a type among b1, .* in the header, got '<c16'"],
  [
    'unsigned.npy',
    "integers of 64 bits in element 1, got 18446744073709551615; pass { dtype: 'float64' } to read it",
  ],
])('%s of NumPy is refused', async (name, message) => {
  await expect(io.loadNpy(join(numpy, name))).rejects.toThrow(RegExp(message));
});

test.each([
  [folder, {}, RangeError, `${folder} is a directory, not a file`],
  [undefined, {}, TypeError, 'a path or a file URL for path, got undefined'],
  [path, { dtype: 'bool' }, RangeError, `${numberDTypes} for dtype, got 'bool'`],
  [path, { mmap: true }, RangeError, "one of dtype for options, got 'mmap'"],
])('loadNpy(%p, %p) is refused', async (where, options, kind, message) => {
  const reading = io.loadNpy(where as string, options as never);
  await expect(reading).rejects.toThrow(kind);
  await expect(reading).rejects.toThrow(message);
});

test.each([
  [
    'large.npy',
    'int32',
    "integers of 32 bits in element 1, got 2147483648; pass { dtype: 'int64' } to read it",
  ],
  ['large.npy', 'uint8', "integers from 0 to 255 in element 1, got 2147483648; pass .* 'int64'"],
  ['i1.npy', 'uint8', "integers from 0 to 255 in element 2, got -1; pass .* 'int64'"],
  ['f8.npy', 'int64', "integers of 64 bits in element 2, got 1.5; pass .* 'float64'"],
] as const)('%s as %s is refused', async (name, dtype, message) => {
  await expect(io.loadNpy(join(numpy, name), { dtype })).rejects.toThrow(RegExp(message));
});

test('bfloat16, which NumPy does not have, is refused', async () => {
  const value = tensor([1], { dtype: 'bfloat16' });
  const got = "got bfloat16; convert it with .to('float32')";
  await expect(io.saveNpy(path, value)).rejects.toThrow(
    new RangeError(`saveNpy: expected a dtype that NumPy has for tensor, ${got}`),
  );
  await expect(io.saveNpz(path, { value })).rejects.toThrow(
    new RangeError(`saveNpz: expected a dtype that NumPy has for tensors['value'], ${got}`),
  );
});

test('halves that int32 does not hold are refused where it is asked for', async () => {
  const halves = Buffer.from(Uint16Array.of(0x4000, 0x3e00).buffer); // 2, 1.5
  writeFileSync(path, npyFile(npyDict({ shape: '(2,)', descr: "'<f2'" }), halves));
  await expect(io.loadNpy(path, { dtype: 'int32' })).rejects.toThrow('in element 1, got 1.5');
});

test('what cannot be saved leaves the file that is there', async () => {
  await io.saveNpy(path, tensor(1));
  await expect(io.saveNpy(path, 1 as unknown as Tensor)).rejects.toThrow(
    new TypeError('saveNpy: expected a tensor for tensor, got 1'),
  );
  await expect(io.saveNpy(join(folder, 'none', 'a.npy'), tensor(1))).rejects.toThrow('ENOENT');
  await expect(io.saveNpy(folder, tensor(1))).rejects.toThrow();
  expect((await io.loadNpy(path)).item()).toBe(1);
  expect(readdirSync(folder)).toEqual(['a.npy']);
});

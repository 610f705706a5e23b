import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arange, io, tensor, zeros, type Tensor } from 'blasgrad';

const numpy = join(__dirname, 'numpy');
const folder = mkdtempSync(join(tmpdir(), 'blasgrad-npz-'));
const path = join(folder, 'a.npz');
afterAll(() => rmSync(folder, { recursive: true }));

test.each(['stored.npz', 'deflated.npz'])('%s of NumPy is read', async (name) => {
  const { weight, bias, ...rest } = await io.loadNpz(join(numpy, name));
  expect(rest).toEqual({});
  expect([weight.shape, weight.dtype]).toEqual([[2, 3, 4], 'float32']);
  expect(weight.toArray()).toEqual(arange(24).reshape(2, 3, 4).toArray());
  expect([bias.dtype, bias.toArray()]).toEqual(['float64', [0, 1, 2]]);
  expect((await io.loadNpz(join(numpy, name), { dtype: 'float32' })).bias.dtype).toBe('float32');
});

test('the bits of halves and the limits of int64', async () => {
  const { half, limits, most } = await io.loadNpz(join(numpy, 'bits.npz'));
  const bits = [0x8000, 0x0001, 0x83ff, 0x7bff, 0xfc00, 0x7e01, 0xfd55];
  expect(half.dtype).toBe('float16');
  expect(Array.from(new Uint16Array(half.data.buffer))).toEqual(bits);
  expect(limits.dtype).toBe('int64');
  expect(limits.toArray()).toEqual([-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n]);
  expect([most.dtype, most.toArray()]).toEqual(['int64', [2n ** 63n - 1n]]);
});

const tensors: Record<string, Tensor> = {
  '0.weight': arange(6).reshape(2, 3).T,
  'umlaut ü': tensor([true, false]),
  'a/b': tensor(1.5, { dtype: 'float64' }),
  __proto__x: zeros(0),
  large: arange(300_000, { dtype: 'int32' }),
};

test.each([false, true])('tensors are saved and read back, compress: %p', async (compress) => {
  await io.saveNpz(path, tensors, { compress });
  const read = await io.loadNpz(path);
  expect(Object.keys(read)).toEqual(Object.keys(tensors));
  for (const [name, value] of Object.entries(tensors)) {
    expect([read[name].dtype, read[name].shape]).toEqual([value.dtype, value.shape]);
    const [a, b] = [read[name].data, value.data];
    expect(a.findIndex((value, i) => value !== b[i])).toBe(-1);
  }
});

test('the same tensors make the same file, and compressed a smaller one', async () => {
  const bytes: Buffer[] = [];
  for (const compress of [false, false, true]) {
    await io.saveNpz(path, { a: zeros(1000) }, { compress });
    bytes.push(readFileSync(path));
  }
  expect(bytes[0].equals(bytes[1])).toBe(true);
  expect(bytes[2].length).toBeLessThan(1000);
});

test('no tensors are a file too', async () => {
  await io.saveNpz(path, {});
  expect(await io.loadNpz(path)).toEqual({});
});

test.each([
  [{ '': zeros(1) }, "a relative path for the name of a tensor, got ''"],
  [{ '../a': zeros(1) }, "a relative path for the name of a tensor, got '../a'"],
  [{ '/a': zeros(1) }, "a relative path for the name of a tensor, got '/a'"],
  [{ 'a\\b': zeros(1) }, "a relative path for the name of a tensor, got 'a\\b'"],
  [{ a: 1 }, "a tensor for tensors['a'], got 1"],
  [null, 'an object of tensors for tensors, got null'],
  [zeros(1), 'an object of tensors for tensors, got a float32 tensor of shape [1]'],
])('saveNpz refuses what it cannot write, %#', async (wrong, message) => {
  await io.saveNpz(path, { kept: tensor(1) });
  const saving = io.saveNpz(path, wrong as Record<string, Tensor>);
  await expect(saving).rejects.toThrow(`saveNpz: expected ${message}`);
  expect(Object.keys(await io.loadNpz(path))).toEqual(['kept']);
  expect(readdirSync(folder)).toEqual(['a.npz']);
});

/** The file of NumPy with `from` replaced by `to` everywhere. */
function changed(from: Buffer | string, to: Buffer | string, name = 'stored.npz'): Buffer {
  const [a, b] = [from, to].map((text) => Buffer.from(text as string, 'latin1'));
  const file = Buffer.from(readFileSync(join(numpy, name)));
  let count = 0;
  for (let offset = file.indexOf(a); offset >= 0; offset = file.indexOf(a, offset + 1), count++)
    b.copy(file, offset);
  if (count === 0) throw new Error('nothing to change');
  return file;
}

/** NumPy's file with a field of an entry of its central directory replaced. */
function central(entry: number, offset: number, value: number, bytes: 2 | 4 = 4, name?: string) {
  const file = Buffer.from(readFileSync(join(numpy, name ?? 'stored.npz')));
  let index = -1;
  for (let i = 0; i <= entry; i++) index = file.indexOf('PK\x01\x02', index + 1, 'latin1');
  file.writeUIntLE(value, index + offset, bytes);
  return file;
}

const stored = readFileSync(join(numpy, 'stored.npz'));
const weightAt = stored.indexOf('PK\x03\x04', 0, 'latin1');
const data = stored.indexOf(Buffer.from(arange(24).data.buffer));

test.each([
  ['an empty file', Buffer.alloc(0), 'a valid zip archive'],
  ['rubbish', Buffer.from('rubbish, and nothing else, for many bytes'), 'a valid zip archive'],
  ['a file cut off', stored.subarray(0, -30), 'a valid zip archive'],
  ['a file without its start', stored.subarray(40), ''],
  ['another extension', changed('.npy', '.txt'), 'names that end in .npy'],
  ['a way up', changed('weight', '../../'), 'a valid zip archive'],
  ['a changed element', central(0, 16, 1), 'complete data in entry'],
  ['a lying size', central(0, 24, 2 ** 32 - 2), 'a valid zip archive'],
  ['another lying size', central(0, 20, 2 ** 31), 'a valid zip archive'],
  ['a size of 0', central(0, 24, 0), ''],
  ['entries over each other', central(1, 42, weightAt), 'a start at byte'],
  ['an offset beyond the end', central(1, 42, 2 ** 31), 'an end at byte 626 or earlier in entry'],
  ['an unknown compression', central(0, 10, 99, 2), 'readable data in entry'],
  ['encryption', central(0, 8, 1, 2), 'a valid zip archive'],
  ['a lying size of deflated data', central(0, 24, 300, 4, 'deflated.npz'), ''],
  [
    'a lie beyond what deflate can do',
    central(0, 24, 2 ** 31, 4, 'deflated.npz'),
    'compressed bytes can have in entry',
  ],
])('%s is refused', async (_, bytes, message) => {
  writeFileSync(path, bytes);
  const error: unknown = await io.loadNpz(path).catch((reason: unknown) => reason);
  if (!(error instanceof RangeError)) throw error;
  expect(error.message).toMatch(/^loadNpz: /);
  expect(error.message).toContain(message);
  expect(error.message).toContain(path);
});

test('a flipped bit of the data is noticed', async () => {
  const file = Buffer.from(stored);
  file[data + 5] ^= 1;
  writeFileSync(path, file);
  await expect(io.loadNpz(path)).rejects.toThrow(
    /complete data in entry 'weight.npy', got a wrong checksum/,
  );
});

test('a name twice is refused', async () => {
  await io.saveNpz(path, { aa: zeros(1), bb: zeros(1) });
  const file = readFileSync(path);
  for (let offset = file.indexOf('bb.npy'); offset >= 0; offset = file.indexOf('bb.npy'))
    file.write('aa', offset);
  writeFileSync(path, file);
  await expect(io.loadNpz(path)).rejects.toThrow(/each name once, got 'aa' twice/);
});

test('a bomb is refused before it is inflated', async () => {
  // A header of one number, then 40 MB of zeros, 40 KB deflated.
  await io.saveNpz(path, { a: zeros(10 << 20) }, { compress: true });
  const file = readFileSync(path);
  const before = process.memoryUsage().arrayBuffers;
  for (let offset = file.indexOf('PK\x01\x02', 0, 'latin1'); offset >= 0; offset = -1)
    file.writeUInt32LE(400, offset + 24);
  writeFileSync(path, file);
  await expect(io.loadNpz(path)).rejects.toThrow(RangeError);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
});

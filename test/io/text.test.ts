import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fromArray, randn, tensor, zeros, type Tensor } from 'blasgrad';
import { forms } from './forms';
import { fine, runProgram } from '../support/process';
import { library } from '../support/programs';

const folder = mkdtempSync(join(tmpdir(), 'text-'));
const path = join(folder, 'tensors.txt');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const extremes = [0, -0, 1 / 3, -1e-45, 3.4028234663852886e38, Infinity, -Infinity, NaN];

const tensors: Record<string, Tensor> = {
  '0.weight': tensor(extremes).reshape(2, 4),
  'double precision': tensor([...extremes, 5e-324, 1.7976931348623157e308], { dtype: 'float64' }),
  labels: tensor([0, -2147483648, 2147483647], { dtype: 'int32' }),
  longs: tensor([0n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n]),
  bytes: tensor([0, 255], { dtype: 'uint8' }),
  mask: tensor([[true], [false]]),
  number: tensor(0.1),
  none: zeros(3, 0),
  rows: zeros(0, 3),
  transposed: tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]).T,
  deep: randn(2, 3, 4),
  trained: randn(2, { requiresGrad: true }),
};

describe.each(forms)('%s functions', (_form, ending, files) => {
  test.each(Object.entries(tensors))('%s is read back exactly', async (name, saved) => {
    const key = name.replace(' ', '_');
    await files.saveText(path, { [key]: saved });
    const loaded = await files.loadText(path);
    expect(Object.keys(loaded)).toEqual([key]);
    expect(loaded[key].dtype).toBe(saved.dtype);
    expect(loaded[key].shape).toEqual(saved.shape);
    const [a, b] = [loaded[key], saved].map((item) => Array.from<unknown>(item.data));
    expect(a.every((value, i) => Object.is(value, b[i]))).toBe(true);
  });

  test('many tensors keep their order', async () => {
    const { 'double precision': _, ...rest } = tensors;
    await files.saveText(path, rest);
    expect(Object.keys(await files.loadText(path))).toEqual(Object.keys(rest));
  });

  test('no tensors are a file too', async () => {
    await files.saveText(path, {});
    expect(await files.loadText(path)).toEqual({});
  });

  test('the text is short and readable', async () => {
    const weight = tensor([
      [0.1, -2],
      [1e-7, NaN],
    ]);
    await files.saveText(path, { '0.weight': weight, b: tensor([0.1], { dtype: 'float64' }) });
    expect(readFileSync(path, 'utf8')).toBe(
      '0.weight float32 [2, 2]\n0.1 -2\n1e-7 NaN\n\nb float64 [1]\n0.1\n',
    );
  });

  test.each(['float16', 'bfloat16'] as const)(
    'all bits of %s are read back, in few digits',
    async (dtype) => {
      const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
      await files.saveText(path, { all: fromArray(bits, [256, 256], { dtype }) });
      const read = (await files.loadText(path))['all'];
      expect(new Uint16Array(read.data.buffer)).toEqual(bits);
      await files.saveText(path, { few: tensor([0.1, 65504, 1e-7, NaN], { dtype }) });
      const text = { float16: '0.1 65500 1e-7 NaN', bfloat16: '0.1 65500 1e-7 NaN' };
      expect(readFileSync(path, 'utf8')).toBe(`few ${dtype} [4]\n${text[dtype]}\n`);
    },
  );

  describe('saveText refuses', () => {
    test.each([
      ['a space', { 'a b': zeros(1) }, "a name without white space for tensors, got 'a b'"],
      ['no name', { '': zeros(1) }, "a name without white space for tensors, got ''"],
      ['a number', { a: zeros(1), b: 1 }, "a tensor for tensors['b'], got 1"],
      ['a tensor', zeros(1), 'an object of tensors for tensors, got a float32 tensor of shape [1]'],
      ['nothing', null, 'an object of tensors for tensors, got null'],
    ])('%s, and leaves the file alone', async (_, wrong, message) => {
      await files.saveText(path, { kept: zeros(1) });
      await expect(files.saveText(path, wrong as Record<string, Tensor>)).rejects.toThrow(
        `saveText${ending}: expected ${message}`,
      );
      expect(Object.keys(await files.loadText(path))).toEqual(['kept']);
    });

    test('a path that is no text', async () => {
      await expect(files.saveText(3 as unknown as string, {})).rejects.toThrow(
        new TypeError(`saveText${ending}: expected a path or a file URL for path, got 3`),
      );
    });
  });

  describe('loadText refuses', () => {
    test.each([
      ['no head', '1 2 3\n', 1, "'name dtype [size, size]'", "'1 2 3'"],
      ['an unknown dtype', 'a int16 [1]\n1\n', 1, "'name dtype [size, size]'", "'a int16 [1]'"],
      ['too few values', 'a float32 [3]\n1 2\n', 2, '3 values', '2'],
      ['too many values', 'a float32 [1, 2]\n1 2 3\n', 2, '2 values', '3'],
      ['too few rows', 'a float32 [2, 1]\n1\n', 3, '1 values', '0'],
      ['far too few rows', 'a float32 [1000000000000, 1]\n1\n', 3, '1 values', '0'],
      ['a row of far too few', 'a float32 [1000000000000]\n1\n', 2, '1000000000000 values', '1'],
      ['too many rows', 'a float32 [1, 1]\n1\n2\n', 3, "'name dtype [size, size]'", "'2'"],
      ['a word', 'a float64 [2]\n1 one\n', 2, 'float64 values', "'one'"],
      ['a fraction', 'a int32 [1]\n0.5\n', 2, 'int32 values', "'0.5'"],
      ['a large number', 'a int32 [1]\n2147483648\n', 2, 'int32 values', "'2147483648'"],
      ['no byte', 'a uint8 [2]\n255 256\n', 2, 'uint8 values', "'256'"],
      ['2^63', `a int64 [1]\n${2n ** 63n}\n`, 2, 'int64 values', `'${2n ** 63n}'`],
      ['an int64 with an exponent', 'a int64 [1]\n1e3\n', 2, 'int64 values', "'1e3'"],
      ['bits of no NaN', 'a float16 [1]\nNaN:7c00\n', 2, 'float16 values', "'NaN:7c00'"],
      ['bits of a float32', 'a float32 [1]\nNaN:7fc1\n', 2, 'float32 values', "'NaN:7fc1'"],
      ['no boolean', 'a bool [1]\n2\n', 2, 'bool values', "'2'"],
      [
        'sizes beyond all memory',
        'a bool [4503599627370496, 4503599627370496, 0]\n',
        1,
        'at most 64 dimensions and 2^49 elements',
        '[4503599627370496, 4503599627370496, 0]',
      ],
      ['a name twice', 'a bool [1]\n1\n\na bool [1]\n0\n', 4, 'a name that is not in use', 'a'],
    ])('%s', async (_, text, line, what, got) => {
      writeFileSync(path, text);
      const message = `loadText${ending}: ${path}: expected ${what} in line ${line}, got ${got}`;
      await expect(files.loadText(path)).rejects.toThrow(new RangeError(message));
    });

    test('a directory', async () => {
      const message = `loadText${ending}: ${folder} is a directory, not a file`;
      await expect(files.loadText(pathToFileURL(folder))).rejects.toThrow(new RangeError(message));
    });

    test('a device, which has no end', async () => {
      const message = `loadText${ending}: /dev/zero is a device, pipe or socket, not a file`;
      await expect(files.loadText('/dev/zero')).rejects.toThrow(new RangeError(message));
    });

    test('a file that is not there', async () => {
      await expect(files.loadText(join(folder, 'missing.txt'))).rejects.toThrow('ENOENT');
    });
  });

  test('a loaded tensor has memory of its own', async () => {
    await files.saveText(path, { a: zeros(2), b: zeros(2) });
    const { a, b } = await files.loadText(path);
    a.fill_(1);
    expect(b.toArray()).toEqual([0, 0]);
  });
});

test('two million values are more than the heap holds as texts, but not needed at once', async () => {
  const program = `
    const { arange, io } = require(process.argv[1]);
    const a = arange(2e6).reshape(1000, 2000);
    io.saveTextSync(process.argv[2], { a });
    console.log(io.loadTextSync(process.argv[2]).a.eq(a).all().item());`;
  const ended = await runProgram(program, [library, join(folder, 'many.txt')], {
    flags: ['--max-old-space-size=64'],
  });
  expect(ended).toEqual({ ...fine, stdout: '1\n' });
});

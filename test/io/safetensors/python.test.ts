/** Files that PyTorch and Python's safetensors wrote (make.py), and files as they would write them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { io, nn, type DType, type Tensor } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string): string => join(__dirname, `${name}.safetensors`);
const types = io.loadSafetensorsSync(file('types'));

const half = [0, -0, 2 ** -24, -(2 ** -14 - 2 ** -24), 2 ** -14, 1, -1.5, 65504];
const brain = [0, -0, 2 ** -133, 2 ** -126, 1, -1.5, 2 ** 127 * (2 - 2 ** -7)];
const infinite = [Infinity, -Infinity, NaN];
const int32 = [0, -1, 2147483647, -2147483648];

// Name, its type there, what it becomes, shape, values.
const expected: [string, string, DType, number[], number[]][] = [
  ['f64', 'F64', 'float64', [6], [0.1, -0, 5e-324, Number.MAX_VALUE, Infinity, NaN]],
  [
    'f32',
    'F32',
    'float32',
    [2, 3],
    [Math.fround(0.1), -0, 2 ** -149, 3.4028234663852886e38, -Infinity, NaN],
  ],
  ['f16', 'F16', 'float16', [11], [...half, ...infinite]],
  ['bf16', 'BF16', 'bfloat16', [10], [...brain, ...infinite]],
  ['i64', 'I64', 'int64', [4], int32],
  ['i32', 'I32', 'int32', [2, 2, 1], int32],
  ['i16', 'I16', 'int32', [4], [0, -1, 32767, -32768]],
  ['i8', 'I8', 'int32', [4], [0, -1, 127, -128]],
  ['u8', 'U8', 'uint8', [3], [0, 1, 255]],
  ['bool', 'BOOL', 'bool', [1, 3], [1, 0, 1]],
  ['scalar', 'F32', 'float32', [], [0.5]],
  ['none', 'F32', 'float32', [2, 0, 3], []],
  ['näme "\\\n\u2603', 'F32', 'float32', [1], [7]],
  ['__proto__', 'F32', 'float32', [1], [8]],
];

test.each(expected)('%s of PyTorch, %s, becomes %s', (name, fileDtype, dtype, shape, values) => {
  const read = Object.getOwnPropertyDescriptor(types, name)?.value as Tensor;
  expect([read.dtype, read.shape]).toEqual([dtype, shape]);
  expect(read.to('float64').flatten().toArray()).toEqual(values); // toEqual tells -0 from 0, and takes NaN for NaN
  const { tensors, metadata } = io.readSafetensorsHeaderSync(file('types'));
  const header = Object.getOwnPropertyDescriptor(tensors, name)?.value as io.SafetensorsTensor;
  expect(header).toEqual({ fileDtype, dtype, shape });
  expect(metadata).toEqual({ format: 'pt' });
});

test('nothing else is in the file', () => {
  expect(Object.getPrototypeOf(types)).toBe(Object.prototype);
  expect(Object.keys(types).sort()).toEqual(expected.map(([name]) => name).sort());
});

test('the bits of halves and the limits of integers', () => {
  const read = io.loadSafetensorsSync(file('bits'));
  const dtypes = Object.entries(read).map(([name, { dtype }]) => `${name} ${dtype}`);
  expect(dtypes.sort()).toEqual([
    ...['bf16 bfloat16', 'bool bool', 'f16 float16', 'f32 float32', 'f64 float64'],
    ...['i32 int32', 'i64 int64', 'u8 uint8'],
  ]);
  const { f16, bf16, i64, u8 } = read;
  const bits = (one: Tensor) => Array.from(new Uint16Array(one.data.buffer));
  expect(bits(f16)).toEqual([0x8000, 0x0001, 0x83ff, 0x7bff, 0xfc00, 0x7e01, 0xfd55]);
  expect(bits(bf16)).toEqual([0x8000, 0x0001, 0x807f, 0x7f7f, 0xff80, 0x7fc1, 0xff95]);
  expect(i64.toArray()).toEqual([-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n]);
  expect(u8.toArray()).toEqual([0, 127, 128, 255]);
});

test.each([
  ['float32', [-(2 ** 63), 2 ** 63, 2 ** 53]],
  ['float64', [-(2 ** 63), 2 ** 63, 2 ** 53]],
  ['bfloat16', [-(2 ** 63), 2 ** 63, 2 ** 53]],
  ['float16', [-Infinity, Infinity, Infinity]],
] as const)('int64 become %s when asked', (dtype, values) => {
  const { i64 } = io.loadSafetensorsSync(file('bits'), { names: ['i64'], dtype });
  expect(i64.dtype).toBe(dtype);
  expect(i64.to('float64').toArray()).toEqual(values);
});

test('halves become float32 when asked, exactly', () => {
  const { f16, bf16, bool } = io.loadSafetensorsSync(file('types'), {
    names: ['f16', 'bf16', 'bool'],
    dtype: 'float32',
  });
  expect([f16.dtype, f16.toArray()]).toEqual(['float32', [...half, ...infinite]]);
  expect([bf16.dtype, bf16.toArray()]).toEqual(['float32', [...brain, ...infinite]]);
  expect([bool.dtype, bool.toArray()]).toEqual(['float32', [[1, 0, 1]]]);
});

function makeModel(): nn.Sequential {
  return new nn.Sequential(
    new nn.Linear(5, 4),
    new nn.Tanh(),
    new nn.Sequential(new nn.Linear(4, 6), new nn.PReLU({ numParameters: 6 })),
    new nn.Linear(6, 3, { bias: false }),
  );
}

test('a net of PyTorch computes here what it computed there', () => {
  const model = makeModel();
  const report = model.loadStateDict(io.loadSafetensorsSync(file('model')));
  expect(report).toEqual({ missingKeys: [], unexpectedKeys: [] });
  const { x, y } = io.loadSafetensorsSync(file('run'));
  const difference = model.forward(x).sub(y).abs().max().item();
  expect(difference).toBeLessThan(1e-6);
});

test.each(['model', 'run', 'bits'])('%s is written as Python writes it, byte for byte', (name) => {
  const path = join(folder, `${name}.safetensors`);
  const { metadata } = io.readSafetensorsHeaderSync(file(name));
  const options = Object.keys(metadata).length > 0 ? { metadata } : {};
  let tensors = io.loadSafetensorsSync(file(name));
  if (name === 'model') {
    const model = makeModel();
    model.loadStateDict(tensors);
    tensors = model.stateDict();
  }
  io.saveSafetensorsSync(path, tensors, options);
  expect(readFileSync(path).equals(readFileSync(file(name)))).toBe(true);
});

test('some of a file, by name, through a URL', () => {
  const url = pathToFileURL(file('large'));
  const { small, ...rest } = io.loadSafetensorsSync(url, { names: ['small'] });
  expect([small.dtype, small.toArray(), Object.keys(rest)]).toEqual(['int64', [1, 2], []]);
  expect(io.loadSafetensorsSync(file('complex'), { names: ['r'] })['r'].item()).toBe(1);
  expect(io.loadSafetensorsSync(file('complex'), { names: [] })).toEqual({});
  expect(io.readSafetensorsHeaderSync(file('complex')).tensors['c']).toEqual({
    fileDtype: 'C64',
    dtype: null,
    shape: [2],
  });
});

test.each([
  [
    'a number too large',
    'large',
    { dtype: 'int32' },
    `${file('large')}: expected integers of 32 bits in element 1 of the tensor 'large', ` +
      "got 2147483648; pass { dtype: 'int64' } to read it",
  ],
  [
    'bool, which files do not convert to',
    'types',
    { dtype: 'bool' },
    `expected 'float32' or 'float64' or 'float16' or 'bfloat16' or 'int64' or 'int32' or 'uint8' for dtype, got 'bool'`,
  ],
  [
    'complex numbers',
    'complex',
    {},
    `${file('complex')}: expected a dtype among F64, F32, F16, BF16, I64, I32, I16, U16, I8, U8, BOOL ` +
      "in the tensor 'c', got C64",
  ],
  ['a name that is not there', 'run', { names: ['x', 'z'] }, `${file('run')} has no tensor 'z'`],
])('%s is an error', (_, name, options, message) => {
  const wanted = new RangeError(`loadSafetensorsSync: ${message}`);
  expect(() => io.loadSafetensorsSync(file(name), options as io.LoadSafetensorsOptions)).toThrow(
    wanted,
  );
});

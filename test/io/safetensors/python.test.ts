/** Files that PyTorch and Python's safetensors wrote (make.py), and files as they would write them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { io, nn, type DType, type Tensor } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string): string => join(__dirname, `${name}.safetensors`);
const types = io.loadSafetensors(file('types'));

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
  ['f16', 'F16', 'float32', [11], [...half, ...infinite]],
  ['bf16', 'BF16', 'float32', [10], [...brain, ...infinite]],
  ['i64', 'I64', 'int32', [4], int32],
  ['i32', 'I32', 'int32', [2, 2, 1], int32],
  ['i16', 'I16', 'int32', [4], [0, -1, 32767, -32768]],
  ['i8', 'I8', 'int32', [4], [0, -1, 127, -128]],
  ['u8', 'U8', 'int32', [3], [0, 1, 255]],
  ['bool', 'BOOL', 'bool', [1, 3], [1, 0, 1]],
  ['scalar', 'F32', 'float32', [], [0.5]],
  ['none', 'F32', 'float32', [2, 0, 3], []],
  ['näme "\\\n\u2603', 'F32', 'float32', [1], [7]],
  ['__proto__', 'F32', 'float32', [1], [8]],
];

test.each(expected)('%s of PyTorch, %s, becomes %s', (name, storedAs, dtype, shape, values) => {
  const read = Object.getOwnPropertyDescriptor(types, name)?.value as Tensor;
  expect([read.dtype, read.shape]).toEqual([dtype, shape]);
  expect(Array.from(read.data)).toEqual(values); // toEqual tells -0 from 0, and takes NaN for NaN
  const { tensors, metadata } = io.readSafetensorsHeader(file('types'));
  const header = Object.getOwnPropertyDescriptor(tensors, name)?.value as io.SafetensorsTensor;
  expect(header).toEqual({ storedAs, dtype, shape });
  expect(metadata).toEqual({ format: 'pt' });
});

test('nothing else is in the file', () => {
  expect(Object.getPrototypeOf(types)).toBe(Object.prototype);
  expect(Object.keys(types).sort()).toEqual(expected.map(([name]) => name).sort());
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
  const report = model.loadStateDict(io.loadSafetensors(file('model')));
  expect(report).toEqual({ missingKeys: [], unexpectedKeys: [] });
  const { x, y } = io.loadSafetensors(file('run'));
  const difference = model.forward(x).sub(y).abs().max().item();
  expect(difference).toBeLessThan(1e-6);
});

test.each(['model', 'run'])('%s is written as Python writes it, byte for byte', (name) => {
  const path = join(folder, `${name}.safetensors`);
  const { metadata } = io.readSafetensorsHeader(file(name));
  const options = Object.keys(metadata).length > 0 ? { metadata } : {};
  let tensors = io.loadSafetensors(file(name));
  if (name === 'model') {
    const model = makeModel();
    model.loadStateDict(tensors);
    tensors = model.stateDict();
  }
  io.saveSafetensors(path, tensors, options);
  expect(readFileSync(path).equals(readFileSync(file(name)))).toBe(true);
});

test('some of a file, by name, through a URL', () => {
  const url = pathToFileURL(file('large'));
  const { small, ...rest } = io.loadSafetensors(url, { names: ['small'] });
  expect([small.toArray(), Object.keys(rest)]).toEqual([[1, 2], []]);
  expect(io.loadSafetensors(file('complex'), { names: ['r'] })['r'].item()).toBe(1);
  expect(io.loadSafetensors(file('complex'), { names: [] })).toEqual({});
  expect(io.readSafetensorsHeader(file('complex')).tensors['c']).toEqual({
    storedAs: 'C64',
    dtype: null,
    shape: [2],
  });
});

test.each([
  [
    'a number too large',
    'large',
    {},
    `a number from -2^31 to 2^31 - 1 for element 1 of the tensor 'large' of ${file('large')}, got 2147483648`,
  ],
  [
    'complex numbers',
    'complex',
    {},
    `one of F64, F32, F16, BF16, I64, I32, I16, U16, I8, U8, BOOL for the dtype of the tensor 'c' of ${file('complex')}, got C64`,
  ],
  [
    'a name that is not there',
    'run',
    { names: ['x', 'z'] },
    `names in ${file('run')} for names, got 'z'`,
  ],
])('%s is an error', (_, name, options, message) => {
  const wanted = new RangeError(`loadSafetensors: expected ${message}`);
  expect(() => io.loadSafetensors(file(name), options)).toThrow(wanted);
});

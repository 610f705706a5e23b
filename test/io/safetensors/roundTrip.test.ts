/** Tensors of every kind, written and read. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, io, nn, ones, optim, randn, tensor, zeros, type Tensor } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
const path = join(folder, 'tensors.safetensors');
afterAll(() => rmSync(folder, { recursive: true }));

const extremes = [0, -0, 1 / 3, -1e-45, 3.4028234663852886e38, Infinity, -Infinity, NaN];
const matrix = randn(5, 7);

const tensors: Record<string, Tensor> = {
  '0.weight': tensor(extremes).reshape(2, 4),
  'double precision': tensor([...extremes, 5e-324, Number.MAX_VALUE], { dtype: 'float64' }),
  labels: tensor([0, -2147483648, 2147483647], { dtype: 'int32' }),
  mask: tensor([[true], [false]]),
  number: tensor(0.1),
  none: zeros(3, 0),
  transposed: matrix.T,
  part: matrix.narrow(0, 1, 3),
  every: matrix.select(1, 2),
  repeated: tensor([[1], [2]]).expand(2, 3),
  trained: randn(2, { requiresGrad: true }),
  large: randn(700, 900), // more than two pieces
  '10': ones(1),
  '9': ones(2),
  '': ones(3),
  constructor: ones(4),
};

function expectSame(read: Tensor, saved: Tensor): void {
  expect([read.dtype, read.shape, read.requiresGrad]).toEqual([saved.dtype, saved.shape, false]);
  expect(read.isContiguous()).toBe(true);
  const [a, b] = [read, saved].map((item) => Array.from<unknown>(item.contiguous().data));
  expect(a.every((value, i) => Object.is(value, b[i]))).toBe(true);
}

test.each(Object.entries(tensors))("'%s' alone", (name, saved) => {
  io.saveSafetensors(path, { [name]: saved });
  const loaded = io.loadSafetensors(path);
  expect(Object.keys(loaded)).toEqual([name]);
  expectSame(loaded[name], saved);
});

test('all together, one after the other by width and name, the data aligned', () => {
  io.saveSafetensors(path, tensors, { metadata: { made: 'here', näme: '☃"\\\n' } });
  const loaded = io.loadSafetensors(path);
  for (const [name, saved] of Object.entries(tensors)) expectSame(loaded[name], saved);
  const header = io.readSafetensorsHeader(path);
  expect(header.metadata).toEqual({ made: 'here', näme: '☃"\\\n' });
  const wide = ['double precision'];
  const last = ['labels', 'mask'];
  const rest = Object.keys(tensors).filter((name) => ![...wide, ...last].includes(name));
  // Not Object.keys of the result: an object has names that are numbers first.
  const text = readFileSync(path).toString('latin1');
  const order = [...wide, ...rest.sort(), ...last].map((name) => text.indexOf(`"${name}":`));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(readFileSync(path).readUInt32LE() % 8).toBe(0);
});

test('no tensors are a file too', () => {
  io.saveSafetensors(path, {});
  expect(io.loadSafetensors(path)).toEqual({});
  expect(statSync(path).size).toBe(16);
});

test('tensors that share memory are written each, and read apart', () => {
  const shared = ones(2);
  io.saveSafetensors(path, { a: shared, b: shared });
  const { a, b } = io.loadSafetensors(path);
  a.fill_(2);
  expect(b.toArray()).toEqual([1, 1]);
});

test('saving leaves the memory where compiled steps can use it', async () => {
  const model = new nn.Linear(3, 2);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const step = compile((x: Tensor) => {
    optimizer.zeroGrad();
    const loss = model.forward(x).square().sum();
    loss.backward();
    optimizer.step();
    return loss;
  });
  io.saveSafetensors(path, model.stateDict());
  step(ones(4, 3));
  const run = step.scanAsync(ones(50, 4, 3));
  expect(() => io.saveSafetensors(path, model.stateDict())).toThrow(
    'running compiled function changes',
  );
  await run;
  io.saveSafetensors(path, model.stateDict());
  expectSame(io.loadSafetensors(path)['weight'], model.weight.detach());
  expect(step.stats.captures).toBe(1);
});

describe('saveSafetensors refuses', () => {
  const half = '\ud800';
  test.each<[string, unknown, unknown, string]>([
    ['a number', { a: zeros(1), b: 1 }, {}, "a tensor for tensors['b'], got 1"],
    ['a tensor', zeros(1), {}, 'an object of tensors for tensors, got a float32 tensor of shape'],
    ['nothing', null, {}, 'an object of tensors for tensors, got null'],
    ['its own name', { __metadata__: zeros(1) }, {}, 'another name than __metadata__ for tensors'],
    ['half a character', { [half]: zeros(1) }, {}, `whole characters for the name '${half}', got`],
    ['metadata that is none', {}, { metadata: 'x' }, "an object of strings for metadata, got 'x'"],
    ['numbers in it', {}, { metadata: { a: 1 } }, "a string for metadata['a'], got 1"],
    ['half of one in it', {}, { metadata: { a: half } }, "whole characters for metadata['a'], got"],
    ['a misspelt option', {}, { meta: {} }, "one of metadata for options, got 'meta'"],
  ])('%s, and leaves the file alone', (_, wrong, options, message) => {
    io.saveSafetensors(path, { kept: zeros(1) });
    const before = readFileSync(path);
    const save = io.saveSafetensors as (...args: unknown[]) => void;
    expect(() => save(path, wrong, options)).toThrow(`saveSafetensors: expected ${message}`);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a path that is none, or leads nowhere', () => {
    expect(() => io.saveSafetensors(3 as unknown as string, {})).toThrow(TypeError);
    expect(() => io.saveSafetensors(new URL('http://x/y'), {})).toThrow(TypeError);
    expect(() => io.saveSafetensors(join(folder, 'no', 'where'), {})).toThrow('ENOENT');
    expect(() => io.saveSafetensors(folder, {})).toThrow('EISDIR');
  });
});

test('a file that was longer is cut', () => {
  writeFileSync(path, Buffer.alloc(1000, 'x'));
  io.saveSafetensors(path, { a: ones(1) });
  expect(io.loadSafetensors(path)['a'].item()).toBe(1);
});

test('metadata of a million characters that are escaped', () => {
  const text = '"\\\n'.repeat(400_000);
  const file = join(folder, 'long.safetensors');
  io.saveSafetensors(file, { a: tensor([1]) }, { metadata: { text } });
  expect(io.readSafetensorsHeader(file).metadata).toEqual({ text });
  expect(io.loadSafetensors(file)['a'].item()).toBe(1);
});

/** Tensors of every kind, written and read. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, nn, ones, optim, randn, tensor, zeros, type Tensor } from 'blasgrad';
import { forms } from '../forms';

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

describe.each(forms)('%s functions', (_form, ending, files) => {
  test.each(Object.entries(tensors))("'%s' alone", async (name, saved) => {
    await files.saveSafetensors(path, { [name]: saved });
    const loaded = await files.loadSafetensors(path);
    expect(Object.keys(loaded)).toEqual([name]);
    expectSame(loaded[name], saved);
  });

  test('all together, one after the other by width and name, the data aligned', async () => {
    await files.saveSafetensors(path, tensors, { metadata: { made: 'here', näme: '☃"\\\n' } });
    const loaded = await files.loadSafetensors(path);
    for (const [name, saved] of Object.entries(tensors)) expectSame(loaded[name], saved);
    const header = await files.readSafetensorsHeader(path);
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

  test('no tensors are a file too', async () => {
    await files.saveSafetensors(path, {});
    expect(await files.loadSafetensors(path)).toEqual({});
    expect(statSync(path).size).toBe(16);
  });

  test('tensors that share memory are written each, and read apart', async () => {
    const shared = ones(2);
    await files.saveSafetensors(path, { a: shared, b: shared });
    const { a, b } = await files.loadSafetensors(path);
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
    await files.saveSafetensors(path, model.stateDict());
    step(ones(4, 3));
    const run = step.scanAsync(ones(50, 4, 3));
    await expect(files.saveSafetensors(path, model.stateDict())).rejects.toThrow(
      'running compiled function changes',
    );
    await run;
    await files.saveSafetensors(path, model.stateDict());
    expectSame((await files.loadSafetensors(path))['weight'], model.weight.detach());
    expect(step.stats.captures).toBe(1);
  });

  describe('saveSafetensors refuses', () => {
    const half = '\ud800';
    test.each<[string, unknown, unknown, string]>([
      ['a number', { a: zeros(1), b: 1 }, {}, "a tensor for tensors['b'], got 1"],
      ['a tensor', zeros(1), {}, 'an object of tensors for tensors, got a float32 tensor of shape'],
      ['nothing', null, {}, 'an object of tensors for tensors, got null'],
      [
        'its own name',
        { __metadata__: zeros(1) },
        {},
        'a tensor cannot have the name __metadata__, which the format reserves',
      ],
      ['half a character', { [half]: zeros(1) }, {}, `valid Unicode for the name '${half}', got`],
      [
        'metadata that is none',
        {},
        { metadata: 'x' },
        "an object of strings for metadata, got 'x'",
      ],
      ['numbers in it', {}, { metadata: { a: 1 } }, "a string for metadata['a'], got 1"],
      ['half of one in it', {}, { metadata: { a: half } }, "valid Unicode for metadata['a'], got"],
      ['a misspelt option', {}, { meta: {} }, "one of metadata for options, got 'meta'"],
    ])('%s, and leaves the file alone', async (_, wrong, options, message) => {
      await files.saveSafetensors(path, { kept: zeros(1) });
      const before = readFileSync(path);
      const save = files.saveSafetensors as (...args: unknown[]) => Promise<void>;
      const saving = save(path, wrong, options);
      await expect(saving).rejects.toThrow(`saveSafetensors${ending}: `);
      await expect(saving).rejects.toThrow(message);
      expect(readFileSync(path).equals(before)).toBe(true);
    });

    test('a path that is none, or leads nowhere', async () => {
      await expect(files.saveSafetensors(3 as unknown as string, {})).rejects.toThrow(TypeError);
      await expect(files.saveSafetensors(new URL('http://x/y'), {})).rejects.toThrow(TypeError);
      await expect(files.saveSafetensors(join(folder, 'no', 'where'), {})).rejects.toThrow(
        'ENOENT',
      );
      await expect(files.saveSafetensors(folder, {})).rejects.toThrow('EISDIR');
    });
  });

  test('a file that was longer is cut', async () => {
    writeFileSync(path, Buffer.alloc(1000, 'x'));
    await files.saveSafetensors(path, { a: ones(1) });
    expect((await files.loadSafetensors(path))['a'].item()).toBe(1);
  });

  test('metadata of a million characters that are escaped', async () => {
    const text = '"\\\n'.repeat(400_000);
    const file = join(folder, 'long.safetensors');
    await files.saveSafetensors(file, { a: tensor([1]) }, { metadata: { text } });
    expect((await files.readSafetensorsHeader(file)).metadata).toEqual({ text });
    expect((await files.loadSafetensors(file))['a'].item()).toBe(1);
  });
});

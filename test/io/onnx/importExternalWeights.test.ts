/** Weights in a separate file: from which paths they are read. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noGrad } from 'blasgrad';
import { attributeTypes } from '../../../dist/io/onnx/schema';
import { cleanUp, folder, load, node, x, type Parts } from './modelFile';

afterAll(cleanUp);

describe('weights in another file', () => {
  const external = (location: string, more: Record<string, string> = {}): Parts => ({
    nodes: [node('Add', ['x', 'w'], ['y'])],
    tensors: [
      {
        name: 'w',
        dims: [3n],
        dataType: 1,
        dataLocation: 1,
        externalData: Object.entries({ location, ...more }).map(([key, value]) => ({ key, value })),
      },
    ],
  });
  const outside = mkdtempSync(join(tmpdir(), 'outside-'));
  beforeAll(() => {
    const bytes = new Uint8Array(Float32Array.of(0, 1, 2, 3).buffer);
    writeFileSync(join(folder, 'weights.bin'), bytes);
    writeFileSync(join(outside, 'weights.bin'), bytes);
    mkdirSync(join(folder, 'sub'));
    symlinkSync(join(outside, 'weights.bin'), join(folder, 'link.bin'));
  });
  afterAll(() => {
    rmSync(outside, { recursive: true });
  });

  test('are read beside the model', async () => {
    const model = await load(external('weights.bin', { offset: '4', length: '12' }));
    expect(noGrad(() => model.forward(x.mul(0))).toArray()).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test('of constants too', async () => {
    const [w] = external('weights.bin', { offset: '4' }).tensors ?? [];
    const value = [{ name: 'value', t: w, type: attributeTypes.tensor }];
    const model = await load({
      nodes: [node('Constant', [], ['w'], value), node('Add', ['x', 'w'], ['y'])],
    });
    expect(noGrad(() => model.forward(x.select(0, 0).mul(0))).toArray()).toEqual([1, 2, 3]);
  });

  test.each([
    ['../', external('../weights.bin'), /they must be in the directory of the model$/],
    [
      'an absolute path',
      external(join(outside, 'weights.bin')),
      /they must be in the directory of the model$/,
    ],
    [
      'a link out of the folder',
      external('link.bin'),
      /they must be in the directory of the model$/,
    ],
    ['no place', external(''), /they must be in the directory of the model$/],
    ['the folder', external('sub'), /sub is a directory, not a file/],
    [
      'an offset beyond the end',
      external('weights.bin', { offset: '999', length: '12' }),
      /'w' starts at byte 999, but the file has 16 bytes/,
    ],
    [
      'an offset beyond the end, without a length',
      external('weights.bin', { offset: '999' }),
      /'w' starts at byte 999, but the file has 16 bytes/,
    ],
    [
      'a negative offset',
      external('weights.bin', { offset: '-4', length: '12' }),
      /'w' has an invalid offset or length of external data/,
    ],
    [
      'a length of 2^60',
      external('weights.bin', { length: String(2n ** 60n) }),
      /'w' has an invalid offset or length of external data/,
    ],
    [
      'a length of a terabyte',
      external('weights.bin', { length: '1099511627776' }),
      /bytes of weights, but the file has 16$/,
    ],
    [
      'too few bytes',
      external('weights.bin', { length: '8' }),
      /'w' has 8 bytes, but its shape needs 3 elements/,
    ],
  ])('are not read from %s', async (_, parts, message) => {
    await expect(load(parts)).rejects.toThrow(RangeError);
    await expect(load(parts)).rejects.toThrow(message);
  });
});

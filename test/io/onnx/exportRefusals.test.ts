/** Models that exportOnnx refuses, with the reason. */
import { statSync } from 'node:fs';
import { io, nn, randn, zeros } from 'blasgrad';
import { cleanUp, modelPath, Own } from './compare';

afterAll(cleanUp);

describe('exportOnnx refuses', () => {
  test.each<[string, () => unknown, string]>([
    [
      'what has no operator, all at once',
      () => new Own((x) => [x.atan2(1), x.diagonal()]),
      'exportOnnx: the model uses ops that cannot be exported:\n  atan2 has no operator in ONNX\n  diagonal has no operator in ONNX',
    ],
    [
      'values that are looked at',
      () => new Own((x) => x.mul(x.sum().item())),
      'forward reads values of a tensor that depends on the inputs, with item',
    ],
    [
      'a batch size that is not always the same',
      () => new Own((x) => x.slice(0, 0, 20)),
      'length of slice is 11, 13, 20 for batches of 11, 13, 67',
    ],
    [
      'another number of operations',
      () => new Own((x) => (x.shape[0] > 20 ? x.exp().log() : x.exp())),
      'the number of ops is 1, 1, 2',
    ],
    [
      'random numbers',
      () => new Own((x) => x.add(randn(3))),
      'forward uses random numbers, which ONNX graphs cannot reproduce: ' +
        'the values of a tensor of shape [3] in add change from call to call',
    ],
    [
      'tensors of the size of the batch that no operation makes',
      () => new Own((x) => x.add(randn(x.shape[0], 3))),
      'add uses a tensor of shape [11, 3], [13, 3], [67, 3] that no op computed and that differs',
    ],
    [
      'a change of what was there',
      () => {
        const b = zeros(3);
        return new Own((x) => x.add(b.add_(1)));
      },
      'forward changes a tensor that existed before, and uses it in add',
    ],
    [
      'a change through a view',
      () =>
        new Own((x) => {
          const y = x.clone();
          y.select(0, 0).zero_();
          return y;
        }),
      'forward changes a tensor in place through a view',
    ],
    ['no module', () => ({}), 'exportOnnx: expected a module for model, got an object'],
    [
      'no tensor as the result',
      () => new Own(() => 3),
      'expected a tensor, or an array or object of tensors for the result of forward, got 3',
    ],
  ])('%s', async (_, make, message) => {
    await expect(io.exportOnnx(make() as nn.Module, randn(2, 3), modelPath)).rejects.toThrow(
      message,
    );
  });

  test('random numbers without advice that does not help', async () => {
    const model = new Own((x) => x.add(randn(x.shape[0], 3)));
    const exporting = io.exportOnnx(model, randn(2, 3), modelPath, { dynamicBatch: false });
    await expect(exporting).rejects.toThrow(
      /tensor of shape \[2, 3\] in add change from call to call$/,
    );
  });

  test('names that are no names, or twice', async () => {
    const model = new nn.Linear(3, 1);
    const x = randn(2, 3);
    await expect(io.exportOnnx(model, x, modelPath, { inputNames: ['a', 'b'] })).rejects.toThrow(
      'expected 1 names for inputNames, got 2',
    );
    await expect(
      io.exportOnnx(model, x, modelPath, { inputNames: ['a'], outputNames: ['a'] }),
    ).rejects.toThrow("the name 'a' occurs twice among inputs and outputs");
    await expect(io.exportOnnx(model, [], modelPath)).rejects.toThrow(
      'expected at least one tensor for exampleInput, got none',
    );
    await expect(io.exportOnnx(model, x, 3 as never)).rejects.toThrow(
      'expected a path or a file URL for path, got 3',
    );
  });

  test('and leaves an older file as it is', async () => {
    await io.exportOnnx(new nn.Linear(3, 1), randn(1, 3), modelPath);
    const before = statSync(modelPath);
    await expect(
      io.exportOnnx(new Own((x) => x.atan2(1)), randn(1, 3), modelPath),
    ).rejects.toThrow();
    expect(statSync(modelPath).mtimeMs).toBe(before.mtimeMs);
  });
});

/** Losses that are NaN or infinite: one warning that says where, and what to do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { data } from 'blasgrad';
import { F, io, tensor, train, type Tensor } from 'blasgrad';
import { numbersOf, setUp } from './support';

let warnings: string[];
beforeEach(() => {
  warnings = [];
  jest.spyOn(process, 'emitWarning').mockImplementation((warning) => {
    warnings.push(String(warning));
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Batches of which the one at `at` has this number among its inputs. */
function batchesWith(number: number, at: number): [Tensor, Tensor][] {
  return Array.from({ length: 4 }, (_, i) => {
    const x = [0.1, 0.2, 0.3, i === at ? number : 0.4];
    return [tensor([x]), tensor([i % 2], { dtype: 'int32' })];
  });
}

describe.each([true, false])('compile: %p', (compile) => {
  // tanh of an infinity is 1, but its gradient is NaN, which the next loss shows.
  test.each([
    [NaN, 3],
    [Infinity, 4],
  ])('%d in the inputs: one warning', async (number, batch) => {
    const loader = batchesWith(number, 2);
    const { epochs, best } = await train({ ...setUp(), loader, compile });
    expect(epochs).toHaveLength(3);
    expect(best).toBeNull();
    const [warning] = warnings;
    expect(warnings).toEqual([warning]);
    expect(warning).toBe(
      `train: the loss of training is NaN in epoch 1, batch ${batch}. ` +
        "The run continues; onNonFinite: 'stop' stops it, " +
        "'ignore' hides this warning. To find the op that causes it, call train with the same options and " +
        'detectAnomaly: true',
    );
  });

  test('the warning names a call that finds the cause', async () => {
    const run = train({ ...setUp(), loader: batchesWith(NaN, 2), detectAnomaly: true });
    await expect(run).rejects.toThrow('train: batch[0] contains NaN');
  });

  test('ignored', async () => {
    await train({ ...setUp(), loader: batchesWith(NaN, 2), compile, onNonFinite: 'ignore' });
    expect(warnings).toEqual([]);
  });

  test('in validation only', async () => {
    const own = setUp();
    const validation = batchesWith(NaN, 1);
    const history = await train({ ...own, validation, compile, onNonFinite: 'stop' });
    expect(history.stopReason).toBe('nonFinite');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(
      'the loss of validation is NaN in epoch 1, batch 2. The run stops',
    );
    expect(own.model.training).toBe(true);
  });
});

test("'stop' ends the run, and what was saved and the best model stay", async () => {
  const dir = mkdtempSync(join(tmpdir(), 'nonFinite-'));
  const own = setUp();
  let epoch = 0;
  const dataset = own.loader.dataset as data.TensorDataset<readonly [Tensor, Tensor]>;
  const good = [dataset.tensors.map((one) => one.narrow(0, 0, 16))] as unknown as [
    Tensor,
    Tensor,
  ][];
  const loader = { [Symbol.iterator]: () => (++epoch < 3 ? good : batchesWith(NaN, 0)).values() };
  const validation = good;
  const history = await train({
    ...own,
    loader,
    validation,
    epochs: 9,
    keepBest: true,
    onNonFinite: 'stop',
    checkpoint: { dir },
  });
  expect([history.stopReason, history.epochs.length, history.steps]).toEqual(['nonFinite', 2, 2]);
  expect((await io.listCheckpoints(dir)).map(({ step }) => step)).toEqual([2, 1]);
  const saved = setUp(2).model;
  await io.loadCheckpoint(dir, { model: saved }, { which: 'best' });
  expect(numbersOf(own.model)).toEqual(numbersOf(saved));
  expect(F.crossEntropy(own.model.eval().forward(good[0][0]), good[0][1]).item()).toBeLessThan(2);
  rmSync(dir, { recursive: true });
});

test('another word is refused', async () => {
  const onNonFinite = 'raise' as 'stop';
  await expect(train({ ...setUp(), onNonFinite })).rejects.toThrow(
    "train: expected 'warn' or 'stop' or 'ignore' for onNonFinite, got 'raise'",
  );
});

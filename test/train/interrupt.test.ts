/** Ctrl-C, SIGTERM and AbortSignals stop training runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { train } from 'blasgrad';
import { runProgram } from '../support/process';
import { setUp } from './support';

const folder = mkdtempSync(join(tmpdir(), 'train-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (name, exitCode) => {
  /** A training run that gets the signal from within, so many times, in its third step. */
  const program = (times: number, more: string, before = '') => `
    ${before}
    const { nn, F, optim, train, randn } = require('./dist/blasgrad.js');
    const model = new nn.Linear(2, 1);
    const loader = [0, 1, 2, 3, 4].map(() => [randn(3, 2), randn(3, 1)]);
    const onBatchEnd = async ({ step }) => {
      if (step !== 3) return;
      for (let i = 0; i < ${times}; i++) {
        process.kill(process.pid, '${name}');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const options = { model, loss: F.mseLoss, optimizer, loader, epochs: 2, callbacks: { onBatchEnd }, ${more} };
    train(options).then(({ stopReason, steps }) => {
      console.log(stopReason, steps, process.listenerCount('${name}'));
    });`;

  test('stops after the step, saves, and says how to go on', async () => {
    const dir = join(folder, name);
    const { code, stdout, stderr } = await runProgram(program(1, `checkpoint: { dir: '${dir}' }`));
    expect([code, stdout]).toEqual([exitCode, 'interrupted 3 0\n']);
    const path = join(dir, '000001-step-3');
    expect(stderr).toBe(
      `train: stopped in epoch 1 after step 3; saved as ${path}; to continue, call train with resume: true\n`,
    );
  });

  test('says that nothing was saved', async () => {
    const { stdout, stderr } = await runProgram(program(1, ''));
    expect(stdout).toBe('interrupted 3 0\n');
    expect(stderr).toContain('not saved, because there is no option checkpoint');
  });

  test('a second time, or with handleSignals: false, ends the process', async () => {
    const [twice, plain] = await Promise.all([
      runProgram(program(2, '')),
      runProgram(program(1, 'handleSignals: false')),
    ]);
    for (const { signal, stdout } of [twice, plain]) {
      expect([signal, stdout]).toEqual([name, '']);
    }
  });

  test('listeners are removed also after an error', async () => {
    const before = process.listenerCount(name);
    const fail = (): never => {
      throw new Error('no');
    };
    await expect(train({ ...setUp(), loss: fail, handleSignals: true })).rejects.toThrow('no');
    expect(process.listenerCount(name)).toBe(before);
  });

  test.each([
    ['an exit code of the program stays', 'process.exitCode = 3;', 3, 0],
    [
      'a program that listens too ends as it likes',
      `process.on('${name}', () => undefined);`,
      0,
      1,
    ],
  ])('%s', async (_, before, expected, listeners) => {
    const { code, stdout } = await runProgram(program(1, '', before));
    expect([code, stdout]).toEqual([expected, `interrupted 3 ${listeners}\n`]);
  });
});

test('any number of runs at once share a listener and an AbortSignal', async () => {
  const { code, stdout, stderr } = await runProgram(`
    const { compile, F, nn, ones, optim, train } = require('./dist/blasgrad.js');
    let most = 0;
    const { signal } = new AbortController();
    const one = () => {
      const model = new nn.Linear(2, 1);
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      const callbacks = { onEpochEnd: () => (most = Math.max(most, process.listenerCount('SIGTERM'))) };
      const loader = [[ones(4, 2), ones(4, 1)]];
      return train({ model, loss: F.mseLoss, optimizer, loader, epochs: 3, callbacks, signal });
    };
    (async () => {
      await Promise.all(Array.from({ length: 12 }, one));
      await Promise.all(
        Array.from({ length: 12 }, () => compile((x) => x.mul(2)).scanAsync(ones(50, 4), { signal })),
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
      console.log(most, process.listenerCount('SIGINT'), process.listenerCount('SIGTERM'));
    })();`);
  expect([code, stdout, stderr]).toEqual([0, '1 0 0\n', '']);
});

test('one signal of the process stops all runs', async () => {
  const { code, stdout } = await runProgram(`
    const { F, nn, ones, optim, train } = require('./dist/blasgrad.js');
    const one = (first) => {
      const model = new nn.Linear(2, 1);
      const optimizer = new optim.SGD(model.parameters(), { lr: 1e-9 });
      const onEpochEnd = ({ epoch }) => epoch === 9 && process.kill(process.pid, 'SIGTERM');
      const callbacks = { onEpochEnd: first ? onEpochEnd : undefined, onTrainEnd: () => undefined };
      return train({ model, loss: F.mseLoss, optimizer, loader: [[ones(4, 2), ones(4, 1)]], epochs: 1e7, callbacks });
    };
    Promise.all([one(true), one(false), one(false)]).then((all) => console.log(all.map(({ stopReason }) => stopReason).join()));`);
  expect([code, stdout]).toEqual([143, 'interrupted,interrupted,interrupted\n']);
});

test('a signal of another V8 context', async () => {
  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
  };
  const onBatchEnd = (): void => {
    for (const listener of listeners) listener();
  };
  const more = { signal: signal as unknown as AbortSignal, callbacks: { onBatchEnd } };
  const { stopReason, steps } = await train({ ...setUp(), ...more });
  expect([stopReason, steps, listeners.size]).toEqual(['aborted', 1, 0]);
});

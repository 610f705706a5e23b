/** What Ctrl-C does to a training run. */
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

describe('Ctrl-C', () => {
  /** A training run that gets SIGINT from within, so many times, in its third step. */
  const program = (times: number, more: string) => `
    const { nn, F, optim, train, randn } = require('./dist/blasgrad.js');
    const model = new nn.Linear(2, 1);
    const loader = [0, 1, 2, 3, 4].map(() => [randn(3, 2), randn(3, 1)]);
    const onBatchEnd = async ({ step }) => {
      if (step !== 3) return;
      for (let i = 0; i < ${times}; i++) {
        process.kill(process.pid, 'SIGINT');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const options = { model, loss: F.mseLoss, optimizer, loader, epochs: 2, callbacks: { onBatchEnd }, ${more} };
    train(options).then(({ stopped, steps }) => {
      console.log(stopped, steps, process.listenerCount('SIGINT'));
    });`;

  test('stops after the step, saves, and says how to go on', async () => {
    const dir = join(folder, 'run');
    const { code, stdout, stderr } = await runProgram(program(1, `checkpoint: { dir: '${dir}' }`));
    expect([code, stdout]).toEqual([0, 'interrupt 3 0\n']);
    const path = join(dir, '000001-step-3');
    expect(stderr).toBe(
      `train: stopped in epoch 1 after step 3; saved as ${path}; the same call with resume: true goes on from there\n`,
    );
  });

  test('says that nothing was saved', async () => {
    const { stdout, stderr } = await runProgram(program(1, ''));
    expect(stdout).toBe('interrupt 3 0\n');
    expect(stderr).toContain('nothing was saved, for want of a checkpoint option');
  });

  test('a second time, or with handleSignals: false, ends the process', async () => {
    const [twice, plain] = await Promise.all([
      runProgram(program(2, '')),
      runProgram(program(1, 'handleSignals: false')),
    ]);
    for (const { signal, stdout } of [twice, plain]) {
      expect([signal, stdout]).toEqual(['SIGINT', '']);
    }
  });

  test('listeners are removed also after an error', async () => {
    const before = process.listenerCount('SIGINT');
    const fail = (): never => {
      throw new Error('no');
    };
    await expect(train({ ...setUp(), loss: fail, handleSignals: true })).rejects.toThrow('no');
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

/** Stopping a run while it waits for the loader. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, manualSeed, rand, randperm, train, type Tensor } from 'blasgrad';
import { runProgram } from '../support/process';
import { numbersOf, points, resultsOf, setUp, type Pair } from './support';

const folder = mkdtempSync(join(tmpdir(), 'train-waiting-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
let directories = 0;
const newDir = () => join(folder, String(++directories));

/** Batches that come one by one; before the one at `hangs` the source asks for a stop and waits for ever. */
type Source = (hangs: number, stop: () => void) => AsyncIterable<Pair>;
const never = () => new Promise<never>(() => undefined);

const batches = (): Pair[] => Array.from(setUp().loader);

const sources: [string, () => Source][] = [
  [
    'without a state',
    () => {
      const all = batches();
      let yielded = 0;
      return (hangs, stop) => ({
        async *[Symbol.asyncIterator]() {
          for (const i of randperm(all.length).data as Int32Array) {
            if (yielded++ === hangs) {
              rand(3); // random numbers for the batch that never comes
              stop();
              await never();
            }
            yield all[i];
          }
        },
      });
    },
  ],
  [
    'with a state, that shuffles',
    () => {
      const [x, y] = points();
      let yielded = 0;
      return (hangs, stop) => {
        const dataset: data.Dataset<Promise<[Tensor, Tensor]>> = {
          length: x.shape[0],
          get: async (index) => {
            if (yielded++ === 8 * hangs) {
              stop();
              await never();
            }
            return [x.select(0, index), y.select(0, index)];
          },
        };
        return new data.DataLoader(dataset, { batchSize: 8, shuffle: true, prefetch: 0 });
      };
    },
  ],
];

describe.each(sources)('a loader %s', (_, make) => {
  // 0 and 7 are first batches of an epoch; each epoch has seven.
  test.each([0, 1, 6, 7, 9])('stops before batch %p, and resumes there', async (hangs) => {
    const run = async (stopAt: number, more: object, signal?: AbortController) => {
      const own = setUp();
      const source = make();
      manualSeed(2);
      const loader = source(stopAt, () => signal?.abort());
      const history = await train({ ...own, ...more, loader, signal: signal?.signal });
      return { history, results: [resultsOf(history), numbersOf(own.model)] };
    };
    const whole = await run(-1, {});
    const dir = newDir();
    const first = await run(hangs, { checkpoint: { dir } }, new AbortController());
    expect([first.history.stopReason, first.history.steps]).toEqual(['aborted', hangs]);
    const second = await run(-1, { checkpoint: { dir }, resume: 'auto' });
    expect(second.history.resumedFrom).toBe(first.history.checkpoint);
    expect(second.results).toEqual(whole.results);
  });
});

test('with gradients that wait for their step the stop waits too', async () => {
  const own = setUp();
  const all = batches();
  const controller = new AbortController();
  const loader = {
    async *[Symbol.asyncIterator]() {
      yield all[0];
      controller.abort();
      await Promise.resolve();
      yield* all.slice(1);
    },
  };
  const { steps, stopReason } = await train({
    ...own,
    loader,
    gradientAccumulationSteps: 3,
    signal: controller.signal,
  });
  expect([steps, stopReason]).toEqual([1, 'aborted']);
});

test('in validation, whose data are as if it had not begun', async () => {
  const dir = newDir();
  const [x, y] = points();
  const run = async (hangs: number, more: object, controller?: AbortController) => {
    const own = setUp();
    let yielded = 0;
    const dataset: data.Dataset<Promise<Pair>> = {
      length: x.shape[0],
      get: async (index) => {
        if (yielded++ === hangs) {
          controller?.abort();
          await never();
        }
        return [x.select(0, index), y.select(0, index)];
      },
    };
    const validation = new data.DataLoader(dataset, { batchSize: 7, shuffle: true, seed: 3 });
    const checkpoint = { dir, entries: { validation } };
    const signal = controller?.signal;
    const history = await train({ ...own, ...more, validation, checkpoint, signal });
    return { history, results: [resultsOf(history), numbersOf(own.model)] };
  };
  const whole = await run(-1, {});
  rmSync(dir, { recursive: true });
  const first = await run(60, {}, new AbortController());
  expect([first.history.steps, first.history.epochs.length]).toEqual([14, 1]);
  const second = await run(-1, { resume: true });
  expect(second.results).toEqual(whole.results);
});

test('an error of the loader, and its end, arrive as before', async () => {
  const own = setUp();
  const all = batches();
  let ended = 0;
  const loader = {
    async *[Symbol.asyncIterator]() {
      try {
        yield* all.slice(0, 2);
        throw new Error('no more');
      } finally {
        await Promise.resolve();
        ended++;
      }
    },
  };
  await expect(train({ ...own, loader })).rejects.toThrow('no more');
  const onBatchEnd = (): never => {
    throw new Error('enough');
  };
  await expect(train({ ...own, loader, callbacks: { onBatchEnd } })).rejects.toThrow('enough');
  expect(ended).toBe(2);
});

test('Ctrl-C', async () => {
  const { code, stdout } = await runProgram(`
    const { nn, F, optim, train, randn } = require('./dist/blasgrad.js');
    const model = new nn.Linear(2, 1);
    const loader = {
      async *[Symbol.asyncIterator]() {
        yield [randn(3, 2), randn(3, 1)];
        setImmediate(() => process.kill(process.pid, 'SIGINT'));
        await new Promise((resolve) => setTimeout(resolve, 2 ** 30).unref());
      },
    };
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const callbacks = { onTrainEnd: ({ stopReason, steps }) => console.log(stopReason, steps) };
    const alive = setInterval(() => undefined, 1000);
    train({ model, loss: F.mseLoss, optimizer, loader, epochs: 2, callbacks }).then(() => clearInterval(alive));`);
  expect([code, stdout]).toEqual([130, 'interrupted 1\n']);
});

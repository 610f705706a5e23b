/** The best epoch in the directory of checkpoints. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { io, train, type metrics } from 'blasgrad';
import { net, numbersOf, setUp } from './support';

const root = mkdtempSync(join(tmpdir(), 'best-'));
let directories = 0;

afterAll(() => {
  rmSync(root, { recursive: true });
});

/** A figure that takes these values, epoch by epoch. */
class Scripted implements metrics.Metric {
  private epoch = -1;

  readonly higherIsBetter = true;

  constructor(private readonly values: readonly number[]) {}

  update(): void {
    // The value is known.
  }
  compute(): number {
    return this.values[this.epoch];
  }
  reset(): void {
    this.epoch++;
  }
}

/** Trains with the best epochs that `values` give; returns the history, the model and the checkpoints. */
async function run(values: readonly number[], checkpoint: object, keepBest = false) {
  const dir = join(root, String(directories++));
  const own = setUp();
  const history = await train({
    ...own,
    epochs: values.length,
    metrics: { figure: new Scripted(values) },
    monitor: 'figure',
    keepBest,
    checkpoint: { dir, ...checkpoint },
  });
  const names = (await io.listCheckpoints(dir)).map(({ path }) => basename(path));
  return { dir, history, model: own.model, names };
}

test('the best epoch stays, and is the model that keepBest gives', async () => {
  const { dir, history, model, names } = await run([1, 3, 2, 0], { keep: 1 }, true);
  expect(names).toEqual(['000004-step-28', '000002-step-14-best']);
  expect(history.best).toEqual({ epoch: 2, value: 3 });
  expect(history.bestCheckpoint).toBe(join(dir, '000002-step-14-best'));
  const [best, last] = [net(), net()];
  await io.loadCheckpoint(dir, { model: best }, { which: 'best' });
  await io.loadCheckpoint(dir, { model: last });
  expect(numbersOf(best)).toEqual(numbersOf(model));
  expect(numbersOf(last)).not.toEqual(numbersOf(model));
});

test.each<[string, object, boolean, string[]]>([
  ['every epoch', {}, false, ['000003-step-21', '000002-step-14-best', '000001-step-7-best']],
  ['every second epoch', { every: 2 }, false, ['000002-step-21', '000001-step-14']],
  [
    'every second epoch, and the best ones',
    { every: 2, best: true },
    false,
    ['000003-step-21', '000002-step-14-best', '000001-step-7-best'],
  ],
  [
    'every third epoch, with keepBest',
    { every: 3 },
    true,
    ['000003-step-21', '000002-step-14-best', '000001-step-7-best'],
  ],
  ['no best one', { best: false }, false, ['000003-step-21', '000002-step-14', '000001-step-7']],
])('saved: %s', async (_, checkpoint, keepBest, expected) => {
  const { names } = await run([1, 2, 0], checkpoint, keepBest);
  expect(names).toEqual(expected);
});

test('a resumed run knows the best checkpoint of before', async () => {
  const { dir } = await run([5, 1], {});
  const history = await train({
    ...setUp(),
    epochs: 3,
    metrics: { figure: new Scripted([0, 0, 0, 0]) },
    monitor: 'figure',
    checkpoint: { dir },
    resume: true,
  });
  expect(history.best).toEqual({ epoch: 1, value: 5 });
  expect(history.bestCheckpoint).toBe(join(dir, '000001-step-7-best'));
});

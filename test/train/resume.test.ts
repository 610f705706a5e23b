/** A training run that is stopped and resumed equals an uninterrupted one, bit for bit. */
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { nn } from 'blasgrad';
import {
  data,
  F,
  io,
  manualSeed,
  metrics,
  optim,
  train,
  type Callbacks,
  type History,
  type TrainOptions,
} from 'blasgrad';
import { oneIn } from '../support/full';
import { numbersOf, points, resultsOf, setUp, type Pair } from './support';

const folder = mkdtempSync(join(tmpdir(), 'train-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
let directories = 0;
const newDir = () => join(folder, String(++directories));

type Options = TrainOptions<Pair, nn.Sequential>;
const set = () => new data.TensorDataset(...points());

const kinds: [string, () => Options][] = [
  ['plain', () => setUp()],
  ['eager', () => ({ ...setUp(), compile: false })],
  [
    'with all that has a state',
    () => {
      const own = setUp();
      const { optimizer, loader } = own;
      return {
        ...own,
        validation: new data.DataLoader(set(), { batchSize: 20, shuffle: true }),
        scheduler: new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5 }),
        metrics: { ...own.metrics, f1: metrics.f1({ numClasses: 2 }) },
        keepBest: true,
        earlyStopping: { patience: 3 },
        clipGradNorm: 1,
        loader,
      };
    },
  ],
  [
    'a schedule per step',
    () => {
      const own = setUp();
      const scheduler = new optim.lrScheduler.CosineAnnealingLR(own.optimizer, 21);
      return { ...own, scheduler, schedulerInterval: 'step' };
    },
  ],
  ['several batches a step', () => ({ ...setUp(), gradientAccumulationSteps: 2 })],
  [
    'a loader with a stream of its own',
    () => {
      const own = setUp();
      return { ...own, loader: new data.DataLoader(set(), { batchSize: 8, seed: 3 }) };
    },
  ],
  ['an array of batches', () => ({ ...setUp(), loader: Array.from(setUp().loader) })],
  [
    'a loader without state that shuffles',
    () => {
      const own = setUp();
      return { ...own, loader: { [Symbol.iterator]: () => own.loader[Symbol.iterator]() } };
    },
  ],
];

/** Stops after `step` steps. */
function stopAfter(step: number): Pick<Options, 'signal' | 'callbacks'> {
  const controller = new AbortController();
  const onBatchEnd: Callbacks['onBatchEnd'] = (result) => {
    if (result.step === step) controller.abort();
  };
  return { signal: controller.signal, callbacks: { onBatchEnd } };
}

describe.each(kinds)('%s', (_, make) => {
  let whole: [History, number[][]];
  beforeAll(async () => {
    const own = make();
    whole = [await train(own), numbersOf(own.model)];
  });

  // In an epoch, at its end, in the next one, and in the last step of all.
  test.each(oneIn(3, 'steps', [1, 3, 4, 7, 8, 11, 20]))('stopped after step %p', async (step) => {
    const dir = newDir();
    const first = await train({ ...make(), checkpoint: { dir }, ...stopAfter(step) });
    if (first.steps === whole[0].steps) {
      expect(first.stopReason).toBe('completed');
      return;
    }
    expect(first.stopReason).toBe('aborted');
    // With several batches a step, the first of them ends the training after theirs.
    expect([step, step + 1]).toContain(first.steps);
    expect(first.checkpoint).toMatch(new RegExp(`-step-${first.steps}(-best)?$`));
    const own = make();
    manualSeed(99);
    const second = await train({ ...own, checkpoint: { dir }, resume: true });
    expect(second.resumedFrom).toBe(first.checkpoint);
    expect([resultsOf(second), numbersOf(own.model)]).toEqual([resultsOf(whole[0]), whole[1]]);
  });
});

test.each<[keyof Callbacks, number]>([
  ['onTrainStart', 1],
  ['onEpochStart', 1],
  ['onEpochStart', 3],
  ['onEpochEnd', 1],
  ['onEpochEnd', 2],
  ['onCheckpoint', 1],
  ['onCheckpoint', 4],
])('stopped in %s, call %p', async (name, wanted) => {
  const make = () => {
    const own = setUp();
    return { ...own, validation: new data.DataLoader(set(), { batchSize: 20, shuffle: true }) };
  };
  const whole = make();
  const expected = await train(whole);
  const dir = newDir();
  const controller = new AbortController();
  let calls = 0;
  const callbacks: Callbacks = {
    [name]: () => {
      if (++calls === wanted) controller.abort();
    },
  };
  const checkpoint = { dir, every: 2, everySteps: 5 };
  const first = await train({ ...make(), checkpoint, signal: controller.signal, callbacks });
  expect(first.stopReason).toBe('aborted');
  const again = make();
  const second = await train({ ...again, checkpoint, resume: 'auto' });
  expect(second.resumedFrom).toBe(first.checkpoint);
  expect(resultsOf(second)).toEqual(resultsOf(expected));
  expect(numbersOf(again.model)).toEqual(numbersOf(whole.model));
});

test('stopped in validation, which restarts', async () => {
  const dir = newDir();
  const make = () => {
    const own = setUp();
    const validation = new data.DataLoader(set(), { batchSize: 20, shuffle: true });
    return { ...own, validation };
  };
  const whole = make();
  const expected = await train(whole);
  const controller = new AbortController();
  const own = make();
  let updates = 0;
  const counting: metrics.Metric = {
    eager: true,
    update: () => {
      if (++updates === 8) controller.abort(); // seven batches of training, one of validation
    },
    compute: () => 0,
    reset: () => undefined,
  };
  const first = await train({
    ...own,
    metrics: { ...own.metrics, counting },
    checkpoint: { dir },
    signal: controller.signal,
  });
  expect([first.steps, first.epochs]).toEqual([7, []]);
  const again = make();
  const second = await train({ ...again, checkpoint: { dir }, resume: true });
  const plain = ({ epochs }: History) => epochs.map(({ loss, validation }) => [loss, validation]);
  expect(plain(second).slice(1)).toEqual(plain(expected).slice(1));
  expect(second.epochs[0].loss).toBe(expected.epochs[0].loss);
  expect(second.epochs[0].validation).toEqual(expected.epochs[0].validation);
  expect(numbersOf(again.model)).toEqual(numbersOf(whole.model));
});

test('checkpoints: every so many epochs and steps, the newest stay, and the end is saved', async () => {
  const dir = newDir();
  const messages: string[] = [];
  const history = await train({
    ...setUp(),
    checkpoint: { dir, every: 2, everySteps: 5, keep: 3 },
    callbacks: { onCheckpoint: (path) => messages.push(path) },
  });
  const steps = messages.map((path) => Number(path.split('-').at(-1)));
  expect(steps).toEqual([5, 10, 14, 15, 20, 21]);
  expect(history.checkpoint).toBe(messages.at(-1));
  const remaining = (await io.listCheckpoints(dir)).map(({ step }) => step);
  expect(remaining).toEqual([21, 20, 15]);
  expect(readdirSync(dir)).toHaveLength(4); // and latest
});

test('a finished training that is resumed gives its history, and continues with more epochs', async () => {
  const dir = newDir();
  const first = await train({ ...setUp(), checkpoint: { dir }, resume: 'auto' });
  expect(first.resumedFrom).toBeNull();
  const again = await train({ ...setUp(), checkpoint: { dir }, resume: 'auto' });
  expect(again.epochs).toEqual(first.epochs);
  expect((await io.listCheckpoints(dir)).map(({ step }) => step)).toEqual([21, 14, 7]);
  const [more, whole] = [setUp(), setUp()];
  const longer = await train({ ...more, epochs: 5, checkpoint: { dir }, resume: true });
  manualSeed(1);
  const fresh = setUp();
  const expected = await train({ ...fresh, epochs: 5 });
  expect(whole.epochs).toBe(3);
  expect(resultsOf(longer)).toEqual(resultsOf(expected));
  expect(numbersOf(more.model)).toEqual(numbersOf(fresh.model));
});

test('what else is saved comes back', async () => {
  const dir = newDir();
  const scale = {
    value: 1,
    stateDict: () => ({ value: scale.value }),
    loadStateDict: (dict: { value: number }) => {
      scale.value = dict.value;
    },
  };
  scale.value = 5;
  await train({ ...setUp(), epochs: 1, checkpoint: { dir, entries: { scale, note: 'first' } } });
  scale.value = 0;
  const entries = { scale, note: 'second' };
  await train({ ...setUp(), epochs: 1, checkpoint: { dir, entries }, resume: true });
  expect(scale.value).toBe(5);
  expect((await io.loadCheckpoint(dir))['note']).toBe('first');
});

test('a damaged checkpoint is refused; with fallback the newest good one is taken', async () => {
  const dir = newDir();
  const whole = setUp();
  const first = await train({ ...whole, checkpoint: { dir } });
  const [newest, good] = await io.listCheckpoints(dir);
  truncateSync(join(newest.path, 'model.safetensors'), 100);
  const again = () => ({ ...setUp(), resume: true });
  await expect(train({ ...again(), checkpoint: { dir } })).rejects.toMatchObject({
    name: 'CheckpointError',
    fallback: good.path,
  });
  const own = again();
  const second = await train({ ...own, checkpoint: { dir, fallback: true } });
  expect([second.resumedFrom, good.step]).toEqual([good.path, 14]);
  expect(resultsOf(second)).toEqual(resultsOf(first));
  expect(numbersOf(own.model)).toEqual(numbersOf(whole.model));
});

test('resume without a checkpoint is refused, and changes nothing', async () => {
  const own = setUp();
  const before = numbersOf(own.model);
  const options = { ...own, checkpoint: { dir: newDir() } };
  await expect(train({ ...options, resume: true })).rejects.toThrow(
    /^loadCheckpoint: .* contains no checkpoint$/,
  );
  expect(numbersOf(own.model)).toEqual(before);
});

test('a directory that cannot be made is an error before the first step', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  let steps = 0;
  const options = { ...setUp(), callbacks: { onBatchEnd: () => steps++ } };
  const dir = join(file, 'checkpoints');
  await expect(train({ ...options, checkpoint: { dir } })).rejects.toMatchObject({
    code: 'ENOTDIR',
  });
  expect(steps).toBe(0);
});

test('a signal that has been given already: no step, and nothing is saved', async () => {
  const dir = newDir();
  const history = await train({
    ...setUp(),
    checkpoint: { dir },
    signal: AbortSignal.abort(),
  });
  expect(history).toEqual({
    epochs: [],
    best: null,
    stopReason: 'aborted',
    steps: 0,
    checkpoint: null,
    bestCheckpoint: null,
    resumedFrom: null,
  });
});

test('the loss of a model that is loaded is that of the model that was saved', async () => {
  const dir = newDir();
  const own = setUp();
  await train({ ...own, checkpoint: { dir } });
  const other = setUp(5);
  await io.loadCheckpoint(dir, { model: other.model });
  const [x, y] = points();
  const lossOf = (model: nn.Sequential) => F.crossEntropy(model.eval().forward(x), y).item();
  expect(lossOf(other.model)).toBe(lossOf(own.model));
});

/** What is monitored, when a run ends, what it keeps, and what train refuses. */
import type { nn } from 'blasgrad';
import { metrics, optim, train, type Callbacks, type TrainOptions } from 'blasgrad';
import { numbersOf, setUp, type Pair } from './support';

type Options = TrainOptions<Pair, nn.Sequential>;

/** A metric that says these values, one an epoch. */
function script(values: readonly number[], higherIsBetter?: boolean): metrics.Metric {
  let epoch = 0;
  return {
    higherIsBetter,
    update: () => undefined,
    compute: () => values[epoch++],
    reset: () => undefined,
  };
}

test.each<{
  values: number[];
  higher: boolean;
  stopping: { patience: number; minDelta?: number };
  epochs: number;
  best: number | null;
  stopReason: string;
}>([
  { values: [3, 2, 1, 2], higher: false, stopping: { patience: 2 }, epochs: 4, best: 3, stopReason: 'completed' }, // prettier-ignore
  { values: [3, 1, 2, 1], higher: false, stopping: { patience: 2 }, epochs: 4, best: 2, stopReason: 'earlyStopping' }, // prettier-ignore
  { values: [1, 3, 2, 3, 9], higher: true, stopping: { patience: 2 }, epochs: 4, best: 2, stopReason: 'earlyStopping' }, // prettier-ignore
  { values: [1, 2, 9], higher: false, stopping: { patience: 1 }, epochs: 2, best: 1, stopReason: 'earlyStopping' }, // prettier-ignore
  { values: [3, 2.75, 2.5, 1], higher: false, stopping: { patience: 2, minDelta: 0.5 }, epochs: 3, best: 1, stopReason: 'earlyStopping' }, // prettier-ignore
  { values: [NaN, NaN, 1], higher: false, stopping: { patience: 2 }, epochs: 2, best: null, stopReason: 'earlyStopping' }, // prettier-ignore
  { values: [NaN, 5, NaN, 4], higher: true, stopping: { patience: 2 }, epochs: 4, best: 2, stopReason: 'earlyStopping' }, // prettier-ignore
])('early stopping: $values', async ({ values, higher, stopping, epochs, best, stopReason }) => {
  const own = setUp();
  const snapshots: number[][][] = [];
  const callbacks: Callbacks = { onEpochEnd: () => snapshots.push(numbersOf(own.model)) };
  const history = await train({
    ...own,
    epochs: 4,
    metrics: { score: script(values, higher) },
    monitor: 'score',
    earlyStopping: stopping,
    keepBest: true,
    callbacks,
  });
  expect(history.stopReason).toBe(stopReason);
  expect(history.epochs).toHaveLength(epochs);
  expect(history.best?.epoch ?? null).toBe(best);
  expect(numbersOf(own.model)).toEqual(snapshots[(best ?? epochs) - 1]);
});

test('the monitor is of validation where there is any, and mode overrules the metric', async () => {
  const values = [0, 1, 0, 5, 0, 3]; // training and validation in turn
  const run = async (mode?: 'min' | 'max') => {
    const own = setUp();
    const score = script(values, true);
    const options = { ...own, validation: own.loader, metrics: { score }, monitor: 'score', mode };
    return (await train(options)).best;
  };
  expect(await run()).toEqual({ epoch: 2, value: 5 });
  expect(await run('min')).toEqual({ epoch: 1, value: 1 });
});

test('ReduceLROnPlateau gets the monitored value', async () => {
  const own = setUp();
  const scheduler = new optim.lrScheduler.ReduceLROnPlateau(own.optimizer, {
    patience: 0,
    factor: 0.5,
  });
  const { epochs } = await train({
    ...own,
    epochs: 4,
    metrics: { score: script([1, 2, 1, 0], false) },
    monitor: 'score',
    scheduler,
  });
  expect(epochs.map(({ lr }) => lr)).toEqual([0.02, 0.02, 0.01, 0.005]);
});

const base = (): Options => setUp();
test.each<[string, () => unknown, string]>([
  ['no options', () => undefined, 'train: expected an object for options, got undefined'],
  ['an unknown option', () => ({ ...base(), epoch: 3 }), "for options, got 'epoch'"],
  ['no model', () => ({ ...base(), model: {} }), 'train: expected a module for model, got an object'], // prettier-ignore
  ['no optimizer', () => ({ ...base(), optimizer: 1 }), 'train: expected an optimizer for optimizer, got 1'], // prettier-ignore
  ['no loader', () => ({ ...base(), loader: 5 }), 'train: expected a loader or an array of batches for loader, got 5'], // prettier-ignore
  ['a used-up loader', () => ({ ...base(), loader: [][Symbol.iterator]() }), 'train: loader is an iterator, which can be read only once; pass an iterable such as a DataLoader or an array'], // prettier-ignore
  ['epochs', () => ({ ...base(), epochs: 1.5 }), 'train: expected an integer of at least 0 for epochs, got 1.5'], // prettier-ignore
  ['no loss', () => ({ ...base(), loss: undefined }), 'train: no loss; pass loss or batchLoss'], // prettier-ignore
  ['two losses', () => ({ ...base(), batchLoss: () => 1 }), 'train: pass loss or batchLoss, not both'], // prettier-ignore
  ['a loss that is none', () => ({ ...base(), loss: 3 }), 'train: expected a function or a module for loss, got 3'], // prettier-ignore
  ['a metric', () => ({ ...base(), metrics: { a: metrics.accuracy } }), 'train: expected an object with update, compute and reset for metrics.a, got a function'], // prettier-ignore
  ['a metric named loss', () => ({ ...base(), metrics: { loss: metrics.mae() } }), "train: a metric cannot have the name 'loss'"], // prettier-ignore
  ['a monitor', () => ({ ...base(), monitor: 'f1' }), "train: expected 'loss' or 'accuracy' for monitor, got 'f1'"], // prettier-ignore
  ['a monitor without mode', () => ({ ...base(), metrics: { a: script([1]) }, monitor: 'a' }), "train: the metric 'a' does not say whether higher is better; set mode to 'min' or 'max'"], // prettier-ignore
  ['a mode', () => ({ ...base(), mode: 'up' }), "train: expected 'min' or 'max' for mode, got 'up'"], // prettier-ignore
  ['patience', () => ({ ...base(), earlyStopping: {} }), 'train: expected an integer for earlyStopping.patience, got undefined'], // prettier-ignore
  ['a schedule', () => ({ ...base(), scheduler: {} }), 'train: expected a scheduler of optim.lrScheduler for scheduler, got an object'], // prettier-ignore
  [
    'a plateau per step',
    () => {
      const own = base();
      const scheduler = new optim.lrScheduler.ReduceLROnPlateau(own.optimizer);
      return { ...own, scheduler, schedulerInterval: 'step' };
    },
    "train: ReduceLROnPlateau cannot be stepped after each step; set schedulerInterval to 'epoch'",
  ],
  ['gradientAccumulationSteps', () => ({ ...base(), gradientAccumulationSteps: 0 }), 'train: expected an integer of at least 1 for gradientAccumulationSteps, got 0'], // prettier-ignore
  ['a norm', () => ({ ...base(), clipGradNorm: -1 }), 'train: expected a number of at least 0 for clipGradNorm, got -1'], // prettier-ignore
  ['resume without a directory', () => ({ ...base(), resume: true }), 'train: resume needs the option checkpoint, which names the directory'], // prettier-ignore
  ['a checkpoint without a directory', () => ({ ...base(), checkpoint: {} }), 'train: expected a path or a file URL for checkpoint.dir, got undefined'], // prettier-ignore
  ['an entry that is taken', () => ({ ...base(), checkpoint: { dir: 'x', entries: { model: 1 } } }), "train: checkpoint.entries cannot have the name 'model', which train uses itself"], // prettier-ignore
  ['a signal', () => ({ ...base(), signal: {} }), 'train: expected an AbortSignal for signal, got an object'], // prettier-ignore
  ['callbacks', () => ({ ...base(), callbacks: [() => 1, 3] }), 'train: expected an object of functions for callbacks[0], got a function'], // prettier-ignore
  ['an optimizer of another model', () => ({ ...base(), optimizer: setUp().optimizer }), "train: optimizer has none of the model's parameters; create it with model.parameters()"], // prettier-ignore
  ['a schedule of another optimizer', () => ({ ...base(), scheduler: new optim.lrScheduler.StepLR(setUp().optimizer, 1) }), 'train: scheduler belongs to another optimizer; create it with this one'], // prettier-ignore
  ['a callback', () => ({ ...base(), callbacks: [{}, { onEpochEnd: 5 }] }), 'train: expected a function for callbacks[1].onEpochEnd, got 5'], // prettier-ignore
  ['fallback', () => ({ ...base(), checkpoint: { dir: 'x', fallback: 1 } }), 'checkpoint.fallback, got 1'], // prettier-ignore
  ['classes that do not fit', () => ({ ...base(), metrics: { f1: metrics.confusionMatrix(3) }, loss: undefined, batchLoss: (model: nn.Sequential, [x, target]: Pair) => ({ loss: model.forward(x).mean(), output: model.forward(x).repeat(1, 2), target }) }), 'confusionMatrix: expected at most 3 classes, as numClasses says, for output, got [8, 4]'], // prettier-ignore
  ['watching what is compiled', () => ({ ...base(), detectAnomaly: true, compile: true }), 'train: detectAnomaly cannot be used with compile: true; leave out compile'], // prettier-ignore
  ['an empty loader', () => ({ ...base(), loader: [] }), 'train: loader yielded no batches'], // prettier-ignore
  ['empty validation', () => ({ ...base(), validation: [] }), 'train: validation yielded no samples'], // prettier-ignore
  ['a batch without target', () => ({ ...base(), loader: [1, 2] }), 'train: batch is 1, not a tensor; convert it in `collate`, or set compile: false'], // prettier-ignore
  ['a batch of one tensor', () => ({ ...base(), loader: Array.from(setUp().loader, ([x]) => [x]) }), 'not an array [input, target]; change it in `collate`, or pass batchLoss'], // prettier-ignore
  ['a loss of each sample', () => ({ ...base(), loss: (output: unknown) => output }), 'train: the loss has shape [8, 2], but must be one number; reduce it with mean() or sum()'], // prettier-ignore
  ['no loss at all', () => ({ ...base(), loss: () => 1 }), 'train: the loss is 1, not a tensor'], // prettier-ignore
  ['metrics of a bare loss', () => ({ ...base(), loss: undefined, batchLoss: (model: nn.Sequential, [x]: Pair) => model.forward(x).mean() }), 'train: metrics need the output and the target; return { loss, output, target } from batchLoss'], // prettier-ignore
  ['a monitor of many numbers', () => ({ ...base(), metrics: { c: metrics.confusionMatrix(2) }, monitor: 'c', mode: 'max' }), "train: the monitored metric 'c' is an array of 2 elements, not a number"], // prettier-ignore
])('refused: %s', async (_, options, message) => {
  const all = options() as Options;
  await expect(train(all)).rejects.toThrow(message);
});

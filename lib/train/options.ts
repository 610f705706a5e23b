/** Checks the options of `train` and sets defaults. */
import { requireSignal } from '../core/abort';
import {
  describe,
  requireBoolean,
  requireInRange,
  requireInteger,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
} from '../core/errors';
import { Generator } from '../core/generator';
import { rand } from '../creation/random';
import { requirePath } from '../io/file';
import { Module, type AnyModule } from '../nn';
import type { Optimizer } from '../optim';
import { LRScheduler, ReduceLROnPlateau, type Schedule } from '../optim/lrScheduler';
import { requireOptimizer } from '../optim/optimizer';
import type { Tensor } from '../core/tensor';
import type { Metric } from './metrics';
import type { OnNonFinite } from './nonFinite';
import type { Batches, BatchLoss, Callbacks, TrainOptions } from './types';

const op = 'train';

/** The checked options. */
export interface Plan {
  readonly model: AnyModule;
  readonly lossOf: (batch: unknown) => Tensor | BatchLoss;
  readonly optimizer: Optimizer;
  readonly loader: Batches<unknown>;
  readonly validation: Batches<unknown> | null;
  readonly epochs: number;
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly scheduler: LRScheduler | ReduceLROnPlateau | null;
  readonly schedulerInterval: 'epoch' | 'step';
  readonly clipGradNorm: number | null;
  readonly clipGradValue: number | null;
  readonly gradientAccumulationSteps: number;
  readonly monitor: string;
  readonly mode: 'min' | 'max' | null;
  readonly patience: number;
  readonly minDelta: number;
  readonly keepBest: boolean;
  readonly checkpoint: Saving | null;
  readonly resume: boolean | 'auto';
  readonly callbacks: readonly Callbacks[];
  readonly signal: AbortSignal | null;
  readonly handleSignals: boolean;
  readonly compile: boolean;
  readonly detectAnomaly: boolean;
  readonly onNonFinite: OnNonFinite;
  readonly generator: Generator;
}

/** When and where to save checkpoints. */
export interface Saving {
  readonly dir: string;
  readonly every: number;
  readonly everySteps: number;
  readonly keep: number;
  readonly best: boolean;
  readonly fallback: boolean;
  readonly entries: Readonly<Record<string, unknown>>;
}

const known =
  'model loss batchLoss optimizer loader validation epochs metrics scheduler schedulerInterval clipGradNorm ' +
  'clipGradValue gradientAccumulationSteps monitor mode earlyStopping keepBest checkpoint resume callbacks signal ' +
  'handleSignals compile detectAnomaly onNonFinite seed generator';

/** Checks the options; throws a TypeError or RangeError that names the option. */
export function planOf<Batch, Model extends AnyModule>(options: TrainOptions<Batch, Model>): Plan {
  if ((options as unknown) === undefined) throw wrongType(op, 'an object', 'options', options);
  requireOptions(op, options, known.split(' '));
  const { model, optimizer, loader, validation, scheduler, signal } = options;
  if (!(model instanceof Module)) throw wrongType(op, 'a module', 'model', model);
  requireOptimizer(op, optimizer);
  requireModelParameters(model, optimizer);
  requireBatches('loader', loader);
  if (validation !== undefined) requireBatches('validation', validation);
  const metrics = metricsOf(options.metrics);
  const monitor = options.monitor ?? 'loss';
  if (monitor !== 'loss' && !metrics.has(monitor)) {
    const names = ['loss', ...metrics.keys()].map((name) => `'${name}'`).join(' or ');
    throw unexpected(op, names, 'monitor', describe(monitor));
  }
  const detectAnomaly = requireBoolean(op, 'detectAnomaly', options.detectAnomaly ?? false);
  const compiled = requireBoolean(op, 'compile', options.compile ?? !detectAnomaly);
  if (detectAnomaly && compiled) {
    throw new RangeError(
      `${op}: detectAnomaly cannot be used with compile: true; leave out compile`,
    );
  }
  requireSignal(op, signal);
  const keepBest = requireBoolean(op, 'keepBest', options.keepBest ?? false);
  const checkpoint = savingOf(options.checkpoint, keepBest);
  const resume = options.resume ?? false;
  if (resume !== 'auto') requireBoolean(op, 'resume', resume);
  if (resume !== false && checkpoint === null) {
    throw new RangeError(`${op}: resume needs the option checkpoint, which names the directory`);
  }
  const schedule = schedulerOf(scheduler, optimizer);
  const schedulerInterval = requireOneOf(
    op,
    'schedulerInterval',
    options.schedulerInterval ?? 'epoch',
    ['epoch', 'step'],
  );
  if (schedulerInterval === 'step' && schedule instanceof ReduceLROnPlateau) {
    throw new RangeError(
      `${op}: ReduceLROnPlateau cannot be stepped after each step; set schedulerInterval to 'epoch'`,
    );
  }
  const { patience, minDelta } = stoppingOf(options.earlyStopping);
  const mode = modeOf(options.mode, monitor, metrics);
  if (mode === null && (keepBest || patience < Infinity || options.monitor !== undefined)) {
    throw new RangeError(
      `${op}: the metric '${monitor}' does not say whether higher is better; set mode to 'min' or 'max'`,
    );
  }
  return {
    model: model as AnyModule,
    lossOf: lossOf(options),
    optimizer,
    loader,
    validation: validation ?? null,
    epochs: requireInteger(op, 'epochs', options.epochs, 0),
    metrics,
    scheduler: schedule,
    schedulerInterval,
    clipGradNorm: limitOf('clipGradNorm', options.clipGradNorm),
    clipGradValue: limitOf('clipGradValue', options.clipGradValue),
    gradientAccumulationSteps: requireInteger(
      op,
      'gradientAccumulationSteps',
      options.gradientAccumulationSteps ?? 1,
      1,
    ),
    monitor,
    mode,
    patience,
    minDelta,
    keepBest,
    checkpoint,
    resume,
    callbacks: callbacksOf(options.callbacks),
    signal: signal ?? null,
    handleSignals: requireBoolean(op, 'handleSignals', options.handleSignals ?? true),
    compile: compiled,
    detectAnomaly,
    onNonFinite: requireOneOf(op, 'onNonFinite', options.onNonFinite ?? 'warn', [
      'warn',
      'stop',
      'ignore',
    ] as const),
    generator: generatorOf(options), // last: it draws a number
  };
}

/**
 * The generator of a run. Runs at the same time have one each, so that their random numbers do not depend on each
 * other.
 */
function generatorOf({
  seed,
  generator,
}: {
  seed?: number | undefined;
  generator?: Generator | undefined;
}): Generator {
  if (generator !== undefined) {
    if (seed !== undefined) throw new RangeError(`${op}: pass either seed or generator, not both`);
    if (generator instanceof Generator) return generator;
    throw wrongType(op, 'a Generator', 'generator', generator);
  }
  return new Generator(seed ?? Math.floor(rand(1, { dtype: 'float64' }).item() * 2 ** 53));
}

function lossOf<Batch, Model extends AnyModule>(
  options: TrainOptions<Batch, Model>,
): Plan['lossOf'] {
  const { model, loss, batchLoss } = options;
  if ((loss === undefined) === (batchLoss === undefined)) {
    const problem =
      loss === undefined ? 'no loss; pass loss or batchLoss' : 'pass loss or batchLoss, not both';
    throw new RangeError(`${op}: ${problem}`);
  }
  if (batchLoss !== undefined) {
    if (typeof batchLoss !== 'function') throw wrongType(op, 'a function', 'batchLoss', batchLoss);
    return (batch) => batchLoss(model, batch as Batch);
  }
  const lossOption: unknown = loss;
  const isModule = typeof lossOption === 'object' && lossOption !== null && 'forward' in lossOption;
  const criterion: unknown = isModule ? lossOption.forward : lossOption;
  if (typeof criterion !== 'function') {
    throw wrongType(op, 'a function or a module', 'loss', lossOption);
  }
  const compute = criterion.bind(lossOption) as (output: Tensor, target: Tensor) => Tensor;
  return (batch) => {
    if (!Array.isArray(batch) || batch.length < 2) {
      throw new TypeError(
        `${op}: a batch is ${describe(batch)}, not an array [input, target]; ` +
          'change it in `collate`, or pass batchLoss',
      );
    }
    const target = batch.at(-1) as Tensor;
    const output = model.forward(...(batch.slice(0, -1) as unknown[])) as Tensor;
    return { loss: compute(output, target), output, target };
  };
}

function requireBatches(name: string, value: unknown): void {
  const iterable =
    typeof value === 'object' &&
    value !== null &&
    (Symbol.asyncIterator in value || Symbol.iterator in value);
  if (!iterable) throw wrongType(op, 'a loader or an array of batches', name, value);
  if ('next' in value) {
    throw new TypeError(
      `${op}: ${name} is an iterator, which can be read only once; ` +
        'pass an iterable such as a DataLoader or an array',
    );
  }
}

function metricsOf(value: unknown): Map<string, Metric> {
  if (value === undefined) return new Map();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(op, 'an object of metrics', 'metrics', value);
  }
  const metrics = new Map<string, Metric>(Object.entries(value as Record<string, Metric>));
  for (const [name, metric] of metrics as ReadonlyMap<string, unknown>) {
    if (name === 'loss') {
      throw new RangeError(
        `${op}: a metric cannot have the name 'loss', under which the loss is reported`,
      );
    }
    const methods = ['update', 'compute', 'reset'] as const;
    const fits =
      typeof metric === 'object' &&
      metric !== null &&
      methods.every((method) => typeof (metric as Partial<Metric>)[method] === 'function');
    if (!fits) {
      throw wrongType(op, 'an object with update, compute and reset', `metrics.${name}`, metric);
    }
  }
  return metrics;
}

function modeOf(
  mode: unknown,
  monitor: string,
  metrics: ReadonlyMap<string, Metric>,
): 'min' | 'max' | null {
  if (mode !== undefined) return requireOneOf(op, 'mode', mode, ['min', 'max'] as const);
  if (monitor === 'loss') return 'min';
  const better = metrics.get(monitor)?.higherIsBetter;
  return better === undefined ? null : better ? 'max' : 'min';
}

function stoppingOf(value: unknown): { patience: number; minDelta: number } {
  if (value === undefined) return { patience: Infinity, minDelta: 0 };
  requireOptions(`${op}: earlyStopping`, value, ['patience', 'minDelta']);
  const { patience, minDelta = 0 } = value as { patience?: unknown; minDelta?: unknown };
  return {
    patience: requireInteger(op, 'earlyStopping.patience', patience, 1),
    minDelta: requireInRange(op, 'earlyStopping.minDelta', minDelta, 0, Infinity),
  };
}

function savingOf(value: TrainOptions<unknown>['checkpoint'], keepBest: boolean): Saving | null {
  if (value === undefined) return null;
  const names = ['dir', 'every', 'everySteps', 'keep', 'best', 'fallback', 'entries'];
  requireOptions(`${op}: checkpoint`, value, names);
  const { every = 1, everySteps = Infinity, keep = 3, fallback = false, entries = {} } = value;
  if (every !== Infinity) requireInteger(op, 'checkpoint.every', every, 1);
  if (everySteps !== Infinity) requireInteger(op, 'checkpoint.everySteps', everySteps, 1);
  if (keep !== Infinity) requireInteger(op, 'checkpoint.keep', keep, 1);
  const best = requireBoolean(op, 'checkpoint.best', value.best ?? (keepBest || every === 1));
  requireBoolean(op, 'checkpoint.fallback', fallback);
  const reserved = ['model', 'optimizer', 'scheduler', 'loader', 'training', 'step'];
  const taken = Object.keys(entries).find((name) => reserved.includes(name));
  if (taken !== undefined) {
    throw new RangeError(
      `${op}: checkpoint.entries cannot have the name '${taken}', which train uses itself (as ${reserved.join(', ')})`,
    );
  }
  const dir = requirePath(op, value.dir, 'checkpoint.dir');
  return { dir, every, everySteps, keep, best, fallback, entries };
}

function schedulerOf(scheduler: Schedule | undefined, optimizer: Optimizer): Plan['scheduler'] {
  if (scheduler === undefined) return null;
  if (!(scheduler instanceof LRScheduler || scheduler instanceof ReduceLROnPlateau)) {
    throw wrongType(op, 'a scheduler of optim.lrScheduler', 'scheduler', scheduler);
  }
  if (scheduler.optimizer === optimizer) return scheduler;
  throw new RangeError(`${op}: scheduler belongs to another optimizer; create it with this one`);
}

/** Throws for an optimizer of another model, which would silently train nothing. */
function requireModelParameters(model: AnyModule, optimizer: Optimizer): void {
  const own = new Set<Tensor>(model.parameters());
  const some = optimizer.paramGroups.some(({ params }) => params.some((param) => own.has(param)));
  if (own.size === 0 || some) return;
  throw new RangeError(
    `${op}: optimizer has none of the model's parameters; create it with model.parameters()`,
  );
}

function limitOf(name: string, value: unknown): number | null {
  return value === undefined ? null : requireInRange(op, name, value, 0, Infinity);
}

const callbackNames = [
  'onTrainStart',
  'onEpochStart',
  'onBatchEnd',
  'onEpochEnd',
  'onCheckpoint',
  'onTrainEnd',
] as const satisfies readonly (keyof Callbacks)[];

function callbacksOf(value: TrainOptions<unknown>['callbacks']): Callbacks[] {
  const list: unknown[] = value === undefined ? [] : [value].flat();
  list.forEach((callbacks, i) => {
    if (typeof callbacks !== 'object' || callbacks === null) {
      throw wrongType(op, 'an object of functions', `callbacks[${i}]`, callbacks);
    }
    for (const name of callbackNames) {
      const call = (callbacks as Readonly<Record<string, unknown>>)[name];
      if (call === undefined || typeof call === 'function') continue;
      throw wrongType(op, 'a function', `callbacks[${i}].${name}`, call);
    }
  });
  return list as Callbacks[];
}

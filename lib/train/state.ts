/** The progress of a training run. With model, optimizer, scheduler and loader, it suffices to resume exactly. */
import { requireInteger, requireNumber, wrongType } from '../core/errors';
import type { StateDict } from '../nn';
import type { Metric } from './metrics';
import type { Plan } from './options';
import type { EpochResult, PassResult } from './types';

/** The best epoch by the monitored value. */
export interface Best {
  readonly epoch: number;
  readonly value: number;
  /** The model's state in that epoch, if it is kept. */
  readonly model: StateDict | null;
}

interface Dict {
  epoch: number;
  batch: number;
  trained: PassResult | null;
  step: number;
  lossSum: number;
  samples: number;
  seconds: number;
  waited: number;
  best: Best | null;
  results: EpochResult[];
  order: number[];
  metrics: Record<string, unknown>;
}

const counts = ['epoch', 'batch', 'step', 'samples', 'waited'] as const;

/** The progress, which can be saved in a checkpoint. */
export class TrainingState {
  /** Number of finished epochs. */
  epoch = 0;
  /** Number of batches done in the current epoch. */
  batch = 0;
  /** The training result of the current epoch, if only its validation is missing. */
  trained: PassResult | null = null;
  /** Number of optimizer steps. */
  step = 0;
  lossSum = 0;
  samples = 0;
  /** Training time in the current epoch, in seconds. */
  seconds = 0;
  /** Number of epochs since the best one. */
  waited = 0;
  best: Best | null = null;
  results: EpochResult[] = [];
  /** State of the default generator at the start of the epoch, for loaders without a state. */
  order: number[] = [];

  constructor(private readonly metrics: ReadonlyMap<string, Metric>) {}

  /** Starts the next epoch. */
  nextEpoch(): void {
    this.batch = this.samples = this.lossSum = this.seconds = 0;
    this.trained = null;
    this.resetMetrics();
  }

  resetMetrics(): void {
    for (const metric of this.metrics.values()) metric.reset();
  }

  /** Counts epochs without improvement, and keeps the best model; returns whether this epoch is the best. */
  compare(value: number, { mode, minDelta, keepBest, model }: Plan): boolean {
    const best = this.best?.value;
    const sign = mode === 'max' ? -1 : 1;
    const better =
      best === undefined ? !Number.isNaN(value) : sign * value < sign * best - minDelta;
    this.waited = better ? 0 : this.waited + 1;
    if (!better) return false;
    const dict = keepBest ? Object.entries(model.stateDict()) : null;
    const copy = dict && Object.fromEntries(dict.map(([name, tensor]) => [name, tensor.clone()]));
    this.best = { epoch: this.epoch, value, model: copy };
    return true;
  }

  stateDict(): Record<string, unknown> {
    const { metrics, ...plain } = this;
    const sums = [...metrics].map(([name, metric]) => [name, metric.stateDict?.() ?? null]);
    return { ...plain, metrics: Object.fromEntries(sums) as unknown };
  }

  loadStateDict(dict: Readonly<Record<string, unknown>>): void {
    const checked = requireDict(dict);
    const saved = new Map(Object.entries(checked.metrics));
    for (const [name, metric] of this.metrics) {
      const sums = saved.get(name);
      if (sums === undefined || sums === null) metric.reset();
      else metric.loadStateDict?.(sums as StateDict);
    }
    const { metrics: _, ...plain } = checked;
    Object.assign(this, plain);
  }
}

/** Checks the state from a checkpoint. */
function requireDict(dict: unknown): Dict {
  const op = 'loadStateDict';
  if (typeof dict !== 'object' || dict === null) throw wrongType(op, 'an object', 'dict', dict);
  const saved = dict as Partial<Dict>;
  for (const name of counts) requireInteger(op, name, saved[name], 0);
  requireNumber(op, 'seconds', saved.seconds);
  if (typeof saved.lossSum !== 'number') throw wrongType(op, 'a number', 'lossSum', saved.lossSum);
  if (!Array.isArray(saved.results)) throw wrongType(op, 'an array', 'results', saved.results);
  if (!Array.isArray(saved.order)) throw wrongType(op, 'an array', 'order', saved.order);
  for (const name of ['best', 'trained', 'metrics'] as const) {
    if (typeof saved[name] !== 'object') throw wrongType(op, 'an object', name, saved[name]);
  }
  const names = [...counts, 'seconds', 'lossSum', 'trained', 'results', 'order', 'best'] as const;
  const own = Object.fromEntries(names.map((name) => [name, saved[name]]));
  return { ...own, metrics: saved.metrics ?? {} } as unknown as Dict;
}

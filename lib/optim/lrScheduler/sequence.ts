/** Schedulers that combine others. */
import {
  describe,
  requireArity,
  requireInteger,
  requireList,
  requireMethodArity,
  unexpected,
  wrongType,
} from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { LRScheduler, type SchedulerState } from './scheduler';

function requireSchedulers(op: string, schedulers: unknown, optimizer?: Optimizer): LRScheduler[] {
  const list = requireList(op, 'an array of schedules', 'schedulers', schedulers);
  if (list.length === 0) throw unexpected(op, 'at least one schedule', 'schedulers', 'none');
  return list.map((scheduler, i) => {
    const name = `schedulers[${i}]`;
    if (!(scheduler instanceof LRScheduler)) throw wrongType(op, 'a schedule', name, scheduler);
    const same = optimizer ?? (list[0] as LRScheduler).optimizer;
    if (scheduler.optimizer !== same) {
      throw unexpected(op, 'a schedule of the same optimizer', name, 'one of another');
    }
    return scheduler;
  });
}

/** A scheduler that saves the states of others with its own. */
abstract class Composite extends LRScheduler {
  readonly #parts: readonly LRScheduler[];

  constructor(optimizer: Optimizer, parts: readonly LRScheduler[]) {
    super(optimizer);
    this.#parts = parts;
  }

  /** The schedulers in order. */
  get schedulers(): readonly LRScheduler[] {
    return this.#parts;
  }

  override stateDict(): SchedulerState {
    requireMethodArity(this, 'stateDict', arguments.length, 0);
    return { ...super.stateDict(), schedulers: this.#parts.map((part) => part.stateDict()) };
  }

  override loadStateDict({ schedulers, ...own }: SchedulerState): void {
    requireMethodArity(this, 'loadStateDict', arguments.length, 1);
    if (!Array.isArray(schedulers) || schedulers.length !== this.#parts.length) {
      const what = `${this.#parts.length} states of schedules`;
      throw unexpected('loadStateDict', what, 'schedulers', describe(schedulers));
    }
    super.loadStateDict(own);
    this.#parts.forEach((part, i) => part.loadStateDict(schedulers[i] as SchedulerState));
  }
}

/** One scheduler after another: the next one starts at each milestone (torch's SequentialLR). */
export class SequentialLR extends Composite {
  /** The steps at which the next scheduler starts. */
  readonly milestones: readonly number[];

  constructor(
    optimizer: Optimizer,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
  ) {
    requireArity('SequentialLR', arguments.length, 3);
    const op = 'SequentialLR';
    super(optimizer, requireSchedulers(op, schedulers, optimizer));
    if (!Array.isArray(milestones) || milestones.length !== schedulers.length - 1) {
      const what = `${schedulers.length - 1} step numbers`;
      throw unexpected(op, what, 'milestones', describe(milestones));
    }
    this.milestones = milestones.map((milestone, i) => {
      const least = i === 0 ? 1 : (milestones[i - 1] as number) + 1;
      return requireInteger(op, `milestones[${i}]`, milestone, least);
    });
    this._start();
  }

  override getLr(): number[] {
    const index = this.milestones.filter((milestone) => milestone <= this.lastEpoch).length;
    const part = this.schedulers[index];
    if (this.lastEpoch === 0 || this.milestones.includes(this.lastEpoch)) part._start();
    else part.step();
    return part.getLastLr();
  }
}

/** All schedulers at once: each changes the rates that the one before it set (torch's ChainedScheduler). */
export class ChainedScheduler extends Composite {
  constructor(schedulers: readonly LRScheduler[]) {
    requireArity('ChainedScheduler', arguments.length, 1);
    const parts = requireSchedulers('ChainedScheduler', schedulers);
    super(parts[0].optimizer, parts);
    this.lastEpoch = 0; // each scheduler has started already
  }

  override getLr(): number[] {
    for (const part of this.schedulers) part.step();
    return this.groups.map((group) => group.lr);
  }
}

/** Schedulers that combine others. */
import {
  describe,
  methodName,
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
  const list = requireList(op, 'an array of schedulers', 'schedulers', schedulers);
  if (list.length === 0) throw unexpected(op, 'at least one scheduler', 'schedulers', 'none');
  return list.map((scheduler, i) => {
    const name = `schedulers[${i}]`;
    if (!(scheduler instanceof LRScheduler)) throw wrongType(op, 'an LRScheduler', name, scheduler);
    const same = optimizer ?? (list[0] as LRScheduler).optimizer;
    if (scheduler.optimizer !== same) {
      throw new RangeError(
        `${op}: ${name} changes another optimizer; pass schedulers of one optimizer`,
      );
    }
    return scheduler;
  });
}

/** A scheduler that saves the states of others with its own. */
abstract class Composite extends LRScheduler {
  readonly #schedulers: readonly LRScheduler[];

  constructor(optimizer: Optimizer, schedulers: readonly LRScheduler[]) {
    super(optimizer);
    this.#schedulers = schedulers;
  }

  /** The schedulers, in order. */
  get schedulers(): readonly LRScheduler[] {
    return this.#schedulers;
  }

  override stateDict(): SchedulerState {
    requireMethodArity(this, 'stateDict', arguments.length, 0);
    return {
      ...super.stateDict(),
      schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()),
    };
  }

  override loadStateDict({ schedulers, ...own }: SchedulerState): void {
    requireMethodArity(this, 'loadStateDict', arguments.length, 1);
    if (!Array.isArray(schedulers) || schedulers.length !== this.#schedulers.length) {
      const what = `an array of ${this.#schedulers.length} scheduler states`;
      throw unexpected(methodName(this, 'loadStateDict'), what, 'schedulers', describe(schedulers));
    }
    super.loadStateDict(own);
    this.#schedulers.forEach((scheduler, i) => {
      scheduler.loadStateDict(schedulers[i] as SchedulerState);
    });
  }
}

/**
 * Runs schedulers one after another; the next one starts at each milestone.
 *
 * @see torch.optim.lr_scheduler.SequentialLR
 * @example new optim.lrScheduler.SequentialLR(optimizer, [warmup, decay], [5])
 */
export class SequentialLR extends Composite {
  /** Steps at which the next scheduler starts. */
  readonly milestones: readonly number[];

  /**
   * Creates the scheduler and starts the first of the schedulers.
   *
   * @param optimizer the optimizer of all schedulers
   * @param schedulers schedulers in order
   * @param milestones steps at which the next scheduler starts, one less than schedulers
   * @throws RangeError if the schedulers have different optimizers, or the number of milestones is wrong
   */
  constructor(
    optimizer: Optimizer,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
  ) {
    requireArity('SequentialLR', arguments.length, 3);
    const op = 'SequentialLR';
    super(optimizer, requireSchedulers(op, schedulers, optimizer));
    if (!Array.isArray(milestones) || milestones.length !== schedulers.length - 1) {
      const what = `an array of ${schedulers.length - 1} step numbers`;
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
    const current = this.schedulers[index];
    if (this.lastEpoch === 0 || this.milestones.includes(this.lastEpoch)) current._start();
    else current.step();
    return current.getLastLr();
  }
}

/**
 * Runs all schedulers in every step; each changes the learning rates that the previous one set.
 *
 * @see torch.optim.lr_scheduler.ChainedScheduler
 * @example new optim.lrScheduler.ChainedScheduler([warmup, decay])
 */
export class ChainedScheduler extends Composite {
  /**
   * Creates the scheduler.
   *
   * @param schedulers schedulers of one optimizer
   * @throws RangeError if there are none, or they have different optimizers
   */
  constructor(schedulers: readonly LRScheduler[]) {
    requireArity('ChainedScheduler', arguments.length, 1);
    const list = requireSchedulers('ChainedScheduler', schedulers);
    super(list[0].optimizer, list);
    this.lastEpoch = 0; // the schedulers took their initial steps when they were created
  }

  override getLr(): number[] {
    for (const scheduler of this.schedulers) scheduler.step();
    return this.groups.map((group) => group.lr);
  }
}

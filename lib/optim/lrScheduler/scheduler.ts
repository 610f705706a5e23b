/** The base of learning-rate schedulers. */
import { sendStateDictInstead } from '../../core/uncloneable';
import { capture } from '../../core/capture';
import {
  describe,
  requireInteger,
  requireMethodArity,
  requireNumber,
  unexpected,
  wrongType,
} from '../../core/errors';
import { requireOptimizer, type Optimizer } from '../optimizer';
import type { GroupBase, LearningRate } from '../paramGroup';

/** The fields of a scheduler that are its state. */
export type SchedulerState = Record<string, unknown>;

type Group = GroupBase & LearningRate;

/** Changes the learning rates of an optimizer's groups. */
export abstract class Schedule {
  /** Steps since the start. */
  lastEpoch = -1;
  /** The initial rates of the groups. */
  readonly baseLrs: number[];
  /** The rates that the last step set. */
  protected lastLr: number[];
  /** @internal */ readonly _clone = sendStateDictInstead;
  readonly #optimizer: Optimizer;

  constructor(optimizer: Optimizer) {
    this.#optimizer = requireOptimizer(this.constructor.name, optimizer);
    // A second scheduler of the same optimizer starts from the same initial rates.
    this.baseLrs = this.groups.map((group) => (group.initialLr ??= group.lr));
    this.lastLr = this.groups.map((group) => group.lr);
  }

  /** The optimizer whose rates change. */
  get optimizer(): Optimizer {
    return this.#optimizer;
  }

  protected get groups(): readonly Group[] {
    return this.#optimizer.paramGroups;
  }

  /** The rates that the last step set, one for each group. */
  getLastLr(): number[] {
    requireMethodArity(this, 'getLastLr', arguments.length, 0);
    return [...this.lastLr];
  }

  /** The state of the scheduler, as plain data without functions. */
  stateDict(): SchedulerState {
    requireMethodArity(this, 'stateDict', arguments.length, 0);
    const own = Object.entries(this).filter(([, value]) => typeof value !== 'function');
    const state = structuredClone<SchedulerState>(Object.fromEntries(own));
    // JSON has no infinity, which is the best metric before the first one.
    return Object.defineProperty(state, 'toJSON', { value: withTexts, enumerable: false });
  }

  /** Restores the state of another scheduler of this class; the rates themselves are part of the optimizer's state. */
  loadStateDict(dict: SchedulerState): void {
    requireMethodArity(this, 'loadStateDict', arguments.length, 1);
    const state: unknown = dict;
    if (typeof state !== 'object' || state === null) {
      throw wrongType('loadStateDict', 'an object', 'dict', dict);
    }
    this.#optimizer._requireUnused('loadStateDict');
    const own = this.stateDict();
    const given = Object.entries(dict).map(([key, value]) => [key, numberOf(value, own[key])]);
    dict = Object.fromEntries(given) as SchedulerState;
    for (const key of Object.keys(dict)) {
      if (!Object.hasOwn(own, key)) {
        const known = `one of ${Object.keys(own).join(', ')}`;
        throw unexpected('loadStateDict', known, 'dict', describe(key));
      }
      if (kindOf(dict[key]) !== kindOf(own[key])) {
        throw wrongType('loadStateDict', kindOf(own[key]), key, dict[key]);
      }
    }
    let copy: SchedulerState;
    try {
      copy = structuredClone(dict);
    } catch {
      throw wrongType('loadStateDict', 'plain data', 'dict', dict);
    }
    Object.assign(this, copy);
  }

  protected setLrs(lrs: readonly number[]): void {
    this.groups.forEach((group, i) => (group.lr = lrs[i]));
    this.lastLr = [...lrs];
  }
}

/** Infinities and NaN as texts, in the JSON of a state. */
function withTexts(this: SchedulerState): SchedulerState {
  const entries = Object.entries(this).map(([key, value]) => {
    const isText = typeof value === 'number' && !Number.isFinite(value);
    return [key, isText ? String(value) : value];
  });
  return Object.fromEntries(entries) as SchedulerState;
}

/** The number of such a text, where the state has a number. */
function numberOf(value: unknown, own: unknown): unknown {
  const isText = typeof own === 'number' && typeof value === 'string';
  return isText && ['Infinity', '-Infinity', 'NaN'].includes(value) ? Number(value) : value;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A scheduler whose rates depend on the number of steps only (torch.optim.lr_scheduler.LRScheduler). */
export abstract class LRScheduler extends Schedule {
  /** The rates that step number `lastEpoch` sets, one for each group. */
  abstract getLr(): number[];

  /** Sets the next rates. Call it after the optimizer's steps, once an epoch or once a batch. */
  step(): void {
    requireMethodArity(this, 'step', arguments.length, 0);
    this._take(() => this.advance());
  }

  /** @internal Takes a step immediately; in a compiled function, also after each of its later steps. */
  protected _take(step: () => void): void {
    this.optimizer._requireUnused('step');
    if (capture === null) step();
    else capture.schedule(this, step);
  }

  protected advance(): void {
    this.lastEpoch++;
    this.setLrs(this.getLr());
  }

  /** @internal Starts again from the initial rates; each constructor ends with it. */
  _start(): void {
    this.groups.forEach((group, i) => (group.lr = this.baseLrs[i]));
    this.lastEpoch = -1;
    this.step();
  }

  /** As `_start`, but from the current rates, which an earlier scheduler may have set. */
  protected begin(): void {
    this.lastEpoch = -1;
    this.step();
  }

  /** A rate for each group, computed by `rate`. */
  protected each(rate: (lr: number, i: number) => number): number[] {
    return this.groups.map((group, i) => {
      this.baseLrs[i] ??= group.initialLr ??= group.lr; // a group that was added later
      return rate(group.lr, i);
    });
  }
}

/** One number for all groups, or one for each. */
export function perGroup(op: string, name: string, value: unknown, groups: number): number[] {
  if (!Array.isArray(value)) {
    return Array.from({ length: groups }, () => requireNumber(op, name, value));
  }
  if (value.length !== groups) throw unexpected(op, `${groups} numbers`, name, describe(value));
  return value.map((element: unknown, i) => requireNumber(op, `${name}[${i}]`, element));
}

/** Checks that a number is above 0 and at most `high`. */
export function requirePositive(op: string, name: string, value: unknown, high = Infinity): number {
  const number = requireNumber(op, name, value);
  if (number <= 0 || number > high) {
    const what = high === Infinity ? 'a number above 0' : `a number above 0 and at most ${high}`;
    throw unexpected(op, what, name, String(number));
  }
  return number;
}

export function requireSteps(op: string, name: string, value: unknown): number {
  return requireInteger(op, name, value, 1);
}

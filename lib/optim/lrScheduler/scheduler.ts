/** The base classes of learning-rate schedulers. */
import { sendStateDictInstead } from '../../core/uncloneable';
import { capture } from '../../core/capture';
import {
  describe,
  methodName,
  requireInteger,
  requireMethodArity,
  requireNumber,
  unexpected,
  wrongType,
} from '../../core/errors';
import { requireOptimizer, type Optimizer } from '../optimizer';
import type { GroupBase, LearningRate } from '../paramGroup';

/** The state of a scheduler by field name: plain data. */
export type SchedulerState = Record<string, unknown>;

type Group = GroupBase & LearningRate;

/** The base class of schedulers: changes the learning rates of the parameter groups of an optimizer. */
export abstract class Schedule {
  /** Number of steps since the start. */
  lastEpoch = -1;
  /** Initial learning rates, one for each parameter group. */
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

  /** The optimizer whose learning rates the scheduler changes. */
  get optimizer(): Optimizer {
    return this.#optimizer;
  }

  protected get groups(): readonly Group[] {
    return this.#optimizer.paramGroups;
  }

  /**
   * Returns the learning rates that the last step set.
   *
   * @returns one number for each parameter group
   */
  getLastLr(): number[] {
    requireMethodArity(this, 'getLastLr', arguments.length, 0);
    return [...this.lastLr];
  }

  /**
   * Returns the state of the scheduler as plain data, without functions; `JSON.stringify` preserves it.
   *
   * @returns the fields of the scheduler by name
   */
  stateDict(): SchedulerState {
    requireMethodArity(this, 'stateDict', arguments.length, 0);
    const own = Object.entries(this).filter(([, value]) => typeof value !== 'function');
    const state = structuredClone<SchedulerState>(Object.fromEntries(own));
    // JSON has no infinity, which is the best metric before the first one.
    return Object.defineProperty(state, 'toJSON', { value: withTexts, enumerable: false });
  }

  /**
   * Restores the state of a scheduler of the same class. The learning rates themselves are in the optimizer's
   * state.
   *
   * @param dict the result of `stateDict`
   * @throws RangeError if the dict has an unknown field
   * @throws TypeError if a field has another type
   */
  loadStateDict(dict: SchedulerState): void {
    requireMethodArity(this, 'loadStateDict', arguments.length, 1);
    const op = methodName(this, 'loadStateDict');
    const state: unknown = dict;
    if (typeof state !== 'object' || state === null) {
      throw wrongType(op, 'an object', 'dict', dict);
    }
    this.#optimizer._requireUnused(op);
    const own = this.stateDict();
    const entries = Object.entries(dict).map(([key, value]) => [key, numberOf(value, own[key])]);
    dict = Object.fromEntries(entries) as SchedulerState;
    for (const key of Object.keys(dict)) {
      if (!Object.hasOwn(own, key)) {
        const known = `one of ${Object.keys(own).join(', ')}`;
        throw unexpected(op, known, 'dict', describe(key));
      }
      if (kindOf(dict[key]) !== kindOf(own[key])) {
        throw wrongType(op, kindOf(own[key]), key, dict[key]);
      }
    }
    let copy: SchedulerState;
    try {
      copy = structuredClone(dict);
    } catch {
      throw wrongType(op, 'plain data', 'dict', dict);
    }
    Object.assign(this, copy);
  }

  protected setLrs(lrs: readonly number[]): void {
    this.groups.forEach((group, i) => (group.lr = lrs[i]));
    this.lastLr = [...lrs];
  }
}

/** A state whose infinities and NaN are texts, for JSON. */
function withTexts(this: SchedulerState): SchedulerState {
  const entries = Object.entries(this).map(([key, value]) => {
    const isText = typeof value === 'number' && !Number.isFinite(value);
    return [key, isText ? String(value) : value];
  });
  return Object.fromEntries(entries) as SchedulerState;
}

/** Turns such a text back into a number, if the state has a number there. */
function numberOf(value: unknown, own: unknown): unknown {
  const isText = typeof own === 'number' && typeof value === 'string';
  return isText && ['Infinity', '-Infinity', 'NaN'].includes(value) ? Number(value) : value;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * The base class of schedulers whose learning rates depend only on the number of steps.
 *
 * @see torch.optim.lr_scheduler.LRScheduler
 * @example
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, 30);
 * optimizer.step();
 * scheduler.step();
 */
export abstract class LRScheduler extends Schedule {
  /**
   * Computes the learning rates of step `lastEpoch`.
   *
   * @returns one number for each parameter group
   */
  abstract getLr(): number[];

  /**
   * Sets the next learning rates. Call it after `optimizer.step()`, once an epoch or once a batch.
   *
   * @throws Error if a running compiled function uses the optimizer
   */
  step(): void {
    requireMethodArity(this, 'step', arguments.length, 0);
    this._take(() => this.advance());
  }

  /** @internal Takes a step now, and in a compiled function also after each of its later calls. */
  protected _take(step: () => void): void {
    this.optimizer._requireUnused(methodName(this, 'step'));
    if (capture === null) step();
    else capture.schedule(this, step);
  }

  protected advance(): void {
    this.lastEpoch++;
    this.setLrs(this.getLr());
  }

  /** @internal Restarts from the initial rates. */
  _start(): void {
    this.groups.forEach((group, i) => (group.lr = this.baseLrs[i]));
    this.lastEpoch = -1;
    this.step();
  }

  /** Takes the initial step from the current rates, which an earlier scheduler may have set; constructors end with it. */
  protected begin(): void {
    this.lastEpoch = -1;
    this.step();
  }

  /** Computes a rate for each group from its current rate and its index. */
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
  if (value.length !== groups) {
    const what = `a number, or an array of ${groups} (one for each parameter group)`;
    throw unexpected(op, what, name, describe(value));
  }
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

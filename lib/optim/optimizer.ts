/** The base of all optimizers: groups, state, and the loop over parameters. */
import { zeroGradients } from '../autograd/zeroGradients';
import { enableGrad, noGrad } from '../core/gradMode';
import { capture } from '../core/capture';
import { requireBoolean, requireMethodArity, requireOptions, wrongType } from '../core/errors';
import { observer } from '../core/observer';
import type { Tensor } from '../core/tensor';
import { requireNoReaders, usableMemory } from '../core/access';
import type { OptionSpec } from './options';
import { loadState, saveState, type OptimizerState } from './stateDict';
import {
  makeGroup,
  requireGroups,
  requireParams,
  type GroupSpec,
  type InitialOptions,
  type LearningRate,
  type ParamGroup,
  type Params,
} from './paramGroup';
import { ParamState, type Definition } from './paramState';
import { sendStateDictInstead } from '../core/uncloneable';

/**
 * Base class of optimizers (torch.optim.Optimizer). Parameters without a gradient are not changed.
 *
 * Of parameters in float16 and bfloat16 the optimizer keeps float32 copies ("master weights"). It updates the copies and
 * rounds them to the parameters, so that small updates add up. The other state of these parameters is float32 too. The
 * state dict holds the copies, under the name `master`. An element that somebody else changed, as `loadStateDict` of the
 * model and `copy_` do, keeps its new value: the copy takes it at the next step.
 */
export abstract class Optimizer<O extends LearningRate = LearningRate> {
  /** @internal */ readonly _clone = sendStateDictInstead;
  /** Groups of parameters: `params`, and options, which take effect at the next step when they are assigned. */
  readonly paramGroups: ParamGroup<O>[] = [];
  /** Options for groups that leave them out. */
  readonly defaults: Readonly<O>;
  private readonly states = new Map<Tensor, ParamState<O>>();
  private readonly name = this.constructor.name;

  protected constructor(
    params: Params<O>,
    options: InitialOptions<O>,
    private readonly definition: Definition<O>,
  ) {
    requireOptions(this.name, options, Object.keys(definition.options));
    const groups = requireGroups(this.name, params);
    const supplied: unknown = options; // JavaScript may leave them out
    this.defaults = Object.freeze(this.complete(supplied === undefined ? {} : options));
    for (const group of groups) this.addParamGroup(group as GroupSpec<O>);
  }

  /** Learning rate of the first group; assigning it sets the rate of all groups. */
  get lr(): number {
    return this.paramGroups[0].lr;
  }

  set lr(value: number) {
    this.definition.options.lr.check(this.name, 'lr', value);
    this._requireUnused(`${this.name}.lr`);
    for (const group of this.paramGroups) group.lr = value;
  }

  /** Adds parameters with options of their own, for example layers that were frozen so far. */
  addParamGroup(group: GroupSpec<O>): void {
    requireMethodArity(this, 'addParamGroup', arguments.length, 1);
    if (typeof group !== 'object' || (group as unknown) === null) {
      throw wrongType(this.name, 'an object', 'group', group);
    }
    const { params, ...options } = group;
    requireOptions(this.name, options, Object.keys(this.definition.options));
    const known = new Set(this.paramGroups.flatMap((existing) => existing.params));
    const list = requireParams(this.name, params, known);
    const full = this.complete({ ...this.defaults, ...options });
    this.definition.check?.(full);
    this.paramGroups.push(makeGroup(this.name, list, full, this.definition.options));
  }

  /**
   * Updates every parameter that has a gradient, in place. `closure`, if given, is called first to compute the loss and
   * the gradients; its result is returned.
   */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    requireMethodArity(this, 'step', arguments.length, 1);
    if (closure !== undefined && typeof closure !== 'function') {
      throw wrongType('step', 'a function', 'closure', closure);
    }
    const result = closure === undefined ? undefined : enableGrad(closure);
    this.requireReady();
    capture?.guards.push(this.sameStructure());
    for (const group of this.paramGroups) {
      for (const param of group.params) {
        if (param._grad !== null) this.update(group, param, param._grad);
      }
    }
    return result;
  }

  /** Sets the gradients to null, or with `setToNone: false` to zeros. */
  zeroGrad(options: { setToNone?: boolean } = {}): void {
    requireMethodArity(this, 'zeroGrad', arguments.length, 1);
    requireOptions('zeroGrad', options, ['setToNone']);
    const setToNone = requireBoolean('zeroGrad', 'setToNone', options.setToNone ?? true);
    for (const { params } of this.paramGroups) zeroGradients(params, setToNone);
  }

  /**
   * Options and state, for `loadStateDict` of an optimizer with the same number of parameters. The tensors are not
   * copies. The state of a parameter in half precision includes `master`, its float32 copy.
   */
  stateDict(): OptimizerState {
    requireMethodArity(this, 'stateDict', arguments.length, 0);
    return saveState(this.paramGroups, Object.keys(this.definition.options), this.states);
  }

  /** Restores options, and a copy of the state, from `stateDict` of the same class of optimizer; all or nothing. */
  loadStateDict(dict: OptimizerState): void {
    requireMethodArity(this, 'loadStateDict', arguments.length, 1);
    loadState(dict, this.paramGroups, this.definition, (param) => this.stateOf(param));
  }

  private stateOf(param: Tensor): ParamState<O> {
    let state = this.states.get(param);
    if (state === undefined) {
      state = new ParamState(param, this.definition);
      this.states.set(param, state);
    }
    return state;
  }

  /**
   * A test whether an update still makes the same calls: the same number of groups, and options that need the same
   * state.
   */
  private sameStructure(): () => boolean {
    const structure = (): string =>
      this.paramGroups
        .map((group) => this.definition.state.map((spec) => spec.when?.(group) ?? true).join())
        .join(';');
    const changes = (): number => {
      let sum = 0;
      for (let i = 0; i < this.paramGroups.length; i++) sum += this.paramGroups[i]._changes;
      return sum;
    };
    const wanted = structure();
    const groups = this.paramGroups.length;
    let seen = changes();
    return () => {
      const now = changes();
      if (now === seen && groups === this.paramGroups.length) return true;
      if (structure() !== wanted) return false;
      seen = now;
      return true;
    };
  }

  private update(group: ParamGroup<O>, param: Tensor, grad: Tensor): void {
    const gradient = grad._contiguous ? grad : grad.detach().contiguous();
    if (param._contiguous) {
      this.stateOf(param).update(group, param, gradient);
      param._storage.version++;
    } else {
      const values = param.detach().contiguous();
      this.stateOf(param).update(group, values, gradient);
      noGrad(() => param.copy_(values));
    }
    observer?.updated?.(this.name, param, grad);
  }

  /** @internal Call before options change: an error while a running compiled function uses those of any group. */
  _requireUnused(op: string): void {
    for (const group of this.paramGroups) group._requireUnused(op);
  }

  /** Checks before a step that no running compiled function uses what it changes: all parameters take it, or none. */
  private requireReady(): void {
    for (const group of this.paramGroups) {
      for (const param of group.params) {
        if (param._grad === null) continue;
        requireNoReaders('step', param);
        usableMemory('step', param);
        usableMemory('step', param._grad);
      }
    }
  }

  /** All options, checked, with defaults for those that are missing. */
  private complete(options: InitialOptions<O>): O {
    const complete: Record<string, unknown> = {};
    for (const [name, spec] of Object.entries<OptionSpec<unknown>>(this.definition.options)) {
      const value: unknown = options[name as keyof InitialOptions<O>];
      complete[name] = spec.check(this.name, name, value === undefined ? spec.fallback : value);
    }
    return complete as O;
  }
}

/** The optimizer; TypeError for anything else, also for an object that only has the prototype of an optimizer. */
export function requireOptimizer(op: string, value: unknown): Optimizer {
  if (value instanceof Optimizer && Object.hasOwn(value, 'paramGroups')) return value as Optimizer;
  throw wrongType(op, 'an optimizer', 'optimizer', value);
}

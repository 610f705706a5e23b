/** The base class of optimizers: groups, state, and the loop over parameters. */
import { requireSetToNone, zeroGradients } from '../autograd/zeroGradients';
import { enableGrad, noGrad } from '../core/gradMode';
import { capture } from '../core/capture';
import { requireMethodArity, requireOptions, wrongType } from '../core/errors';
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
 * The base class of optimizers. A step updates parameters that have a gradient and leaves others unchanged.
 *
 * For float16 and bfloat16 parameters the optimizer keeps float32 copies (master weights): it updates the
 * copies and rounds them to the parameters, so that small updates add up. Their other state is float32 as
 * well. The state dict contains the copies under the name `master`. If you change an element of a parameter,
 * for example with `loadStateDict` of the model or `copy_`, the copy takes the new value at the next step.
 *
 * @see torch.optim.Optimizer
 * @example optimizer.zeroGrad(); loss.backward(); optimizer.step();
 */
export abstract class Optimizer<O extends LearningRate = LearningRate> {
  /** @internal */ readonly _clone = sendStateDictInstead;
  /**
   * Parameter groups: their `params`, and options, which you may assign; they take effect at the next step.
   */
  readonly paramGroups: ParamGroup<O>[] = [];
  /** Options of groups that do not set them. */
  readonly defaults: Readonly<O>;
  private readonly states = new Map<Tensor, ParamState<O>>();
  private readonly name = this.constructor.name;
  private readonly stepName = `${this.name}.step`;
  /** The parameters of the first `grouped` groups. */
  private readonly known = new Set<Tensor>();
  private grouped = 0;

  protected constructor(
    params: Params<O>,
    options: InitialOptions<O>,
    private readonly definition: Definition<O>,
  ) {
    requireOptions(this.name, options, Object.keys(definition.options));
    const groups = requireGroups(this.name, params);
    const supplied: unknown = options; // undefined in JavaScript
    this.defaults = Object.freeze(this.complete(supplied === undefined ? {} : options));
    for (const group of groups) this.addGroup(this.name, group as GroupSpec<O>);
  }

  /** Learning rate of the first group. Assigning it sets the learning rate of all groups. */
  get lr(): number {
    return this.paramGroups[0].lr;
  }

  set lr(value: number) {
    this.definition.options.lr.check(this.name, 'lr', value);
    this._requireUnused(`${this.name}.lr`);
    for (const group of this.paramGroups) group.lr = value;
  }

  /**
   * Adds a parameter group, for example layers that were frozen before.
   *
   * @param group parameters and options; missing options are those of the optimizer
   * @throws RangeError if an option is out of range, or a parameter is already in a group
   * @throws TypeError if `group` is not an object with `params`
   * @example optimizer.addParamGroup({ params: head.parameters(), lr: 1e-4 })
   */
  addParamGroup(group: GroupSpec<O>): void {
    requireMethodArity(this, 'addParamGroup', arguments.length, 1);
    this.addGroup(`${this.name}.addParamGroup`, group);
  }

  private addGroup(op: string, group: GroupSpec<O>): void {
    if (typeof group !== 'object' || (group as unknown) === null) {
      throw wrongType(op, 'an object', 'group', group);
    }
    const { params, ...options } = group;
    requireOptions(op, options, Object.keys(this.definition.options));
    const list = requireParams(op, params, this.knownParams());
    const full = this.complete({ ...this.defaults, ...options });
    this.definition.check?.(full);
    this.paramGroups.push(makeGroup(this.name, list, full, this.definition.options));
    for (const param of list) this.known.add(param);
    this.grouped++;
  }

  /** The parameters of all groups. A set of its own, because collecting them for each new group takes quadratic time. */
  private knownParams(): ReadonlySet<Tensor> {
    if (this.grouped !== this.paramGroups.length) {
      this.known.clear();
      for (const { params } of this.paramGroups) for (const param of params) this.known.add(param);
      this.grouped = this.paramGroups.length;
    }
    return this.known;
  }

  /**
   * Updates all parameters that have a gradient, in place.
   *
   * @throws Error if a running compiled function uses a parameter; no parameter is updated then
   */
  step(): void;
  /**
   * Calls `closure` and then updates all parameters that have a gradient, in place.
   *
   * @param closure computes the loss and the gradients
   * @returns the result of `closure`
   * @throws TypeError if `closure` is not a function
   */
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    requireMethodArity(this, 'step', arguments.length, 1);
    if (closure !== undefined && typeof closure !== 'function') {
      throw wrongType(this.stepName, 'a function', 'closure', closure);
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

  /**
   * Clears the gradients of all parameters.
   *
   * @param options.setToNone true (default) sets gradients to null, false fills existing ones with zeros
   */
  zeroGrad(options?: { setToNone?: boolean }): void {
    requireMethodArity(this, 'zeroGrad', arguments.length, 1);
    const setToNone = requireSetToNone(this, options);
    for (const { params } of this.paramGroups) zeroGradients(params, setToNone);
  }

  /**
   * Returns options and state, for `loadStateDict` of an optimizer of the same class and number of parameters.
   *
   * @returns state and options; the tensors share memory with the optimizer
   * @see torch.optim.Optimizer.state_dict
   */
  stateDict(): OptimizerState {
    requireMethodArity(this, 'stateDict', arguments.length, 0);
    return saveState(this.paramGroups, Object.keys(this.definition.options), this.states);
  }

  /**
   * Restores options and a copy of the state from `stateDict`. It loads everything, or nothing if it throws.
   *
   * @param dict the result of `stateDict` of an optimizer of the same class
   * @throws RangeError if groups, parameters or shapes differ, or an option is out of range
   * @throws TypeError if a value has another type
   * @see torch.optim.Optimizer.load_state_dict
   */
  loadStateDict(dict: OptimizerState): void {
    requireMethodArity(this, 'loadStateDict', arguments.length, 1);
    const op = `${this.name}.loadStateDict`;
    loadState(op, dict, this.paramGroups, this.definition, (param) => this.stateOf(param));
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
   * Returns a function that tests whether a step still makes the same calls: for the same number of groups, with options
   * that need the same state.
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
    const initial = structure();
    const groups = this.paramGroups.length;
    let seen = changes();
    return () => {
      const now = changes();
      if (now === seen && groups === this.paramGroups.length) return true;
      if (structure() !== initial) return false;
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

  /** @internal Call before options change: throws while a running compiled function uses the options of any group. */
  _requireUnused(op: string): void {
    for (const group of this.paramGroups) group._requireUnused(op);
  }

  /** Checks that no running compiled function uses a parameter, before the first is updated: a step is atomic. */
  private requireReady(): void {
    for (const group of this.paramGroups) {
      for (const param of group.params) {
        if (param._grad === null) continue;
        requireNoReaders(this.stepName, param);
        usableMemory(this.stepName, param);
        usableMemory(this.stepName, param._grad);
      }
    }
  }

  /** Checks the options and adds defaults for missing ones. */
  private complete(options: InitialOptions<O>): O {
    const complete: Record<string, unknown> = {};
    for (const [name, spec] of Object.entries<OptionSpec<unknown>>(this.definition.options)) {
      const value: unknown = options[name as keyof InitialOptions<O>];
      complete[name] = spec.check(this.name, name, value === undefined ? spec.fallback : value);
    }
    return complete as O;
  }
}

/** Throws a TypeError unless the value is an optimizer. An object that only has the prototype of one is not. */
export function requireOptimizer(op: string, value: unknown): Optimizer {
  if (value instanceof Optimizer && Object.hasOwn(value, 'paramGroups')) return value as Optimizer;
  throw wrongType(op, 'an optimizer', 'optimizer', value);
}

/** The base of layers and models. */
import { inspect } from 'node:util';
import { zeroGradients } from '../../autograd/zeroGradients';
import { requireUnused } from '../../core/access';
import { capture } from '../../core/capture';
import { countChange } from '../../core/changes';
import { floatingDTypes, isFloating, requireDType, type DType } from '../../core/dtype';
import { requireArity, requireBoolean, requireOptions, wrongType } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { unsupportedDType } from '../../ops/define';
import { describeModule } from './describe';
import { ForwardHooks, type ForwardHook, type ForwardPreHook, type HookHandle } from './hooks';
import { collectState, loadState, type LoadReport, type StateDict } from './state';
import { excludeBase, trackForward } from './track';
import { ModuleTree } from './tree';

/** A module with any inputs and output. */
export type AnyModule = Module<readonly unknown[], unknown>;

/**
 * The base class of layers and models: parameters, submodules, and `forward` (torch.nn.Module).
 *
 * Fields with a Parameter or a Module are registered under the field's name. Arrays, maps, sets and plain objects are
 * searched for them, to any depth: `layers.0.weight`, `heads.left.bias`. Private fields cannot be found.
 * `Module<Inputs, Output>` is for a forward that is not from one tensor to one tensor.
 *
 * @example
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(784, 64);
 *   out = new nn.Linear(64, 10);
 *   forward(x: Tensor): Tensor {
 *     return this.out.forward(F.relu(this.hidden.forward(x)));
 *   }
 * }
 */
export class Module<
  Inputs extends readonly unknown[] = [input: Tensor],
  Output = Tensor,
> extends ModuleTree {
  #training = true;
  #hooks: ForwardHooks | null = null;

  constructor() {
    requireArity(new.target.name, arguments.length, 0);
    super();
    trackForward(this);
  }

  /** Computes the output; override it. Runs forward hooks, if there are any. */
  forward(..._inputs: Inputs): Output {
    throw new Error(`${this.constructor.name}: expected a forward method, got a class without one`);
  }

  /** The same as `forward`. */
  call(...inputs: Inputs): Output {
    return this.forward(...inputs);
  }

  /** Whether submodules such as Dropout are in training mode; set by `train` and `eval`. */
  get training(): boolean {
    const training = this.#training;
    capture?.guards.push(() => this.#training === training);
    return training;
  }

  set training(value: boolean) {
    if (this.#training !== value) countChange();
    this.#training = value;
  }

  // --- State ----------------------------------------------------------------------------------------------------------

  /** Parameters and persistent buffers by name, detached; they share the module's memory. */
  stateDict(): StateDict {
    requireArity('stateDict', arguments.length, 0);
    return Object.fromEntries(
      [...collectState(this)].map(([name, tensor]) => [name, tensor.detach()]),
    );
  }

  /**
   * Copies the values of `dict`, by name, into parameters and buffers. One RangeError names every tensor that is
   * missing, unexpected or of another shape; nothing is changed then. `strict: false` allows missing and unexpected
   * names.
   */
  loadStateDict(dict: Readonly<StateDict>, options: { strict?: boolean } = {}): LoadReport {
    requireArity('loadStateDict', arguments.length, 2);
    requireOptions('loadStateDict', options, ['strict']);
    return loadState(this, dict, requireBoolean('loadStateDict', 'strict', options.strict ?? true));
  }

  /**
   * Converts floating parameters (which stay the same objects), their gradients, and floating buffers to another dtype.
   * Buffers of whole numbers and bool stay as they are. TypeError if the dtype is not floating.
   *
   * @example model.to('bfloat16') // half the memory
   */
  to(dtype: DType): this {
    requireArity('to', arguments.length, 1);
    if (!isFloating(requireDType('to', dtype))) {
      throw unsupportedDType('to', 'dtype', floatingDTypes, dtype);
    }
    requireUnused('to', [...this.parameters(), ...this.buffers()]);
    for (const parameter of this.parameters()) {
      if (isFloating(parameter.dtype)) parameter._convert(dtype);
    }
    this._walk((module) => {
      module._eachBuffer((buffer, name) => {
        if (isFloating(buffer.dtype)) Reflect.set(module, name, buffer.to(dtype));
      });
    });
    return this;
  }

  /** The same as `to('float16')`. */
  half(): this {
    requireArity('half', arguments.length, 0);
    return this.to('float16');
  }

  /** The same as `to('bfloat16')`. */
  bfloat16(): this {
    requireArity('bfloat16', arguments.length, 0);
    return this.to('bfloat16');
  }

  /** The same as `to('float32')`. */
  float(): this {
    requireArity('float', arguments.length, 0);
    return this.to('float32');
  }

  /** The same as `to('float64')`. */
  double(): this {
    requireArity('double', arguments.length, 0);
    return this.to('float64');
  }

  /** Sets `training` for this module and all submodules: Dropout drops, BatchNorm uses the batch. */
  train(mode = true): this {
    requireArity('train', arguments.length, 1);
    requireBoolean('train', 'mode', mode);
    this._walk((module) => {
      module.training = mode;
    });
    return this;
  }

  /** The same as `train(false)`. */
  eval(): this {
    requireArity('eval', arguments.length, 0);
    return this.train(false);
  }

  /** Sets the gradients of all parameters to null, or with `setToNone: false` to zeros. */
  zeroGrad(options: { setToNone?: boolean } = {}): void {
    requireArity('zeroGrad', arguments.length, 1);
    requireOptions('zeroGrad', options, ['setToNone']);
    const setToNone = requireBoolean('zeroGrad', 'setToNone', options.setToNone ?? true);
    zeroGradients(this.parameters(), setToNone);
  }

  /** Whether to compute gradients of the parameters; `false` freezes them. */
  requiresGrad_(value = true): this {
    requireArity('requiresGrad_', arguments.length, 1);
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  }

  /** Calls `fn` with every submodule and then with this module, each once. */
  apply(fn: (module: AnyModule) => void): this {
    requireArity('apply', arguments.length, 1);
    if (typeof fn !== 'function') throw wrongType('apply', 'a function', 'fn', fn);
    const seen = new Set<AnyModule>();
    const visit = (module: AnyModule): void => {
      if (seen.has(module)) return;
      seen.add(module);
      module.children().forEach(visit);
      fn(module);
    };
    visit(this);
    return this;
  }

  // --- Hooks ----------------------------------------------------------------------------------------------------------

  /**
   * Calls `hook(module, inputs, output)` after every forward, however it is called. What it returns, if anything,
   * replaces the output.
   */
  registerForwardHook(hook: ForwardHook<this, Inputs, Output>): HookHandle {
    requireArity('registerForwardHook', arguments.length, 1);
    if (typeof hook !== 'function')
      throw wrongType('registerForwardHook', 'a function', 'hook', hook);
    return this.#hooked().add('after', hook);
  }

  /**
   * Calls `hook(module, inputs)` before every forward, however it is called. What it returns, if anything, replaces the
   * inputs (an array) or the only one.
   */
  registerForwardPreHook(hook: ForwardPreHook<this, Inputs>): HookHandle {
    requireArity('registerForwardPreHook', arguments.length, 1);
    if (typeof hook !== 'function') {
      throw wrongType('registerForwardPreHook', 'a function', 'hook', hook);
    }
    return this.#hooked().add('before', hook);
  }

  /** While there are hooks, `forward` is a field of the object, so that modules without hooks pay nothing for them. */
  #hooked(): ForwardHooks {
    if (this.#hooks !== null) return this.#hooks;
    const own = Object.getOwnPropertyDescriptor(this, 'forward');
    const hooks = new ForwardHooks(() => {
      this.#hooks = null;
      if (own === undefined) Reflect.deleteProperty(this, 'forward');
      else Object.defineProperty(this, 'forward', own);
    });
    const forward = this.forward.bind(this);
    Object.defineProperty(this, 'forward', {
      value: (...inputs: Inputs) => hooks.run(this, forward, inputs),
      configurable: true,
      writable: true,
    });
    return (this.#hooks = hooks);
  }

  /** @internal A test whether the hooks are still the same. */
  _hookTest(): () => boolean {
    const hooks = this.#hooks?.list() ?? [];
    return () => {
      const now = this.#hooks?.list() ?? [];
      return now.length === hooks.length && now.every((hook, i) => hook === hooks[i]);
    };
  }

  /** @internal Whether the class has a forward of its own; lists of modules have none. */
  get _runs(): boolean {
    return this.forward !== baseForward;
  }

  // --- Printing -------------------------------------------------------------------------------------------------------

  /** The text in the parentheses when the module is printed; a subclass may override it. */
  extraRepr(): string {
    return '';
  }

  /** As PyTorch prints it. */
  override toString(): string {
    return describeModule(this);
  }

  /** @internal */
  [inspect.custom](): string {
    return this.toString();
  }
}

excludeBase(Module.prototype);
// Not inside the class: the bundler renames classes that mention themselves.
const baseForward: unknown = Reflect.get(Module.prototype, 'forward');

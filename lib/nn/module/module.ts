/** The base of layers and models. */
import { inspect } from 'node:util';
import { requireSetToNone, zeroGradients } from '../../autograd/zeroGradients';
import { capture } from '../../core/capture';
import { countChange } from '../../core/changes';
import type { DType } from '../../core/dtype';
import {
  methodName,
  requireArity,
  requireBoolean,
  requireMethodArity,
  requireOptions,
  wrongType,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { convert } from './convert';
import { describeModule } from './describe';
import {
  installHooks,
  type ForwardHook,
  type ForwardHooks,
  type ForwardPreHook,
  type HookHandle,
} from './hooks';
import { collectState, loadState, type LoadReport, type StateDict } from './state';
import { excludeBase, trackForward } from './track';
import { ModuleTree } from './tree';

/** A module with any inputs and any output. */
export type AnyModule = Module<readonly unknown[], unknown>;

/**
 * The base class of layers and models: registers parameters and submodules, and runs `forward`.
 *
 * Parameters and submodules are registered from class fields, under the names of the fields. Arrays, maps,
 * sets and plain objects in fields are searched to any depth: `layers.0.weight`, `heads.left.bias`. Private
 * fields cannot be found. Use `Module<Inputs, Output>` if `forward` does not map one tensor to one tensor.
 *
 * @see torch.nn.Module
 * @example
 *  class Net extends nn.Module {
 *    hidden = new nn.Linear(784, 64);
 *    out = new nn.Linear(64, 10);
 *    forward(x: Tensor): Tensor {
 *      return this.out.forward(F.relu(this.hidden.forward(x)));
 *    }
 *  }
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

  // eslint-disable-next-line jsdoc/require-returns-check -- subclasses return
  /**
   * Computes the output from the inputs; override it in your class. Registered hooks run on every call.
   *
   * @param _inputs the inputs of the module
   * @returns the output of the module
   * @throws Error if the class does not define `forward`, as lists of modules
   */
  forward(..._inputs: Inputs): Output {
    throw new Error(
      `${methodName(this, 'forward')}: not defined; define forward() in the class, or call the submodules`,
    );
  }

  /**
   * Calls `forward`; PyTorch's `module(x)`.
   *
   * @param inputs the inputs of `forward`
   * @returns the output of `forward`
   */
  call(...inputs: Inputs): Output {
    return this.forward(...inputs);
  }

  /**
   * Whether the module is in training mode, which layers such as Dropout check; default true. `train` and
   * `eval` set it.
   */
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

  /**
   * Returns all parameters and persistent buffers by name. The tensors are detached and share the module's
   * memory.
   *
   * @returns tensors by name, such as `{ '0.weight': ..., '0.bias': ... }`
   * @see torch.nn.Module.state_dict
   * @example Object.keys(new nn.Sequential(new nn.Linear(2, 1)).stateDict()) // ['0.weight', '0.bias']
   */
  stateDict(): StateDict {
    requireMethodArity(this, 'stateDict', arguments.length, 0);
    return Object.fromEntries(
      [...collectState(this)].map(([name, tensor]) => [name, tensor.detach()]),
    );
  }

  /**
   * Copies the tensors of a state dict into parameters and buffers of the same names. It loads all of them, or
   * nothing if it throws.
   *
   * @param dict tensors by name, from `stateDict` or a file
   * @param options.strict whether the names must be the same; with false, only names that both have are
   * loaded; default true
   * @returns the names that only the module, or only the dict, has
   * @throws RangeError if names or shapes differ; the message lists all differences
   * @see torch.nn.Module.load_state_dict
   * @example model.loadStateDict(model.stateDict());
   */
  loadStateDict(dict: Readonly<StateDict>, options: { strict?: boolean } = {}): LoadReport {
    requireMethodArity(this, 'loadStateDict', arguments.length, 2);
    const op = methodName(this, 'loadStateDict');
    requireOptions(op, options, ['strict']);
    return loadState(this, dict, requireBoolean(op, 'strict', options.strict ?? true));
  }

  /**
   * Converts floating parameters, their gradients and floating buffers to another dtype, in place. Parameters
   * stay the same objects, so optimizers keep working. Integer and bool buffers do not change.
   *
   * @param dtype a floating dtype
   * @returns the module
   * @throws RangeError if the dtype is unknown
   * @throws TypeError if the dtype is not floating
   * @see torch.nn.Module.to
   * @example new nn.Linear(2, 1).to('bfloat16').weight.dtype // 'bfloat16'
   */
  to(dtype: DType): this {
    requireMethodArity(this, 'to', arguments.length, 1);
    convert(this, dtype);
    return this;
  }

  /**
   * Converts to float16, like `to('float16')`.
   *
   * @returns the module
   */
  half(): this {
    requireMethodArity(this, 'half', arguments.length, 0);
    return this.to('float16');
  }

  /**
   * Converts to bfloat16, like `to('bfloat16')`.
   *
   * @returns the module
   */
  bfloat16(): this {
    requireMethodArity(this, 'bfloat16', arguments.length, 0);
    return this.to('bfloat16');
  }

  /**
   * Converts to float32, like `to('float32')`.
   *
   * @returns the module
   */
  float(): this {
    requireMethodArity(this, 'float', arguments.length, 0);
    return this.to('float32');
  }

  /**
   * Converts to float64, like `to('float64')`.
   *
   * @returns the module
   */
  double(): this {
    requireMethodArity(this, 'double', arguments.length, 0);
    return this.to('float64');
  }

  /**
   * Sets training mode for this module and all submodules: Dropout, for example, then drops elements.
   *
   * @param mode true (default) for training, false for evaluation
   * @returns the module
   */
  train(mode = true): this {
    requireMethodArity(this, 'train', arguments.length, 1);
    if (typeof mode !== 'boolean')
      throw wrongType(methodName(this, 'train'), 'a boolean', 'mode', mode);
    this._walk((module) => {
      module.training = mode;
    });
    return this;
  }

  /**
   * Sets evaluation mode for this module and all submodules, like `train(false)`.
   *
   * @returns the module
   */
  eval(): this {
    requireMethodArity(this, 'eval', arguments.length, 0);
    return this.train(false);
  }

  /**
   * Clears the gradients of all parameters.
   *
   * @param options.setToNone true (default) sets gradients to null, false fills existing ones with zeros
   */
  zeroGrad(options?: { setToNone?: boolean }): void {
    requireMethodArity(this, 'zeroGrad', arguments.length, 1);
    zeroGradients(this.parameters(), requireSetToNone(this, options));
  }

  /**
   * Sets whether gradients are computed for the parameters; `requiresGrad_(false)` freezes the module.
   *
   * @param value whether to compute gradients; default true
   * @returns the module
   */
  requiresGrad_(value = true): this {
    requireMethodArity(this, 'requiresGrad_', arguments.length, 1);
    requireBoolean(methodName(this, 'requiresGrad_'), 'value', value);
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  }

  /**
   * Calls `fn` with every submodule and then with this module, each once, for example to initialize weights.
   *
   * @param fn receives a module; its result is ignored
   * @returns the module
   * @throws TypeError if `fn` is not a function
   */
  apply(fn: (module: AnyModule) => void): this {
    requireMethodArity(this, 'apply', arguments.length, 1);
    if (typeof fn !== 'function')
      throw wrongType(methodName(this, 'apply'), 'a function', 'fn', fn);
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
   * Calls `hook(module, inputs, output)` after every `forward`. A value that the hook returns replaces the
   * output.
   *
   * @param hook receives the module, an array of its inputs, and its output
   * @returns a handle whose `remove()` removes the hook
   * @throws TypeError if `hook` is not a function
   */
  registerForwardHook(hook: ForwardHook<this, Inputs, Output>): HookHandle {
    requireMethodArity(this, 'registerForwardHook', arguments.length, 1);
    return this.#addHook('registerForwardHook', 'after', hook);
  }

  /**
   * Calls `hook(module, inputs)` before every `forward`. A value that the hook returns replaces the inputs.
   *
   * @param hook receives the module and an array of its inputs; may return an array of inputs, or the only
   * input
   * @returns a handle whose `remove()` removes the hook
   * @throws TypeError if `hook` is not a function
   */
  registerForwardPreHook(hook: ForwardPreHook<this, Inputs>): HookHandle {
    requireMethodArity(this, 'registerForwardPreHook', arguments.length, 1);
    return this.#addHook('registerForwardPreHook', 'before', hook);
  }

  #addHook(
    method: string,
    when: 'before' | 'after',
    hook: ForwardHook<this, Inputs, Output> | ForwardPreHook<this, Inputs>,
  ): HookHandle {
    if (typeof hook !== 'function') {
      throw wrongType(methodName(this, method), 'a function', 'hook', hook);
    }
    this.#hooks ??= installHooks(this, () => {
      this.#hooks = null;
    });
    return this.#hooks.add(when, hook);
  }

  /** @internal Returns a function that tests whether the hooks are still the same. */
  _hookTest(): () => boolean {
    const hooks = this.#hooks?.list() ?? [];
    return () => {
      const now = this.#hooks?.list() ?? [];
      return now.length === hooks.length && now.every((hook, i) => hook === hooks[i]);
    };
  }

  /** @internal Whether the class defines forward; lists of modules do not. */
  get _hasForward(): boolean {
    return this.forward !== baseForward;
  }

  // --- Printing -------------------------------------------------------------------------------------------------------

  /**
   * Returns the text in the parentheses when the module is printed; override it to show the options of a
   * layer.
   *
   * @returns the options as text; the base class returns ''
   */
  extraRepr(): string {
    return '';
  }

  /**
   * Describes the module and its submodules in the form in which PyTorch prints them.
   *
   * @returns the description, with one line for each submodule
   */
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

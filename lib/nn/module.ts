/** The base of layers and models. */
import { inspect } from 'node:util';
import { isFloating, requireDType, type DType } from '../dtype';
import { requireBoolean, requireOptions, unexpected, wrongType, wrongValue } from '../errors';
import { Tensor } from '../tensor';
import { describeModule } from './describe';
import { ForwardHooks, type ForwardHook, type ForwardPreHook, type HookHandle } from './hooks';
import { Parameter } from './parameter';
import { collectState, loadState, type LoadReport, type StateDict } from './state';

/** Any module, whatever it takes and gives. */
export type AnyModule = Module<readonly unknown[], unknown>;

/** Where a listing starts, and whether it goes on below. */
interface ListOptions {
  prefix?: string;
  recurse?: boolean;
}

/**
 * A part of a model: its parameters, its parts, and what it computes in `forward` (torch.nn.Module).
 *
 * Fields that hold a Parameter, a Module or an array of them belong to it under the field's name (`layers.0.weight`
 * for an array); nothing is to be registered. `Module<Inputs, Output>` types a forward that is not tensor to tensor.
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
export class Module<Inputs extends readonly unknown[] = [input: Tensor], Output = Tensor> {
  /** Whether parts such as Dropout behave as in training; set by `train` and `eval`. */
  training = true;
  /** Buffers by name: whether they belong to the state dict. */
  readonly #buffers = new Map<string, boolean>();
  #hooks: ForwardHooks | null = null;

  /** What the module computes; a subclass says it. Runs forward hooks, if there are any. */
  forward(..._inputs: Inputs): Output {
    throw new Error(`${this.constructor.name}: expected a forward method, got a class without one`);
  }

  /** The same as `forward`. */
  call(...inputs: Inputs): Output {
    return this.forward(...inputs);
  }

  // --- Parts ----------------------------------------------------------------------------------------------------------

  /** @internal What may hold parts, in order: name and value. */
  _fields(): readonly (readonly [name: string, value: unknown])[] {
    return Object.entries(this);
  }

  /** @internal Fields that are of a kind; an array that starts with one counts with all of its own. */
  _fieldsOf<T>(isOne: (value: unknown) => value is T): [string, T][] {
    const found: [string, T][] = [];
    for (const [name, value] of this._fields()) {
      if (isOne(value)) found.push([name, value]);
      else if (Array.isArray(value) && isOne(value[0])) {
        value.forEach((one: unknown, i) => isOne(one) && found.push([`${name}.${i}`, one]));
      }
    }
    return found;
  }

  /** @internal Direct parts, one that is used twice under both names. */
  _children(): [string, AnyModule][] {
    return this._fieldsOf(isModule);
  }

  /** @internal Buffers that are set, and whether they belong to the state dict. */
  _ownBuffers(): [name: string, buffer: Tensor, persistent: boolean][] {
    const found: [string, Tensor, boolean][] = [];
    for (const [name, persistent] of this.#buffers) {
      const value: unknown = Reflect.get(this, name);
      if (value instanceof Tensor) found.push([name, value, persistent]);
    }
    return found;
  }

  /** @internal Own tensors of the state dict. */
  _ownState(): [string, Tensor][] {
    const buffers = this._ownBuffers().filter(([, , persistent]) => persistent);
    return [
      ...this._fieldsOf(isParameter),
      ...buffers.map(([name, buffer]): [string, Tensor] => [name, buffer]),
    ];
  }

  /** @internal This and all below it, parents first, each with the prefix of its names. */
  *_walk(prefix = '', above: readonly AnyModule[] = []): Generator<[string, AnyModule]> {
    yield [prefix, this];
    const inside = [...above, this];
    for (const [name, child] of this._children()) {
      if (!inside.includes(child)) yield* child._walk(`${prefix}${name}.`, inside);
    }
  }

  /** This module (named '') and all below it with their names, parents first, each once. */
  namedModules(): [name: string, module: AnyModule][] {
    const found = new Map<AnyModule, string>();
    for (const [prefix, module] of this._walk()) {
      if (!found.has(module)) found.set(module, prefix.slice(0, -1));
    }
    return [...found].map(([module, name]) => [name, module]);
  }

  /** This module and all below it, parents first, each once. */
  modules(): AnyModule[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** The direct parts with their names, each once. */
  namedChildren(): [name: string, module: AnyModule][] {
    const children = this._children();
    return children.filter(([, one], i) => children.findIndex(([, other]) => other === one) === i);
  }

  /** The direct parts, each once. */
  children(): AnyModule[] {
    return this.namedChildren().map(([, module]) => module);
  }

  /** Parameters with their names, own ones first, then depth first; a shared one once. */
  namedParameters(options?: ListOptions): [name: string, parameter: Parameter][] {
    return this.#list('namedParameters', options, (module) => module._fieldsOf(isParameter));
  }

  /** The parameters in the order of `namedParameters`: what an optimizer takes. */
  parameters(options?: Pick<ListOptions, 'recurse'>): Parameter[] {
    return this.namedParameters(options).map(([, parameter]) => parameter);
  }

  /** Buffers with their names, in the order of `namedParameters`. */
  namedBuffers(options?: ListOptions): [name: string, buffer: Tensor][] {
    return this.#list('namedBuffers', options, (module) =>
      module._ownBuffers().map(([name, buffer]): [string, Tensor] => [name, buffer]),
    );
  }

  /** The buffers in the order of `namedBuffers`. */
  buffers(options?: Pick<ListOptions, 'recurse'>): Tensor[] {
    return this.namedBuffers(options).map(([, buffer]) => buffer);
  }

  #list<T>(
    op: string,
    options: ListOptions = {},
    own: (module: AnyModule) => [string, T][],
  ): [string, T][] {
    requireOptions(op, options, ['prefix', 'recurse']);
    const { prefix = '', recurse = true } = options;
    const start = prefix === '' ? '' : `${prefix}.`;
    const found = new Map<T, string>();
    const modules: [string, AnyModule][] = recurse ? this.namedModules() : [['', this]];
    for (const [path, module] of modules) {
      for (const [name, one] of own(module)) {
        if (!found.has(one)) found.set(one, `${start}${path === '' ? '' : `${path}.`}${name}`);
      }
    }
    return [...found].map(([one, name]) => [name, one]);
  }

  // --- Registering by hand --------------------------------------------------------------------------------------------

  #requireFree(op: string, name: unknown): string {
    if (typeof name !== 'string') throw wrongType(op, 'a string', 'name', name);
    if (name === '' || name.includes('.'))
      throw wrongValue(op, 'a name without a dot', 'name', name);
    const value: unknown = Reflect.get(this, name);
    const free =
      value === undefined || value === null || value instanceof Tensor || value instanceof Module;
    if (!free) throw wrongValue(op, 'a name that is not taken', 'name', name);
    return name;
  }

  /**
   * Makes `tensor` the field `name` and part of the state, untrained: running statistics, fixed tables. Null keeps the
   * name free for later; `persistent: false` leaves it out of the state dict.
   */
  registerBuffer(
    name: string,
    tensor: Tensor | null,
    options: { persistent?: boolean } = {},
  ): void {
    requireOptions('registerBuffer', options, ['persistent']);
    this.#requireFree('registerBuffer', name);
    if (tensor !== null && (!(tensor instanceof Tensor) || tensor instanceof Parameter)) {
      throw wrongType('registerBuffer', 'a tensor that is no Parameter, or null', 'tensor', tensor);
    }
    const persistent = requireBoolean('registerBuffer', 'persistent', options.persistent ?? true);
    this.#buffers.set(name, persistent);
    Reflect.set(this, name, tensor);
  }

  /** Makes `parameter` the field `name`: for names made at run time. */
  registerParameter(name: string, parameter: Parameter | null): void {
    this.#requireFree('registerParameter', name);
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw wrongType('registerParameter', 'a Parameter or null', 'parameter', parameter);
    }
    this.#buffers.delete(name);
    Reflect.set(this, name, parameter);
  }

  /** Makes `module` the field `name`: for names made at run time. */
  addModule(name: string, module: AnyModule | null): void {
    this.#requireFree('addModule', name);
    if (module !== null && !(module instanceof Module)) {
      throw wrongType('addModule', 'a module or null', 'module', module);
    }
    Reflect.set(this, name, module);
  }

  // --- State ----------------------------------------------------------------------------------------------------------

  /** Parameters and persistent buffers by name, detached; they share the module's memory. */
  stateDict(): StateDict {
    return Object.fromEntries([...collectState(this)].map(([name, one]) => [name, one.detach()]));
  }

  /**
   * Copies the values of `dict`, by name, into parameters and buffers. One RangeError names every tensor that is
   * missing, unexpected or of another shape, and then nothing is changed; `strict: false` lets the first two pass.
   */
  loadStateDict(dict: Readonly<StateDict>, options: { strict?: boolean } = {}): LoadReport {
    requireOptions('loadStateDict', options, ['strict']);
    return loadState(this, dict, requireBoolean('loadStateDict', 'strict', options.strict ?? true));
  }

  /** Converts floating parameters (the same objects as before), their gradients, and buffers, to another dtype. */
  to(dtype: DType): this {
    if (!isFloating(requireDType('to', dtype))) {
      throw unexpected('to', 'float32 or float64', 'dtype', dtype);
    }
    for (const module of this.modules()) {
      for (const [, parameter] of module._fieldsOf(isParameter)) {
        if (isFloating(parameter.dtype)) parameter._convert(dtype);
      }
      for (const [name, buffer] of module._ownBuffers()) {
        if (isFloating(buffer.dtype)) Reflect.set(module, name, buffer.to(dtype));
      }
    }
    return this;
  }

  /** Sets `training` here and below: Dropout drops, BatchNorm uses the batch. */
  train(mode = true): this {
    requireBoolean('train', 'mode', mode);
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** The same as `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Clears the gradients of all parameters: to null, or with `setToNone: false` to zeros. */
  zeroGrad(options: { setToNone?: boolean } = {}): void {
    requireOptions('zeroGrad', options, ['setToNone']);
    for (const parameter of this.parameters()) {
      if (options.setToNone ?? true) parameter.grad = null;
      else if (parameter.grad !== null) parameter.grad = parameter.grad.detach().zero_();
    }
  }

  /** Whether gradients flow to the parameters: `false` freezes them. */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  }

  /** Calls `fn` with every module below and this one last, each once. */
  apply(fn: (module: AnyModule) => void): this {
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
   * Calls `hook(module, inputs, output)` after every forward, however it is called; what it returns, if anything, takes
   * the place of the output.
   */
  registerForwardHook(hook: ForwardHook<this, Inputs, Output>): HookHandle {
    if (typeof hook !== 'function')
      throw wrongType('registerForwardHook', 'a function', 'hook', hook);
    return this.#hooked().add('after', hook);
  }

  /**
   * Calls `hook(module, inputs)` before every forward, however it is called; what it returns, if anything, takes the
   * place of the inputs (an array) or of the only one.
   */
  registerForwardPreHook(hook: ForwardPreHook<this, Inputs>): HookHandle {
    if (typeof hook !== 'function') {
      throw wrongType('registerForwardPreHook', 'a function', 'hook', hook);
    }
    return this.#hooked().add('before', hook);
  }

  /** While there are hooks, `forward` is a field of the object: modules without any pay nothing for them. */
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

  // --- Printing -------------------------------------------------------------------------------------------------------

  /** What stands in the parentheses when the module is printed; a subclass may say it. */
  extraRepr(): string {
    return '';
  }

  /** As PyTorch prints it. */
  toString(): string {
    return describeModule(this);
  }

  /** @internal */
  [inspect.custom](): string {
    return describeModule(this);
  }
}

function isModule(value: unknown): value is AnyModule {
  return value instanceof Module;
}

function isParameter(value: unknown): value is Parameter {
  return value instanceof Parameter;
}

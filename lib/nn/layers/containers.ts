/** Modules that contain other modules or parameters, for your own `forward`. */
import { calledAs } from '../../core/caller';
import { countChange } from '../../core/changes';
import {
  requireArity,
  requireInteger,
  requireItems,
  requireMethodArity,
  wrongType,
  wrongValue,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { Module, type AnyModule } from '../module/module';
import { Parameter } from '../module/parameter';

/** The position of an index in a list of `length` elements; a negative index counts from the end. */
export function positionOf(op: string, index: number, length: number): number {
  const checked = requireInteger(op, 'index', index);
  if (checked < -length || checked >= length) {
    if (length === 0)
      throw new RangeError(`${op}: there is no element ${checked}; the list is empty`);
    throw wrongValue(op, `an index from ${-length} to ${length - 1}`, 'index', checked);
  }
  return checked < 0 ? checked + length : checked;
}

/** Whether the value can be an object of modules by name. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads all items before the first is added, because the iterable may be the list itself. */
function itemsOf<T>(op: string, name: string, value: Iterable<T>): T[] {
  return requireItems(op, `an array of ${name}`, name, value) as T[];
}

/**
 * A list of modules for your own `forward`; a ModuleList has none itself.
 *
 * @see torch.nn.ModuleList
 * @example new nn.ModuleList([new nn.Linear(2, 2), new nn.Tanh()]).length // 2
 */
export class ModuleList<M extends AnyModule = Module> extends Module<never> {
  [index: number]: M;
  #length = 0;

  /**
   * Creates a list of modules with the names '0', '1', ...
   *
   * @param modules the modules; default none
   * @throws TypeError if an element is not a module
   */
  constructor(modules: Iterable<M> = []) {
    requireArity('ModuleList', arguments.length, 1);
    super();
    this.#addAll('ModuleList', modules);
  }

  #add(op: string, argument: string, module: unknown): void {
    if (!(module instanceof Module)) throw wrongType(op, 'a module', argument, module);
    this.addModule(String(this.#length++), module as M);
  }

  #addAll(op: string, modules: Iterable<M>): void {
    itemsOf(op, 'modules', modules).forEach((module, i) => {
      this.#add(op, `modules[${i}]`, module);
    });
  }

  /** Number of modules. */
  get length(): number {
    return this.#length;
  }

  /**
   * Returns the module at an index.
   *
   * @param index position from 0; a negative one counts from the end
   * @returns the module
   * @throws RangeError if the index is out of range
   */
  get(index: number): M {
    requireMethodArity(this, 'get', arguments.length, 1);
    return this[positionOf('ModuleList.get', index, this.length)];
  }

  /**
   * Adds a module at the end.
   *
   * @param module the module
   * @returns the list
   * @throws TypeError if `module` is not a module
   */
  append(module: M): this {
    requireMethodArity(this, 'append', arguments.length, 1);
    this.#add('ModuleList.append', 'module', module);
    return this;
  }

  /**
   * Adds modules at the end.
   *
   * @param modules the modules
   * @returns the list
   * @throws TypeError if an element is not a module
   */
  extend(modules: Iterable<M>): this {
    requireMethodArity(this, 'extend', arguments.length, 1);
    this.#addAll('ModuleList.extend', modules);
    return this;
  }

  /** The modules, in order. */
  *[Symbol.iterator](): Generator<M> {
    for (let i = 0; i < this.#length; i++) yield this[i];
  }
}

/**
 * Modules by name, in the order in which they were added, for your own `forward`.
 *
 * @see torch.nn.ModuleDict
 * @example new nn.ModuleDict({ mean: new nn.Linear(2, 1), std: new nn.Linear(2, 1) }).size // 2
 */
export class ModuleDict<M extends AnyModule = Module> extends Module<never> {
  /** @internal A field, so that assert.deepStrictEqual distinguishes different modules. */
  readonly _modules = new Map<string, M>();

  /**
   * Creates a dictionary of modules.
   *
   * @param modules modules by name; default none
   * @throws TypeError if a value is not a module
   */
  constructor(modules: Readonly<Record<string, M>> = {}) {
    requireArity('ModuleDict', arguments.length, 1);
    super();
    if (!isRecord(modules)) throw wrongType('ModuleDict', 'an object', 'modules', modules);
    for (const [name, module] of Object.entries(modules)) this.#set('ModuleDict', name, module);
  }

  #set(op: string, name: unknown, module: unknown): void {
    if (typeof name !== 'string') throw wrongType(op, 'a string', 'name', name);
    if (name === '' || name.includes('.')) {
      throw wrongValue(op, 'a non-empty name without dots', 'name', name);
    }
    if (!(module instanceof Module)) throw wrongType(op, 'a module', `module '${name}'`, module);
    countChange();
    this._modules.set(name, module as M);
  }

  /** @internal */
  override _eachField(visit: (value: unknown, name: string) => void): void {
    super._eachField((value, name) => {
      if (value !== this._modules) visit(value, name);
    });
    this._modules.forEach(visit);
  }

  /** Number of modules. */
  get size(): number {
    return this._modules.size;
  }

  /**
   * Tests whether there is a module of this name.
   *
   * @param name name of a module
   * @returns true if there is such a module
   */
  has(name: string): boolean {
    requireMethodArity(this, 'has', arguments.length, 1);
    return this._modules.has(name);
  }

  /**
   * Returns the module of this name.
   *
   * @param name name of a module
   * @returns the module
   * @throws RangeError if there is no module of this name
   */
  get(name: string): M {
    requireMethodArity(this, 'get', arguments.length, 1);
    const module = this._modules.get(name);
    if (module !== undefined) return module;
    const names = [...this._modules.keys()].join(', ');
    const what = names === '' ? 'a name of a module (there are none)' : `one of ${names}`;
    throw wrongValue('ModuleDict.get', what, 'name', name);
  }

  /**
   * Adds a module, or replaces the module of the same name.
   *
   * @param name name of the module, without dots
   * @param module the module
   * @returns the ModuleDict
   * @throws TypeError if `module` is not a module
   * @throws RangeError if the name is empty or contains a dot
   */
  set(name: string, module: M): this {
    requireMethodArity(this, 'set', arguments.length, 2);
    this.#set('ModuleDict.set', name, module);
    return this;
  }

  /**
   * Removes the module of this name.
   *
   * @param name name of a module
   * @returns true if there was such a module
   */
  delete(name: string): boolean {
    requireMethodArity(this, 'delete', arguments.length, 1);
    countChange();
    return this._modules.delete(name);
  }

  /**
   * Iterates over the names, in the order in which they were added.
   *
   * @returns an iterator of names
   */
  keys(): IterableIterator<string> {
    requireMethodArity(this, 'keys', arguments.length, 0);
    return this._modules.keys();
  }

  /**
   * Iterates over the modules, in the order in which they were added.
   *
   * @returns an iterator of modules
   */
  values(): IterableIterator<M> {
    requireMethodArity(this, 'values', arguments.length, 0);
    return this._modules.values();
  }

  /** The names with their modules, in order. */
  [Symbol.iterator](): IterableIterator<[string, M]> {
    return this._modules[Symbol.iterator]();
  }
}

/**
 * A list of parameters for your own `forward`; tensors become parameters.
 *
 * @see torch.nn.ParameterList
 * @example new nn.ParameterList([ones(2), zeros(3)]).get(-1).shape // [ 3 ]
 */
export class ParameterList extends Module<never> {
  [index: number]: Parameter;
  #length = 0;

  /**
   * Creates a list of parameters with the names '0', '1', ...
   *
   * @param parameters parameters, or tensors that become parameters; default none
   * @throws TypeError if an element is not a tensor
   */
  constructor(parameters: Iterable<Tensor> = []) {
    requireArity('ParameterList', arguments.length, 1);
    super();
    itemsOf('ParameterList', 'parameters', parameters).forEach((parameter, i) => {
      this.#add('ParameterList', `parameters[${i}]`, parameter);
    });
  }

  #add(op: string, argument: string, tensor: Tensor): void {
    const isParameter = tensor instanceof Parameter;
    const parameter = isParameter
      ? tensor
      : calledAs(op, () => new Parameter(tensor), ['data', argument]);
    this.registerParameter(String(this.#length++), parameter);
  }

  /** Number of parameters. */
  get length(): number {
    return this.#length;
  }

  /**
   * Returns the parameter at an index.
   *
   * @param index position from 0; a negative one counts from the end
   * @returns the parameter
   * @throws RangeError if the index is out of range
   */
  get(index: number): Parameter {
    requireMethodArity(this, 'get', arguments.length, 1);
    return this[positionOf('ParameterList.get', index, this.length)];
  }

  /**
   * Adds a parameter at the end.
   *
   * @param parameter a parameter, or a tensor that becomes one
   * @returns the list
   * @throws TypeError if `parameter` is not a tensor
   */
  append(parameter: Tensor): this {
    requireMethodArity(this, 'append', arguments.length, 1);
    this.#add('ParameterList.append', 'parameter', parameter);
    return this;
  }

  /** The parameters, in order. */
  *[Symbol.iterator](): Generator<Parameter> {
    for (let i = 0; i < this.#length; i++) yield this[i];
  }

  override extraRepr(): string {
    return [...this]
      .map(
        (parameter, i) =>
          `  (${i}): Parameter containing: [torch.${parameter.dtype} of size ${parameter.shape.join('x')}]`,
      )
      .join('\n');
  }
}

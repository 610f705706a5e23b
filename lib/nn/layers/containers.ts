/** Modules that contain other modules, by index or by name. */
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
function positionOf(op: string, index: number, length: number): number {
  const checked = requireInteger(op, 'index', index);
  if (checked < -length || checked >= length) {
    if (length === 0)
      throw new RangeError(`${op}: there is no element ${checked}; the list is empty`);
    throw wrongValue(op, `an index from ${-length} to ${length - 1}`, 'index', checked);
  }
  return checked < 0 ? checked + length : checked;
}

/**
 * Modules in a chain: each gets the output of the one before. Pass them in order, or by name (torch.nn.Sequential).
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * model[0]; // the first layer
 */
export class Sequential extends Module {
  /** @internal The bundler renames classes that mention themselves, and printing shows the name. */
  static override readonly name: string = 'Sequential';
  [index: number]: Module;
  /** @internal A field, so that assert.deepStrictEqual distinguishes different orders. */
  readonly _names: string[] = [];

  constructor(modules: Readonly<Record<string, Module>>);
  constructor(...modules: Module[]);
  constructor(...modules: (Module | Readonly<Record<string, Module>>)[]) {
    super();
    const first: unknown = modules[0];
    const isNamed = modules.length === 1 && !(first instanceof Module) && isRecord(first);
    const entries = Object.entries(isNamed ? first : modules);
    for (const [name, module] of entries) this.#add('Sequential', `modules[${name}]`, name, module);
  }

  #add(op: string, argument: string, name: string, module: unknown): void {
    if (!(module instanceof Module)) throw wrongType(op, 'a module', argument, module);
    this.addModule(name, module);
    this._names.push(name);
  }

  #module(name: string): Module {
    // Reflect.get takes ten times as long.
    return (this as unknown as Readonly<Record<string, Module>>)[name];
  }

  /** The number of modules. */
  get length(): number {
    return this._names.length;
  }

  /** The module at an index; negative ones count from the end. */
  get(index: number): Module {
    requireMethodArity(this, 'get', arguments.length, 1);
    return this.#module(this._names[positionOf('Sequential.get', index, this.length)]);
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    requireMethodArity(this, 'append', arguments.length, 1);
    this.#add('Sequential.append', 'module', String(this.length), module);
    return this;
  }

  /** A new Sequential of some of the same modules, like Array's slice. */
  slice(start?: number, end?: number): Sequential {
    requireMethodArity(this, 'slice', arguments.length, 2);
    if (start !== undefined) requireInteger('Sequential.slice', 'start', start);
    if (end !== undefined) requireInteger('Sequential.slice', 'end', end);
    return new Sequential(...[...this].slice(start, end));
  }

  /** The modules, in order. */
  *[Symbol.iterator](): Generator<Module> {
    for (const name of this._names) yield this.#module(name);
  }

  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    let x = input;
    for (const name of this._names) x = this.#module(name).forward(x);
    return x;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads all items before the first is added, because the iterable may be the list itself. */
function itemsOf<T>(op: string, name: string, value: Iterable<T>): T[] {
  return requireItems(op, `an array of ${name}`, name, value) as T[];
}

/** A list of modules for use in your own `forward` (torch.nn.ModuleList). */
export class ModuleList<M extends AnyModule = Module> extends Module<never> {
  [index: number]: M;
  #length = 0;

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

  /** The number of modules. */
  get length(): number {
    return this.#length;
  }

  /** The module at an index; negative ones count from the end. */
  get(index: number): M {
    requireMethodArity(this, 'get', arguments.length, 1);
    return this[positionOf('ModuleList.get', index, this.length)];
  }

  /** Adds a module at the end. */
  append(module: M): this {
    requireMethodArity(this, 'append', arguments.length, 1);
    this.#add('ModuleList.append', 'module', module);
    return this;
  }

  /** Adds modules at the end. */
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

/** Modules by name, in the order in which they were added (torch.nn.ModuleDict). */
export class ModuleDict<M extends AnyModule = Module> extends Module<never> {
  /** @internal A field, so that assert.deepStrictEqual distinguishes different modules. */
  readonly _modules = new Map<string, M>();

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

  /** The number of modules. */
  get size(): number {
    return this._modules.size;
  }

  /** Whether there is a module of this name. */
  has(name: string): boolean {
    requireMethodArity(this, 'has', arguments.length, 1);
    return this._modules.has(name);
  }

  /** The module of this name; RangeError if there is none. */
  get(name: string): M {
    requireMethodArity(this, 'get', arguments.length, 1);
    const module = this._modules.get(name);
    if (module !== undefined) return module;
    const names = [...this._modules.keys()].join(', ');
    const what = names === '' ? 'a name of a module (there are none)' : `one of ${names}`;
    throw wrongValue('ModuleDict.get', what, 'name', name);
  }

  /** Adds a module, or replaces the module with this name. */
  set(name: string, module: M): this {
    requireMethodArity(this, 'set', arguments.length, 2);
    this.#set('ModuleDict.set', name, module);
    return this;
  }

  /** Removes the module with this name; returns whether there was one. */
  delete(name: string): boolean {
    requireMethodArity(this, 'delete', arguments.length, 1);
    countChange();
    return this._modules.delete(name);
  }

  /** The names, in order. */
  keys(): IterableIterator<string> {
    requireMethodArity(this, 'keys', arguments.length, 0);
    return this._modules.keys();
  }

  /** The modules, in order. */
  values(): IterableIterator<M> {
    requireMethodArity(this, 'values', arguments.length, 0);
    return this._modules.values();
  }

  /** The names with their modules, in order. */
  [Symbol.iterator](): IterableIterator<[string, M]> {
    return this._modules[Symbol.iterator]();
  }
}

/** A list of parameters; tensors become parameters (torch.nn.ParameterList). */
export class ParameterList extends Module<never> {
  [index: number]: Parameter;
  #length = 0;

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

  /** The number of parameters. */
  get length(): number {
    return this.#length;
  }

  /** The parameter at an index; negative ones count from the end. */
  get(index: number): Parameter {
    requireMethodArity(this, 'get', arguments.length, 1);
    return this[positionOf('ParameterList.get', index, this.length)];
  }

  /** Adds a parameter at the end. */
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

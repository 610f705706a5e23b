/** Modules that contain other modules, by index or by name. */
import { calledAs } from '../../core/caller';
import { countChange } from '../../core/changes';
import {
  requireArity,
  requireInteger,
  requireItems,
  wrongType,
  wrongValue,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { Module, type AnyModule } from '../module/module';
import { Parameter } from '../module/parameter';

/** An index into a list of `length`; negative ones count from the end. */
function placeIn(op: string, index: number, length: number): number {
  const checked = requireInteger(op, 'index', index);
  if (checked < -length || checked >= length) {
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
  /** @internal A field, so that chains in different orders are not equal to assert.deepStrictEqual. */
  readonly _names: string[] = [];

  constructor(modules: Readonly<Record<string, Module>>);
  constructor(...modules: Module[]);
  constructor(...modules: (Module | Readonly<Record<string, Module>>)[]) {
    super();
    const first: unknown = modules[0];
    const named = modules.length === 1 && !(first instanceof Module) && isRecord(first);
    const entries = Object.entries(named ? first : modules);
    for (const [name, module] of entries) this.#add(name, module);
  }

  #add(name: string, module: unknown): void {
    if (!(module instanceof Module)) {
      throw wrongType('Sequential', 'a module', `modules[${name}]`, module);
    }
    this.addModule(name, module);
    this._names.push(name);
  }

  #module(name: string): Module {
    // Not Reflect.get, which takes ten times as long.
    return (this as unknown as Readonly<Record<string, Module>>)[name];
  }

  /** The number of modules. */
  get length(): number {
    return this._names.length;
  }

  /** The module at an index; negative ones count from the end. */
  get(index: number): Module {
    requireArity('Sequential.get', arguments.length, 1);
    return this.#module(this._names[placeIn('Sequential.get', index, this.length)]);
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    requireArity('Sequential.append', arguments.length, 1);
    this.#add(String(this.length), module);
    return this;
  }

  /** A new Sequential of some of the same modules, like Array's slice. */
  slice(start?: number, end?: number): Sequential {
    requireArity('Sequential.slice', arguments.length, 2);
    const bound = (name: string, value: number | undefined): number | undefined =>
      value === undefined ? value : requireInteger('Sequential.slice', name, value);
    return new Sequential(...[...this].slice(bound('start', start), bound('end', end)));
  }

  /** The modules, in order. */
  *[Symbol.iterator](): Generator<Module> {
    for (const name of this._names) yield this.#module(name);
  }

  override forward(input: Tensor): Tensor {
    requireArity('Sequential', arguments.length, 1);
    let x = input;
    for (const name of this._names) x = this.#module(name).forward(x);
    return x;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads all items before the first is added: the iterable may be the list that grows. */
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
    this.extend(modules);
  }

  /** The number of modules. */
  get length(): number {
    return this.#length;
  }

  /** The module at an index; negative ones count from the end. */
  get(index: number): M {
    requireArity('ModuleList.get', arguments.length, 1);
    return this[placeIn('ModuleList.get', index, this.length)];
  }

  /** Adds a module at the end. */
  append(module: M): this {
    requireArity('ModuleList.append', arguments.length, 1);
    if (!(module instanceof Module)) throw wrongType('ModuleList', 'a module', 'module', module);
    this.addModule(String(this.#length++), module);
    return this;
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<M>): this {
    requireArity('ModuleList.extend', arguments.length, 1);
    for (const module of itemsOf('ModuleList', 'modules', modules)) this.append(module);
    return this;
  }

  /** The modules, in order. */
  *[Symbol.iterator](): Generator<M> {
    for (let i = 0; i < this.#length; i++) yield this[i];
  }
}

/** Modules by name, in the order in which they were added (torch.nn.ModuleDict). */
export class ModuleDict<M extends AnyModule = Module> extends Module<never> {
  /** @internal A field, so that dicts of different modules are not equal to assert.deepStrictEqual. */
  readonly _modules = new Map<string, M>();

  constructor(modules: Readonly<Record<string, M>> = {}) {
    requireArity('ModuleDict', arguments.length, 1);
    super();
    if (!isRecord(modules)) throw wrongType('ModuleDict', 'an object', 'modules', modules);
    for (const [name, module] of Object.entries(modules)) this.set(name, module);
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
    requireArity('ModuleDict.has', arguments.length, 1);
    return this._modules.has(name);
  }

  /** The module of this name; RangeError if there is none. */
  get(name: string): M {
    requireArity('ModuleDict.get', arguments.length, 1);
    const module = this._modules.get(name);
    if (module !== undefined) return module;
    const names = [...this._modules.keys()].join(', ');
    throw wrongValue('ModuleDict.get', `one of ${names}`, 'name', name);
  }

  /** Adds a module, or replaces the module with this name. */
  set(name: string, module: M): this {
    requireArity('ModuleDict.set', arguments.length, 2);
    if (typeof name !== 'string') throw wrongType('ModuleDict', 'a string', 'name', name);
    if (name === '' || name.includes('.')) {
      throw wrongValue('ModuleDict', 'a name without a dot', 'name', name);
    }
    if (!(module instanceof Module)) throw wrongType('ModuleDict', 'a module', name, module);
    countChange();
    this._modules.set(name, module);
    return this;
  }

  /** Removes the module with this name; returns whether there was one. */
  delete(name: string): boolean {
    requireArity('ModuleDict.delete', arguments.length, 1);
    countChange();
    return this._modules.delete(name);
  }

  /** The names, in order. */
  keys(): IterableIterator<string> {
    requireArity('ModuleDict.keys', arguments.length, 0);
    return this._modules.keys();
  }

  /** The modules, in order. */
  values(): IterableIterator<M> {
    requireArity('ModuleDict.values', arguments.length, 0);
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
    for (const parameter of itemsOf('ParameterList', 'parameters', parameters))
      calledAs('ParameterList', () => this.append(parameter), ['data', 'parameters']);
  }

  /** The number of parameters. */
  get length(): number {
    return this.#length;
  }

  /** The parameter at an index; negative ones count from the end. */
  get(index: number): Parameter {
    requireArity('ParameterList.get', arguments.length, 1);
    return this[placeIn('ParameterList.get', index, this.length)];
  }

  /** Adds a parameter at the end. */
  append(parameter: Tensor): this {
    requireArity('ParameterList.append', arguments.length, 1);
    const own = parameter instanceof Parameter ? parameter : new Parameter(parameter);
    this.registerParameter(String(this.#length++), own);
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

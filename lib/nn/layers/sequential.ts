/** A chain of modules. */
import { requireInteger, requireMethodArity, wrongType } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { Module } from '../module/module';
import { isRecord, positionOf } from './containers';

/**
 * Runs modules one after another; each receives the output of the previous one.
 *
 * Pass modules in order, or one object of modules by name. Elements are `model[0]`, or `model.get(-1)` from
 * the end.
 *
 * @see torch.nn.Sequential
 * @example new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1)).length // 3
 */
export class Sequential extends Module {
  /** @internal The bundler renames classes that mention themselves, and printing shows the name. */
  static override readonly name: string = 'Sequential';
  [index: number]: Module;
  /** @internal A field, so that assert.deepStrictEqual distinguishes different orders. */
  readonly _names: string[] = [];

  /**
   * Creates a chain of named modules.
   *
   * @param modules modules by name, in the order in which they run
   * @throws TypeError if a value is not a module
   */
  constructor(modules: Readonly<Record<string, Module>>);
  /**
   * Creates a chain of modules with the names '0', '1', ...
   *
   * @param modules modules in the order in which they run
   * @throws TypeError if an argument is not a module
   */
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

  /** Number of modules. */
  get length(): number {
    return this._names.length;
  }

  /**
   * Returns the module at an index.
   *
   * @param index position from 0; a negative one counts from the end
   * @returns the module
   * @throws RangeError if the index is out of range
   */
  get(index: number): Module {
    requireMethodArity(this, 'get', arguments.length, 1);
    return this.#module(this._names[positionOf('Sequential.get', index, this.length)]);
  }

  /**
   * Adds a module at the end.
   *
   * @param module the module, named by its position
   * @returns the Sequential
   * @throws TypeError if `module` is not a module
   */
  append(module: Module): this {
    requireMethodArity(this, 'append', arguments.length, 1);
    this.#add('Sequential.append', 'module', String(this.length), module);
    return this;
  }

  /**
   * Creates a Sequential of some of the same modules, with the arguments of `Array.prototype.slice`.
   *
   * @param start first position; default 0; a negative one counts from the end
   * @param end position after the last one; default `length`
   * @returns a new Sequential, which shares the modules
   */
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

  /**
   * Runs the modules in order.
   *
   * @param input the input of the first module
   * @returns the output of the last module, or `input` if there are none
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    let x = input;
    for (const name of this._names) x = this.#module(name).forward(x);
    return x;
  }
}

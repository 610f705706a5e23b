/** The tree of modules: parameters, buffers and submodules, found among the fields. */
import { countChange } from '../../core/changes';
import {
  requireArity,
  requireBoolean,
  requireOptions,
  wrongType,
  wrongValue,
} from '../../core/errors';
import { Tensor } from '../../core/tensor';
import { sendStateDictInstead } from '../../core/uncloneable';
import type { AnyModule } from './module';
import { eachPartIn, requirePartName } from './containers';
import { Parameter } from './parameter';
import { addSlot, wrongPart, type Kind } from './slots';

/** Options of functions that list parameters or buffers. */
export interface ListOptions {
  /** The prefix of the names; default none. */
  prefix?: string;
  /** Whether to include submodules; default true. */
  recurse?: boolean;
}

type Visit<T> = (value: T, name: string) => void;

const setSlot = (module: object, name: string, value: unknown): void => {
  (module as ModuleTree)._change(name, value);
};

/** The part of `Module` that finds parameters, buffers and submodules. */
export abstract class ModuleTree {
  /** @internal */ readonly _clone = sendStateDictInstead;
  /** Buffers by name, and whether they are part of the state dict. */
  readonly #buffers = new Map<string, boolean>();
  /** What the fields held that are registered, or were found by a walk. */
  readonly #kinds = new Map<string, Kind>();

  // --- Fields of this module ----------------------------------------------------------------------

  /** @internal All fields that may hold parameters or submodules, in order. */
  _eachField(visit: Visit<unknown>): void {
    const fields = this as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(this)) visit(fields[name], name);
  }

  /** Parameters and submodules in fields, and in containers in fields. */
  #eachPart(visit: Visit<AnyModule | Parameter>): void {
    this._eachField((value, name) => {
      if (isPart(value)) {
        this.#remember(name, value);
        visit(value, name);
        return;
      }
      if (value === null) return;
      if (this.#kinds.size > 0) this.#requireKind(name, value);
      if (typeof value === 'object') {
        eachPartIn(this.constructor.name, value, name, isPart, visit as Visit<unknown>);
      }
    });
  }

  /** Remembers what a field holds, so that it cannot be lost when the field is given something else. */
  #remember(name: string, part: AnyModule | Parameter): void {
    const kind = isModule(part) ? 'module' : 'parameter';
    const known = this.#kinds.get(name);
    if (known === kind) return;
    if (Object.hasOwn(this, name)) requirePartName(this.constructor.name, name);
    this.#kinds.set(name, kind);
    if (known === 'buffer') this.#buffers.delete(name);
  }

  /** An error if a registered field is given what is neither of its kind nor null. */
  #requireKind(name: string, value: unknown): void {
    const kind = this.#kinds.get(name);
    if (kind === undefined || value === null) return;
    if (kind === 'buffer' && value instanceof Tensor) return;
    throw wrongPart(this.constructor.name, kind, name, value);
  }

  /** @internal */
  _eachChild(visit: Visit<AnyModule>): void {
    this.#eachPart((part, name) => {
      if (isModule(part)) visit(part, name);
    });
    for (const symbol of Object.getOwnPropertySymbols(this)) {
      if (!isPart(Reflect.get(this, symbol))) continue;
      throw wrongValue(this.constructor.name, 'strings', 'names of parts', symbol);
    }
  }

  /** @internal */
  _eachParameter(visit: Visit<Parameter>): void {
    this.#eachPart((part, name) => {
      if (isParameter(part)) visit(part, name);
    });
  }

  /** @internal Buffers that are set. */
  _eachBuffer(visit: (buffer: Tensor, name: string, persistent: boolean) => void): void {
    for (const [name, persistent] of this.#buffers) {
      const value: unknown = Reflect.get(this, name);
      if (isPart(value)) this.#remember(name, value);
      else if (value instanceof Tensor) visit(value, name, persistent);
      else if (value !== undefined) this.#requireKind(name, value);
    }
  }

  /** @internal A registered field is about to hold `value`: of its kind, null, or a part of another kind. */
  _change(name: string, value: unknown): void {
    if (isPart(value)) this.#remember(name, value);
    else this.#requireKind(name, value);
  }

  // --- Registering --------------------------------------------------------------------------------

  #requireFree(op: string, name: unknown): void {
    if (typeof name !== 'string') throw wrongType(op, 'a string', 'name', name);
    if (name === '' || name.includes('.')) {
      throw wrongValue(op, 'a name without a dot', 'name', name);
    }
    const value: unknown = Reflect.get(this, name);
    const isFree = value === undefined || value === null || value instanceof Tensor;
    if (!(isFree || isModule(value)) || name === '__proto__') {
      throw wrongValue(op, 'a name that is not taken', 'name', name);
    }
  }

  #register(kind: Kind, name: string, value: unknown): void {
    countChange();
    this.#kinds.set(name, kind);
    addSlot(this, name, value, setSlot);
  }

  /**
   * Makes `tensor` the field `name` and part of the state, without training it: running statistics, fixed tables. Null
   * reserves the name; `persistent: false` leaves it out of the state dict.
   */
  registerBuffer(
    name: string,
    tensor: Tensor | null,
    options: { persistent?: boolean } = {},
  ): void {
    requireArity('registerBuffer', arguments.length, 3);
    const op = 'registerBuffer';
    requireOptions(op, options, ['persistent']);
    const persistent = requireBoolean(op, 'persistent', options.persistent ?? true);
    this.#requireFree(op, name);
    if (tensor !== null && (!(tensor instanceof Tensor) || tensor instanceof Parameter)) {
      throw wrongType(op, 'a tensor that is no Parameter, or null', 'tensor', tensor);
    }
    this.#register('buffer', name, tensor);
    this.#buffers.set(name, persistent);
  }

  /** Makes `parameter` the field `name`, which then accepts nothing but parameters, null and modules. */
  registerParameter(name: string, parameter: Parameter | null): void {
    requireArity('registerParameter', arguments.length, 2);
    this.#requireFree('registerParameter', name);
    if (parameter !== null && !isParameter(parameter)) {
      throw wrongType('registerParameter', 'a Parameter or null', 'parameter', parameter);
    }
    this.#buffers.delete(name);
    this.#register('parameter', name, parameter);
  }

  /** Makes `module` the field `name`, which then accepts nothing but modules, null and parameters. */
  addModule(name: string, module: AnyModule | null): void {
    requireArity('addModule', arguments.length, 2);
    this.#requireFree('addModule', name);
    if (module !== null && !isModule(module)) {
      throw wrongType('addModule', 'a module or null', 'module', module);
    }
    this.#buffers.delete(name);
    this.#register('module', name, module);
  }

  // --- This module and all submodules -------------------------------------------------------------

  /**
   * @internal Visits this module and all submodules, parents first, with the prefix of their names: each once, or with
   * `repeatShared` under each of its names. Cycles are visited once.
   */
  _walk(visit: Visit<AnyModule>, repeatShared = false): void {
    const seen = new Set<AnyModule>();
    const visitTree = (module: AnyModule, prefix: string): void => {
      if (seen.has(module)) return;
      seen.add(module);
      visit(module, prefix);
      module._eachChild((child, name) => {
        visitTree(child, `${prefix}${name}.`);
      });
      if (repeatShared) seen.delete(module);
    };
    if (isModule(this)) visitTree(this, '');
  }

  /** This module (named '') and all submodules with their names, parents first, each once. */
  namedModules(): [name: string, module: AnyModule][] {
    requireArity('namedModules', arguments.length, 0);
    const found: [string, AnyModule][] = [];
    this._walk((module, prefix) => found.push([prefix.slice(0, -1), module]));
    return found;
  }

  /** This module and all submodules, parents first, each once. */
  modules(): AnyModule[] {
    requireArity('modules', arguments.length, 0);
    const found: AnyModule[] = [];
    this._walk((module) => found.push(module));
    return found;
  }

  /** The direct submodules with their names, each once. */
  namedChildren(): [name: string, module: AnyModule][] {
    requireArity('namedChildren', arguments.length, 0);
    const found = new Map<AnyModule, string>();
    this._eachChild((child, name) => found.has(child) || found.set(child, name));
    return swapped(found);
  }

  /** The direct submodules, each once. */
  children(): AnyModule[] {
    requireArity('children', arguments.length, 0);
    return this.namedChildren().map(([, module]) => module);
  }

  /** Parameters or buffers, each once, with the first of its names. */
  #collect<T>(
    op: string,
    options: ListOptions = {},
    each: (module: ModuleTree, visit: Visit<T>) => void,
  ): Map<T, string> {
    requireOptions(op, options, ['prefix', 'recurse']);
    const { prefix = '', recurse = true } = options;
    const start = prefix === '' ? '' : `${prefix}.`;
    const found = new Map<T, string>();
    const collect = (module: ModuleTree, path: string): void => {
      each(module, (value, name) => found.has(value) || found.set(value, `${start}${path}${name}`));
    };
    if (recurse) this._walk(collect);
    else collect(this, '');
    return found;
  }

  #parameters(op: string, options: ListOptions | undefined): Map<Parameter, string> {
    return this.#collect<Parameter>(op, options, (module, visit) => {
      module._eachParameter(visit);
    });
  }

  #allBuffers(op: string, options: ListOptions | undefined): Map<Tensor, string> {
    return this.#collect<Tensor>(op, options, (module, visit) => {
      module._eachBuffer(visit);
    });
  }

  /** Parameters with their names: own ones first, then depth first; a shared one once. */
  namedParameters(options?: ListOptions): [name: string, parameter: Parameter][] {
    requireArity('namedParameters', arguments.length, 1);
    return swapped(this.#parameters('namedParameters', options));
  }

  /** The parameters in the order of `namedParameters`, for an optimizer. */
  parameters(options?: Pick<ListOptions, 'recurse'>): Parameter[] {
    requireArity('parameters', arguments.length, 1);
    return [...this.#parameters('parameters', options).keys()];
  }

  /** Buffers with their names, in the order of `namedParameters`. */
  namedBuffers(options?: ListOptions): [name: string, buffer: Tensor][] {
    requireArity('namedBuffers', arguments.length, 1);
    return swapped(this.#allBuffers('namedBuffers', options));
  }

  /** The buffers in the order of `namedBuffers`. */
  buffers(options?: Pick<ListOptions, 'recurse'>): Tensor[] {
    requireArity('buffers', arguments.length, 1);
    return [...this.#allBuffers('buffers', options).keys()];
  }
}

function swapped<T>(names: ReadonlyMap<T, string>): [string, T][] {
  return Array.from(names, ([value, name]) => [name, value]);
}

/** Whether the value is a module: only Module extends ModuleTree. */
export function isModule(value: unknown): value is AnyModule {
  return value instanceof ModuleTree;
}

function isParameter(value: unknown): value is Parameter {
  return value instanceof Parameter;
}

function isPart(value: unknown): value is AnyModule | Parameter {
  return isModule(value) || isParameter(value);
}

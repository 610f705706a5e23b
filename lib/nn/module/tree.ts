/** The tree of modules: lists the parameters, buffers and submodules of a module and of its submodules. */
import { methodName, requireMethodArity, requireOptions } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { isModule, ModuleFields, type Visit } from './fields';
import type { AnyModule } from './module';
import type { Parameter } from './parameter';

/** Options of functions that list parameters or buffers. */
export interface ListOptions {
  /** Text before all names, joined with a dot; default '', none. */
  prefix?: string;
  /** Whether to include submodules; default true. */
  recurse?: boolean;
}

/** The base of `Module` that lists the members of all submodules. */
export abstract class ModuleTree extends ModuleFields {
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

  /**
   * Lists this module and all submodules with their names, parents first, each once.
   *
   * @returns pairs of name and module; the name of this module is ''
   */
  namedModules(): [name: string, module: AnyModule][] {
    requireMethodArity(this, 'namedModules', arguments.length, 0);
    const found: [string, AnyModule][] = [];
    this._walk((module, prefix) => found.push([prefix.slice(0, -1), module]));
    return found;
  }

  /**
   * Lists this module and all submodules, parents first, each once.
   *
   * @returns the modules in the order of `namedModules`
   */
  modules(): AnyModule[] {
    requireMethodArity(this, 'modules', arguments.length, 0);
    const found: AnyModule[] = [];
    this._walk((module) => found.push(module));
    return found;
  }

  /**
   * Lists the direct submodules with their names, each once.
   *
   * @returns pairs of name and module
   */
  namedChildren(): [name: string, module: AnyModule][] {
    requireMethodArity(this, 'namedChildren', arguments.length, 0);
    const found = new Map<AnyModule, string>();
    this._eachChild((child, name) => found.has(child) || found.set(child, name));
    return swapped(found);
  }

  /**
   * Lists the direct submodules, each once.
   *
   * @returns the modules in the order of `namedChildren`
   */
  children(): AnyModule[] {
    requireMethodArity(this, 'children', arguments.length, 0);
    return this.namedChildren().map(([, module]) => module);
  }

  /** Parameters or buffers, each once, with the first of its names. */
  #collect<T>(
    method: string,
    options: ListOptions = {},
    each: (module: ModuleTree, visit: Visit<T>) => void,
  ): Map<T, string> {
    requireOptions(methodName(this, method), options, ['prefix', 'recurse']);
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

  #parameters(method: string, options: ListOptions | undefined): Map<Parameter, string> {
    return this.#collect<Parameter>(method, options, (module, visit) => {
      module._eachParameter(visit);
    });
  }

  #allBuffers(method: string, options: ListOptions | undefined): Map<Tensor, string> {
    return this.#collect<Tensor>(method, options, (module, visit) => {
      module._eachBuffer(visit);
    });
  }

  /**
   * Lists all parameters with their names, the module's own first; shared parameters once, under their first
   * name.
   *
   * @param options.prefix text before all names; default '', none
   * @param options.recurse whether to include submodules; default true
   * @returns pairs of name and parameter
   */
  namedParameters(options?: ListOptions): [name: string, parameter: Parameter][] {
    requireMethodArity(this, 'namedParameters', arguments.length, 1);
    return swapped(this.#parameters('namedParameters', options));
  }

  /**
   * Lists all parameters, as the first argument of an optimizer.
   *
   * @param options.recurse whether to include submodules; default true
   * @returns the parameters in the order of `namedParameters`
   */
  parameters(options?: Pick<ListOptions, 'recurse'>): Parameter[] {
    requireMethodArity(this, 'parameters', arguments.length, 1);
    return [...this.#parameters('parameters', options).keys()];
  }

  /**
   * Lists all buffers with their names, the module's own first, each once.
   *
   * @param options.prefix text before all names; default '', none
   * @param options.recurse whether to include submodules; default true
   * @returns pairs of name and buffer
   */
  namedBuffers(options?: ListOptions): [name: string, buffer: Tensor][] {
    requireMethodArity(this, 'namedBuffers', arguments.length, 1);
    return swapped(this.#allBuffers('namedBuffers', options));
  }

  /**
   * Lists all buffers, each once.
   *
   * @param options.recurse whether to include submodules; default true
   * @returns the buffers in the order of `namedBuffers`
   */
  buffers(options?: Pick<ListOptions, 'recurse'>): Tensor[] {
    requireMethodArity(this, 'buffers', arguments.length, 1);
    return [...this.#allBuffers('buffers', options).keys()];
  }
}

function swapped<T>(names: ReadonlyMap<T, string>): [string, T][] {
  return Array.from(names, ([value, name]) => [name, value]);
}

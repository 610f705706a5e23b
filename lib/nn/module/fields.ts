/** The fields of a module: finds and registers parameters, buffers and submodules. */
import { countChange } from '../../core/changes';
import {
  methodName,
  requireBoolean,
  requireMethodArity,
  requireOptions,
  wrongType,
  wrongValue,
} from '../../core/errors';
import { Tensor } from '../../core/tensor';
import { sendStateDictInstead } from '../../core/uncloneable';
import { eachMemberIn, requireMemberName } from './containers';
import type { AnyModule } from './module';
import { Parameter } from './parameter';
import { addSlot, wrongKind, type Kind } from './slots';

/** Receives a value and its name. */
export type Visit<T> = (value: T, name: string) => void;

const setSlot = (module: object, name: string, value: unknown): void => {
  (module as ModuleFields)._change(name, value);
};

/** The base of `Module` that finds and registers the members of one module. */
export abstract class ModuleFields {
  /** @internal */ readonly _clone = sendStateDictInstead;
  /** Names of buffers, and whether the state dict includes them. */
  readonly #buffers = new Map<string, boolean>();
  /** The kinds of fields that were registered, or found by an earlier search. */
  readonly #kinds = new Map<string, Kind>();

  // --- Fields of this module ----------------------------------------------------------------------

  /** @internal All fields that may hold parameters or submodules, in order. */
  _eachField(visit: Visit<unknown>): void {
    const fields = this as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(this)) visit(fields[name], name);
  }

  /** Parameters and submodules in fields, and in containers in fields. */
  #eachMember(visit: Visit<AnyModule | Parameter>): void {
    this._eachField((value, name) => {
      if (isMember(value)) {
        this.#remember(name, value);
        visit(value, name);
        return;
      }
      if (value === null) return;
      if (this.#kinds.size > 0) this.#requireKind(name, value);
      if (typeof value === 'object') {
        eachMemberIn(this.constructor.name, value, name, isMember, visit as Visit<unknown>);
      }
    });
  }

  /** Remembers the kind of a field, so that assigning a value of another kind is an error. */
  #remember(name: string, member: AnyModule | Parameter): void {
    const kind = isModule(member) ? 'module' : 'parameter';
    const known = this.#kinds.get(name);
    if (known === kind) return;
    if (Object.hasOwn(this, name)) requireMemberName(this.constructor.name, name);
    this.#kinds.set(name, kind);
    if (known === 'buffer') this.#buffers.delete(name);
  }

  /** Throws if a registered field is assigned a value that is neither of its kind nor null. */
  #requireKind(name: string, value: unknown): void {
    const kind = this.#kinds.get(name);
    if (kind === undefined || value === null) return;
    if (kind === 'buffer' && value instanceof Tensor) return;
    throw wrongKind(this.constructor.name, kind, name, value);
  }

  /** @internal */
  _eachChild(visit: Visit<AnyModule>): void {
    this.#eachMember((member, name) => {
      if (isModule(member)) visit(member, name);
    });
    for (const symbol of Object.getOwnPropertySymbols(this)) {
      if (!isMember(Reflect.get(this, symbol))) continue;
      throw new RangeError(
        `${this.constructor.name}: a field with a symbol as its key holds a parameter or submodule, which has no name ` +
          'in the state dict then; use a string key',
      );
    }
  }

  /** @internal */
  _eachParameter(visit: Visit<Parameter>): void {
    this.#eachMember((member, name) => {
      if (isParameter(member)) visit(member, name);
    });
  }

  /** @internal Buffers that are set. */
  _eachBuffer(visit: (buffer: Tensor, name: string, persistent: boolean) => void): void {
    for (const [name, persistent] of this.#buffers) {
      const value: unknown = Reflect.get(this, name);
      if (isMember(value)) this.#remember(name, value);
      else if (value instanceof Tensor) visit(value, name, persistent);
      else if (value !== undefined) this.#requireKind(name, value);
    }
  }

  /** @internal Called before `value` is assigned to a registered field. Parameters and modules may replace each other. */
  _change(name: string, value: unknown): void {
    if (isMember(value)) this.#remember(name, value);
    else this.#requireKind(name, value);
  }

  // --- Registering --------------------------------------------------------------------------------

  #requireFree(method: string, name: unknown): void {
    const op = methodName(this, method);
    if (typeof name !== 'string') throw wrongType(op, 'a string', 'name', name);
    if (name === '' || name.includes('.')) {
      throw wrongValue(op, 'a non-empty name without dots', 'name', name);
    }
    const value: unknown = Reflect.get(this, name);
    const isFree = value === undefined || value === null || value instanceof Tensor;
    if (!(isFree || isModule(value)) || name === '__proto__') {
      throw new RangeError(
        `${op}: the module already has a field or method '${name}'; choose another name`,
      );
    }
  }

  #register(kind: Kind, name: string, value: unknown): void {
    countChange();
    this.#kinds.set(name, kind);
    addSlot(this, name, value, setSlot);
  }

  /**
   * Registers a tensor as the field `name` that is part of the state but not trained, such as running
   * statistics.
   *
   * @param name name of the field, without dots
   * @param tensor the buffer; null reserves the name
   * @param options.persistent whether the state dict includes it; default true
   * @throws RangeError if the module already has a field or method of this name
   * @throws TypeError if `tensor` is neither a tensor nor null, or is a Parameter
   * @see torch.nn.Module.register_buffer
   */
  registerBuffer(
    name: string,
    tensor: Tensor | null,
    options: { persistent?: boolean } = {},
  ): void {
    requireMethodArity(this, 'registerBuffer', arguments.length, 3);
    const op = methodName(this, 'registerBuffer');
    requireOptions(op, options, ['persistent']);
    const persistent = requireBoolean(op, 'persistent', options.persistent ?? true);
    this.#requireFree('registerBuffer', name);
    if (tensor !== null && (!(tensor instanceof Tensor) || tensor instanceof Parameter)) {
      throw wrongType(op, 'null or a tensor that is not a Parameter', 'tensor', tensor);
    }
    this.#register('buffer', name, tensor);
    this.#buffers.set(name, persistent);
  }

  /**
   * Registers a parameter as the field `name`, which afterwards accepts only parameters, modules and null.
   *
   * @param name name of the field, without dots
   * @param parameter the parameter; null reserves the name
   * @throws RangeError if the module already has a field or method of this name
   * @throws TypeError if `parameter` is neither a Parameter nor null
   * @see torch.nn.Module.register_parameter
   */
  registerParameter(name: string, parameter: Parameter | null): void {
    requireMethodArity(this, 'registerParameter', arguments.length, 2);
    this.#requireFree('registerParameter', name);
    if (parameter !== null && !isParameter(parameter)) {
      const op = methodName(this, 'registerParameter');
      throw wrongType(op, 'a Parameter or null', 'parameter', parameter);
    }
    this.#buffers.delete(name);
    this.#register('parameter', name, parameter);
  }

  /**
   * Registers a submodule as the field `name`, which afterwards accepts only modules, parameters and null.
   *
   * @param name name of the field, without dots
   * @param module the submodule; null reserves the name
   * @throws RangeError if the module already has a field or method of this name
   * @throws TypeError if `module` is neither a module nor null
   * @see torch.nn.Module.add_module
   */
  addModule(name: string, module: AnyModule | null): void {
    requireMethodArity(this, 'addModule', arguments.length, 2);
    this.#requireFree('addModule', name);
    if (module !== null && !isModule(module)) {
      throw wrongType(methodName(this, 'addModule'), 'a module or null', 'module', module);
    }
    this.#buffers.delete(name);
    this.#register('module', name, module);
  }
}

/** Whether the value is a module: only Module extends it. */
export function isModule(value: unknown): value is AnyModule {
  return value instanceof ModuleFields;
}

function isParameter(value: unknown): value is Parameter {
  return value instanceof Parameter;
}

/** Whether the value is a parameter or a module. */
function isMember(value: unknown): value is AnyModule | Parameter {
  return isModule(value) || isParameter(value);
}

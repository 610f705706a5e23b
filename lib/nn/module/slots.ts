/** Fields that accept only what PyTorch accepts: parameters, buffers and submodules that were registered by name. */
import { wrongType } from '../../core/errors';

/** What a field holds, if it is not null. */
export type Kind = 'parameter' | 'buffer' | 'module';

const wanted: Readonly<Record<Kind, string>> = {
  parameter: 'a Parameter or null',
  buffer: 'a tensor or null',
  module: 'a module or null',
};

/** The error for a field that holds something of another kind than before. */
export function wrongPart(owner: string, kind: Kind, name: string, value: unknown): TypeError {
  return wrongType(owner, wanted[kind], `${kind} '${name}'`, value);
}

/** Called before a field changes; throws if it may not. */
type Check = (module: object, name: string, value: unknown) => void;

/** The property that holds the value of a slot; it is not enumerable. */
const keyOf = (name: string): string => `#${name}`;

// Objects with the same getters and setters share a hidden class of V8, so reading a slot is as fast as reading a field.
const accessors = new Map<string, PropertyDescriptor>();

function accessorOf(name: string, check: Check): PropertyDescriptor {
  const known = accessors.get(name);
  if (known !== undefined) return known;
  const key = keyOf(name);
  const accessor = {
    get(this: Readonly<Record<string, unknown>>): unknown {
      return this[key];
    },
    set(this: Record<string, unknown>, value: unknown): void {
      check(this, name, value);
      this[key] = value;
    },
    enumerable: true,
    configurable: true,
  };
  accessors.set(name, accessor);
  return accessor;
}

/**
 * Makes the field `name` of a module, which does not exist yet, one that `check` watches. Names of array indices stay
 * ordinary: V8 stores objects with accessors among them as slow dictionaries.
 */
export function addSlot(module: object, name: string, value: unknown, check: Check): void {
  if (Object.hasOwn(module, name) || /^\d+$/.test(name)) {
    Reflect.set(module, name, value);
    return;
  }
  Object.defineProperty(module, keyOf(name), { value, writable: true, configurable: true });
  Object.defineProperty(module, name, accessorOf(name, check));
}

/** Fields for registered parameters, buffers and submodules, which accept only the values that PyTorch accepts. */
import { wrongType } from '../../core/errors';

/** The kind of a registered field; its value may also be null. */
export type Kind = 'parameter' | 'buffer' | 'module';

const accepted: Readonly<Record<Kind, string>> = {
  parameter: 'a Parameter or null',
  buffer: 'a tensor or null',
  module: 'a module or null',
};

/** The error for a registered field that is assigned a value of another kind. */
export function wrongKind(owner: string, kind: Kind, name: string, value: unknown): TypeError {
  return wrongType(owner, accepted[kind], `${kind} '${name}'`, value);
}

/** Called before a field is assigned; throws if it does not accept the value. */
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
 * Defines the field `name` of a module so that assignments call `check`. Existing fields, and names that are array
 * indices, become ordinary fields: V8 stores objects with accessors at indices as slow dictionaries.
 */
export function addSlot(module: object, name: string, value: unknown, check: Check): void {
  if (Object.hasOwn(module, name) || /^\d+$/.test(name)) {
    Reflect.set(module, name, value);
    return;
  }
  Object.defineProperty(module, keyOf(name), { value, writable: true, configurable: true });
  Object.defineProperty(module, name, accessorOf(name, check));
}

/** Arrays, maps, sets and plain objects among the fields of a module, which may hold parameters and submodules. */
import { types } from 'node:util';
import { wrongValue } from '../../core/errors';

/** Visits the items of a container with their keys. */
type Items = (container: object, visit: (item: unknown, key: unknown) => void) => void;

const ofArray: Items = (container, visit) => {
  const array = container as readonly unknown[];
  // Most elements of large arrays are numbers and strings.
  for (let i = 0; i < array.length; i++) if (typeof array[i] === 'object') visit(array[i], i);
};

const ofMap: Items = (container, visit) => {
  (container as ReadonlyMap<unknown, unknown>).forEach((item, key) => {
    if (typeof item === 'object') visit(item, key);
  });
};

const ofSet: Items = (container, visit) => {
  let i = 0;
  for (const item of container as ReadonlySet<unknown>) visit(item, i++);
};

/** Getters are left alone: those of other libraries compute, load or warn. */
const ofRecord: Items = (container, visit) => {
  for (const key of Object.keys(container)) {
    visit(Object.getOwnPropertyDescriptor(container, key)?.value, key);
  }
};

/** Whether the value is an object literal, of any realm, or has no prototype; class instances are not. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return !types.isModuleNamespaceObject(value);
  return (
    Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf')
  );
}

function itemsOf(value: object): Items | undefined {
  if (Array.isArray(value)) return ofArray;
  if (isPlain(value)) return ofRecord;
  if (types.isMap(value)) return ofMap;
  return types.isSet(value) ? ofSet : undefined;
}

/** A name of parts: names of the state dict have them with dots between. */
export function requirePartName(owner: string, key: unknown): string {
  const name = typeof key === 'number' ? String(key) : key;
  if (typeof name === 'string' && name !== '' && !name.includes('.')) return name;
  throw wrongValue(owner, 'names without dots', 'parts', key);
}

/**
 * Visits the parts in a field that is a container, and in containers within it, with their names: `blocks.0`,
 * `heads.left.1`.
 */
export function eachPartIn(
  owner: string,
  field: object,
  fieldName: string,
  isPart: (value: unknown) => boolean,
  visit: (part: unknown, name: string) => void,
): void {
  if (itemsOf(field) === undefined) return;
  const path: unknown[] = [fieldName];
  const above = new Set<object>();
  /** Containers that were searched and have no parts, which other containers may hold too. */
  const without = new Set<object>();

  const found = (container: object, part: unknown): void => {
    const key = path.at(-1);
    const isTwice = typeof key === 'number' && types.isMap(container) && container.has(`${key}`);
    if (isTwice) throw wrongValue(owner, 'keys with different names', 'parts', key);
    visit(part, path.map((one) => requirePartName(owner, one)).join('.'));
  };
  /** Whether there are parts in the container. */
  const search = (container: object): boolean => {
    const items = itemsOf(container);
    if (items === undefined || above.has(container) || without.has(container)) return false;
    let [entered, any] = [false, false] as boolean[];
    items(container, (item, key) => {
      if (typeof item !== 'object' || item === null) return;
      if (!entered) above.add(container); // most containers hold numbers and texts only
      entered = true;
      path.push(key);
      if (isPart(item)) {
        any = true;
        found(container, item);
      } else if (search(item)) any = true;
      path.pop();
    });
    if (!entered) return false;
    above.delete(container);
    if (!any) without.add(container);
    return any;
  };
  search(field);
}

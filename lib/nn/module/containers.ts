/** Parameters and submodules in arrays, maps, sets and plain objects that are fields of a module. */
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

/** Does not call getters: those of other libraries may compute, load or warn. */
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

/** The name for a key, if it is valid: the state dict joins names with dots. */
export function requireMemberName(owner: string, key: unknown): string {
  const name = typeof key === 'number' ? String(key) : key;
  if (typeof name === 'string' && name !== '' && !name.includes('.')) return name;
  throw wrongValue(owner, 'a non-empty key without dots', 'a parameter or submodule', key);
}

/**
 * Visits the parameters and submodules in a container, and in containers within it, with their names: `blocks.0`,
 * `heads.left.1`.
 */
export function eachMemberIn(
  owner: string,
  field: object,
  fieldName: string,
  isMember: (value: unknown) => boolean,
  visit: (member: unknown, name: string) => void,
): void {
  if (itemsOf(field) === undefined) return;
  const path: unknown[] = [fieldName];
  const ancestors = new Set<object>();
  /** Containers without members, which other containers may hold as well. */
  const empty = new Set<object>();

  const found = (container: object, member: unknown): void => {
    const key = path.at(-1);
    if (typeof key === 'number' && types.isMap(container) && container.has(`${key}`)) {
      throw new RangeError(
        `${owner}: a Map has the keys ${key} and '${key}', which give a parameter or submodule the same name; ` +
          'use keys of one type',
      );
    }
    visit(member, path.map((part) => requireMemberName(owner, part)).join('.'));
  };
  /** Whether there are members in the container. */
  const search = (container: object): boolean => {
    const items = itemsOf(container);
    if (items === undefined || ancestors.has(container) || empty.has(container)) return false;
    let [hasObjects, hasMembers] = [false, false] as boolean[];
    items(container, (item, key) => {
      if (typeof item !== 'object' || item === null) return;
      if (!hasObjects) ancestors.add(container); // most containers hold only numbers and strings
      hasObjects = true;
      path.push(key);
      if (isMember(item)) {
        hasMembers = true;
        found(container, item);
      } else if (search(item)) hasMembers = true;
      path.pop();
    });
    if (!hasObjects) return false;
    ancestors.delete(container);
    if (!hasMembers) empty.add(container);
    return hasMembers;
  };
  search(field);
}

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

const ofRecord: Items = (container, visit) => {
  const record = container as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(record)) visit(record[key], key);
};

/** Whether the value is an object literal, of any realm, or has no prototype; class instances are not. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return true;
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
 * Visits the parts in a container, and in containers within it, with their names: `blocks.0`, `heads.left.1`. `keys` lead to
 * the container; those of parts have to be names.
 */
export function eachPartIn(
  owner: string,
  container: object,
  keys: readonly unknown[],
  isPart: (value: unknown) => boolean,
  visit: (part: unknown, name: string) => void,
  above: readonly object[] = [],
): void {
  const items = itemsOf(container);
  if (items === undefined || above.includes(container)) return;
  const inside = [...above, container];
  items(container, (item, key) => {
    if (typeof item !== 'object' || item === null) return;
    if (!isPart(item)) {
      eachPartIn(owner, item, [...keys, key], isPart, visit, inside);
      return;
    }
    const isTwice = typeof key === 'number' && types.isMap(container) && container.has(`${key}`);
    if (isTwice) throw wrongValue(owner, 'keys with different names', 'parts', key);
    visit(item, [...keys, key].map((one) => requirePartName(owner, one)).join('.'));
  });
}

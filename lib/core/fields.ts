/** Snapshots of object fields at the time when a capture first saw them. */
import { isPlainObject } from './realms';

// The limit for lists inside fields, such as options and layers. Longer lists are data, which take too long to
// compare.
const mostElements = 256;
const mostLevels = 4;

/** An object, the name of a field, and its value. */
export interface FieldValue {
  readonly object: object;
  readonly name: string;
  readonly value: unknown;
}

/** The fields of objects, of arrays and plain objects inside them, and of maps. */
export class FieldSnapshot {
  private readonly seen = new Set<object>();
  private fields: FieldValue[] = [];
  private readonly maps: { readonly map: Map<unknown, unknown>; readonly entries: unknown[] }[] =
    [];

  /** Adds the fields of an object, once. Returns false if they were already added. */
  add(object: object, level = 0): boolean {
    if (this.seen.has(object)) return false;
    this.seen.add(object);
    const names = Object.keys(object);
    if (Array.isArray(object)) {
      if (names.length > mostElements) return true;
      this.fields.push({ object, name: 'length', value: object.length });
    }
    for (const name of names) {
      const value: unknown = (object as Readonly<Record<string, unknown>>)[name];
      this.fields.push({ object, name, value });
      if (typeof value === 'object' && value !== null) this.enter(value, level);
    }
    return true;
  }

  private enter(value: object, level: number): void {
    if (level === mostLevels) return;
    if (Array.isArray(value) || isPlainObject(value)) this.add(value, level + 1);
    else if (value instanceof Map && !this.seen.has(value) && value.size <= mostElements) {
      this.seen.add(value);
      this.maps.push({ map: value, entries: [...value].flat() });
    }
  }

  /** The fields that still have their value; the function itself changed the others. */
  unchanged(): readonly FieldValue[] {
    return this.fields.filter(({ object, name, value }) => {
      const current: unknown = (object as Readonly<Record<string, unknown>>)[name];
      return current === value;
    });
  }

  /** Functions that test whether the maps that are unchanged now still are. */
  mapTests(): (() => boolean)[] {
    return this.maps
      .map(({ map, entries }) => () => {
        let i = 0;
        for (const [key, value] of map) {
          if (entries[i++] !== key || entries[i++] !== value) return false;
        }
        return i === entries.length;
      })
      .filter((holds) => holds());
  }

  /** The objects, and their numbers of fields. */
  sizes(): readonly (readonly [object: object, fields: number])[] {
    return Array.from(this.seen, (object) => [object, Object.keys(object).length] as const);
  }
}

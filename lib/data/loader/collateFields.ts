/** Collates samples field by field. A builder makes the batch: tensors in this thread, shared memory in a worker. */
import { arrayClass } from '../../core/dtype';
import { unexpected, wrongType } from '../../core/errors';
import { isPlainObject } from '../../core/realms';
import type { Place } from './numberTypes';

/** Makes the fields of a batch. */
export interface BatchBuilder {
  /** Whether a field is a tensor. */
  isTensor(value: unknown): boolean;
  /** Tensors along a new first dimension. */
  tensors(items: readonly unknown[]): unknown;
  /** Typed arrays of one type and length along a new first dimension. */
  arrays(items: readonly ArrayBufferView[]): unknown;
  numbers(values: readonly number[], place: Place | undefined): unknown;
  bigints(values: readonly bigint[], place: Place | undefined): unknown;
  booleans(values: readonly boolean[], place: Place | undefined): unknown;
  /** An array with one field for each entry, and a plain object. */
  list(entries: unknown[]): unknown;
  object(entries: [string, unknown][]): unknown;
  /** Anything else. */
  others(items: unknown[]): unknown;
}

/** The batch of `items`, which must all be of the same kind. `place` says what becomes of numbers. */
export function collateFields(
  items: readonly unknown[],
  builder: BatchBuilder,
  place?: Place,
  depth = 0,
): unknown {
  if (depth > 64) throw unexpected('collate', 'at most 64 levels', 'items', 'more'); // or a cycle
  const first = items[0];
  if (builder.isTensor(first)) {
    return builder.tensors(
      requireAlike(items, (value): value is unknown => builder.isTensor(value), 'a tensor'),
    );
  }
  if (typeof first === 'number') {
    const numbers = requireAlike(items, (value) => typeof value === 'number', 'a number');
    return builder.numbers(numbers, place);
  }
  if (typeof first === 'bigint') {
    const bigints = requireAlike(items, (value) => typeof value === 'bigint', 'a bigint');
    return builder.bigints(bigints, place);
  }
  if (typeof first === 'boolean') {
    const booleans = requireAlike(items, (value) => typeof value === 'boolean', 'a boolean');
    return builder.booleans(booleans, place);
  }
  const type = arrayClass(first);
  if (type !== undefined) {
    const { length } = first as ArrayLike<number>;
    const alike = (value: unknown): value is ArrayBufferView =>
      arrayClass(value) === type && (value as ArrayLike<number>).length === length;
    return builder.arrays(requireAlike(items, alike, `${type}(${length})`));
  }
  if (Array.isArray(first)) {
    const arrays = requireAlike(
      items,
      (value): value is unknown[] => Array.isArray(value) && value.length === first.length,
      `an array of ${first.length} elements`,
    );
    place?.requireFields(Object.keys(first));
    const entry = (i: number): unknown =>
      collateFields(
        arrays.map((array) => array[i]),
        builder,
        place?.at(i),
        depth + 1,
      );
    return builder.list(first.map((_, i) => entry(i)));
  }
  if (isPlainObject(first)) {
    const keys = Object.keys(first);
    const objects = requireAlike(
      items,
      (value): value is Record<string, unknown> =>
        isPlainObject(value) && keys.every((key) => key in value),
      `an object with ${keys.join(', ')}`,
    );
    place?.requireFields(keys);
    const entry = (key: string): unknown =>
      collateFields(
        objects.map((object) => object[key]),
        builder,
        place?.at(key),
        depth + 1,
      );
    return builder.object(keys.map((key) => [key, entry(key)]));
  }
  return builder.others([...items]);
}

/** The items, if all are of the same kind; otherwise throws. */
function requireAlike<T>(
  items: readonly unknown[],
  isKind: (value: unknown) => value is T,
  what: string,
): T[] {
  const wrong = items.findIndex((item) => !isKind(item));
  if (wrong < 0) return items as T[];
  const whose = `${what}, as the first sample has,`;
  throw wrongType('collate', whose, `sample ${wrong}`, items[wrong]);
}

/** Collates samples field by field. A builder makes the batch: tensors in this thread, shared memory in a worker. */
import { arrayClass } from '../../core/dtype';
import { wrongType } from '../../core/errors';
import { isPlainObject } from '../../core/realms';
import type { Field } from './numberTypes';

/** Makes the fields of a batch. */
export interface BatchBuilder {
  /** Whether a field is a tensor. */
  isTensor(value: unknown): boolean;
  /** Stacks tensors along a new first dimension. */
  tensors(items: readonly unknown[]): unknown;
  /** Stacks typed arrays of one type and length along a new first dimension. */
  arrays(items: readonly ArrayBufferView[]): unknown;
  /** The batch of single numbers, bigints or booleans. */
  numbers(values: readonly number[], field: Field | undefined): unknown;
  bigints(values: readonly bigint[], field: Field | undefined): unknown;
  booleans(values: readonly boolean[], field: Field | undefined): unknown;
  /** The batch of samples that are arrays, given the batch of each entry. */
  list(entries: unknown[]): unknown;
  /** The batch of samples that are plain objects, given the batch of each property. */
  object(entries: [string, unknown][]): unknown;
  /** The batch of any other values. */
  others(items: unknown[]): unknown;
}

/** Makes a batch of `items`, which must all be of the same kind. `field` chooses the dtypes of numbers. */
export function collateFields(
  items: readonly unknown[],
  builder: BatchBuilder,
  field?: Field,
  depth = 0,
): unknown {
  if (depth > 64) {
    throw new RangeError(
      'collate: samples are nested more than 64 levels deep, or contain themselves',
    );
  }
  const first = items[0];
  if (builder.isTensor(first)) {
    return builder.tensors(
      requireAlike(items, (value): value is unknown => builder.isTensor(value), 'a tensor'),
    );
  }
  if (typeof first === 'number') {
    const numbers = requireAlike(items, (value) => typeof value === 'number', 'a number');
    return builder.numbers(numbers, field);
  }
  if (typeof first === 'bigint') {
    const bigints = requireAlike(items, (value) => typeof value === 'bigint', 'a bigint');
    return builder.bigints(bigints, field);
  }
  if (typeof first === 'boolean') {
    const booleans = requireAlike(items, (value) => typeof value === 'boolean', 'a boolean');
    return builder.booleans(booleans, field);
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
    field?.requireFields(Object.keys(first));
    const entry = (i: number): unknown =>
      collateFields(
        arrays.map((array) => array[i]),
        builder,
        field?.child(i),
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
      `an object with the keys ${keys.join(', ')}`,
    );
    field?.requireFields(keys);
    const entry = (key: string): unknown =>
      collateFields(
        objects.map((object) => object[key]),
        builder,
        field?.child(key),
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
  throw wrongType('collate', `${what}, as in sample 0,`, `sample ${wrong}`, items[wrong]);
}

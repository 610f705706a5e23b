/** How samples become a batch, whatever a batch is made of: tensors here, memory of a worker thread there. */
import { unexpected, wrongType } from '../../core/errors';

/** Makes the leaves of a batch. */
export interface Joiner {
  /** Whether a sample, or a part of one, is a tensor. */
  isTensor(value: unknown): boolean;
  /** Tensors along a new first dimension. */
  tensors(items: readonly unknown[]): unknown;
  /** Typed arrays of one type and length along a new first dimension. */
  arrays(items: readonly ArrayBufferView[]): unknown;
  numbers(values: readonly number[], dtype: 'int32' | 'float32'): unknown;
  booleans(values: readonly boolean[]): unknown;
  /** One entry for each of an array's or of a plain object's. */
  list(entries: unknown[]): unknown;
  object(entries: [string, unknown][]): unknown;
  /** Anything else. */
  others(items: unknown[]): unknown;
}

/** The batch of `items`, which must all be of the first one's kind. */
export function joinSamples(items: readonly unknown[], to: Joiner, depth = 0): unknown {
  if (depth > 64) throw unexpected('collate', 'at most 64 levels', 'items', 'more'); // or a cycle
  const first = items[0];
  if (to.isTensor(first)) {
    return to.tensors(all(items, (one): one is unknown => to.isTensor(one), 'a tensor'));
  }
  if (typeof first === 'number') {
    const numbers = all(items, (one) => typeof one === 'number', 'a number');
    return to.numbers(numbers, numbers.every(isInt32) ? 'int32' : 'float32');
  }
  if (typeof first === 'boolean') {
    return to.booleans(all(items, (one) => typeof one === 'boolean', 'a boolean'));
  }
  const type = arrayType(first);
  if (type !== undefined) {
    const { length } = first as ArrayLike<number>;
    const alike = (one: unknown): one is ArrayBufferView =>
      arrayType(one) === type && (one as ArrayLike<number>).length === length;
    return to.arrays(all(items, alike, `${type}(${length})`));
  }
  if (Array.isArray(first)) {
    const arrays = all(
      items,
      (one): one is unknown[] => Array.isArray(one) && one.length === first.length,
      `an array of ${first.length} elements`,
    );
    const entry = (i: number): unknown =>
      joinSamples(
        arrays.map((array) => array[i]),
        to,
        depth + 1,
      );
    return to.list(first.map((_, i) => entry(i)));
  }
  if (isPlainObject(first)) {
    const keys = Object.keys(first);
    const objects = all(
      items,
      (one): one is Record<string, unknown> =>
        isPlainObject(one) && keys.every((key) => key in one),
      `an object with ${keys.join(', ')}`,
    );
    const entry = (key: string): unknown =>
      joinSamples(
        objects.map((one) => one[key]),
        to,
        depth + 1,
      );
    return to.object(keys.map((key) => [key, entry(key)]));
  }
  return to.others([...items]);
}

/** The items, which must all be of the first one's kind. */
function all<T>(items: readonly unknown[], is: (one: unknown) => one is T, what: string): T[] {
  const wrong = items.findIndex((one) => !is(one));
  if (wrong < 0) return items as T[];
  const whose = `${what}, as the first sample has,`;
  throw wrongType('collate', whose, `sample ${wrong}`, items[wrong]);
}

const arrayTypes = /^(Float32|Float64|Int8|Uint8|Uint8Clamped|Int16|Uint16|Int32|Uint32)Array$/;

/** The name of a typed array's type, of those that tensors are made of. */
export function arrayType(value: unknown): string | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const name = (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? '';
  return arrayTypes.test(name) ? name : undefined;
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Error messages, `<op>: expected <what> for <name>, got <actual>`, and functions that check arguments. */
import { isError } from './realms';

/** Marks tensors of this copy of the library, because a process may load several. */
export const ofThisCopy = Symbol('of this copy of blasgrad');

/** A short text for any value, safe for proxies, symbols and objects with throwing getters. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return value.length > 40 ? `'${value.slice(0, 40)}...'` : `'${value}'`;
    case 'number':
    case 'boolean':
    case 'undefined':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return 'a bigint';
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    default:
      return describeObject(value);
  }
}

function describeObject(value: object): string {
  try {
    if (Array.isArray(value)) return `an array of ${value.length} elements`;
    if (ArrayBuffer.isView(value) && 'length' in value) {
      const detached = isDetached(value) ? 'a detached ' : '';
      return `${detached}${value.constructor.name}(${String(value.length)})`;
    }
    if (isTensorLike(value)) {
      const foreign =
        '_storage' in value && !(ofThisCopy in value) ? ' of another copy of blasgrad' : '';
      return `a ${value.dtype} tensor of shape ${shapeText(value.shape)}${foreign}`;
    }
    const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
    const name = prototype?.constructor?.name;
    return typeof name === 'string' && name !== 'Object' && name !== ''
      ? `an instance of ${name}`
      : 'an object';
  } catch {
    return 'an object';
  }
}

/** The message of a thrown value. */
export function messageOf(error: unknown): string {
  return isError(error) ? error.message : String(error);
}

/** Whether the memory of a typed array was transferred: only then does creating a view of it fail. */
export function isDetached(array: ArrayBufferView): boolean {
  if (array.byteLength > 0) return false;
  try {
    return new Uint8Array(array.buffer).length < 0;
  } catch {
    return true;
  }
}

function isTensorLike(value: object): value is { dtype: string; shape: readonly number[] } {
  return (
    'dtype' in value &&
    'shape' in value &&
    typeof value.dtype === 'string' &&
    Array.isArray(value.shape)
  );
}

/** A shape as text: `[2, 3]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** The error for a value of the wrong kind. */
export function wrongType(op: string, what: string, name: string, actual: unknown): TypeError {
  return new TypeError(`${op}: expected ${what} for ${name}, got ${describe(actual)}`);
}

/** The error for a value of the right kind that is not allowed. */
export function wrongValue(op: string, what: string, name: string, actual: unknown): RangeError {
  return new RangeError(`${op}: expected ${what} for ${name}, got ${describe(actual)}`);
}

/** Like wrongValue, with `actual` as text that is printed unchanged, such as a shape or a dtype. */
export function unexpected(op: string, what: string, name: string, actual: string): RangeError {
  return new RangeError(`${op}: expected ${what} for ${name}, got ${actual}`);
}

/** Returns a finite number; throws for other values. */
export function requireNumber(op: string, name: string, value: unknown): number {
  if (typeof value !== 'number') throw wrongType(op, 'a number', name, value);
  if (!Number.isFinite(value)) throw wrongValue(op, 'a finite number', name, value);
  return value;
}

/** Returns a finite number from `low` to `high`; throws for other values. */
export function requireInRange(
  op: string,
  name: string,
  value: unknown,
  low: number,
  high: number,
): number {
  const number = requireNumber(op, name, value);
  if (number < low || number > high) {
    const what =
      high === Infinity ? `a number of at least ${low}` : `a number from ${low} to ${high}`;
    throw wrongValue(op, what, name, value);
  }
  return number;
}

/** Returns an integer of at least `low`; throws for other values. */
export function requireInteger(op: string, name: string, value: unknown, low = -Infinity): number {
  if (typeof value !== 'number') throw wrongType(op, 'an integer', name, value);
  if (!Number.isSafeInteger(value) || value < low) {
    throw wrongValue(
      op,
      low === -Infinity ? 'an integer' : `an integer of at least ${low}`,
      name,
      value,
    );
  }
  return value;
}

/** Returns a boolean; throws for other values. */
export function requireBoolean(op: string, name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType(op, 'a boolean', name, value);
  return value;
}

// A sparse array may claim 2^32 elements, and an iterator may be infinite.
const mostItems = 1 << 24;

/** The items of an array or another iterable; throws for other values. Holes in arrays are undefined. */
export function requireItems(
  op: string,
  what: string,
  name: string,
  value: unknown,
  most = mostItems,
): unknown[] {
  const tooMany = (count: string): RangeError =>
    unexpected(op, `at most ${most} elements`, name, count);
  // Avoids the iterator of a typed array, which throws if its memory is detached.
  if (Array.isArray(value) || isTypedArray(value)) {
    if (value.length > most) throw tooMany(String(value.length));
    const items: unknown[] = [];
    for (let i = 0; i < value.length; i++) items.push(value[i]);
    return items;
  }
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) {
    throw wrongType(op, what, name, value);
  }
  const items: unknown[] = [];
  for (const item of value as Iterable<unknown>) {
    if (items.length === most) throw tooMany('more');
    items.push(item);
  }
  return items;
}

function isTypedArray(value: unknown): value is ArrayLike<unknown> {
  return ArrayBuffer.isView(value) && 'length' in value;
}

/** The elements of an array; throws for other values. */
export function requireList(
  op: string,
  what: string,
  name: string,
  value: unknown,
  most = mostItems,
): unknown[] {
  if (!Array.isArray(value)) throw wrongType(op, what, name, value);
  return requireItems(op, what, name, value, most);
}

/** Returns one of several strings; throws for other values. */
export function requireOneOf<T extends string>(
  op: string,
  name: string,
  value: unknown,
  choices: readonly T[],
): T {
  if (!choices.includes(value as T)) {
    const what = choices.map((choice) => `'${choice}'`).join(' or ');
    throw typeof value === 'string'
      ? wrongValue(op, what, name, value)
      : wrongType(op, what, name, value);
  }
  return value as T;
}

/** Rejects surplus arguments. Pass `arguments.length`, for which V8 does not allocate `arguments`. */
export function requireArity(op: string, count: number, most: number): void {
  if (count > most) throw surplus(op, count, most);
}

/** Like requireArity, for a method: its name, with the class of `object`, is built only for the error. */
export function requireMethodArity(
  object: object,
  method: string,
  count: number,
  most: number,
): void {
  if (count > most) throw surplus(methodName(object, method), count, most);
}

/** The name of a method in messages: `Linear.forward`. */
export function methodName(object: object, method: string): string {
  return `${object.constructor.name}.${method}`;
}

function surplus(op: string, count: number, most: number): TypeError {
  const what = most === 0 ? 'no arguments' : `at most ${most} argument${most === 1 ? '' : 's'}`;
  return new TypeError(`${op}: expected ${what}, got ${count}`);
}

/** Whether a value can be an options object: not a list, typed array or tensor. */
export function isOptions(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(ofThisCopy in value) // a tensor, or an object with its prototype
  );
}

/** Returns an options object and throws for unknown keys, so that a misspelt option is an error. */
export function requireOptions(op: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (!isOptions(options)) throw wrongType(op, 'an object', 'options', options);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const what = known.length === 0 ? 'no keys' : `one of ${known.join(', ')}`;
    throw wrongValue(op, what, 'options', key);
  }
}

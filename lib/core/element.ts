/** Single elements of a tensor's memory as JavaScript numbers. */
import { contentOf, isFloating, rangeOf, type DType, type TypedArray } from './dtype';
import { unexpected, wrongValue } from './errors';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from './half';

/** A number, or a bigint for an int64 beyond 2^53. */
export type Element = number | bigint;

function decodeInt64(value: bigint): Element {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The element at an index: a number if that is exact, otherwise a bigint. */
export function readElement(dtype: DType, array: TypedArray, at: number): Element {
  const stored = array[at];
  if (typeof stored === 'bigint') return decodeInt64(stored);
  const content = contentOf(dtype);
  if (content === 'numbers') return stored;
  return content === 'float16' ? decodeFloat16(stored) : decodeBfloat16(stored);
}

/** The value to store in the dtype's memory for a number in its range (see `requireElement`). */
export function encodeElement(dtype: DType, value: Element): Element {
  const content = contentOf(dtype);
  if (content === 'bigints') return BigInt(value);
  const number = Number(value);
  if (content === 'numbers') return number;
  return content === 'float16' ? encodeFloat16(number) : encodeBfloat16(number);
}

/** Writes a number in the range of the dtype. */
export function writeElement(dtype: DType, array: TypedArray, at: number, value: Element): void {
  (array as { [at: number]: Element })[at] = encodeElement(dtype, value);
}

/** Copies elements of the same dtype. */
export function copyElements(to: TypedArray, from: TypedArray, at = 0): void {
  (to as { set: (from: TypedArray, at: number) => void }).set(from, at);
}

/** A bigint as text, abbreviated if long. */
function bigintText(value: bigint): string {
  const digits = String(value);
  return digits.length > 40 ? 'a bigint of more than 40 digits' : `${digits}n`;
}

const least64 = -(2n ** 63n);
const largest64 = 2n ** 63n - 1n;

/**
 * Converts a number, bigint or boolean to an element of the dtype. Integer dtypes drop the fraction; for bool only
 * 0 is false. Throws a RangeError for a number outside the range of the dtype.
 */
export function requireElement(
  op: string,
  name: string,
  dtype: DType,
  value: number | bigint | boolean,
): Element {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (dtype === 'bool') return value === 0 || value === 0n ? 0 : 1;
  if (isFloating(dtype)) return Number(value);
  const wrong = (what: string): RangeError =>
    typeof value === 'number'
      ? wrongValue(op, what, name, value)
      : unexpected(op, what, name, bigintText(value));
  const [least, largest] = rangeOf(dtype);
  const what = `a number that ${dtype} holds`;
  if (dtype !== 'int64') {
    // Integers of up to 32 bits.
    if (value > least - 1 && value < largest + 1) return Math.trunc(Number(value));
    throw wrong(what);
  }
  if (typeof value === 'bigint') {
    if (value >= least64 && value <= largest64) return value;
    throw wrong(what);
  }
  const truncated = Math.trunc(value);
  if (Number.isSafeInteger(truncated)) return truncated;
  throw wrong(Math.abs(truncated) < 2 ** 63 ? 'a safe integer or a bigint' : what);
}

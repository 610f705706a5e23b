/** Conversion of the elements in files to the dtype of a tensor. */
import { isFloating, isHalf, type DType, type NumberMemory, type TypedArray } from '../core/dtype';
import type { Element } from '../core/element';
import { encodeBfloat16, encodeFloat16 } from '../core/half';
import { inNativeOrder, isStoredAs, view, words, type Elements, type Numbers } from './elements';

/** An element that the dtype cannot represent: its index in the piece, and its value. */
export interface Misfit {
  readonly index: number;
  readonly value: Element;
}

/** Options of a conversion. */
export interface Conversion {
  /** Whether to cut off fractions for integer dtypes, instead of refusing them. */
  readonly truncate?: boolean;
}

/**
 * Converts the elements in `bytes` to `dtype` and writes them to `into`. Elements that have the dtype keep their bits.
 * Returns the first element that an integer dtype cannot represent, or null; the content of `into` is then undefined.
 */
export function convert(
  kind: Elements,
  bytes: Uint8Array,
  little: boolean,
  dtype: DType,
  into: TypedArray,
  { truncate = false }: Conversion = {},
): Misfit | null {
  const native = inNativeOrder(bytes, kind.bytes, little);
  if (dtype !== 'bool' && isStoredAs(kind, dtype)) {
    view(Uint8Array, into).set(native);
    return null;
  }
  if (!isFloating(dtype) && dtype !== 'bool') {
    const index = toIntegers(kind, native, dtype, into, truncate);
    return index < 0 ? null : { index, value: valueAt(kind, native, index) };
  }
  const numbers = kind.numbers(native, into);
  if (isHalf(dtype)) {
    const encode = dtype === 'float16' ? encodeFloat16 : encodeBfloat16;
    for (let i = 0; i < into.length; i++) into[i] = encode(numbers[i]);
  } else if (numbers !== into) {
    (into as NumberMemory).set(numbers);
  }
  return null;
}

/** For errors: the numbers that a dtype can represent, and what to do about the value of a misfit. */
export function misfitTexts(
  kind: Elements,
  dtype: DType,
  { value }: Misfit,
): { readonly what: string; readonly got: string } {
  const what =
    dtype === 'uint8'
      ? 'integers from 0 to 255'
      : `integers of ${dtype === 'int64' ? 64 : 32} bits`;
  const wide = isFloating(kind.dtype) || dtype === 'int64' ? 'float64' : 'int64';
  return { what, got: `${value}; pass { dtype: '${wide}' } to read it` };
}

/** The exact value of an element. */
function valueAt(kind: Elements, native: Uint8Array, index: number): Element {
  if (kind.signed !== undefined) {
    return view<BigInt64Array | BigUint64Array>(
      kind.signed ? BigInt64Array : BigUint64Array,
      native,
    )[index];
  }
  return kind.numbers(native)[index];
}

/** Converts to an integer dtype; returns the index of the first element that it cannot represent, or -1. */
function toIntegers(
  kind: Elements,
  native: Uint8Array,
  dtype: DType,
  into: TypedArray,
  truncate: boolean,
): number {
  if (kind.signed !== undefined) {
    if (into instanceof Int32Array) return narrowLongs(native, into, kind.signed ? -1 : 0);
    if (dtype === 'int64') return signLongs(native, into);
  }
  const numbers = kind.numbers(native);
  if (into instanceof Int32Array) {
    if (!mayNotFit(numbers)) into.set(numbers);
    else
      return eachInteger(
        numbers,
        truncate,
        (x) => x === (x | 0),
        (x, i) => (into[i] = x),
      );
  } else if (dtype === 'uint8') {
    const out = into as Uint8Array;
    return eachInteger(
      numbers,
      truncate,
      (x) => x === (x & 255),
      (x, i) => (out[i] = x),
    );
  } else {
    const out = view(Int32Array, into);
    const { low, high } = words;
    return eachInteger(
      numbers,
      truncate,
      (x) => Number.isInteger(x) && x >= -(2 ** 63) && x < 2 ** 63,
      (x, i) => {
        out[2 * i + low] = x;
        out[2 * i + high] = Math.floor(x / 2 ** 32);
      },
    );
  }
  return -1;
}

function eachInteger(
  numbers: Numbers,
  truncate: boolean,
  fits: (value: number) => boolean,
  write: (value: number, i: number) => void,
): number {
  for (let i = 0; i < numbers.length; i++) {
    const value = truncate ? Math.trunc(numbers[i]) : numbers[i];
    if (!fits(value)) return i;
    write(value, i);
  }
  return -1;
}

function mayNotFit(numbers: Numbers): boolean {
  return (
    numbers instanceof Float64Array ||
    numbers instanceof Float32Array ||
    numbers instanceof Uint32Array
  );
}

/** Converts int64 to int32: a number fits if the high word is the sign of the low word, 0 or -1. */
function narrowLongs(bytes: Uint8Array, into: Int32Array, leastSign: number): number {
  const from = view(Int32Array, bytes);
  const { low, high } = words;
  for (let i = 0; i < into.length; i++) {
    const word = from[2 * i + low];
    const sign = from[2 * i + high];
    if (sign !== word >> 31 || sign < leastSign) return i;
    into[i] = word;
  }
  return -1;
}

/** Converts uint64 to int64: a number fits if it would not be negative. */
function signLongs(bytes: Uint8Array, into: TypedArray): number {
  const from = view(Int32Array, bytes);
  for (let i = 0; i < into.length; i++) if (from[2 * i + words.high] < 0) return i;
  view(Uint8Array, into).set(bytes);
  return -1;
}

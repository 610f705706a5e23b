/** The elements in files, and their conversion to tensors. */
import { endianness } from 'node:os';
import type { DType, TypedArray } from '../core/dtype';

type Numbers = TypedArray | Int8Array | Int16Array | Uint16Array | Uint32Array;

/** A kind of element in a file. */
export interface Elements {
  readonly bytes: number;
  /** The dtype they are converted to by default. */
  readonly dtype: DType;
  /**
   * The numbers in `bytes`, which are aligned and in the machine's byte order; written to `into` if that has the right
   * type.
   */
  readonly numbers: (bytes: Uint8Array, into: TypedArray) => Numbers;
  /** A faster conversion to int32; returns the index of the first element that does not fit, or -1. */
  readonly narrow?: (bytes: Uint8Array, into: Int32Array) => number;
}

export const thisMachineIsLittle = endianness() === 'LE';

/** Every kind that some format has; each format has its own names for them. */
export const elements = {
  bool: { bytes: 1, dtype: 'bool', numbers: bools },
  uint8: viewed(Uint8Array, 'int32'),
  int8: viewed(Int8Array, 'int32'),
  uint16: viewed(Uint16Array, 'int32'),
  int16: viewed(Int16Array, 'int32'),
  uint32: viewed(Uint32Array, 'int32'),
  int32: viewed(Int32Array, 'int32'),
  uint64: longs(false),
  int64: longs(true),
  float16: { bytes: 2, dtype: 'float32', numbers: halves },
  bfloat16: { bytes: 2, dtype: 'float32', numbers: bfloats },
  float32: viewed(Float32Array, 'float32'),
  float64: viewed(Float64Array, 'float64'),
} as const satisfies Readonly<Record<DType, Elements> & Record<string, Elements>>;

/** An element that does not fit: its index in the piece, and its value. */
export interface Misfit {
  readonly index: number;
  readonly value: number;
}

/** Options of a conversion. */
export interface Conversion {
  /** Divides each element; 1 if missing. */
  readonly divisor?: number;
  /** Whether numbers outside int32 are truncated instead of refused. */
  readonly truncate?: boolean;
}

/**
 * Converts the elements in `bytes` and writes them to `into`. Returns the first one that does not fit into int32, if
 * that is the target; nothing is written from there on.
 */
export function convert(
  kind: Elements,
  bytes: Uint8Array,
  little: boolean,
  into: TypedArray,
  { divisor = 1, truncate = false }: Conversion = {},
): Misfit | null {
  const native = inNativeOrder(bytes, kind.bytes, little);
  const refusing = !truncate && divisor === 1 && into instanceof Int32Array;
  if (refusing && kind.narrow) {
    const index = kind.narrow(native, into);
    if (index < 0) return null;
    const [value] = kind.numbers(native.subarray(kind.bytes * index), into);
    return { index, value };
  }
  const numbers = kind.numbers(native, into);
  if (divisor !== 1) {
    for (let i = 0; i < into.length; i++) into[i] = numbers[i] / divisor;
  } else if (refusing && mayNotFit(numbers)) {
    for (let i = 0; i < into.length; i++) {
      const value = numbers[i];
      if (value !== (value | 0)) return { index: i, value };
      into[i] = value;
    }
  } else if (numbers !== into) {
    into.set(numbers);
  }
  return null;
}

/** Whether the bytes in the file are the bytes of the array. */
export function hasSameBytes(kind: Elements, little: boolean): boolean {
  return little === thisMachineIsLittle && kind.dtype !== 'bool' && kind === elements[kind.dtype];
}

function mayNotFit(numbers: Numbers): boolean {
  return (
    numbers instanceof Float64Array ||
    numbers instanceof Float32Array ||
    numbers instanceof Uint32Array
  );
}

/** The bytes as a typed array can view them: in the machine's byte order, and aligned. */
function inNativeOrder(bytes: Uint8Array, size: number, little: boolean): Uint8Array {
  const swap = size > 1 && little !== thisMachineIsLittle;
  if (!swap && bytes.byteOffset % size === 0) return bytes;
  const copy = Buffer.from(new Uint8Array(bytes).buffer);
  if (swap && size === 2) copy.swap16();
  if (swap && size === 4) copy.swap32();
  if (swap && size === 8) copy.swap64();
  return copy;
}

interface View<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

function view<T>(Stored: View<T>, bytes: Uint8Array): T {
  return new Stored(bytes.buffer, bytes.byteOffset, bytes.byteLength / Stored.BYTES_PER_ELEMENT);
}

/** Elements for which JavaScript has a typed array. */
function viewed(Stored: View<Numbers>, dtype: DType): Elements {
  return { bytes: Stored.BYTES_PER_ELEMENT, dtype, numbers: (bytes) => view(Stored, bytes) };
}

/** Any byte but 0 is true. */
function bools(bytes: Uint8Array, into: TypedArray): Uint8Array {
  const out = into instanceof Uint8Array ? into : new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = (bytes[i] + 255) >> 8; // a branch would cost 5 ns
  return out;
}

/** IEEE 754 binary16: 5 bits of exponent with bias 15, 10 of mantissa. */
function halves(bytes: Uint8Array, into: TypedArray): Float32Array {
  const from = view(Uint16Array, bytes);
  const out = into instanceof Float32Array ? into : new Float32Array(from.length);
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < from.length; i++) {
    const half = from[i];
    const sign = (half & 0x8000) << 16;
    const exponent = half & 0x7c00;
    const mantissa = half & 0x3ff;
    if (exponent === 0) out[i] = (sign === 0 ? 1 : -1) * mantissa * 2 ** -24;
    else if (exponent === 0x7c00) bits[i] = sign | 0x7f800000 | (mantissa << 13);
    else bits[i] = sign | ((exponent << 13) + (112 << 23)) | (mantissa << 13);
  }
  return out;
}

/** The upper half of a float32. */
function bfloats(bytes: Uint8Array, into: TypedArray): Float32Array {
  const from = view(Uint16Array, bytes);
  const out = into instanceof Float32Array ? into : new Float32Array(from.length);
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < from.length; i++) bits[i] = from[i] << 16;
  return out;
}

// The words of 64 bits, which are ten times as fast as bigints.
const low = thisMachineIsLittle ? 0 : 1;
const high = 1 - low;

function longs(signed: boolean): Elements {
  return {
    bytes: 8,
    dtype: 'int32',
    numbers: (bytes, into) => wideLongs(bytes, into, signed),
    narrow: (bytes, into) => narrowLongs(bytes, into, signed ? -1 : 0),
  };
}

/** Numbers beyond 2^53 are rounded. */
function wideLongs(bytes: Uint8Array, into: TypedArray, signed: boolean): Float64Array {
  const words = view(Int32Array, bytes);
  const out = into instanceof Float64Array ? into : new Float64Array(words.length / 2);
  for (let i = 0; i < out.length; i++) {
    const upper = words[2 * i + high];
    out[i] = (signed ? upper : upper >>> 0) * 2 ** 32 + (words[2 * i + low] >>> 0);
  }
  return out;
}

/** A number fits if the high word only repeats the sign of the low one, which is 0 or -1. */
function narrowLongs(bytes: Uint8Array, into: Int32Array, leastSign: number): number {
  const words = view(Int32Array, bytes);
  for (let i = 0; i < into.length; i++) {
    const word = words[2 * i + low];
    const sign = words[2 * i + high];
    if (sign !== word >> 31 || sign < leastSign) return i;
    into[i] = word;
  }
  return -1;
}

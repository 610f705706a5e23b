/** The types of elements in files. */
import { endianness } from 'node:os';
import type { DType, NumberMemory, TypedArray } from '../core/dtype';

/** Elements as numbers. */
export type Numbers = NumberMemory | Int8Array | Int16Array | Uint32Array;

/** A type of element in a file. */
export interface Elements {
  readonly bytes: number;
  /** The dtype they have by default. */
  readonly dtype: DType;
  /**
   * The numbers in `bytes`, which are aligned and in the machine's byte order; written to `into` if that has the right
   * type. Beyond 2^53 they are rounded.
   */
  readonly numbers: (bytes: Uint8Array, into?: TypedArray) => Numbers;
  /** Whether a 64-bit kind is signed; missing for the others. */
  readonly signed?: boolean;
}

export const thisMachineIsLittle = endianness() === 'LE';

/** The types of all formats; each format has its own names for them. */
export const elements = {
  bool: { bytes: 1, dtype: 'bool', numbers: bools },
  uint8: viewed(Uint8Array, 'uint8'),
  int8: viewed(Int8Array, 'int32'),
  uint16: viewed(Uint16Array, 'int32'),
  int16: viewed(Int16Array, 'int32'),
  uint32: viewed(Uint32Array, 'int32'),
  int32: viewed(Int32Array, 'int32'),
  uint64: longs(false),
  int64: longs(true),
  float16: { bytes: 2, dtype: 'float16', numbers: halves },
  bfloat16: { bytes: 2, dtype: 'bfloat16', numbers: bfloats },
  float32: viewed(Float32Array, 'float32'),
  float64: viewed(Float64Array, 'float64'),
} as const satisfies Readonly<Record<DType, Elements> & Record<string, Elements>>;

/** Whether the bytes of the elements are those of a tensor of the dtype, in the machine's byte order. */
export function isStoredAs(kind: Elements, dtype: DType): boolean {
  return kind === elements[dtype];
}

/** Whether the bytes in the file are the bytes of the tensor. */
export function hasSameBytes(kind: Elements, little: boolean, dtype: DType): boolean {
  return little === thisMachineIsLittle && dtype !== 'bool' && isStoredAs(kind, dtype);
}

/** Bytes that a typed array can view: in the machine's byte order, and aligned. */
export function inNativeOrder(bytes: Uint8Array, size: number, little: boolean): Uint8Array {
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

export function view<T>(Stored: View<T>, bytes: ArrayBufferView): T {
  return new Stored(bytes.buffer, bytes.byteOffset, bytes.byteLength / Stored.BYTES_PER_ELEMENT);
}

/** Elements for which JavaScript has a typed array. */
function viewed(Stored: View<Numbers>, dtype: DType): Elements {
  return { bytes: Stored.BYTES_PER_ELEMENT, dtype, numbers: (bytes) => view(Stored, bytes) };
}

/** Bytes other than 0 are true. */
function bools(bytes: Uint8Array, into?: TypedArray): Uint8Array {
  const out = into instanceof Uint8Array ? into : new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = (bytes[i] + 255) >> 8; // a branch would take 5 ns more per element
  return out;
}

/** IEEE 754 binary16: 5 bits of exponent with bias 15, 10 of mantissa. */
function halves(bytes: Uint8Array, into?: TypedArray): Float32Array {
  const from = view(Uint16Array, bytes);
  const out = into instanceof Float32Array ? into : new Float32Array(from.length);
  const bits = view(Uint32Array, out);
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
function bfloats(bytes: Uint8Array, into?: TypedArray): Float32Array {
  const from = view(Uint16Array, bytes);
  const out = into instanceof Float32Array ? into : new Float32Array(from.length);
  const bits = view(Uint32Array, out);
  for (let i = 0; i < from.length; i++) bits[i] = from[i] << 16;
  return out;
}

/** The positions of the two words of 64 bits; computing with words is ten times as fast as with bigints. */
export const words = thisMachineIsLittle ? { low: 0, high: 1 } : { low: 1, high: 0 };

function longs(signed: boolean): Elements & { signed: boolean } {
  return {
    bytes: 8,
    dtype: 'int64',
    numbers: (bytes, into) => wideLongs(bytes, into, signed),
    signed,
  };
}

function wideLongs(bytes: Uint8Array, into: TypedArray | undefined, signed: boolean): Float64Array {
  const from = view(Int32Array, bytes);
  const { low, high } = words;
  const out = into instanceof Float64Array ? into : new Float64Array(from.length / 2);
  for (let i = 0; i < out.length; i++) {
    const upper = from[2 * i + high];
    out[i] = (signed ? upper : upper >>> 0) * 2 ** 32 + (from[2 * i + low] >>> 0);
  }
  return out;
}

/** The element types of safetensors files, and how each becomes one of ours. */
import type { DType, TypedArray } from '../../dtype';

/** Why an element does not fit, or null: its number in the piece, and its value as text. */
export type Misfit = { readonly index: number; readonly value: string } | null;

interface Element {
  readonly bytes: number;
  /** What it becomes; absent where we have nothing for it. */
  readonly dtype?: DType;
  /** Of `bytes`, aligned for it; absent where the bytes are taken as they are. */
  readonly convert?: (bytes: Uint8Array, into: TypedArray) => Misfit;
}

/** Every type that the format knows, so that files with others can be checked, and the rest of them read. */
export const elements: ReadonlyMap<string, Element> = new Map<string, Element>([
  ['F64', { bytes: 8, dtype: 'float64' }],
  ['F32', { bytes: 4, dtype: 'float32' }],
  ['F16', { bytes: 2, dtype: 'float32', convert: fromHalf }],
  ['BF16', { bytes: 2, dtype: 'float32', convert: fromBrain }],
  ['I64', { bytes: 8, dtype: 'int32', convert: fromLong }],
  ['I32', { bytes: 4, dtype: 'int32' }],
  ['I16', { bytes: 2, dtype: 'int32', convert: widened(Int16Array) }],
  ['U16', { bytes: 2, dtype: 'int32', convert: widened(Uint16Array) }],
  ['I8', { bytes: 1, dtype: 'int32', convert: widened(Int8Array) }],
  ['U8', { bytes: 1, dtype: 'int32', convert: widened(Uint8Array) }],
  ['BOOL', { bytes: 1, dtype: 'bool' }],
  ['U64', { bytes: 8 }],
  ['C64', { bytes: 8 }],
  ['U32', { bytes: 4 }],
  ['F8_E4M3', { bytes: 1 }],
  ['F8_E5M2', { bytes: 1 }],
  ['F8_E8M0', { bytes: 1 }],
]);

/** The names of those that can be read. */
export const readable: readonly string[] = [...elements]
  .filter(([, { dtype }]) => dtype !== undefined)
  .map(([name]) => name);

/** How our dtypes are written. */
export const written = { float64: 'F64', float32: 'F32', int32: 'I32', bool: 'BOOL' } as const;

type Ints = Int16Array | Uint16Array | Int8Array | Uint8Array;
type View<T> = new (buffer: ArrayBufferLike, at?: number, length?: number) => T;

function view<T>(Elements: View<T>, bytes: Uint8Array, size: number): T {
  return new Elements(bytes.buffer, bytes.byteOffset, bytes.byteLength / size);
}

function widened(Elements: View<Ints> & { BYTES_PER_ELEMENT: number }): Element['convert'] {
  return (bytes, into) => {
    into.set(view(Elements, bytes, Elements.BYTES_PER_ELEMENT));
    return null;
  };
}

/** IEEE 754 binary16: 5 bits of exponent with bias 15, 10 of mantissa. */
function fromHalf(bytes: Uint8Array, into: TypedArray): Misfit {
  const from = view(Uint16Array, bytes, 2);
  const bits = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < from.length; i++) {
    const half = from[i];
    const sign = (half & 0x8000) << 16;
    const exponent = half & 0x7c00;
    const mantissa = half & 0x3ff;
    if (exponent === 0) into[i] = (sign === 0 ? 1 : -1) * mantissa * 2 ** -24;
    else if (exponent === 0x7c00) bits[i] = sign | 0x7f800000 | (mantissa << 13);
    else bits[i] = sign | ((exponent << 13) + (112 << 23)) | (mantissa << 13);
  }
  return null;
}

/** The upper half of a float32. */
function fromBrain(bytes: Uint8Array, into: TypedArray): Misfit {
  const from = view(Uint16Array, bytes, 2);
  const bits = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < from.length; i++) bits[i] = from[i] << 16;
  return null;
}

/** Two words, the low one first: they fit if the high one only repeats the sign of the low one. */
function fromLong(bytes: Uint8Array, into: TypedArray): Misfit {
  const words = view(Int32Array, bytes, 4);
  for (let i = 0; i < into.length; i++) {
    const low = words[2 * i];
    const high = words[2 * i + 1];
    if (high !== low >> 31) {
      return { index: i, value: String((BigInt(high) << 32n) | BigInt(low >>> 0)) };
    }
    into[i] = low;
  }
  return null;
}

/** A bool's bytes are 0 or 1. */
export function misfitOfBool(bytes: TypedArray): Misfit {
  const index = bytes.findIndex((byte) => byte > 1);
  return index < 0 ? null : { index, value: String(bytes[index]) };
}

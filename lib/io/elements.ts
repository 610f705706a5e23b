/** Elements as other libraries store them, and how they become ours. */
import { endianness } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { DType, TypedArray } from '../dtype';

/** A kind of element in a file, by NumPy's name without the byte order. */
export interface Elements {
  readonly bytes: number;
  /** The dtype they become when nobody asks for another. */
  readonly dtype: DType;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

export const elements = {
  b1: { bytes: 1, dtype: 'bool', read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  u1: { bytes: 1, dtype: 'int32', read: (view, at) => view.getUint8(at) },
  i1: { bytes: 1, dtype: 'int32', read: (view, at) => view.getInt8(at) },
  u2: { bytes: 2, dtype: 'int32', read: (view, at, little) => view.getUint16(at, little) },
  i2: { bytes: 2, dtype: 'int32', read: (view, at, little) => view.getInt16(at, little) },
  u4: { bytes: 4, dtype: 'int32', read: (view, at, little) => view.getUint32(at, little) },
  i4: { bytes: 4, dtype: 'int32', read: (view, at, little) => view.getInt32(at, little) },
  u8: {
    bytes: 8,
    dtype: 'int32',
    read: (view, at, little) => Number(view.getBigUint64(at, little)),
  },
  i8: {
    bytes: 8,
    dtype: 'int32',
    read: (view, at, little) => Number(view.getBigInt64(at, little)),
  },
  f2: { bytes: 2, dtype: 'float32', read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { bytes: 4, dtype: 'float32', read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, dtype: 'float64', read: (view, at, little) => view.getFloat64(at, little) },
} as const satisfies Readonly<Record<string, Elements>>;

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export const thisMachineIsLittle = endianness() === 'LE';

/**
 * Writes the elements of `chunks`, divided by `divisor`, to `out`, with a turn of the event loop after each chunk.
 * Whole numbers that int32 does not hold are handed to `tooLarge`, which makes the error.
 */
export async function convert(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  kind: Elements,
  little: boolean,
  out: TypedArray,
  { divisor = 1, tooLarge }: { divisor?: number; tooLarge?: (value: number, i: number) => Error },
): Promise<void> {
  const same = divisor === 1 && isSame(kind, out) && little === thisMachineIsLittle;
  const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  const table = kind.bytes === 1 ? tableOf(kind, divisor) : null;
  const checked = tooLarge !== undefined && out instanceof Int32Array && kind.bytes >= 4;
  let to = 0;
  for await (const chunk of chunks) {
    const count = chunk.length / kind.bytes;
    if (same) {
      bytes.set(chunk, to * kind.bytes);
    } else if (table !== null) {
      for (let i = 0; i < count; i++) out[to + i] = table[chunk[i]];
    } else {
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
      for (let i = 0; i < count; i++) {
        const value = kind.read(view, i * kind.bytes, little) / divisor;
        if (checked && value !== (value | 0)) throw tooLarge(value, to + i);
        out[to + i] = value;
      }
    }
    to += count;
    await setImmediate();
  }
}

/** Whether the bytes are those of the array. */
function isSame(kind: Elements, out: TypedArray): boolean {
  return (
    (kind === elements.f4 && out instanceof Float32Array) ||
    (kind === elements.f8 && out instanceof Float64Array) ||
    (kind === elements.i4 && out instanceof Int32Array)
  );
}

/** Bytes, which images are made of, have a table: 47M pixels take 0.1 s instead of 0.5. */
function tableOf(kind: Elements, divisor: number): Float64Array {
  const every = new DataView(Uint8Array.from({ length: 256 }, (_, i) => i).buffer);
  return Float64Array.from({ length: 256 }, (_, i) => kind.read(every, i, true) / divisor);
}

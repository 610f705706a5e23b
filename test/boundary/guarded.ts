/** Typed arrays with guard bytes on both sides, which show when a kernel writes outside. */
import type { ElementArray } from '../../binding';

/** The class of array that elements of each dtype lie in. */
export const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;
export type DType = keyof typeof arrays;

/** Writes a number, which for halves is their bits. */
export function write(array: ElementArray, at: number, value: number): void {
  if (array instanceof BigInt64Array) array[at] = BigInt(value);
  else array[at] = value;
}

const guardBytes = 512;
const guardByte = 0xa5;
const guard = new Uint8Array(guardBytes).fill(guardByte);

export class Guarded {
  readonly array: ElementArray;
  private readonly bytes: Uint8Array;
  private readonly before: Uint8Array;

  constructor(dtype: DType, length: number, value: (i: number) => number) {
    const size = arrays[dtype].BYTES_PER_ELEMENT * length;
    const buffer = new ArrayBuffer(size + 2 * guardBytes);
    this.bytes = new Uint8Array(buffer).fill(guardByte);
    this.array = new arrays[dtype](buffer, guardBytes, length);
    for (let i = 0; i < length; i++) write(this.array, i, value(i));
    this.before = this.bytes.slice();
  }

  /** From now on `unchanged` compares with what is there now. */
  remember(): void {
    this.before.set(this.bytes);
  }

  /** Whether nothing at all was written. */
  get unchanged(): boolean {
    return Buffer.compare(this.before, this.bytes) === 0;
  }

  /** Whether nothing around the array was written. */
  get guardsUnchanged(): boolean {
    const end = this.bytes.length - guardBytes;
    const guards = [this.bytes.subarray(0, guardBytes), this.bytes.subarray(end)];
    return guards.every((found) => Buffer.compare(found, guard) === 0);
  }
}

/** The memory behind tensors. */
import { capture } from './capture';
import { prepareMemory } from './native';
import { arrayOver, dtypeOfArray, elementBytes, type DType, type TypedArray } from './dtype';

/**
 * Memory that a tensor and its views share. `version` counts in-place changes, so that backward can tell when a kept
 * value was spoilt; `array` may move (never resize), so views look it up each time.
 */
export class Storage {
  version = 0;
  /** How many compiled runs in flight read the memory; meanwhile it may not be changed. */
  readers = 0;
  /** Whether the array was handed out, so that moving the memory would cut off whoever holds it. */
  exposed = false;
  /** Whether what it belonged to has left for other memory. */
  abandoned = false;

  constructor(public array: TypedArray) {
    if (capture !== null) capture.adopt(this);
  }

  /** Moves the memory to where nothing can detach it, unless somebody holds the array. */
  share(): void {
    if (this.exposed || isShared(this.array)) return;
    const shared = allocateShared(dtypeOfArray(this.array), this.array.length);
    shared.set(this.array);
    this.array = shared;
  }
}

/** What stands in for memory that is not to be used: by identity it says why. */
export const unusable = {
  /** A compiled run in flight changes the memory. */
  inFlight: new Float32Array(0),
  /** The memory was a temporary of a compiled function. */
  temporary: new Float32Array(0),
} as const;

/** Whether the array lies in a SharedArrayBuffer; by its tag, which holds across realms. */
export function isShared(array: TypedArray): boolean {
  return (
    (array.buffer as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag] ===
    'SharedArrayBuffer'
  );
}

// Creating an ArrayBuffer costs about 1 us, a view of an existing one 60 ns, so small tensors share slabs. A slab is
// garbage once all its tensors are: nothing is freed by hand. It is small because one tensor that is kept keeps it all.
const slabBytes = 1 << 15;
const largestInSlab = 1 << 12;
const alignment = 64; // a cache line, and the widest vector
let slab = new ArrayBuffer(0);
let slabUsed = 0;

/** Memory for a temporary: its content is undefined, for an op to fill. */
export function allocate(dtype: DType, length: number): TypedArray {
  if (capture !== null) return capture.allocate(dtype, length);
  const bytes = length * elementBytes(dtype);
  if (bytes <= largestInSlab) {
    if (slabUsed + bytes > slab.byteLength) {
      slab = new ArrayBuffer(slabBytes);
      slabUsed = 0;
    }
    const offset = slabUsed;
    slabUsed = (offset + bytes + alignment - 1) & -alignment;
    return arrayOver(dtype, slab, offset, length);
  }
  // Not zeroed, unlike a new ArrayBuffer: every op writes all of its result.
  return aligned(dtype, Buffer.allocUnsafeSlow(bytes + alignment), length);
}

/** Memory of its own, zeroed: for values a user may hold, transfer or detach without hurting others. */
export function allocateOwn(dtype: DType, length: number): TypedArray {
  if (capture !== null) return capture.allocate(dtype, length);
  return arrayOver(dtype, new ArrayBuffer(length * elementBytes(dtype)), 0, length);
}

/** Zeroed memory that cannot be detached and that worker threads can share: parameters and optimizer state. */
export function allocateShared(dtype: DType, length: number): TypedArray {
  const buffer = new SharedArrayBuffer(length * elementBytes(dtype) + alignment);
  return aligned(dtype, new Uint8Array(buffer), length);
}

/** Elements from the first cache line on: malloc aligns to 16 bytes, and then each wide load touches two lines. */
function aligned(dtype: DType, memory: Uint8Array, length: number): TypedArray {
  return arrayOver(dtype, memory.buffer, prepareMemory(memory), length);
}

/** Whether other tensors lie in the same buffer. */
export function isInSlab(array: TypedArray): boolean {
  return array.buffer.byteLength === slabBytes && array.byteLength <= largestInSlab;
}

/** The memory behind tensors. */
import { capture } from './capture';
import { prepareMemory } from './native';
import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
import { arrayOver, elementBytes, type DType, type TypedArray } from './dtype';
import { copyElements } from './element';
import { unexpected } from './errors';

/**
 * Memory that a tensor and its views share. `version` counts in-place changes, so that backward can tell when a saved
 * tensor was changed; `array` may move (never resize), so views look it up each time.
 */
export class Storage {
  // `declare`: a field that is defined and then assigned takes twice as long to make.
  declare readonly dtype: DType;
  declare array: TypedArray;
  version = 0;
  /** How many running compiled functions and exports read the memory; meanwhile it may not be changed. */
  readers = 0;
  /** How many of the readers are exports. */
  exports = 0;
  /** Whether the array was handed out: then moving the memory would disconnect whoever holds it. */
  exposed = false;
  /** Whether the tensor it belonged to has moved to another storage. */
  abandoned = false;

  constructor(dtype: DType, array: TypedArray) {
    this.dtype = dtype;
    this.array = array;
    if (capture !== null) capture.adopt(this);
  }

  /** Moves the memory to a SharedArrayBuffer, which cannot be detached, unless the array was handed out. */
  share(): void {
    if (this.exposed || isShared(this.array)) return;
    const shared = allocateShared(this.dtype, this.array.length);
    copyElements(shared, this.array);
    this.array = shared;
  }
}

/** Placeholders for memory that must not be used; which one it is gives the reason. */
export const unusable: Readonly<Record<'running' | 'temporary', TypedArray>> = {
  /** A running compiled function changes the memory. */
  running: new Float32Array(0),
  /** The memory was a temporary of a compiled function. */
  temporary: new Float32Array(0),
};

/** Whether the array lies in a SharedArrayBuffer; by its tag, which holds across realms. */
export function isShared(array: TypedArray): boolean {
  return (
    (array.buffer as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag] ===
    'SharedArrayBuffer'
  );
}

// Creating an ArrayBuffer costs about 1 us, a view of an existing one 60 ns, so small tensors share slabs. A slab is
// garbage once all its tensors are. It is small because one live tensor keeps all of it.
const slabBytes = 1 << 15;
const largestInSlab = 1 << 12;
const alignment = 64; // a cache line, and the widest vector
let slab = new ArrayBuffer(0);
let slabUsed = 0;

// Up to this size a request is tried without checking the free memory, which takes 50 us.
const surelyFree = 1 << 28;

function outOfMemory(bytes: number, found: string): RangeError {
  return unexpected('tensor', `memory for ${bytes} bytes`, 'the elements', found);
}

/** Requests a buffer that is too large for any machine: V8 collects garbage before it refuses. */
function collectGarbage(): void {
  try {
    Reflect.construct(ArrayBuffer, [2 ** 46]);
  } catch {
    // as intended
  }
}

/**
 * The result of `make(bytes)`. A RangeError if that is more than the machine, or the container, has: Linux would grant it
 * and kill the process later.
 */
function memory<T>(bytes: number, make: (bytes: number) => T): T {
  if (bytes > surelyFree) {
    const limit = Math.min(totalmem(), process.constrainedMemory() || Infinity);
    const free = (): number => limit - process.memoryUsage.rss();
    if (bytes <= limit && bytes > free()) collectGarbage();
    if (bytes > free()) throw outOfMemory(bytes, `at most ${Math.max(free(), 0)} on this machine`);
  }
  try {
    return make(bytes);
  } catch {
    throw outOfMemory(bytes, 'none');
  }
}

/** The bytes of a buffer, up to the greatest length of a Uint8Array. */
const startOf = (buffer: ArrayBufferLike): Uint8Array =>
  new Uint8Array(buffer, 0, Math.min(buffer.byteLength, constants.MAX_LENGTH));

const unzeroed = (bytes: number): Uint8Array =>
  bytes > constants.MAX_LENGTH ? startOf(new ArrayBuffer(bytes)) : Buffer.allocUnsafeSlow(bytes);
const shared = (bytes: number): Uint8Array => startOf(new SharedArrayBuffer(bytes));

/** Memory for a temporary: its content is undefined until an op writes it. */
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
  return aligned(dtype, memory(bytes + alignment, unzeroed), length);
}

/** Zeroed memory that no other tensor shares: users may hold, transfer or detach it. */
export function allocateOwn(dtype: DType, length: number): TypedArray {
  if (capture !== null) return capture.allocate(dtype, length);
  const buffer = memory(length * elementBytes(dtype), (bytes) => new ArrayBuffer(bytes));
  return arrayOver(dtype, buffer, 0, length);
}

/** Zeroed memory that cannot be detached and that worker threads can share, for parameters and optimizer state. */
export function allocateShared(dtype: DType, length: number): TypedArray {
  return aligned(dtype, memory(length * elementBytes(dtype) + alignment, shared), length);
}

/** Elements from the first cache line on: malloc aligns to 16 bytes, and then each wide load touches two lines. */
function aligned(dtype: DType, bytes: Uint8Array, length: number): TypedArray {
  return arrayOver(dtype, bytes.buffer, prepareMemory(bytes), length);
}

/** Whether other tensors lie in the same buffer. */
export function isInSlab(array: TypedArray): boolean {
  return array.buffer.byteLength === slabBytes && array.byteLength <= largestInSlab;
}

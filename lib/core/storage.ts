/** The memory behind tensors. */
import { capture } from './capture';
import { countChange } from './changes';
import { prepareMemory } from './native';
import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
import { arrayOver, elementBytes, type DType, type TypedArray } from './dtype';
import { copyElements } from './element';
import { sendTransferableInstead } from './uncloneable';

/** What is false of most storages. */
class StorageUses {
  readers = 0;
  exports = 0;
  exposed = false;
  given = false;
  abandoned = false;
}

const unused: Readonly<StorageUses> = new StorageUses();

/**
 * Memory that a tensor and its views share. `array` may move (never resize), so views look it up each time.
 *
 * What says nothing about the elements is private, so that equal tensors are equal to assert.deepStrictEqual.
 */
export class Storage {
  // `declare`: a field that is defined and then assigned takes twice as long to make.
  declare readonly dtype: DType;
  declare array: TypedArray;
  /** @internal */ declare readonly _clone: () => void;
  #version = 0;
  #uses: StorageUses | null = null;

  constructor(dtype: DType, array: TypedArray) {
    this.dtype = dtype;
    this.array = array;
    this._clone = sendTransferableInstead;
    if (capture !== null) capture.adopt(this);
  }

  /** Counts changes in place, so that backward can tell when a saved tensor was changed. */
  get version(): number {
    return this.#version;
  }

  set version(value: number) {
    this.#version = value;
  }

  /** How many running compiled functions and exports read the memory; meanwhile it may not be changed. */
  get readers(): number {
    return (this.#uses ?? unused).readers;
  }

  set readers(value: number) {
    (this.#uses ??= new StorageUses()).readers = value;
  }

  /** How many of the readers are exports. */
  get exports(): number {
    return (this.#uses ?? unused).exports;
  }

  set exports(value: number) {
    (this.#uses ??= new StorageUses()).exports = value;
  }

  /** Whether the array was handed out: then moving the memory would disconnect the array. */
  get exposed(): boolean {
    return (this.#uses ?? unused).exposed;
  }

  set exposed(value: boolean) {
    (this.#uses ??= new StorageUses()).exposed = value;
  }

  /** Whether the array was the user's own before. */
  get given(): boolean {
    return (this.#uses ?? unused).given;
  }

  set given(value: boolean) {
    (this.#uses ??= new StorageUses()).given = value;
  }

  /** Whether the tensor it belonged to has moved to another storage. */
  get abandoned(): boolean {
    return (this.#uses ?? unused).abandoned;
  }

  set abandoned(value: boolean) {
    (this.#uses ??= new StorageUses()).abandoned = value;
  }

  /** Moves the memory to a SharedArrayBuffer, which cannot be detached, unless the array was handed out. */
  share(): void {
    if (this.exposed || isShared(this.array)) return;
    const shared = allocateShared(this.dtype, this.array.length);
    copyElements(shared, this.array);
    this.array = shared;
    countChange();
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

// Creating an ArrayBuffer costs about 1 us, a view of an existing one 30 ns, so small tensors share slabs. A live tensor
// keeps all of its slab: the sizes bound that to 768 bytes for the smallest, and to 16 times the tensor for others.
const slabSizes = [
  { slab: 768, largest: 256 },
  { slab: 4096, largest: 1024 },
  { slab: 16384, largest: 4096 },
] as const;
const largestInSlab = 4096;
const alignment = 64; // a cache line, and the widest vector

/** A buffer that tensors are cut from, one after another; garbage once all of them are. */
class Slab {
  private buffer: ArrayBufferLike = new ArrayBuffer(0);
  private used = 0;

  constructor(private readonly bytes: number) {}

  cut(dtype: DType, bytes: number, length: number): TypedArray {
    let offset = this.used;
    if (offset + bytes > this.buffer.byteLength) {
      // Filling 4 KB and more with zeros takes longer than creating a Buffer does.
      this.buffer = this.bytes < 4096 ? new ArrayBuffer(this.bytes) : unzeroed(this.bytes).buffer;
      offset = 0;
    }
    this.used = (offset + bytes + alignment - 1) & -alignment;
    return arrayOver(dtype, this.buffer, offset, length);
  }
}

const [small, medium, large] = slabSizes.map(({ slab }) => new Slab(slab));
/** Long-lived memory is allocated together, not between temporaries. Another length distinguishes these slabs. */
const keptSlab = { slab: 832, largest: 256 } as const;
const kept = new Slab(keptSlab.slab);

// Up to this size a request is tried without checking the free memory, which takes 50 us.
const surelyFree = 1 << 28;

function outOfMemory(bytes: number, found: string): RangeError {
  return new RangeError(`tensor: out of memory: needs ${bytes} bytes, ${found}`);
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
    if (bytes > free()) throw outOfMemory(bytes, `${Math.max(free(), 0)} are free on this machine`);
  }
  try {
    return make(bytes);
  } catch {
    throw outOfMemory(bytes, 'which the system refused');
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
  if (bytes <= slabSizes[0].largest) return small.cut(dtype, bytes, length);
  if (bytes <= slabSizes[1].largest) return medium.cut(dtype, bytes, length);
  if (bytes <= largestInSlab) return large.cut(dtype, bytes, length);
  // Not zeroed, unlike a new ArrayBuffer: every op writes all of its result.
  return aligned(dtype, memory(bytes + alignment, unzeroed), length);
}

/** The same for tensors that are often kept, such as those of numbers that JavaScript gives. */
export function allocateKept(dtype: DType, length: number): TypedArray {
  const bytes = length * elementBytes(dtype);
  if (capture !== null || bytes > keptSlab.largest) return allocate(dtype, length);
  return kept.cut(dtype, bytes, length);
}

/** Moves a small result of an op away from temporaries: what is detached is often kept. It takes 0.2 us. */
export function moveToKept(storage: Storage): Storage {
  const { array } = storage;
  const { slab, largest } = slabSizes[0];
  const isSmall = array.buffer.byteLength === slab && array.byteLength <= largest;
  if (!isSmall || capture !== null || storage.exposed || storage.readers > 0) return storage;
  const moved = kept.cut(storage.dtype, array.byteLength, array.length);
  copyElements(moved, array);
  storage.array = moved;
  return storage;
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

/** Whether other tensors may lie in the same buffer. */
export function isInSlab({ array, exposed }: Storage): boolean {
  if (exposed) return false; // moved out before, or the user's own
  const whole = array.buffer.byteLength;
  const isIn = ({ slab, largest }: { slab: number; largest: number }): boolean =>
    whole === slab && array.byteLength <= largest;
  return slabSizes.some(isIn) || isIn(keptSlab);
}

/** The memory behind tensors. */
import { capture } from './capture';
import { countChange } from './changes';
import { countTemporary } from './minorCollections';
import { prepareMemory } from './native';
import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
import { arrayOver, elementBytes, type DType, type TypedArray } from './dtype';
import { copyElements } from './element';
import { sendTransferableInstead } from './uncloneable';

/** State that most storages do not have, allocated when needed. */
class StorageUses {
  readers = 0;
  exports = 0;
  exposed = false;
  fromUser = false;
  abandoned = false;
}

const unused: Readonly<StorageUses> = new StorageUses();

/**
 * Memory that a tensor and its views share. `array` may move (but is never resized), so views read it each time.
 * State that is not about the elements is private, so that assert.deepStrictEqual treats equal tensors as equal.
 */
export class Storage {
  // `declare`: initialising a field and then assigning it takes twice as long.
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

  /** Counts in-place changes, so that backward detects changed saved tensors. */
  get version(): number {
    return this.#version;
  }

  set version(value: number) {
    this.#version = value;
  }

  /** The number of running compiled functions and exports that read the memory, which must not change meanwhile. */
  get readers(): number {
    return (this.#uses ?? unused).readers;
  }

  set readers(value: number) {
    (this.#uses ??= new StorageUses()).readers = value;
  }

  /** The number of readers that are exports. */
  get exports(): number {
    return (this.#uses ?? unused).exports;
  }

  set exports(value: number) {
    (this.#uses ??= new StorageUses()).exports = value;
  }

  /** Whether users have the array: moving the memory would then disconnect it. */
  get exposed(): boolean {
    return (this.#uses ?? unused).exposed;
  }

  set exposed(value: boolean) {
    (this.#uses ??= new StorageUses()).exposed = value;
  }

  /** Whether the array came from the user. */
  get fromUser(): boolean {
    return (this.#uses ?? unused).fromUser;
  }

  set fromUser(value: boolean) {
    (this.#uses ??= new StorageUses()).fromUser = value;
  }

  /** Whether its tensor has moved to another storage. */
  get abandoned(): boolean {
    return (this.#uses ?? unused).abandoned;
  }

  set abandoned(value: boolean) {
    (this.#uses ??= new StorageUses()).abandoned = value;
  }

  /** Moves the memory to a SharedArrayBuffer, which cannot be detached, unless users have the array. */
  share(): void {
    if (this.exposed || isShared(this.array)) return;
    const shared = allocateShared(this.dtype, this.array.length);
    copyElements(shared, this.array);
    this.array = shared;
    countChange();
  }
}

/** Placeholders for memory that must not be used; the placeholder identifies the reason. */
export const unusable: Readonly<Record<'running' | 'temporary', TypedArray>> = {
  /** A running compiled function changes the memory. */
  running: new Float32Array(0),
  /** The memory was a temporary of a compiled function. */
  temporary: new Float32Array(0),
};

/** Whether the array uses a SharedArrayBuffer; tested by its tag, which works across realms. */
export function isShared(array: TypedArray): boolean {
  return (
    (array.buffer as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag] ===
    'SharedArrayBuffer'
  );
}

// Creating an ArrayBuffer takes about 1 us, a view of an existing one 30 ns, so small tensors share slabs. A live
// tensor keeps its complete slab alive: the sizes limit this to 768 bytes for the smallest tensors and 16 times the
// tensor's size for others.
const slabSizes = [
  { slab: 768, largest: 256 },
  { slab: 4096, largest: 1024 },
  { slab: 16384, largest: 4096 },
] as const;
const largestInSlab = 4096;
/** Results from this size on bypass the caches (kStreamBytes in native/core/elementwise.h). */
const streamed = 4 << 20;
const alignment = 64; // a cache line, which is also the widest vector

/** A buffer that is divided among tensors in sequence, and freed after all of them are. */
class Slab {
  private buffer: ArrayBufferLike = new ArrayBuffer(0);
  private used = 0;

  constructor(private readonly bytes: number) {}

  cut(dtype: DType, bytes: number, length: number): TypedArray {
    let offset = this.used;
    if (offset + bytes > this.buffer.byteLength) {
      // Zeroing 4 KB and more takes longer than creating a Buffer.
      this.buffer = this.bytes < 4096 ? new ArrayBuffer(this.bytes) : unzeroed(this.bytes).buffer;
      offset = 0;
    }
    this.used = (offset + bytes + alignment - 1) & -alignment;
    return arrayOver(dtype, this.buffer, offset, length);
  }
}

const [small, medium, large] = slabSizes.map(({ slab }) => new Slab(slab));
/** Long-lived memory is allocated together, apart from temporaries. A different length distinguishes these slabs. */
const keptSlab = { slab: 832, largest: 256 } as const;
const kept = new Slab(keptSlab.slab);

// Requests up to this size skip the check of free memory, which takes 50 us.
const surelyFree = 1 << 28;

function outOfMemory(bytes: number, found: string): RangeError {
  return new RangeError(`tensor: out of memory: needs ${bytes} bytes, ${found}`);
}

/** Requests a buffer too large for any machine, because V8 collects garbage before it refuses. */
function collectGarbage(): void {
  try {
    Reflect.construct(ArrayBuffer, [2 ** 46]);
  } catch {
    // Expected: the request always fails.
  }
}

/**
 * Returns `make(bytes)`. Throws a RangeError if that exceeds the memory of the machine or container: Linux would
 * grant it and kill the process later.
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

/** The bytes of a buffer, up to the maximum length of a Uint8Array. */
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
  if (bytes < streamed) countTemporary(bytes);
  // Not zeroed, unlike a new ArrayBuffer, because every op writes its complete result.
  return aligned(dtype, memory(bytes + alignment, unzeroed), length);
}

/** The same for tensors that usually live long, such as those made from JavaScript numbers. */
export function allocateKept(dtype: DType, length: number): TypedArray {
  const bytes = length * elementBytes(dtype);
  if (capture !== null || bytes > keptSlab.largest) return allocate(dtype, length);
  return kept.cut(dtype, bytes, length);
}

/**
 * Moves a small result of an op away from temporaries, because detached tensors usually live long. It takes 0.2 us.
 */
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

/** Zeroed memory that no other tensor shares: users may keep, transfer or detach it. */
export function allocateOwn(dtype: DType, length: number): TypedArray {
  if (capture !== null) return capture.allocate(dtype, length);
  const buffer = memory(length * elementBytes(dtype), (bytes) => new ArrayBuffer(bytes));
  return arrayOver(dtype, buffer, 0, length);
}

/** Zeroed memory for parameters and optimizer state. It cannot be detached, and worker threads can share it. */
export function allocateShared(dtype: DType, length: number): TypedArray {
  return aligned(dtype, memory(length * elementBytes(dtype) + alignment, shared), length);
}

/**
 * The elements, starting at a cache line. malloc aligns to 16 bytes, and each wide load would then access two
 * lines.
 */
function aligned(dtype: DType, bytes: Uint8Array, length: number): TypedArray {
  return arrayOver(dtype, bytes.buffer, prepareMemory(bytes), length);
}

/** Whether other tensors may use the same buffer. */
export function isInSlab({ array, exposed }: Storage): boolean {
  if (exposed) return false; // already moved out, or the user's own array
  const bufferBytes = array.buffer.byteLength;
  const isIn = ({ slab, largest }: { slab: number; largest: number }): boolean =>
    bufferBytes === slab && array.byteLength <= largest;
  return slabSizes.some(isIn) || isIn(keptSlab);
}

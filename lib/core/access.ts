/** Access to a tensor's memory from JavaScript, and the errors if it is not allowed. */
import { capture } from './capture';
import { countChange } from './changes';
import { contentOf, type NumberMemory, type TypedArray } from './dtype';
import { copyElements, readElement } from './element';
import { observer } from './observer';
import { allocateOwn, isInSlab, unusable, type Storage } from './storage';
import type { Tensor } from './tensor';

/**
 * The memory of a tensor. Throws if it was detached, was a temporary, or is being changed by a running compiled
 * function.
 */
export function usableMemory(op: string, t: Tensor): TypedArray {
  const array = t._storage.array;
  if (array.length > 0 || t.numel() === 0) return array;
  if (array === unusable.running) {
    throw new Error(`${op}: a running compiled function changes this tensor; await the run first`);
  }
  if (array === unusable.temporary) {
    throw new Error(
      `${op}: this tensor was a temporary of a compiled function and has no memory; return it from the function instead`,
    );
  }
  throw new RangeError(`${op}: the memory of this tensor was transferred away`);
}

/** Call before changing a tensor: throws while a running compiled function or an export reads its memory. */
export function requireNoReaders(op: string, t: Tensor): void {
  if (t._storage.readers > 0) throw readersError(op, t._storage);
}

/** Call before changing several tensors: throws before the first change unless all of them may be changed. */
export function requireUnused(op: string, tensors: Iterable<Tensor>): void {
  for (const t of tensors) {
    requireNoReaders(op, t);
    usableMemory(op, t);
  }
}

/** Leaves whose gradients a running compiled function assigns when it ends. */
export const gradientsInUse = new Set<Tensor>();

/** Call before assigning gradients: throws if the run would overwrite them. */
export function requireUnusedGradient(op: string, leaf: Tensor): void {
  if (gradientsInUse.size === 0 || !gradientsInUse.has(leaf)) return;
  throw new Error(
    `${op}: a running compiled function computes the gradient of this tensor; await the run first`,
  );
}

/** The error for changing memory while something reads it. */
export function readersError(op: string, { exports }: Storage): Error {
  const [who, what] =
    exports > 0 ? ['an export to a file', 'export'] : ['a running compiled function', 'run'];
  return new Error(`${op}: ${who} reads this tensor; await the ${what} first`);
}

/**
 * The memory of a tensor whose values JavaScript reads. Throws during a capture; reports the read to the observer.
 */
export function readableMemory(op: string, t: Tensor): TypedArray {
  if (capture !== null && !capture.mayRead(t._storage)) {
    throw new Error(
      `${op}: a compiled function computes this tensor, so its value cannot be read inside; ` +
        'return the tensor and read it outside',
    );
  }
  observer?.reading?.(op, t);
  return usableMemory(op, t);
}

/**
 * The elements of a tensor in order, as numbers for JavaScript to read: the tensor's own memory if that holds
 * numbers. An int64 beyond 2^53 is rounded.
 */
export function numbersOf(op: string, t: Tensor): NumberMemory {
  readableMemory(op, t);
  return numbersIn(t);
}

/** Like `numbersOf`, without the checks. */
export function numbersIn(t: Tensor): NumberMemory {
  const memory = t._contiguous ? t._flat : copyInOrder(t);
  if (contentOf(t.dtype) === 'numbers') return memory as NumberMemory;
  return Float64Array.from({ length: memory.length }, (_, i) =>
    Number(readElement(t.dtype, memory, i)),
  );
}

/** JavaScript's class of half-precision numbers, available from Node 24 on. */
const float16Array = Reflect.get(globalThis, 'Float16Array') as
  (new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray) | undefined;

/** The value of `data`: `memoryInOrder` in JavaScript's class for the dtype. */
export function dataOf(t: Tensor): TypedArray {
  const memory = memoryInOrder(t);
  return t.dtype === 'float16' && float16Array !== undefined
    ? new float16Array(memory.buffer, memory.byteOffset, memory.length)
    : memory;
}

/** The memory of a contiguous tensor, which users may keep, transfer or detach; a copy for other tensors. */
export function memoryInOrder(t: Tensor): TypedArray {
  readableMemory('data', t);
  if (!t._contiguous) return copyInOrder(t);
  const storage = t._storage;
  if (capture !== null) capture.use(storage); // moves it before the array is returned
  if (isInSlab(storage)) {
    // Out of the slab: transferring or detaching this memory must not affect other tensors.
    const own = allocateOwn(t.dtype, storage.array.length);
    copyElements(own, storage.array);
    storage.array = own;
    countChange();
  }
  storage.exposed = true;
  return t._flat;
}

/** The elements of a tensor in order, in new memory. */
export function copyInOrder(t: Tensor): TypedArray {
  const array = t._storage.array;
  const out = allocateOwn(t.dtype, t.numel());
  const strides = t._strides;
  let next = 0;
  const copyFrom = (dim: number, offset: number): void => {
    if (dim === t.ndim) (out as { [at: number]: number | bigint })[next++] = array[offset];
    else for (let i = 0; i < t.shape[dim]; i++) copyFrom(dim + 1, offset + i * strides[dim]);
  };
  copyFrom(0, t._offset);
  return out;
}

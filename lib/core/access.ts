/** The memory of a tensor as JavaScript reads it, or why it cannot. */
import { capture } from './capture';
import type { TypedArray } from './dtype';
import { unexpected } from './errors';
import { observer } from './observer';
import { allocateOwn, unusable, type Storage } from './storage';
import type { Tensor } from './tensor';

/** The memory of a tensor, unless it is gone, or in use by a compiled run. */
export function memoryOf(op: string, t: Tensor): TypedArray {
  const array = t._storage.array;
  if (array.length > 0 || t.numel() === 0) return array;
  if (array === unusable.inFlight) {
    throw new Error(
      `${op}: expected a tensor that is not in use, got one that a compiled run in flight changes; await the run first`,
    );
  }
  if (array === unusable.temporary) {
    throw new Error(
      `${op}: expected a tensor with memory, got a temporary of a compiled function; return it from the function instead`,
    );
  }
  throw unexpected(op, 'memory that is still there', 'this', 'a tensor whose memory was detached');
}

/** Before a change of a tensor: an error while a compiled run in flight or an export reads it. */
export function requireUnread(op: string, t: Tensor): void {
  if (t._storage.readers > 0) throw beingRead(op, t._storage);
}

/** The error for a change of memory that somebody reads. */
export function beingRead(op: string, { exports }: Storage): Error {
  const [who, what] =
    exports > 0 ? ['an export to a file', 'export'] : ['a compiled run in flight', 'run'];
  return new Error(
    `${op}: expected a tensor that is not in use, got one that ${who} reads; await the ${what} first`,
  );
}

/** The memory of a tensor whose values JavaScript is about to read. */
export function valuesOf(op: string, t: Tensor): TypedArray {
  if (capture?.computed(t._storage)) {
    throw new Error(
      `${op}: expected a value that does not depend on a replay, got a tensor computed in a compiled function; ` +
        'return the tensor and read it outside',
    );
  }
  observer?.reading?.(op, t);
  return memoryOf(op, t);
}

/** The elements of a tensor in order, in fresh memory. */
export function packed(t: Tensor): TypedArray {
  const array = t._storage.array;
  const out = allocateOwn(t.dtype, t.numel());
  const strides = t._strides;
  let at = 0;
  const walk = (dim: number, offset: number): void => {
    if (dim === t.ndim) out[at++] = array[offset];
    else for (let i = 0; i < t.shape[dim]; i++) walk(dim + 1, offset + i * strides[dim]);
  };
  walk(0, t._offset);
  return out;
}

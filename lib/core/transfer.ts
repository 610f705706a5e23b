/** Tensors in messages to other threads, as plain objects. */
import { copyInOrder, memoryInOrder, readableMemory } from './access';
import {
  arrayClass,
  isFloating,
  newArray,
  requireDType,
  type DType,
  type TypedArray,
} from './dtype';
import { isDetached, requireBoolean, shapeText, unexpected, wrongType } from './errors';
import { numelOf, requireShape, type Shape } from './shape';
import { isShared, Storage } from './storage';
import type { Tensor } from './tensor';

/** The plain object that `toTransferable` returns; `structuredClone` and `postMessage` can copy it. */
export interface TransferableTensor {
  /** Type of the elements. */
  readonly dtype: DType;
  /** Sizes, outermost first. */
  readonly shape: Shape;
  /** The elements in order; float16 and bfloat16 as bits in a Uint16Array. */
  readonly data: TypedArray;
  /** Whether the tensor requires gradients. */
  readonly requiresGrad: boolean;
}

// The maximum padding of op results, which start at a cache line.
const mostBeside = 64;

/** The message for a tensor. */
export function transferableOf(t: Tensor): TransferableTensor {
  readableMemory('toTransferable', t);
  const data = memoryInOrder(t);
  // A message copies the complete buffer, not only the array's part of it.
  const isApart = isShared(data) || data.buffer.byteLength <= data.byteLength + mostBeside;
  return {
    dtype: t.dtype,
    shape: [...t.shape],
    data: isApart ? data : copyInOrder(t),
    requiresGrad: t.requiresGrad,
  };
}

/** The memory and shape of a message. */
export function receive(value: unknown): { storage: Storage; shape: Shape; requiresGrad: boolean } {
  const op = 'Tensor.from';
  if (typeof value !== 'object' || value === null || !('data' in value)) {
    throw wrongType(op, 'the result of toTransferable', 'value', value);
  }
  const message = value as Readonly<Record<keyof TransferableTensor, unknown>>;
  const dtype = requireDType(op, message.dtype);
  const shape = requireShape(op, message.shape);
  const data = message.data as TypedArray;
  const wanted = newArray(dtype, 0).constructor.name;
  if (arrayClass(data) !== wanted) throw wrongType(op, `a ${wanted}`, 'data', data);
  if (isDetached(data)) throw wrongType(op, 'memory that was not transferred away', 'data', data);
  if (data.length !== numelOf(shape)) {
    throw unexpected(
      op,
      `${numelOf(shape)} elements for shape ${shapeText(shape)}`,
      'data',
      String(data.length),
    );
  }
  const requiresGrad = requireBoolean(op, 'requiresGrad', message.requiresGrad ?? false);
  if (requiresGrad && !isFloating(dtype)) throw unexpected(op, 'a floating dtype', 'dtype', dtype);
  const storage = new Storage(dtype, data);
  storage.exposed = true;
  storage.fromUser = true;
  return { storage, shape, requiresGrad };
}

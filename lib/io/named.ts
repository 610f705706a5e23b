/** Tensors by name, as functions that write files take them. */
import { copyInOrder, readableMemory } from '../core/access';
import type { TypedArray } from '../core/dtype';
import { describe, wrongType } from '../core/errors';
import { Tensor } from '../core/tensor';

/** The tensors of an object and their names; TypeError for anything else. */
export function requireTensors(op: string, tensors: unknown): [string, Tensor][] {
  const isOther = tensors instanceof Tensor || tensors instanceof Map;
  if (typeof tensors !== 'object' || tensors === null || isOther) {
    throw wrongType(op, 'an object of tensors', 'tensors', tensors);
  }
  return Object.entries(tensors).map(([name, tensor]) => {
    if (tensor instanceof Tensor) return [name, tensor];
    throw wrongType(op, 'a tensor', `tensors[${describe(name)}]`, tensor);
  });
}

/**
 * The elements of a tensor in order. With `copy`, they are in memory of their own; else those of a contiguous tensor
 * are its own memory.
 */
export function elementsOf(op: string, tensor: Tensor, copy: boolean): TypedArray {
  readableMemory(op, tensor);
  if (!tensor._contiguous) return copyInOrder(tensor);
  return copy ? tensor._flat.slice() : tensor._flat;
}

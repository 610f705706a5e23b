/** Tensors by name, as functions that write files take them. */
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

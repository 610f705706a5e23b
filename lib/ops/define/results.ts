/** Creates result tensors, and reports results that have no gradient. */
import type { DType } from '../../core/dtype';
import { writeElement, type Element } from '../../core/element';
import { observer } from '../../core/observer';
import type { Node, OpAttrs, OpName } from '../../core/node';
import type { Shape } from '../../core/shape';
import { allocate, Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { kernels } from './ops';

/** A number, in the dtype's range, as a tensor without dimensions. */
export function scalar(value: Element, dtype: DType): Tensor {
  const array = allocate(dtype, 1);
  writeElement(dtype, array, 0, value);
  return new Tensor(new Storage(dtype, array), []);
}

/**
 * A tensor for the gradient of a node's input i; for a leaf, in the memory of its last gradient if that is unused.
 */
export function emptyGradient(node: Node, i: number, shape: Shape): Tensor {
  const edge = node.edges[i];
  return (edge instanceof Tensor ? edge._spareGrad() : null) ?? Tensor._empty(node.dtype, shape);
}

const fill = kernels('fill');

/** Zeros of the same shape and dtype, in new memory; written by a native op, so that a replay writes them again. */
export function zerosLike(x: Tensor): Tensor {
  const out = Tensor._empty(x.dtype, x.shape);
  fill[x.dtype](out._flat, 0, out.numel());
  return out;
}

/** Reports an op that has no rule to the observer, as `record` does for ops that have one. */
export function reportResult<K extends OpName>(
  op: K,
  outs: readonly Tensor[],
  inputs: readonly Tensor[],
  attrs: OpAttrs[K],
): void {
  if (observer !== null) observer.result(op, outs, inputs, attrs, [], null);
}

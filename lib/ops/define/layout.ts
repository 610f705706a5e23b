/** The memory layout of elementwise ops, and their native calls. */
import type { NativeOp } from '../../../binding';
import { unexpected } from '../../core/errors';
import { broadcastStrides, sameShape, type Shape } from '../../core/shape';
import type { Tensor } from '../../core/tensor';

/**
 * Sizes and strides for a native elementwise op, with each operand broadcast to `shape`. Adjacent dimensions are
 * merged if the strides of all operands allow it.
 */
export function layoutOf(op: string, shape: Shape, operands: readonly Tensor[]): Float64Array {
  const all = operands.map((operand) => broadcastStrides(operand.shape, operand._strides, shape));
  const sizes: number[] = [];
  const strides: number[][] = operands.map(() => []);
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && all.every((own, k) => strides[k][last] === own[i] * shape[i])) {
      sizes[last] *= shape[i];
      all.forEach((own, k) => (strides[k][last] = own[i]));
    } else {
      sizes.push(shape[i]);
      all.forEach((own, k) => strides[k].push(own[i]));
    }
  }
  if (sizes.length === 0) {
    sizes.push(1);
    strides.forEach((own) => own.push(0));
  }
  if (sizes.length > 16) {
    throw unexpected(
      op,
      'at most 16 dimensions that cannot be merged',
      'shape',
      String(sizes.length),
    );
  }
  return Float64Array.from([...sizes, ...strides.flat()]);
}

/**
 * Runs a native elementwise op: inputs broadcast to the shape of `out`, which may be a view, or one of the inputs.
 * Attributes go between buffers and layout.
 */
export function runElementwise(
  op: string,
  call: NativeOp,
  inputs: readonly Tensor[],
  out: Tensor,
  attrs: readonly number[] = [],
): void {
  const n = out.numel();
  if (n === 0) return;
  let flat = out._contiguous;
  for (let i = 0; i < inputs.length && flat; i++) {
    // A single element can be broadcast to any shape, as in the gradient of a sum.
    flat =
      (inputs[i]._contiguous && sameShape(inputs[i].shape, out.shape)) ||
      inputs[i]._flat.length === 1;
  }
  const layout = flat ? n : layoutOf(op, out.shape, [...inputs, out]);
  // The usual numbers of operands are written out: a call with spread arguments takes 100 ns more.
  if (attrs.length > 0) call(...inputs.map((input) => input._flat), out._flat, ...attrs, layout);
  else if (inputs.length === 1) call(inputs[0]._flat, out._flat, layout);
  else if (inputs.length === 2) call(inputs[0]._flat, inputs[1]._flat, out._flat, layout);
  else call(...inputs.map((input) => input._flat), out._flat, layout);
}

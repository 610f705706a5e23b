/** The memory layout of elementwise ops, and their native calls. */
import type { NativeOp } from '../../../binding';
import { unexpected } from '../../core/errors';
import { sameShape, type Shape } from '../../core/shape';
import type { Tensor } from '../../core/tensor';

/** Sizes and strides of the call in progress; arrays that are made anew for each call took 1 us. */
const sizes: number[] = [];
const strides: number[] = [];
/** Layouts by their length. The native call copies the numbers. */
const layouts: Float64Array[] = [];

/** The stride of an operand along dimension i of the shape that it is broadcast to, where its size is not 1. */
function strideAlong(operand: Tensor, shape: Shape, i: number): number {
  const own = i - (shape.length - operand.shape.length);
  return own < 0 || operand.shape[own] === 1 ? 0 : operand._strides[own];
}

/**
 * Sizes and strides for a native elementwise op, with each operand broadcast to `shape`. Adjacent dimensions are
 * merged if the strides of all operands allow it. The array is valid until the next call.
 */
function layoutOf(op: string, shape: Shape, operands: readonly Tensor[]): Float64Array {
  const count = operands.length;
  let dims = 0; // `strides` has those of dimension d of operand k at d * count + k
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i];
    if (size === 1) continue;
    let merges = dims > 0;
    for (let k = 0; k < count; k++) {
      const stride = strideAlong(operands[k], shape, i);
      strides[dims * count + k] = stride;
      merges &&= strides[(dims - 1) * count + k] === stride * size;
    }
    if (merges) {
      for (let k = 0; k < count; k++) strides[(dims - 1) * count + k] = strides[dims * count + k];
      sizes[dims - 1] *= size;
    } else {
      sizes[dims++] = size;
    }
  }
  if (dims === 0) {
    sizes[0] = 1;
    for (let k = 0; k < count; k++) strides[k] = 0;
    dims = 1;
  }
  if (dims > 16) {
    const what = 'at most 16 dimensions that cannot be merged';
    throw unexpected(op, what, 'shape', String(dims));
  }
  const layout = (layouts[dims * (count + 1)] ??= new Float64Array(dims * (count + 1)));
  for (let d = 0; d < dims; d++) {
    layout[d] = sizes[d];
    for (let k = 0; k < count; k++) layout[(k + 1) * dims + d] = strides[d * count + k];
  }
  return layout;
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

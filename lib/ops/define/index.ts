/** What every op family stands on: rows of the native registry, layouts, and promotion of dtypes. */
import type { NativeAddon, NativeCapture, NativeOp, NativeRow } from '../../../binding';
import { isGradEnabled } from '../../core/gradMode';
import { recordInPlace, rootOf } from '../../core/inPlace';
import { record, type Node, type Rule } from '../../core/node';
import { isFloating, promoteTypes, resultType, type DType } from '../../core/dtype';
import { unexpected, wrongType } from '../../core/errors';
import { addon } from '../../core/native';
import { observer } from '../../core/observer';
import { broadcastStrides, sameShape, type Shape } from '../../core/shape';
import { allocate, Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { requireNoReaders } from '../../core/access';

const used = new Set<string>();

/** The native function of a row. A row that no family asks for, or that does not exist, fails a test. */
export function nativeOp(name: string): NativeOp {
  const op = addon.ops[name] as NativeOp | undefined;
  if (op === undefined)
    throw new Error(`blasgrad: expected a native row named ${name}, got an addon without it`);
  used.add(name);
  return op;
}

/** The native rows, and the names this layer uses. */
export function opRows(): {
  readonly native: readonly NativeRow[];
  readonly used: readonly string[];
} {
  return { native: addon.rows(), used: [...used] };
}

/** The machine under the ops, for `backend`. */
export const machine: Pick<
  NativeAddon,
  'info' | 'measurePeak' | 'getNumThreads' | 'setNumThreads'
> = addon;

/** What `compile` records with. */
export const recorder: NativeCapture = addon;

// --- Layouts --------------------------------------------------------------------------------------------------------

/**
 * Sizes and strides for a native elementwise row, each operand broadcast to `shape`; neighbouring dimensions that all
 * operands step through evenly become one.
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
 * Runs an elementwise row: inputs broadcast to the shape of `out`, which may be a view, or one of the inputs.
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
    // A single element may be expanded to any shape, as the gradient of a sum is.
    flat =
      (inputs[i]._contiguous && sameShape(inputs[i].shape, out.shape)) ||
      inputs[i]._flat.length === 1;
  }
  const layout = flat ? n : layoutOf(op, out.shape, [...inputs, out]);
  // Written out for the usual numbers of operands: a call with spread arguments costs 100 ns more.
  if (attrs.length > 0) call(...inputs.map((input) => input._flat), out._flat, ...attrs, layout);
  else if (inputs.length === 1) call(inputs[0]._flat, out._flat, layout);
  else if (inputs.length === 2) call(inputs[0]._flat, inputs[1]._flat, out._flat, layout);
  else call(...inputs.map((input) => input._flat), out._flat, layout);
}

// --- Dtypes ---------------------------------------------------------------------------------------------------------

/** A number as a tensor without dimensions. */
export function scalar(value: number, dtype: DType): Tensor {
  const array = allocate(dtype, 1);
  array[0] = value;
  return new Tensor(new Storage(dtype, array), []);
}

/** A tensor to write the gradient of a node's input i to: where the input is a leaf, memory of its last one. */
export function emptyGradient(node: Node, i: number, shape: Shape): Tensor {
  const edge = node.edges[i];
  return (edge instanceof Tensor ? edge._spareGrad() : null) ?? Tensor._empty(node.dtype, shape);
}

const fillCall = nativeOp('fill');

/** Zeros of the same shape and dtype, in memory of their own; written by a row, so that a replay writes them again. */
export function zerosLike(x: Tensor): Tensor {
  const out = Tensor._empty(x.dtype, x.shape);
  fillCall(out._flat, 0, out.numel());
  return out;
}

/** The other side of an operation: numbers take part as PyTorch's Python numbers do. */
export type Operand = Tensor | number;

/** A tensor or number beside `like`: a whole number keeps int32, and makes int32 of bool; others are floating. */
export function operand(op: string, name: string, value: unknown, like: Tensor): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === 'boolean') return scalar(value ? 1 : 0, 'bool');
  if (typeof value !== 'number') throw wrongType(op, 'a tensor or a number', name, value);
  if (isFloating(like.dtype)) return scalar(value, like.dtype);
  const whole = Number.isInteger(value) && Math.abs(value) <= 2147483648;
  return scalar(value, whole ? 'int32' : 'float32');
}

/** Both operands in their common dtype (torch.result_type). */
export function promote(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (a.dtype === b.dtype) return [a, b];
  const dtype = resultType(a.dtype, a.ndim === 0, b.dtype, b.ndim === 0);
  return [a.to(dtype), b.to(dtype)];
}

/** All tensors in their common dtype. */
export function promoteAll(tensors: readonly Tensor[]): Tensor[] {
  const dtype = tensors.map((one) => one.dtype).reduce(promoteTypes);
  return tensors.map((one) => one.to(dtype));
}

/** A whole or bool tensor as float32, as PyTorch does for functions with floating results. */
export function asFloating(x: Tensor): Tensor {
  return isFloating(x.dtype) ? x : x.to('float32');
}

/** An error unless the dtype is one of these. */
export function requireDTypeOf(op: string, name: string, x: Tensor, ...allowed: DType[]): void {
  if (!allowed.includes(x.dtype))
    throw unexpected(op, allowed.join(' or '), `dtype of ${name}`, x.dtype);
}

export function requireFloating(op: string, name: string, x: Tensor): void {
  requireDTypeOf(op, name, x, 'float32', 'float64');
}

// --- Results without gradients --------------------------------------------------------------------------------------

/** Tells an observer of an op that has no rule, as `record` does of those that have one. */
export function unrecorded(
  op: string,
  outs: readonly Tensor[],
  inputs: readonly Tensor[],
  attrs?: unknown,
): void {
  if (observer !== null) observer.result(op, outs, inputs, attrs, [], null);
}

// --- In-place -------------------------------------------------------------------------------------------------------

/**
 * Before an in-place change of `x`: PyTorch's rule that a leaf that requires grad is not changed while recording, and
 * that a result of `shape` and `dtype` fits.
 */
export function requireInPlace(op: string, x: Tensor, shape: Shape, dtype: DType): void {
  requireNoReaders(op, x);
  observer?.changing?.(x);
  const root = rootOf(x);
  if (isGradEnabled() && root.isLeaf && root.requiresGrad) {
    const what = root === x ? 'a leaf' : 'a view of a leaf';
    throw new Error(
      `${op}: expected no change in place of ${what} that requires grad, got one outside noGrad`,
    );
  }
  if (!sameShape(shape, x.shape)) {
    throw unexpected(
      op,
      `a result of shape [${x.shape.join(', ')}]`,
      'an in-place operation',
      `[${shape.join(', ')}]`,
    );
  }
  if (dtype !== x.dtype && (!isFloating(x.dtype) || !isFloating(dtype))) {
    throw unexpected(op, `a ${x.dtype} result`, 'an in-place operation', dtype);
  }
  if (x._strides.some((stride, i) => stride === 0 && x.shape[i] > 1)) {
    throw unexpected(op, 'memory of its own for each element', 'this', 'an expanded tensor');
  }
}

/**
 * `source` for a change of `x` in place: a copy where both lie in the same memory and are not the same view, or elements
 * that were written already would be read.
 */
export function withoutOverlap(x: Tensor, source: Tensor): Tensor {
  if (source._storage !== x._storage) return source;
  const [begin, other] = [x._offset, source._offset];
  if (begin + x._flat.length <= other || other + source._flat.length <= begin) return source;
  const same =
    begin === other && sameShape(x.shape, source.shape) && sameShape(x._strides, source._strides);
  return same ? source : source.clone();
}

export {
  isFloating,
  isGradEnabled,
  record,
  recordInPlace,
  sameShape,
  Tensor,
  type Node,
  type Rule,
  type Shape,
};

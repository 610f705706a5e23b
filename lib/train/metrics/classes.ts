/** Predicted and actual classes. */
import { requireNumber, shapeText, unexpected } from '../../core/errors';
import { isFloating, isIndex } from '../../core/dtype';
import { sameShape } from '../../core/shape';
import type { Tensor } from '../../core/tensor';

/** Options of metrics that compare classes. */
export interface ClassOptions {
  /** Outputs from this number on mean class 1, if they have no dimension for the classes; default 0.5, for logits 0. */
  threshold?: number;
}

export function requireThreshold(op: string, { threshold = 0.5 }: ClassOptions): number {
  return requireNumber(op, 'threshold', threshold);
}

/**
 * Predicted and actual classes (int32 or int64), both in the shape of the targets. For outputs (n, classes, ...) and targets (n,
 * ...), the class of the largest output is predicted. Floating outputs in the shape of the targets, or (n, 1) for (n),
 * predict class 1 from the threshold on. Other outputs are classes already.
 */
export function classesOf(
  op: string,
  output: Tensor,
  target: Tensor,
  threshold: number,
  numClasses = Infinity,
): { predicted: Tensor; actual: Tensor } {
  const actual = asClasses(target);
  if (isFloating(output.dtype) && output.ndim === target.ndim + 1 && output.shape[1] > 1) {
    const rest = output.shape.filter((_, dim) => dim !== 1);
    if (sameShape(rest, target.shape)) {
      if (output.shape[1] <= numClasses) return { predicted: output.argmax(1), actual };
      const what = `at most ${numClasses} classes, as numClasses says,`;
      throw unexpected(op, what, 'output', shapeText(output.shape));
    }
  }
  const column = output.ndim === target.ndim + 1 && output.shape.at(-1) === 1;
  const flat = column ? output.squeeze(-1) : output;
  if (!sameShape(flat.shape, target.shape)) {
    const what = `(n, classes, ...) for target ${shapeText(target.shape)}, or its shape,`;
    throw unexpected(op, what, 'output', shapeText(output.shape));
  }
  return { predicted: asClasses(isFloating(flat.dtype) ? flat.ge(threshold) : flat), actual };
}

/** Classes as they may be compared and be indices: int64 stays exact. */
export function asClasses(x: Tensor): Tensor {
  return isIndex(x.dtype) ? x : x.to('int32');
}

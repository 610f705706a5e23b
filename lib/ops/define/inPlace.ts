/** Checks before changes in place. */
import { requireNoReaders } from '../../core/access';
import { capture } from '../../core/capture';
import { isFloating, type DType } from '../../core/dtype';
import { shapeText } from '../../core/errors';
import { isGradEnabled } from '../../core/gradMode';
import { copiesOfViews, rootOf } from '../../core/inPlace';
import { observer } from '../../core/observer';
import { sameShape, type Shape } from '../../core/shape';
import type { Tensor } from '../../core/tensor';

/**
 * Call before changing `x` in place. Throws for a leaf that requires grad while recording, as PyTorch does, and if
 * a result of `shape` and `dtype` does not fit.
 */
export function requireInPlace(op: string, x: Tensor, shape: Shape, dtype: DType): void {
  requireNoReaders(op, x);
  observer?.changing?.(x);
  if (capture !== null && copiesOfViews.has(x._storage)) {
    throw new Error(
      `${op}: in a compiled function, narrow with a tensor as start returns a copy, so this change would be lost; ` +
        'pass the start as a number',
    );
  }
  const root = rootOf(x);
  if (isGradEnabled() && root.isLeaf && root.requiresGrad) {
    const what = root === x ? 'a leaf' : 'a view of a leaf';
    throw new Error(
      `${op}: this tensor is ${what} that requires gradients; change it in noGrad(() => ...) only`,
    );
  }
  if (!sameShape(shape, x.shape)) {
    throw new RangeError(
      `${op}: the result has shape ${shapeText(shape)}, which this tensor of shape ${shapeText(x.shape)} cannot hold`,
    );
  }
  if (dtype !== x.dtype && (!isFloating(x.dtype) || !isFloating(dtype))) {
    throw new RangeError(`${op}: the result is ${dtype}, which this ${x.dtype} tensor cannot hold`);
  }
  if (x._strides.some((stride, i) => stride === 0 && x.shape[i] > 1)) {
    throw new RangeError(`${op}: elements of this expanded tensor share memory; clone it first`);
  }
}

/**
 * `source` for an in-place change of `x`: a copy if they overlap without being the same view, because the op would
 * read elements that it has already written.
 */
export function withoutOverlap(x: Tensor, source: Tensor): Tensor {
  if (source._storage !== x._storage) return source;
  const [begin, other] = [x._offset, source._offset];
  if (begin + x._flat.length <= other || other + source._flat.length <= begin) return source;
  const same =
    begin === other && sameShape(x.shape, source.shape) && sameShape(x._strides, source._strides);
  return same ? source : source.clone();
}

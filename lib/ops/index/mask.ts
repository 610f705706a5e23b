/** Masks: the indices of true elements, and the elements that they select. One-hot encoding. */
import { calledAs } from '../../core/caller';
import { capture } from '../../core/capture';
import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { addMethods } from '../../core/methods';
import { broadcastShapes, sameShape, type Shape } from '../../core/shape';
import { requireTensor } from '../../core/tensor';
import {
  kernels,
  operand,
  requireDTypeOf,
  requireIndex,
  runElementwise,
  scalar,
  Tensor,
  reportResult,
  type Operand,
} from '../define';
import { where } from '../elementwise/select';
import { stack } from '../shape/join';

declare module '../../core/node' {
  interface OpAttrs {
    nonzero: undefined;
    oneHot: undefined;
  }
}

const nonzeroKernels = kernels('nonzero');
const coordinateKernels = kernels('coordinate');
const oneHotKernels = kernels('oneHot');

/** The largest number of elements that int32 indices can address. */
export const maxIndexed = 2 ** 31 - 1;

/** Indices (int32) of the nonzero elements of the flattened `x`; their number depends on the values. */
export function placesIn(op: string, x: Tensor): Tensor {
  const n = x.numel();
  if (n > maxIndexed) throw unexpected(op, `at most ${maxIndexed} elements`, 'this', String(n));
  const places = Tensor._empty('int32', [n]);
  const count = Tensor._empty('int32', []);
  nonzeroKernels[x.dtype](x.detach().contiguous()._flat, places._flat, count._flat, n);
  reportResult('nonzero', [places, count], [x], undefined);
  return places.narrow(0, 0, count.item());
}

/** The coordinates (int32) of the nonzero elements, a vector for each dimension. */
function coordinatesIn(x: Tensor): Tensor[] {
  const places = placesIn('nonzero', x);
  let step = x.numel();
  return x.shape.map((size) => {
    step /= size;
    const out = Tensor._empty('int32', places.shape);
    runElementwise('nonzero', coordinateKernels[places.dtype], [places], out, [size, step]);
    return out;
  });
}

/** The common shape of a tensor and a mask. */
function maskedShape(op: string, x: Tensor, mask: Tensor): Shape {
  requireDTypeOf(op, 'mask', requireTensor(op, 'mask', mask), 'bool');
  return broadcastShapes(op, x.shape, mask.shape);
}

/**
 * Writes or adds `value` where a mask is true, without counting the selected rows, because a compiled function
 * cannot read that number. Applies only in a compiled function, if the mask is the only index and all rows get the
 * same `value`; otherwise returns false.
 */
export function putRows(
  x: Tensor,
  indices: readonly unknown[],
  value: Operand,
  accumulate: boolean,
): boolean {
  const mask = indices[0];
  if (capture === null || indices.length !== 1) return false;
  if (!(mask instanceof Tensor) || mask.dtype !== 'bool' || mask.ndim === 0) return false;
  const [lead, row] = [x.shape.slice(0, mask.ndim), x.shape.slice(mask.ndim)];
  const shape = value instanceof Tensor ? value.shape : [];
  const forAll = shape.length <= row.length || (shape.length === row.length + 1 && shape[0] === 1);
  if (!forAll || !sameShape(mask.shape, lead)) return false;
  const wide = mask.reshape([...lead, ...row.map(() => 1)]);
  const rows = operand('indexPut_', 'value', value, x).to(x.dtype);
  if (accumulate) x.add_(where(wide, rows, scalar(0, x.dtype)));
  else x.copy_(where(wide, rows, x));
  return true;
}

/**
 * Encodes each label as zeros with a 1 at the label, in a new last dimension.
 *
 * @param labels an int32 or int64 tensor of any shape, of labels from 0 to `numClasses` - 1
 * @param numClasses the size of the new dimension; default -1: the largest label + 1
 * @returns a tensor of shape (..., numClasses) and of the labels' dtype
 * @throws RangeError for labels outside the range
 * @see torch.nn.functional.one_hot
 * @example F.oneHot(tensor([0, 2], { dtype: 'int32' }), 3) // tensor([[1, 0, 0], [0, 0, 1]], dtype: int32)
 */
export function oneHot(labels: Tensor, numClasses = -1): Tensor {
  requireArity('oneHot', arguments.length, 2);
  requireIndex('oneHot', 'labels', requireTensor('oneHot', 'labels', labels));
  requireInteger('oneHot', 'numClasses', numClasses, -1);
  const n = labels.numel();
  if (numClasses === -1 && n === 0) {
    throw unexpected('oneHot', 'numClasses, or at least one label', 'labels', 'none');
  }
  const classes = numClasses === -1 ? labels.max().item() + 1 : numClasses;
  const out = Tensor._empty(labels.dtype, [...labels.shape, Math.max(classes, 0)]);
  oneHotKernels[labels.dtype](labels.contiguous()._flat, out._flat, n, Math.max(classes, 0));
  reportResult('oneHot', [out], [labels], undefined);
  return out;
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Finds the coordinates of all nonzero elements. Their number depends on the values, so that it cannot run in a
     * compiled function.
     *
     * @param options `asTuple: true` returns a vector for each dimension, with which `index` selects those
     *   elements; default false
     * @returns an int32 tensor of shape (count, ndim), or an array of int32 vectors
     * @see torch.nonzero
     * @example tensor([0, 5, 0, 6]).nonzero() // tensor([[1], [3]], dtype: int32)
     */
    nonzero(options?: { asTuple?: false }): Tensor;
    /** The same coordinates, as a vector for each dimension. */
    nonzero(options: { asTuple: true }): Tensor[];
    /**
     * Selects the elements where `mask` is true. Their number depends on the values, so that it cannot run in a
     * compiled function.
     *
     * @param mask a bool tensor whose shape broadcasts with this one
     * @returns a vector of this dtype
     * @throws TypeError if `mask` is not bool, RangeError if the shapes do not broadcast
     * @see torch.masked_select
     * @example tensor([1, 2, 3]).maskedSelect(tensor([true, false, true])) // tensor([1., 3.])
     */
    maskedSelect(mask: Tensor): Tensor;
    /**
     * Replaces the elements where `mask` is true by those of `source`, in order.
     *
     * @param mask a bool tensor whose shape broadcasts with this one
     * @param source a tensor of this dtype with at least as many elements as are replaced
     * @returns a tensor of the broadcast shape
     * @throws RangeError if `source` has too few elements, or if the shapes do not broadcast
     * @see torch.Tensor.masked_scatter
     * @example tensor([1, 2, 3]).maskedScatter(tensor([true, false, true]), tensor([8, 9])) // tensor([8., 2., 9.])
     */
    maskedScatter(mask: Tensor, source: Tensor): Tensor;
    /**
     * Selects elements by their positions in the flattened tensor.
     *
     * @param index an int32 or int64 tensor of any shape
     * @returns a tensor of the shape of `index`
     * @throws RangeError for indices outside the tensor
     * @see torch.take
     * @example tensor([[1, 2], [3, 4]]).take(tensor([0, 3], { dtype: 'int32' })) // tensor([1., 4.])
     */
    take(index: Tensor): Tensor;
  }
}

addMethods({
  nonzero(this: Tensor, options?: { asTuple?: boolean }): Tensor | Tensor[] {
    requireOptions('nonzero', options, ['asTuple']);
    const asTuple = requireBoolean('nonzero', 'asTuple', options?.asTuple ?? false);
    if (asTuple) return coordinatesIn(this.ndim === 0 ? this.reshape([1]) : this);
    if (this.ndim === 0) return Tensor._empty('int32', [placesIn('nonzero', this).numel(), 0]);
    return stack(coordinatesIn(this), 1);
  },
  maskedSelect(this: Tensor, mask: Tensor): Tensor {
    const shape = maskedShape('maskedSelect', this, mask);
    return calledAs('maskedSelect', () =>
      this.expand(shape).flatten().index(mask.expand(shape).flatten()),
    );
  },
  maskedScatter(this: Tensor, mask: Tensor, source: Tensor): Tensor {
    const op = 'maskedScatter';
    const shape = maskedShape(op, this, mask);
    requireDTypeOf(op, 'source', requireTensor(op, 'source', source), this.dtype);
    const wide = mask.expand(shape).flatten();
    const counts = wide.cumsum(0);
    const length = source.numel();
    // A compiled function cannot read the count. There, gather throws during the replay if the source is too short.
    if (wide.numel() > 0 && capture?.computed(counts._storage) !== true) {
      const count = counts.index(-1).item();
      if (length < count)
        throw unexpected(op, `at least ${count} elements`, 'source', String(length));
    }
    return calledAs(op, () => {
      // For an empty tensor gather must throw: the counts start at 1, beyond a single 0.
      const values = length === 0 ? Tensor._empty(this.dtype, [1]).zero_() : source.flatten();
      const places = where(wide, length === 0 ? counts : counts.sub(1), 0);
      return where(wide, values.gather(0, places), this.expand(shape).flatten()).reshape(shape);
    }, ['index', 'source']);
  },
  take(this: Tensor, index: Tensor): Tensor {
    requireIndex('take', 'index', requireTensor('take', 'index', index));
    return calledAs('take', () => this.flatten().index(index));
  },
});

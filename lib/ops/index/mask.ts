/** Masks: the indices where they are true, and the elements that they select. One-hot encoding. */
import { calledAs } from '../../core/caller';
import { requireArity, requireInteger, unexpected } from '../../core/errors';
import { addMethods } from '../../core/methods';
import { broadcastShapes, type Shape } from '../../core/shape';
import { requireTensor } from '../../core/tensor';
import {
  kernels,
  requireDTypeOf,
  requireIndex,
  runElementwise,
  Tensor,
  reportResult,
} from '../define';
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

/** The shape that a tensor and a mask have together. */
function maskedShape(op: string, x: Tensor, mask: Tensor): Shape {
  requireDTypeOf(op, 'mask', requireTensor(op, 'mask', mask), 'bool');
  return broadcastShapes(op, x.shape, mask.shape);
}

/**
 * Encodes each label (int32 or int64, from 0 to numClasses - 1) as zeros with a 1 at the label, in a new last dimension of size
 * `numClasses`, by default the largest label + 1; of the labels' dtype (torch.nn.functional.one_hot).
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
    /** The coordinates (int32) of all nonzero elements, a row for each (torch.nonzero). */
    nonzero(): Tensor;
    /** A vector of the elements where `mask` (bool, broadcast) is true (torch.masked_select). */
    maskedSelect(mask: Tensor): Tensor;
    /** Replaces the elements where `mask` (bool) is true by those of `source` in order (torch.Tensor.masked_scatter). */
    maskedScatter(mask: Tensor, source: Tensor): Tensor;
    /** Elements of the flattened tensor at `index` (int32 or int64, any shape) (torch.take). */
    take(index: Tensor): Tensor;
  }
}

addMethods({
  nonzero(this: Tensor): Tensor {
    const places = placesIn('nonzero', this);
    if (this.ndim === 0) return Tensor._empty('int32', [places.numel(), 0]);
    let step = this.numel();
    const coordinates = this.shape.map((size) => {
      step /= size;
      const out = Tensor._empty('int32', places.shape);
      runElementwise('nonzero', coordinateKernels[places.dtype], [places], out, [size, step]);
      return out;
    });
    return stack(coordinates, 1);
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
    const places = placesIn(op, mask.expand(shape));
    const count = places.numel();
    if (source.numel() < count) {
      throw unexpected(op, `at least ${count} elements`, 'source', String(source.numel()));
    }
    const list = this.expand(shape).clone().flatten();
    list.indexPut_(places, source.flatten().narrow(0, 0, count));
    return list.reshape(shape);
  },
  take(this: Tensor, index: Tensor): Tensor {
    requireIndex('take', 'index', requireTensor('take', 'index', index));
    return calledAs('take', () => this.flatten().index(index));
  },
});

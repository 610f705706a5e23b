/** Where the elements are that are not 0, and labels as such elements. */
import { requireInteger, unexpected } from '../errors';
import { requireTensor } from '../tensor';
import { nativeOp, requireDTypeOf, runElementwise, Tensor } from './define';
import { stack } from './join';

const nonzeroCall = nativeOp('nonzero');
const coordinateCall = nativeOp('coordinate');
const oneHotCall = nativeOp('oneHot');

/** The most elements that an int32 index can tell apart. */
export const maxIndexed = 2 ** 31 - 1;

/** Places (int32) of the elements that are not 0 in `x` read as one list; how many depends on the values. */
export function placesIn(op: string, x: Tensor): Tensor {
  const n = x.numel();
  if (n > maxIndexed) throw unexpected(op, `at most ${maxIndexed} elements`, 'this', String(n));
  const places = Tensor._empty('int32', [n]);
  const count = Tensor._empty('int32', []);
  nonzeroCall(x.detach().contiguous()._flat, places._flat, count._flat, n);
  return places.narrow(0, 0, count.item());
}

/**
 * Each label, an int32 from 0 to numClasses - 1, as a row of zeros with a 1 at its place; int32, in a new last dimension
 * of `numClasses`, by default the largest label and one (torch.nn.functional.one_hot).
 */
export function oneHot(labels: Tensor, numClasses = -1): Tensor {
  requireDTypeOf('oneHot', 'labels', requireTensor('oneHot', 'labels', labels), 'int32');
  requireInteger('oneHot', 'numClasses', numClasses, -1);
  const n = labels.numel();
  if (numClasses === -1 && n === 0) {
    throw unexpected('oneHot', 'numClasses, or at least one label', 'labels', 'none');
  }
  const classes = numClasses === -1 ? labels.flatten().topk(1).values.item() + 1 : numClasses;
  const out = Tensor._empty('int32', [...labels.shape, Math.max(classes, 0)]);
  oneHotCall(labels.contiguous()._flat, out._flat, n, Math.max(classes, 0));
  return out;
}

declare module '../tensor' {
  interface Tensor {
    /** The coordinates of all elements that are not 0, a row (int32) for each (torch.nonzero). */
    nonzero(): Tensor;
  }
}

Object.assign(Tensor.prototype, {
  nonzero(this: Tensor): Tensor {
    const places = placesIn('nonzero', this);
    if (this.ndim === 0) return Tensor._empty('int32', [places.numel(), 0]);
    let step = this.numel();
    const coordinates = this.shape.map((size) => {
      step /= size;
      const out = Tensor._empty('int32', places.shape);
      runElementwise('nonzero', coordinateCall, [places], out, [size, step]);
      return out;
    });
    return stack(coordinates, 1);
  },
});

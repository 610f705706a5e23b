/** Slices of one dimension, as views. */
import { calledAs } from '../../core/caller';
import { capture } from '../../core/capture';
import { isInteger } from '../../core/dtype';
import { requireInteger, unexpected, wrongType } from '../../core/errors';
import { copiesOfViews } from '../../core/inPlace';
import { addMethods } from '../../core/methods';
import { Node } from '../../core/node';
import { normalizeDim, type Shape } from '../../core/shape';
import { isGradEnabled, record, Tensor, type Rule } from '../define';
import { fillArange } from '../creation';
import { where } from '../elementwise/select';
import { view } from './view';

/** A slice of a tensor of `shape`. */
interface Part {
  readonly shape: Shape;
  readonly dim: number;
  readonly start: number;
  readonly length: number;
  readonly step: number;
}
/**
 * The gradient that the slices of one tensor share during a backward: each slice adds to its part of it. Otherwise
 * a loop over the steps of a sequence would fill and add the complete tensor at each step. Nothing else reads it
 * before backward reaches the tensor's node.
 */
const shared = new WeakMap<Node, { readonly sum: Tensor; readonly visit: number }>();

declare module '../../core/node' {
  interface OpAttrs {
    slice: Part;
    sliceBackward: Part;
  }
}

const sliceRule: Rule<'slice'> = {
  name: 'slice',
  grad: (dy, node) => {
    const edge = node.edges[0];
    if (!(edge instanceof Node) || isGradEnabled()) return [padded(dy, node.attrs)];
    const before = shared.get(edge);
    if (before !== undefined && before.visit === edge.visit && before.sum === edge.pending) {
      partOf(before.sum, dy.shape, node.attrs).add_(dy);
      return [null];
    }
    const sum = padded(dy, node.attrs);
    shared.set(edge, { sum, visit: edge.visit });
    return [sum];
  },
};
const padRule: Rule<'sliceBackward'> = {
  name: 'sliceBackward',
  grad: (dy, node) => {
    const { dim, start, length, step } = node.attrs;
    return [slice(dy, dim, start, start + (length - 1) * step + 1, step)];
  },
};

/** Zeros of the tensor's shape with `dy` in the slice. */
function padded(dy: Tensor, part: Part): Tensor {
  const out = Tensor._empty(dy.dtype, part.shape).zero_();
  partOf(out, dy.shape, part).copy_(dy.detach());
  return record(out, padRule, [dy], [], part);
}

/** The slice of a contiguous tensor, as a view of `shape`. */
function partOf(whole: Tensor, shape: Shape, { dim, start, step }: Part): Tensor {
  const strides = [...whole._strides];
  const offset = start * strides[dim];
  strides[dim] *= step;
  return whole._view(shape, strides, offset);
}

function slice(x: Tensor, dim: number, start: number, end: number, step: number): Tensor {
  const length = Math.max(0, Math.ceil((end - start) / step));
  const shape = x.shape.map((size, i) => (i === dim ? length : size));
  const strides = x._strides.map((stride, i) => (i === dim ? stride * step : stride));
  const offset = x._offset + (length === 0 ? 0 : start * x._strides[dim]);
  return view(
    x,
    { shape, strides, offset },
    sliceRule,
    { shape: x.shape, dim, start, length, step },
    (parent) => slice(parent, dim, start, end, step),
  );
}

/** Throws for a start tensor unless it is an integer without dimensions. */
function requirePlace(start: Tensor): Tensor {
  if (!isInteger(start.dtype) || start.ndim !== 0) {
    throw wrongType('narrow', 'a number or an integer tensor without dimensions', 'start', start);
  }
  return start;
}

/** A copy of the slice, with the start read at each replay. */
function narrowAt(x: Tensor, dim: number, start: Tensor, length: number): Tensor {
  if (x.ndim === 0 || length > x.shape[dim]) {
    throw unexpected(
      'narrow',
      `a length of at most ${x.shape[dim] ?? 0}`,
      'length',
      String(length),
    );
  }
  const copy = calledAs(
    'narrow',
    () => {
      const first = start.to('int64');
      const from = where(first.lt(0), first.add(x.shape[dim]), first);
      const places = Tensor._empty('int64', [length]);
      fillArange(places, 0, 1);
      return x.indexSelect(dim, places.add(from));
    },
    ['index', 'start and length'],
  );
  copiesOfViews.add(copy._storage);
  return copy;
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Selects `length` elements of one dimension from `start` on, as a view.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param start the first index, or an integer tensor without dimensions; negative numbers count from the end.
     *   If a compiled function computes it, the result is a copy
     * @param length the number of elements
     * @returns a view whose size along `dim` is `length`
     * @throws RangeError if the range exceeds the dimension
     * @see torch.narrow
     * @example tensor([1, 2, 3]).narrow(0, 1, 2) // tensor([2., 3.])
     */
    narrow(dim: number, start: number | Tensor, length: number): Tensor;
    /**
     * Selects one index of a dimension, as a view without that dimension.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param index the index; negative numbers count from the end
     * @returns a view with one dimension less
     * @throws RangeError if the index is outside the dimension
     * @see torch.select
     * @example tensor([[1, 2], [3, 4]]).select(0, 1) // tensor([3., 4.])
     */
    select(dim: number, index: number): Tensor;
    /**
     * Selects every `step`-th element of one dimension from `start` up to, but not including, `end`, as a view.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param start the first index, default 0; negative numbers count from the end
     * @param end the index after the last, default the size; negative numbers count from the end
     * @param step the distance between the indices, at least 1, default 1
     * @returns a view
     * @throws RangeError if the dimension does not exist, or if `step` is less than 1
     * @see torch.Tensor.__getitem__
     * @example tensor([1, 2, 3, 4]).slice(0, 0, null, 2) // tensor([1., 3.])
     */
    slice(dim: number, start?: number | null, end?: number | null, step?: number): Tensor;
  }
}

addMethods({
  narrow(this: Tensor, dim: number, start: number | Tensor, length: number): Tensor {
    const d = normalizeDim('narrow', dim, this.ndim);
    const size = this.ndim === 0 ? 0 : this.shape[d];
    const count = requireInteger('narrow', 'length', length, 0);
    if (start instanceof Tensor) {
      const place = requirePlace(start);
      if (capture?.computed(place._storage) === true) return narrowAt(this, d, place, count);
      return this.narrow(d, place.item(), count);
    }
    const first = requireInteger('narrow', 'start', start);
    const from = first < 0 ? first + size : first;
    if (this.ndim === 0 || from < 0 || from + count > size) {
      throw unexpected(
        'narrow',
        `a range inside [0, ${size})`,
        'start and length',
        `${start} and ${length}`,
      );
    }
    return slice(this, d, from, from + count, 1);
  },
  select(this: Tensor, dim: number, index: number): Tensor {
    const d = normalizeDim('select', dim, this.ndim);
    const size = this.ndim === 0 ? 0 : this.shape[d];
    const at = requireInteger('select', 'index', index);
    if (at < -size || at >= size) {
      throw unexpected('select', `an index from ${-size} to ${size - 1}`, 'index', String(at));
    }
    const from = at < 0 ? at + size : at;
    return slice(this, d, from, from + 1, 1).squeeze(d);
  },
  slice(
    this: Tensor,
    dim: number,
    start?: number | null,
    end?: number | null,
    step?: number,
  ): Tensor {
    const d = normalizeDim('slice', dim, this.ndim);
    if (this.ndim === 0) throw unexpected('slice', 'at least one dimension', 'this', '[]');
    const size = this.shape[d];
    const by = step === undefined ? 1 : requireInteger('slice', 'step', step, 1);
    const bound = (name: string, value: number | null | undefined, missing: number): number => {
      if (value === null || value === undefined) return missing;
      const at = requireInteger('slice', name, value);
      return Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    };
    return slice(this, d, bound('start', start, 0), bound('end', end, size), by);
  },
});

/** Indexing as with square brackets in Python: `x.index([0, slice(1, 3), null, '...', labels])`. */
import { calledAs } from '../../core/caller';
import {
  requireBoolean,
  requireInteger,
  requireList,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import { indexDTypes, isIndex, promoteTypes } from '../../core/dtype';
import { addMethods } from '../../core/methods';
import {
  broadcastShapes,
  numelOf,
  requireBroadcast,
  sameShape,
  type Shape,
} from '../../core/shape';
import {
  kernels,
  operand,
  record,
  recordInPlace,
  requireDTypeOf,
  requireInPlace,
  Tensor,
  reportResult,
  type Operand,
  type Rule,
} from '../define';
import type { Slice } from './sliceRange';
import { putSlices } from './slices';
import { maxIndexed, placesIn, putRows } from './mask';

const indexKernels = kernels('index');

/**
 * An index of one dimension for `Tensor.index`. An integer selects one element, a slice a range, null inserts a
 * dimension of size 1, '...' means all dimensions that are not indexed, an int32 or int64 tensor selects the
 * elements at its indices, and a bool tensor those where it is true.
 */
export type Index = number | Slice | null | '...' | Tensor;

/** A tensor among the indices, and the dimensions it indexes. */
interface Advanced {
  readonly dim: number;
  readonly size: number;
  readonly span: number;
  readonly places: Tensor;
}

/** The view for numbers, slices, null and '...', and the tensors among the indices. */
function basicPart(op: string, x: Tensor, indices: readonly unknown[]): [Tensor, Advanced[]] {
  const spans = indices.map((one) =>
    one === null || one === '...'
      ? 0
      : one instanceof Tensor && one.dtype === 'bool'
        ? one.ndim
        : 1,
  );
  const used = spans.reduce((sum, span) => sum + span, 0);
  if (used > x.ndim) {
    throw unexpected(
      op,
      `indices of at most ${x.ndim} dimensions`,
      'indices',
      `indices of ${used}`,
    );
  }
  if (indices.indexOf('...') !== indices.lastIndexOf('...')) {
    throw unexpected(op, "at most one '...'", 'indices', 'several');
  }
  const advanced: Advanced[] = [];
  let out = x;
  let dim = 0;
  indices.forEach((one, i) => {
    const name = `indices[${i}]`;
    if (one === null) {
      out = out.unsqueeze(dim++);
    } else if (one === '...') {
      dim += x.ndim - used;
    } else if (typeof one === 'number') {
      const size = out.shape[dim];
      requireInteger(op, name, one);
      if (one < -size || one >= size) {
        throw unexpected(op, `an index from ${-size} to ${size - 1}`, name, String(one));
      }
      out = out.select(dim, one);
    } else if (one instanceof Tensor) {
      const span = spans[i];
      advanced.push(advancedIndex(op, name, one, out.shape.slice(dim, dim + span), dim));
      dim += span;
    } else {
      const { start, end, step } = requireSlice(op, name, one);
      out = out.slice(dim++, start, end, step);
    }
  });
  return [out, advanced];
}

function requireSlice(op: string, name: string, value: unknown): Partial<Slice> {
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw wrongType(op, "an integer, slice(), null, '...' or a tensor", name, value);
  }
  requireOptions(op, value, ['start', 'end', 'step']);
  return value as Partial<Slice>;
}

function advancedIndex(
  op: string,
  name: string,
  index: Tensor,
  covered: Shape,
  dim: number,
): Advanced {
  requireDTypeOf(op, name, index, ...indexDTypes, 'bool');
  const size = numelOf(covered);
  if (size > maxIndexed)
    throw unexpected(op, `at most ${maxIndexed} elements`, 'this', String(size));
  if (isIndex(index.dtype)) return { dim, size, span: 1, places: index };
  if (index.ndim === 0) throw unexpected(op, 'a mask of at least one dimension', name, '[]');
  if (!sameShape(index.shape, covered)) {
    throw unexpected(op, `a mask of shape ${shapeText(covered)}`, name, shapeText(index.shape));
  }
  return { dim, size, span: index.ndim, places: placesIn(op, index) };
}

/**
 * The selection by index tensors: the dimensions are permuted to `order` (null: unchanged), the indexed ones are
 * merged into one at `at`, and `positions` are the indices along that one.
 */
interface Picking {
  readonly order: readonly number[] | null;
  readonly merged: Shape;
  readonly at: number;
  readonly positions: Tensor;
  readonly result: Shape;
}

/**
 * PyTorch's rule: the dimensions of the indices replace the indexed ones if those are adjacent, otherwise they come
 * first.
 */
function orderFor(x: Tensor, advanced: readonly Advanced[]): [order: number[] | null, at: number] {
  if (advanced.length === 1) return [null, advanced[0].dim];
  const taken = advanced.flatMap(({ dim, span }) =>
    Array.from({ length: span }, (_, i) => dim + i),
  );
  const rest = x.shape.map((_, i) => i).filter((i) => !taken.includes(i));
  // An index without dimensions selects one element, as a number does, and separates no dimensions.
  const listing = advanced.filter(({ places }) => places.ndim > 0).map(({ dim }) => dim);
  const first = listing.length > 0 ? listing[0] : taken[0];
  const last = listing.length > 0 ? listing[listing.length - 1] : first;
  const separated = rest.some((i) => i > first && i < last);
  const at = separated ? 0 : rest.filter((i) => i < first).length;
  const order = [...rest.slice(0, at), ...taken, ...rest.slice(at)];
  return [order.every((dim, i) => dim === i) ? null : order, at];
}

function picking(op: string, x: Tensor, advanced: readonly Advanced[]): Picking {
  const [order, at] = orderFor(x, advanced);
  const [first] = advanced;
  let shape = first.places.shape;
  let size = first.size;
  let dims = first.span;
  for (let i = 1; i < advanced.length; i++) {
    shape = broadcastShapes(op, shape, advanced[i].places.shape);
    size *= advanced[i].size;
    dims += advanced[i].span;
  }
  if (size > maxIndexed) {
    const what = `indexed dimensions of at most ${maxIndexed} elements`;
    throw unexpected(op, what, 'this', String(size));
  }
  const moved = order === null ? x.shape : order.map((dim) => x.shape[dim]);
  const before = moved.slice(0, at);
  const after = moved.slice(at + dims);
  return {
    order,
    merged: [...before, size, ...after],
    at,
    positions: positionsOf(advanced, shape),
    result: [...before, ...shape, ...after],
  };
}

/** Indices along the merged dimension, for indices broadcast to `shape`. */
function positionsOf(advanced: readonly Advanced[], shape: Shape): Tensor {
  const dtype = advanced.map(({ places }) => places.dtype).reduce(promoteTypes);
  const out = Tensor._empty(dtype, [numelOf(shape)]);
  const last = advanced.length - 1;
  let step = 1;
  for (let i = last; i >= 0; i--) {
    const { places, size } = advanced[i];
    const own = (sameShape(places.shape, shape) ? places : places.expand(shape)).to(dtype);
    indexKernels[own.dtype](own.contiguous()._flat, out._flat, out.numel(), size, step, i < last);
    step *= size;
  }
  const lists = advanced.map(({ places }) => places);
  reportResult('index', [out], lists, { sizes: advanced.map(({ size }) => size), shape });
  return out;
}

/** `x` with the indexed dimensions adjacent. */
function arranged(x: Tensor, { order }: Picking): Tensor {
  return order === null ? x : x.permute(order);
}

function pick(x: Tensor, picked: Picking): Tensor {
  const { merged, at, positions, result } = picked;
  return arranged(x, picked).reshape(merged).indexSelect(at, positions).reshape(result);
}

/** Writes or adds `source` (contiguous) to the elements that `pick` selects; not recorded. */
function put(x: Tensor, picked: Picking, source: Tensor, accumulate: boolean): void {
  const moved = arranged(x.detach(), picked);
  const merged = moved.reshape(picked.merged);
  const shared = merged._storage === x._storage;
  if (shared && merged._contiguous) {
    putSlices(merged, picked.at, picked.positions, source, accumulate);
    return;
  }
  const copy = shared ? merged.clone() : merged;
  putSlices(copy, picked.at, picked.positions, source, accumulate);
  moved.copy_(copy.reshape(moved.shape));
}

interface Put {
  readonly picked: Picking;
  readonly accumulate: boolean;
}
declare module '../../core/node' {
  interface OpAttrs {
    /** Sizes of the indexed dimensions, and the shape of the indices together. */
    index: { readonly sizes: readonly number[]; readonly shape: Shape };
    indexPut: Put;
    indexClear: Picking;
  }
}

const putRule: Rule<'indexPut'> = {
  name: 'indexPut',
  grad: (dy, node) => {
    const { picked, accumulate } = node.attrs;
    return [
      !node.needs(0) ? null : accumulate ? dy : cleared(dy, picked),
      node.needs(1) ? pick(dy, picked) : null,
    ];
  },
};
const clearRule: Rule<'indexClear'> = {
  name: 'indexClear',
  grad: (dy, node) => [cleared(dy, node.attrs)],
};

/** `dy` with zeros at the elements that `pick` selects. */
function cleared(dy: Tensor, picked: Picking): Tensor {
  const out = dy.detach().clone();
  put(out, picked, Tensor._empty(dy.dtype, picked.result).zero_(), false);
  return record(out, clearRule, [dy], [], picked);
}

function listOf(op: string, indices: unknown): readonly unknown[] {
  return Array.isArray(indices) ? requireList(op, 'indices', 'indices', indices, 256) : [indices];
}

function indexPut(x: Tensor, indices: unknown, value: Operand, accumulate: boolean): void {
  const op = 'indexPut_';
  if (putRows(x, listOf(op, indices), value, accumulate)) return;
  const [part, advanced] = basicPart(op, x, listOf(op, indices));
  requireInPlace(op, part, part.shape, part.dtype);
  const given = operand(op, 'value', value, x).to(x.dtype);
  const source = given._storage === x._storage ? given.clone() : given;
  const picked = advanced.length === 0 ? null : picking(op, part, advanced);
  const shape = picked === null ? part.shape : picked.result;
  requireBroadcast(op, 'value', source.shape, shape);
  if (picked === null) {
    if (accumulate) part.add_(source);
    else part.copy_(source);
    return;
  }
  const wide = source.expand(shape).contiguous();
  put(part, picked, wide.detach(), accumulate);
  recordInPlace(part, putRule, [part, wide], [], { picked, accumulate });
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Selects elements as square brackets do in PyTorch: one index for each leading dimension.
     *
     * @param indices one index, or an array of them; tensors among them broadcast together
     * @returns a view, or a copy if there is a tensor among the indices
     * @throws RangeError for indices outside their dimension, or for more indices than dimensions
     * @see torch.Tensor.__getitem__
     * @example tensor([[1, 2, 3], [4, 5, 6]]).index([slice(0, 2), -1]) // tensor([3., 6.])
     */
    index(indices: Index | readonly Index[]): Tensor;
    /**
     * Writes `value` to the elements that `index` selects with the same indices, in place.
     *
     * @param indices one index, or an array of them
     * @param value a tensor whose shape broadcasts to that of the selected elements, or a number
     * @param options `accumulate: true` adds `value`, once for each time an element is selected; default false, the
     *   last value is written
     * @returns this tensor
     * @throws RangeError for indices outside their dimension, or if the shapes do not broadcast
     * @see torch.Tensor.index_put_
     * @example zeros(3).indexPut_([tensor([0, 2], { dtype: 'int32' })], 7) // tensor([7., 0., 7.])
     */
    indexPut_(
      indices: Index | readonly Index[],
      value: Operand,
      options?: { accumulate?: boolean },
    ): this;
  }
}

addMethods({
  index(this: Tensor, indices: unknown): Tensor {
    const [part, advanced] = basicPart('index', this, listOf('index', indices));
    if (advanced.length === 0) return part;
    return calledAs('index', () => pick(part, picking('index', part, advanced)));
  },
  indexPut_(
    this: Tensor,
    indices: unknown,
    value: Operand,
    options?: { accumulate?: boolean },
  ): Tensor {
    requireOptions('indexPut_', options, ['accumulate']);
    const accumulate = requireBoolean('indexPut_', 'accumulate', options?.accumulate ?? false);
    calledAs('indexPut_', () => {
      indexPut(this, indices, value, accumulate);
    });
    return this;
  },
});

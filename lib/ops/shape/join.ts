/** Joins tensors, and splits them into views. */
import {
  requireArity,
  requireInteger,
  requireList,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { addMethods } from '../../core/methods';
import { normalizeDim, requireShape, sameShape } from '../../core/shape';
import { requireTensor } from '../../core/tensor';
import { kernels, promoteAll, record, runElementwise, Tensor, type Rule } from '../define';

const copyKernels = kernels('copy');

function requireTensors(op: string, value: unknown): Tensor[] {
  const list = requireList(op, 'an array of tensors', 'tensors', value);
  const tensors = list.map((one, i) => requireTensor(op, `tensors[${i}]`, one));
  if (tensors.length === 0) throw unexpected(op, 'at least one tensor', 'tensors', 'none');
  return tensors;
}

declare module '../../core/node' {
  interface OpAttrs {
    /** The sizes of the tensors along `dim`. */
    cat: { readonly dim: number; readonly sizes: readonly number[] };
  }
}

const catRule: Rule<'cat'> = {
  name: 'cat',
  grad: (dy, node) => {
    const { dim, sizes } = node.attrs;
    let start = 0;
    return sizes.map((size, i) => {
      start += size;
      return node.needs(i) ? dy.narrow(dim, start - size, size) : null;
    });
  },
};

/**
 * Concatenates tensors along an existing dimension.
 *
 * @param tensors tensors of equal sizes except along `dim`; their dtypes are promoted
 * @param dim the dimension, default 0; negative numbers count from the end
 * @returns a tensor whose size along `dim` is the sum of theirs
 * @throws RangeError without tensors, or if the other sizes differ
 * @see torch.cat
 * @example cat([tensor([[1, 2]]), tensor([[3, 4]])], 1) // tensor([[1., 2., 3., 4.]])
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  requireArity('cat', arguments.length, 2);
  const given = promoteAll(requireTensors('cat', tensors));
  // As in PyTorch, a tensor of shape [0] is ignored.
  const parts = given.filter((one) => !sameShape(one.shape, [0]));
  if (parts.length === 0) return given[0].clone();
  const first = parts[0];
  if (first.ndim === 0) throw unexpected('cat', 'at least one dimension', 'tensors[0]', '[]');
  const d = normalizeDim('cat', dim, first.ndim);
  parts.forEach((one) => {
    const fits =
      one.ndim === first.ndim && one.shape.every((size, i) => i === d || size === first.shape[i]);
    if (fits) return;
    const sizes = first.shape.map((size, i) => (i === d ? 'any' : String(size)));
    throw unexpected(
      'cat',
      `shape [${sizes.join(', ')}]`,
      `tensors[${given.indexOf(one)}]`,
      shapeText(one.shape),
    );
  });
  const sizes = parts.map((one) => one.shape[d]);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const out = Tensor._empty(
    first.dtype,
    first.shape.map((size, i) => (i === d ? total : size)),
  );
  let offset = out._offset;
  for (const part of parts) {
    runElementwise(
      'cat',
      copyKernels[out.dtype],
      [part],
      out._view(part.shape, out._strides, offset),
    );
    offset += part.shape[d] * out._strides[d];
  }
  return record(out, catRule, parts, [], { dim: d, sizes });
}

/**
 * Stacks tensors of one shape along a new dimension.
 *
 * @param tensors tensors of one shape; their dtypes are promoted
 * @param dim the position of the new dimension, default 0; negative numbers count from the end
 * @returns a tensor with one dimension more
 * @throws RangeError without tensors, or if their shapes differ
 * @see torch.stack
 * @example stack([tensor([1, 2]), tensor([3, 4])]) // tensor([[1., 2.], [3., 4.]])
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  requireArity('stack', arguments.length, 2);
  const parts = requireTensors('stack', tensors);
  const { shape } = parts[0];
  parts.forEach((one, i) => {
    if (sameShape(one.shape, shape)) return;
    throw unexpected('stack', `shape ${shapeText(shape)}`, `tensors[${i}]`, shapeText(one.shape));
  });
  const d = normalizeDim('stack', dim, shape.length + 1);
  return cat(
    parts.map((one) => one.unsqueeze(d)),
    d,
  );
}

/**
 * Coordinate grids of vectors: tensor i repeats vector i along all other dimensions, as a view.
 *
 * @param tensors vectors of one dtype
 * @param options `indexing`: 'ij' (default), or 'xy' to swap the first two dimensions
 * @returns as many tensors as vectors, whose sizes are the vectors' lengths
 * @throws RangeError if a tensor has more than one dimension
 * @see torch.meshgrid
 * @example meshgrid([tensor([1, 2]), tensor([3, 4])])[0] // tensor([[1., 1.], [2., 2.]])
 */
export function meshgrid(
  tensors: readonly Tensor[],
  options: { indexing?: 'ij' | 'xy' } = {},
): Tensor[] {
  requireArity('meshgrid', arguments.length, 2);
  const lists = requireTensors('meshgrid', tensors);
  requireOptions('meshgrid', options, ['indexing']);
  const indexing = requireOneOf('meshgrid', 'indexing', options.indexing ?? 'ij', ['ij', 'xy']);
  const shape = lists.map((list, i) => {
    if (list.ndim <= 1) return list.numel();
    throw unexpected('meshgrid', 'at most one dimension', `tensors[${i}]`, shapeText(list.shape));
  });
  return lists.map((list, i) => {
    const line = list.reshape(shape.map((size, k) => (k === i ? size : 1))).expand(shape);
    return indexing === 'xy' && shape.length > 1 ? line.transpose(0, 1) : line;
  });
}

/** Views of `sizes[i]` elements each along `dim`. */
function viewsOf(x: Tensor, sizes: readonly number[], dim: number): Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return x.narrow(dim, start - size, size);
  });
}

/** Returns a dimension, which must exist: unlike in reductions, a tensor without dimensions has none. */
export function requireDim(op: string, x: Tensor, dim: number): number {
  if (x.ndim === 0) throw unexpected(op, 'at least one dimension', 'this', '[]');
  return normalizeDim(op, dim, x.ndim);
}

// A full JavaScript heap ends the process: 2^20 tensors take 300 MB of it.
const mostParts = 1 << 20;

function requireFewParts(op: string, count: number): number {
  if (count <= mostParts) return count;
  throw unexpected(op, `at most ${mostParts} parts`, 'this', String(count));
}

/** Sizes of at most `size` with the sum `n`. */
function evenSizes(op: string, n: number, size: number): number[] {
  const count = requireFewParts(op, Math.max(Math.ceil(n / size), 1));
  return Array.from({ length: count }, (_, i) => Math.min(size, n - i * size));
}

function split(x: Tensor, sizes: number | readonly number[], dim = 0): Tensor[] {
  const d = requireDim('split', x, dim);
  const n = x.shape[d];
  if (typeof sizes === 'number') {
    requireInteger('split', 'sizes', sizes, n === 0 ? 0 : 1);
    return viewsOf(x, n === 0 ? [0] : evenSizes('split', n, sizes), d);
  }
  const given = requireShape('split', sizes, 'sizes');
  const total = given.reduce((sum, size) => sum + size, 0);
  if (total !== n) throw unexpected('split', `a sum of ${n}`, 'sizes', String(total));
  return viewsOf(x, given, d);
}

function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  const d = requireDim('chunk', x, dim);
  requireInteger('chunk', 'chunks', chunks, 1);
  const n = x.shape[d];
  const sizes =
    n === 0
      ? new Array<number>(requireFewParts('chunk', chunks)).fill(0)
      : evenSizes('chunk', n, Math.ceil(n / chunks));
  return viewsOf(x, sizes, d);
}

function unbind(x: Tensor, dim = 0): Tensor[] {
  const d = requireDim('unbind', x, dim);
  const length = requireFewParts('unbind', x.shape[d]);
  return Array.from({ length }, (_, i) => x.select(d, i));
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Splits one dimension into views.
     *
     * @param sizes the size of each view, the last of which may be smaller, or a list of all sizes
     * @param dim the dimension, default 0; negative numbers count from the end
     * @returns views of this tensor
     * @throws RangeError if a list of sizes does not add up to the dimension
     * @see torch.split
     * @example tensor([1, 2, 3]).split(2) // [tensor([1., 2.]), tensor([3.])]
     */
    split(sizes: number | readonly number[], dim?: number): Tensor[];
    /**
     * Splits one dimension into at most `chunks` views of equal size; the last may be smaller.
     *
     * @param chunks how many, at least 1
     * @param dim the dimension, default 0; negative numbers count from the end
     * @returns views of this tensor
     * @throws RangeError if the dimension does not exist
     * @see torch.chunk
     * @example tensor([1, 2, 3]).chunk(2) // [tensor([1., 2.]), tensor([3.])]
     */
    chunk(chunks: number, dim?: number): Tensor[];
    /**
     * Views of each index of one dimension, without that dimension.
     *
     * @param dim the dimension, default 0; negative numbers count from the end
     * @returns views of this tensor
     * @throws RangeError if the dimension does not exist
     * @see torch.unbind
     * @example tensor([[1, 2], [3, 4]]).unbind() // [tensor([1., 2.]), tensor([3., 4.])]
     */
    unbind(dim?: number): Tensor[];
  }
}

addMethods({
  split(this: Tensor, sizes: number | readonly number[], dim?: number): Tensor[] {
    return split(this, sizes, dim);
  },
  chunk(this: Tensor, chunks: number, dim?: number): Tensor[] {
    return chunk(this, chunks, dim);
  },
  unbind(this: Tensor, dim?: number): Tensor[] {
    return unbind(this, dim);
  },
});

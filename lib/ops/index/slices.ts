/**
 * Reads, writes and adds slices of a dimension at a list of indices. The gradient of reading is adding, and the
 * reverse.
 */
import { calledAs } from '../../core/caller';
import {
  requireInteger,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { addMethods } from '../../core/methods';
import { normalizeDim, sameShape } from '../../core/shape';
import { requireTensor } from '../../core/tensor';
import { isFloating, record, requireDTypeOf, requireIndex, Tensor, type Rule } from '../define';
import { lineOf } from '../reduce/reductionShape';
import { dtypeOfSums, reading, writing, type Along } from './indexKernels';

const indexSelectKernels = reading('indexSelect');
const indexCopyKernels = writing('indexCopy');
const indexAddKernels = writing('indexAdd');

declare module '../../core/node' {
  interface OpAttrs extends Record<'indexSelect' | 'indexSelectBackward' | 'indexAdd', Along> {}
}

/** Checks a vector of indices; a single index without dimensions is allowed. */
function requireList(op: string, value: unknown): Tensor {
  const index = requireTensor(op, 'index', value);
  requireIndex(op, 'index', index);
  if (index.ndim > 1) {
    throw unexpected(op, 'at most one dimension', 'index', shapeText(index.shape));
  }
  return index.contiguous();
}

const indexSelectRule: Rule<'indexSelect'> = {
  name: 'indexSelect',
  grad: (dy, node) => {
    const { dim, shape } = node.attrs;
    const index = node.saved[0];
    const out = Tensor._empty(dy.dtype, shape).zero_();
    putSlices(out, dim, index, dy.detach().contiguous(), true);
    return [record(out, indexSelectBackwardRule, [dy], [index], node.attrs)];
  },
};
const indexSelectBackwardRule: Rule<'indexSelectBackward'> = {
  name: 'indexSelectBackward',
  grad: (dy, node) => [dy.indexSelect(node.attrs.dim, node.saved[0])],
};

function indexSelect(input: Tensor, dimension: number, indices: Tensor): Tensor {
  const dim = normalizeDim('indexSelect', dimension, input.ndim);
  const index = requireList('indexSelect', indices);
  const x = input.contiguous();
  const { outer, n, inner } = lineOf(x.shape, dim);
  const m = index.numel();
  const out = Tensor._empty(
    x.dtype,
    x.shape.map((size, i) => (i === dim ? m : size)),
  );
  indexSelectKernels[x.dtype][index.dtype](
    { x: x._flat, index: index._flat, out: out._flat },
    { outer, n, m, inner },
  );
  return record(out, indexSelectRule, [x], [index], { dim, shape: x.shape });
}

/** `alpha` times `source`, in its dtype. */
function scaledBy(source: Tensor, alpha: number): Tensor {
  if (alpha === 1) return source;
  if (isFloating(source.dtype)) return source.mul(alpha);
  requireInteger('indexAdd', 'alpha', alpha);
  if (source.dtype === 'bool') return source.logicalAnd(alpha);
  const size = calledAs('indexAdd', () => source.mul(Math.abs(alpha)), ['other', 'alpha']);
  return alpha < 0 ? size.neg() : size;
}

const indexAddRule: Rule<'indexAdd'> = {
  name: 'indexAdd',
  grad: (dy, node) => [dy, node.needs(1) ? dy.indexSelect(node.attrs.dim, node.saved[0]) : null],
};

/**
 * Writes (or adds) the slices of `source` along `dim` to `x` at `index`, in place and without recording. `x` is
 * contiguous. `source` has the shape of `x`, but the length of `index` along `dim`.
 */
export function putSlices(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  accumulate: boolean,
): void {
  const sumDType = dtypeOfSums(x.dtype);
  if (accumulate && sumDType !== x.dtype) {
    const wide = x.to(sumDType);
    putSlices(wide, dim, index, source.to(sumDType), true);
    x.copy_(wide);
    return;
  }
  const { outer, n, inner } = lineOf(x.shape, dim);
  const kernels = accumulate ? indexAddKernels : indexCopyKernels;
  kernels[x.dtype][index.dtype](
    { out: x._flat, index: index._flat, source: source._flat },
    { outer, n, m: index.numel(), inner },
  );
}

function indexAdd(
  x: Tensor,
  dimension: number,
  indices: Tensor,
  source: Tensor,
  options: { alpha?: number } = {},
): Tensor {
  requireOptions('indexAdd', options, ['alpha']);
  const alpha = requireNumber('indexAdd', 'alpha', options.alpha ?? 1);
  const dim = normalizeDim('indexAdd', dimension, x.ndim);
  const index = requireList('indexAdd', indices);
  requireTensor('indexAdd', 'source', source);
  requireDTypeOf('indexAdd', 'source', source, x.dtype);
  const shape = x.shape.map((size, i) => (i === dim ? index.numel() : size));
  if (!sameShape(source.shape, shape)) {
    throw unexpected('indexAdd', shapeText(shape), 'source', shapeText(source.shape));
  }
  const scaled = scaledBy(source, alpha);
  const out = x.detach().clone();
  putSlices(out, dim, index, scaled.detach().contiguous(), true);
  return record(out, indexAddRule, [x, scaled], [index], { dim, shape: x.shape });
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Selects slices along `dim`, in the order of `index`.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param index an int32 or int64 vector
     * @returns a copy whose size along `dim` is the length of `index`
     * @throws RangeError for indices outside the dimension
     * @see torch.index_select
     * @example
     * tensor([[1, 2], [3, 4]]).indexSelect(0, tensor([1, 1], { dtype: 'int32' })) // tensor([[3., 4.], [3., 4.]])
     */
    indexSelect(dim: number, index: Tensor): Tensor;
    /**
     * Copies this tensor and adds `alpha` times slice i of `source` to slice `index[i]` along `dim`.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param index an int32 or int64 vector
     * @param source a tensor of this shape except along `dim`, where it has the length of `index`
     * @param options the factor `alpha`, default 1
     * @returns a tensor of this shape and dtype
     * @throws RangeError for indices outside the dimension, or if the shapes do not fit
     * @see torch.index_add
     * @example zeros(2, 2).indexAdd(0, tensor([1, 1], { dtype: 'int32' }), ones(2, 2)) // tensor([[0., 0.], [2., 2.]])
     */
    indexAdd(dim: number, index: Tensor, source: Tensor, options?: { alpha?: number }): Tensor;
  }
}

addMethods({
  indexSelect(this: Tensor, dim: number, index: Tensor): Tensor {
    return indexSelect(this, dim, index);
  },
  indexAdd(
    this: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor,
    options?: { alpha?: number },
  ): Tensor {
    return indexAdd(this, dim, index, source, options);
  },
});

/** Largest and smallest elements, and their indices. */
import { shapeText, unexpected } from '../../core/errors';
import { addMethods } from '../../core/methods';
import { normalizeDim } from '../../core/shape';
import { where } from '../elementwise/select';
import { kernels, record, Tensor, reportResult, type Rule } from '../define';
import { extremeValue, positions } from './reduce';
import { leadsWithOptions, lineOf, reductionOf, type KeepDim } from './reductionShape';

/** Elements and their indices along one dimension. */
export interface ValuesAndIndices {
  /** The elements. */
  readonly values: Tensor;
  /** Their indices, int32; of equal elements the first. */
  readonly indices: Tensor;
}

interface Along {
  readonly dim: number;
  readonly shape: readonly number[];
  readonly kept: readonly number[];
}

declare module '../../core/node' {
  interface OpAttrs {
    max: Along;
    min: Along;
    /** `dim` is null for the index among all elements in order. */
    argmax: { readonly dim: number | null };
    argmin: { readonly dim: number | null };
  }
}

/** The gradient flows to the selected elements. */
function ruleFor(name: 'max' | 'min'): Rule<'max' | 'min'> {
  return {
    name,
    grad: (dy, node) => {
      const { dim, shape, kept } = node.attrs;
      const size = shape.length === 0 ? 1 : shape[dim];
      const place = positions(size).reshape(shape.map((_, i) => (i === dim ? size : 1)));
      return [where(place.eq(node.saved[0].reshape(kept)), dy.reshape(kept), 0)];
    },
  };
}

const ops = {
  max: { kernels: kernels('max'), rule: ruleFor('max') },
  min: { kernels: kernels('min'), rule: ruleFor('min') },
};

function requireElements(op: string, x: Tensor, n: number): void {
  if (n === 0) throw unexpected(op, 'at least one element', 'this', shapeText(x.shape));
}

/**
 * Indices of the extreme elements, which are written to `values` unless it is null; without `dim`, over all
 * elements.
 */
function search(
  op: string,
  extreme: 'max' | 'min',
  x: Tensor,
  values: Tensor | null,
  dim: number | null,
  shape: readonly number[],
) {
  const indices = Tensor._empty('int32', shape);
  const source = x._contiguous ? x : x.detach().contiguous();
  const { outer, n, inner } =
    dim === null ? { outer: 1, n: x.numel(), inner: 1 } : lineOf(x.shape, dim);
  requireElements(op, x, n);
  ops[extreme].kernels[x.dtype](
    source._flat,
    values === null ? null : values._flat,
    indices._flat,
    outer,
    n,
    inner,
  );
  reportResult(extreme === 'max' ? 'argmax' : 'argmin', [indices], [x], { dim });
  return indices;
}

function extreme(op: 'max' | 'min', x: Tensor, dim: number, options?: KeepDim): ValuesAndIndices {
  const at = normalizeDim(op, dim, x.ndim);
  const { shape, kept, out } = reductionOf(op, x.shape, dim, options);
  const values = Tensor._empty(x.dtype, out);
  const indices = search(op, op, x, values, at, out);
  return {
    values: record(values, ops[op].rule, [x], [indices], { dim: at, shape, kept }),
    indices,
  };
}

function place(
  op: string,
  extreme: 'max' | 'min',
  x: Tensor,
  dim?: number | null,
  options?: KeepDim,
): Tensor {
  const at = dim === undefined || dim === null ? null : normalizeDim(op, dim, x.ndim);
  return search(op, extreme, x, null, at, reductionOf(op, x.shape, at, options).out);
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * The largest element of all, which receives the gradient, or with `other` the larger element of each pair; NaN
     * if any is NaN. Equal elements share the gradient.
     *
     * @param other a tensor to compare with, as by `maximum`
     * @returns a tensor without dimensions, or with `other` of the broadcast shape
     * @throws RangeError if there are no elements to reduce
     * @see torch.max
     * @example tensor([[1, 4], [3, 2]]).max() // tensor(4.)
     */
    max(other?: Tensor): Tensor;
    /**
     * The largest elements along one dimension, which receive the gradient, and their indices; NaN counts as the
     * largest.
     *
     * @param dim the dimension to reduce; negative numbers count from the end
     * @param options `keepdim: true` keeps the reduced dimension with size 1; default false
     * @returns `{ values, indices }` without the reduced dimension, with indices in int32; the first one of equal
     *   elements
     * @throws RangeError if there are no elements to reduce
     * @example tensor([[1, 4], [3, 2]]).max(1).values // tensor([4., 3.])
     */
    max(dim: number, options?: KeepDim): ValuesAndIndices;
    /**
     * The smallest element of all, which receives the gradient, or with `other` the smaller element of each pair;
     * NaN if any is NaN. Equal elements share the gradient.
     *
     * @param other a tensor to compare with, as by `minimum`
     * @returns a tensor without dimensions, or with `other` of the broadcast shape
     * @throws RangeError if there are no elements to reduce
     * @see torch.min
     * @example tensor([[1, 4], [3, 2]]).min() // tensor(1.)
     */
    min(other?: Tensor): Tensor;
    /**
     * The smallest elements along one dimension, which receive the gradient, and their indices; NaN counts as the
     * smallest.
     *
     * @param dim the dimension to reduce; negative numbers count from the end
     * @param options `keepdim: true` keeps the reduced dimension with size 1; default false
     * @returns `{ values, indices }` without the reduced dimension, with indices in int32; the first one of equal
     *   elements
     * @throws RangeError if there are no elements to reduce
     * @example tensor([[1, 4], [3, 2]]).min(1).indices // tensor([0, 1], dtype: int32)
     */
    min(dim: number, options?: KeepDim): ValuesAndIndices;
    /**
     * Index of the largest element along `dim`; the first one of equal elements.
     *
     * @param dim the dimension; default null: the index in the flattened tensor
     * @param options `keepdim: true` keeps the reduced dimension with size 1; default false
     * @returns an int32 tensor without the reduced dimension
     * @throws RangeError if there are no elements to reduce
     * @see torch.argmax
     * @example tensor([[1, 4], [3, 2]]).argmax(1) // tensor([1, 0], dtype: int32)
     */
    argmax(dim?: number | null | KeepDim, options?: KeepDim): Tensor;
    /**
     * Index of the smallest element along `dim`; the first one of equal elements.
     *
     * @param dim the dimension; default null: the index in the flattened tensor
     * @param options `keepdim: true` keeps the reduced dimension with size 1; default false
     * @returns an int32 tensor without the reduced dimension
     * @throws RangeError if there are no elements to reduce
     * @see torch.argmin
     * @example tensor([[1, 4], [3, 2]]).argmin(1) // tensor([0, 1], dtype: int32)
     */
    argmin(dim?: number | null | KeepDim, options?: KeepDim): Tensor;
  }
}

function maxMethod(this: Tensor, other?: Tensor): Tensor;
function maxMethod(this: Tensor, dim: number, options?: KeepDim): ValuesAndIndices;
function maxMethod(
  this: Tensor,
  arg?: number | Tensor,
  options?: KeepDim,
): Tensor | ValuesAndIndices {
  if (arg === undefined) return extremeValue('amax', 'max', this);
  return arg instanceof Tensor ? this.maximum(arg) : extreme('max', this, arg, options);
}

function minMethod(this: Tensor, other?: Tensor): Tensor;
function minMethod(this: Tensor, dim: number, options?: KeepDim): ValuesAndIndices;
function minMethod(
  this: Tensor,
  arg?: number | Tensor,
  options?: KeepDim,
): Tensor | ValuesAndIndices {
  if (arg === undefined) return extremeValue('amin', 'min', this);
  return arg instanceof Tensor ? this.minimum(arg) : extreme('min', this, arg, options);
}

addMethods({
  max: maxMethod,
  min: minMethod,
  argmax(this: Tensor, dim?: number | null | KeepDim, options?: KeepDim): Tensor {
    if (leadsWithOptions(dim, options)) return this.argmax(undefined, dim as KeepDim);
    return place('argmax', 'max', this, dim as number | null, options);
  },
  argmin(this: Tensor, dim?: number | null | KeepDim, options?: KeepDim): Tensor {
    if (leadsWithOptions(dim, options)) return this.argmin(undefined, dim as KeepDim);
    return place('argmin', 'min', this, dim as number | null, options);
  },
});

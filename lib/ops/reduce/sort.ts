/** Sorting along a dimension. */
import { requireBoolean, requireInteger, requireOptions, unexpected } from '../../core/errors';
import { addMethods } from '../../core/methods';
import { normalizeDim } from '../../core/shape';
import {
  namedKernels,
  record,
  Tensor,
  reportResult,
  type Attrs,
  type Operands,
  type Rule,
} from '../define';
import type { ValuesAndIndices } from './extreme';
import { gatherBackward } from '../index/gather';
import { leadsWithOptions, lineOf } from './reductionShape';

type Results = Operands<'x' | 'values' | 'indices'>;

const sortKernels = namedKernels(
  'sort',
  (call, o: Results, a: Attrs<'outer' | 'n' | 'inner' | 'descending'>) => {
    call(o.x, o.values, o.indices, a.outer, a.n, a.inner, a.descending);
  },
);
const topkKernels = namedKernels(
  'topk',
  (call, o: Results, a: Attrs<'outer' | 'n' | 'inner' | 'k' | 'largest'>) => {
    call(o.x, o.values, o.indices, a.outer, a.n, a.inner, a.k, a.largest);
  },
);

declare module '../../core/node' {
  interface OpAttrs {
    sort: { readonly dim: number; readonly shape: readonly number[] };
    /** Sorting is also reported as the selection of all elements. */
    topk: { readonly dim: number; readonly k: number; readonly largest: boolean };
  }
}

const orderRule: Rule<'sort'> = {
  name: 'sort',
  grad: (dy, node) => [gatherBackward(dy, node.attrs, node.saved[0])],
};

function flag(op: string, options: object | undefined, name: string, missing: boolean): boolean {
  const value = (options as Readonly<Record<string, unknown>> | undefined)?.[name];
  return value === undefined ? missing : requireBoolean(op, name, value);
}

function sort(op: string, input: Tensor, dimension = -1, options?: SortOptions): ValuesAndIndices {
  requireOptions(op, options, ['descending', 'stable']);
  const dim = normalizeDim(op, dimension, input.ndim);
  const descending = flag(op, options, 'descending', false);
  flag(op, options, 'stable', true); // sorting is always stable
  const x = input.contiguous();
  const values = Tensor._empty(x.dtype, x.shape);
  const indices = Tensor._empty('int32', x.shape);
  const { outer, n, inner } = lineOf(x.shape, dim);
  sortKernels[x.dtype](
    { x: x._flat, values: values._flat, indices: indices._flat },
    { outer, n, inner, descending },
  );
  record(values, orderRule, [x], [indices], { dim, shape: x.shape });
  reportResult('topk', [values, indices], [x], { dim, k: n, largest: descending });
  return { values, indices };
}

/** Options of `sort` and `argsort`. */
export interface SortOptions {
  /** Whether to sort from the largest to the smallest; default false. */
  descending?: boolean;
  /** Whether equal elements keep their order. They always do. */
  stable?: boolean;
}

/** Options of `topk`. */
export interface TopkOptions {
  /** Whether to select the largest elements, or else the smallest; default true. */
  largest?: boolean;
  /** Whether the elements must be in order. They always are. */
  sorted?: boolean;
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Sorts the elements along `dim`; NaN counts as the largest.
     *
     * @param dim the dimension, default -1: the last
     * @param options `descending: true` sorts from the largest to the smallest; default false
     * @returns `{ values, indices }` of this shape, with indices in int32
     * @throws RangeError if the dimension does not exist
     * @see torch.sort
     * @example tensor([3, 1, 2]).sort().values // tensor([1., 2., 3.])
     */
    sort(dim?: number | SortOptions, options?: SortOptions): ValuesAndIndices;
    /**
     * Indices that sort the elements along `dim`; NaN counts as the largest.
     *
     * @param dim the dimension, default -1: the last
     * @param options `descending: true` sorts from the largest to the smallest; default false
     * @returns an int32 tensor of this shape
     * @throws RangeError if the dimension does not exist
     * @see torch.argsort
     * @example tensor([3, 1, 2]).argsort() // tensor([1, 2, 0], dtype: int32)
     */
    argsort(dim?: number | SortOptions, options?: SortOptions): Tensor;
    /**
     * The `k` largest elements along `dim` in order, and their indices.
     *
     * @param k how many, at most the size of the dimension
     * @param dim the dimension, default -1: the last
     * @param options `largest: false` selects the smallest elements instead
     * @returns `{ values, indices }` of size `k` along `dim`, with indices in int32
     * @throws RangeError if `k` exceeds the size of the dimension
     * @see torch.topk
     * @example tensor([3, 1, 2]).topk(2).values // tensor([3., 2.])
     */
    topk(k: number, dim?: number | TopkOptions, options?: TopkOptions): ValuesAndIndices;
  }
}

addMethods({
  sort(this: Tensor, dim?: number | SortOptions, options?: SortOptions): ValuesAndIndices {
    if (leadsWithOptions(dim, options)) return this.sort(undefined, dim as SortOptions);
    return sort('sort', this, dim as number, options);
  },
  argsort(this: Tensor, dim?: number | SortOptions, options?: SortOptions): Tensor {
    if (leadsWithOptions(dim, options)) return this.argsort(undefined, dim as SortOptions);
    return sort('argsort', this.detach(), dim as number, options).indices;
  },
  topk(
    this: Tensor,
    k: number,
    dimension?: number | TopkOptions,
    options?: TopkOptions,
  ): ValuesAndIndices {
    if (leadsWithOptions(dimension, options)) {
      return this.topk(k, undefined, dimension as TopkOptions);
    }
    requireOptions('topk', options, ['largest', 'sorted']);
    const dim = normalizeDim('topk', dimension === undefined ? -1 : dimension, this.ndim);
    const largest = flag('topk', options, 'largest', true);
    flag('topk', options, 'sorted', true);
    const x = this.contiguous();
    const { outer, n, inner } = lineOf(x.shape, dim);
    requireInteger('topk', 'k', k, 0);
    if (k > n) throw unexpected('topk', `at most ${n}`, 'k', String(k));
    const shape = x.shape.map((size, i) => (i === dim ? k : size));
    const values = Tensor._empty(x.dtype, shape);
    const indices = Tensor._empty('int32', shape);
    topkKernels[x.dtype](
      { x: x._flat, values: values._flat, indices: indices._flat },
      { outer, n, inner, k, largest },
    );
    record(values, orderRule, [x], [indices], { dim, shape: x.shape });
    reportResult('topk', [values, indices], [x], { dim, k, largest });
    return { values, indices };
  },
});

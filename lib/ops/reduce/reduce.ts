/** Reductions: sums, means, products, largest and smallest elements, logic. */
import { calledAs } from '../../core/caller';
import { isHalf, requireDType } from '../../core/dtype';
import { addMethods } from '../../core/methods';
import { normalizeDim, numelOf, requireBroadcast, requireShape, sameShape } from '../../core/shape';
import {
  isFloating,
  isGradEnabled,
  kernels,
  record,
  requireFloating,
  Tensor,
  reportResult,
  type Kernels,
  type Node,
  type Rule,
  type Shape,
} from '../define';
import { where } from '../elementwise/select';
import { fillArange } from '../creation';
import {
  linesOf,
  reductionOf,
  requireElements,
  runReduction,
  spread,
  type Dims,
  leadsWithOptions,
  type KeepDim,
  type ReduceOptions,
  type Reduction,
} from './reductionShape';

declare module '../../core/node' {
  interface OpAttrs extends Record<ReduceName | 'any' | 'all', Reduction> {}
}

type ReduceName = 'sum' | 'mean' | 'prod' | 'amax' | 'amin';
type ReduceNode = Node<ReduceName>;

/** A native reduction, and its gradient from the tensors that it saves. */
class ReduceOp implements Rule<ReduceName> {
  private readonly kernels: Kernels;

  constructor(
    readonly name: ReduceName,
    private readonly saves: 'nothing' | 'input' | 'both',
    readonly grad: (dy: Tensor, node: ReduceNode) => readonly [Tensor],
    /** The kernels for integers and bool with int64 results. */
    private readonly wholeKernels?: Kernels,
  ) {
    this.kernels = kernels(name);
  }

  apply(x: Tensor, reduction: Reduction): Tensor {
    const out =
      this.wholeKernels && !isFloating(x.dtype)
        ? runReduction(this.wholeKernels, x, reduction, 'int64')
        : runReduction(this.kernels, x, reduction);
    const saved = this.saves === 'nothing' ? [] : this.saves === 'input' ? [x] : [x, out];
    return record(out, this, [x], saved, reduction);
  }
}

/** dy divided evenly among the elements that equal the result, as in PyTorch's amax. */
function shareAmongEqual(dy: Tensor, node: ReduceNode): readonly [Tensor] {
  const [x, out] = node.saved;
  const { kept } = node.attrs;
  const equal = x.eq(out.reshape(kept)).to(dy.dtype);
  const count = ops.sum.apply(equal, { ...node.attrs, out: kept });
  return [equal.mul(dy.reshape(kept).div(count))];
}

/**
 * Like `shareAmongEqual`, but if the result is NaN, dy goes to the NaN elements, as in PyTorch's max of all
 * elements.
 */
function shareAmongExtreme(dy: Tensor, node: ReduceNode): readonly [Tensor] {
  const [x, out] = node.saved;
  const { kept } = node.attrs;
  const result = out.reshape(kept);
  const equal = x.eq(result).logicalOr(x.isnan().logicalAnd(result.isnan()));
  const count = ops.sum.apply(equal.to(dy.dtype), { ...node.attrs, out: kept });
  return [where(equal, dy.reshape(kept).div(count), 0)];
}

const prodBackwardKernels = kernels('prodBackward');

/** dy times the product of all other elements of the one reduced line. It does not divide, so zeros are safe. */
function prodGrad(dy: Tensor, node: ReduceNode): readonly [Tensor] {
  const [x] = node.saved;
  if (!isHalf(dy.dtype)) return [prodGradient(dy, x, node.attrs)];
  return [prodGradient(dy.to('float32'), x.to('float32'), node.attrs).to(dy.dtype)];
}

function prodGradient(dy: Tensor, x: Tensor, reduction: Reduction): Tensor {
  const { shape, kept } = reduction;
  const lines = linesOf(reduction);
  const { outer, n, inner } = lines[0];
  if (isGradEnabled()) {
    // The products of all others, from an (n, n) grid with 1 on the diagonal; differentiable any number of times.
    const place = positions(n);
    const diagonal = place.reshape([n, 1, 1]).eq(place.reshape([1, n, 1]));
    const grid = where(diagonal, 1, x.reshape([outer, 1, n, inner]));
    return grid.prod(2).reshape(shape).mul(dy.reshape(kept));
  }
  const dx = Tensor._empty(dy.dtype, shape);
  prodBackwardKernels[dy.dtype](
    x.contiguous()._flat,
    dy.contiguous()._flat,
    dx._flat,
    outer,
    n,
    inner,
  );
  return dx;
}

/** 0, 1, ..., n - 1 as int32. */
export function positions(n: number): Tensor {
  const out = Tensor._empty('int32', [n]);
  fillArange(out, 0, 1);
  return out;
}

const ops = {
  sum: new ReduceOp('sum', 'nothing', (dy, node) => [spread(dy, node.attrs)], kernels('sumInt64')),
  mean: new ReduceOp('mean', 'nothing', (dy, node) => {
    const n = numelOf(node.attrs.shape) / numelOf(node.attrs.kept);
    return [spread(dy.div(n), node.attrs)];
  }),
  prod: new ReduceOp('prod', 'input', prodGrad, kernels('prodInt64')),
  amax: new ReduceOp('amax', 'both', shareAmongEqual),
  amin: new ReduceOp('amin', 'both', shareAmongEqual),
};
const extremes = {
  amax: new ReduceOp('amax', 'both', shareAmongExtreme),
  amin: new ReduceOp('amin', 'both', shareAmongExtreme),
};
const anyKernels = kernels('any');
const allKernels = kernels('all');

/** A reduction that is not defined for empty tensors. */
function nonEmptyReduction(
  op: string,
  x: Tensor,
  dim: Dims | undefined,
  options?: KeepDim,
): Reduction {
  const reduction = reductionOf(op, x.shape, dim, options);
  requireElements(op, reduction);
  return reduction;
}

/** Largest or smallest elements. Ties, including NaN, share the gradient. */
export function extremeValue(
  op: 'amax' | 'amin',
  name: string,
  x: Tensor,
  dim?: Dims,
  options?: KeepDim,
): Tensor {
  return extremes[op].apply(x, nonEmptyReduction(name, x, dim, options));
}

function runLogic(
  op: 'any' | 'all',
  kernels: Kernels,
  x: Tensor,
  dim: Dims | undefined,
  options?: KeepDim,
): Tensor {
  const reduction = reductionOf(op, x.shape, dim, options);
  const mask = x.dtype === 'bool' ? x : x.ne(0);
  const out = runReduction(kernels, mask, reduction);
  reportResult(op, [out], [mask], reduction);
  return x.dtype === 'uint8' ? out.to('uint8') : out; // as in PyTorch
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Sum over one dimension, several, or all.
     *
     * @param dim the dimensions to reduce; default null: all
     * @param options `keepdim: true` keeps the reduced dimensions with size 1; `dtype` converts the elements first
     * @returns a tensor without the reduced dimensions; int64 for integers and bools unless `dtype` says otherwise
     * @see torch.sum
     * @example tensor([[1, 2], [3, 4]]).sum(1, { keepdim: true }) // tensor([[3.], [7.]])
     */
    sum(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
    /**
     * Mean over one dimension, several, or all; NaN if there are no elements.
     *
     * @param dim the dimensions to reduce; default null: all
     * @param options `keepdim: true` keeps the reduced dimensions with size 1; `dtype` converts the elements first
     * @returns a tensor without the reduced dimensions
     * @throws TypeError for integers and bools without a floating `dtype`
     * @see torch.mean
     * @example tensor([[1, 2], [3, 4]]).mean(0) // tensor([2., 3.])
     */
    mean(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
    /**
     * Product over one dimension, or all.
     *
     * @param dim the dimension to reduce; default null: all
     * @param options `keepdim: true` keeps the reduced dimensions with size 1; `dtype` converts the elements first
     * @returns a tensor without the reduced dimensions; int64 for integers and bools unless `dtype` says otherwise
     * @see torch.prod
     * @example tensor([[1, 2], [3, 4]]).prod(1) // tensor([ 2., 12.])
     */
    prod(dim?: number | null | ReduceOptions, options?: ReduceOptions): Tensor;
    /**
     * Largest elements over one dimension, several, or all; equal elements share the gradient.
     *
     * @param dim the dimensions to reduce; default null: all
     * @param options `keepdim: true` keeps the reduced dimensions with size 1; default false
     * @returns a tensor without the reduced dimensions
     * @throws RangeError if there are no elements to reduce
     * @see torch.amax
     * @example tensor([[1, 4], [3, 2]]).amax(0) // tensor([3., 4.])
     */
    amax(dim?: Dims | KeepDim, options?: KeepDim): Tensor;
    /**
     * Smallest elements over one dimension, several, or all; equal elements share the gradient.
     *
     * @param dim the dimensions to reduce; default null: all
     * @param options `keepdim: true` keeps the reduced dimensions with size 1; default false
     * @returns a tensor without the reduced dimensions
     * @throws RangeError if there are no elements to reduce
     * @see torch.amin
     * @example tensor([[1, 4], [3, 2]]).amin(0) // tensor([1., 2.])
     */
    amin(dim?: Dims | KeepDim, options?: KeepDim): Tensor;
    /**
     * Whether any element is other than 0, over one dimension, several, or all.
     *
     * @param dim the dimensions to reduce; default null: all
     * @param options `keepdim: true` keeps the reduced dimensions with size 1; default false
     * @returns a bool tensor without the reduced dimensions; uint8 for a uint8 tensor
     * @see torch.any
     * @example tensor([[0, 0], [0, 2]]).any(1) // tensor([False,  True])
     */
    any(dim?: Dims | KeepDim, options?: KeepDim): Tensor;
    /**
     * Whether all elements are other than 0, over one dimension, several, or all.
     *
     * @param dim the dimensions to reduce; default null: all
     * @param options `keepdim: true` keeps the reduced dimensions with size 1; default false
     * @returns a bool tensor without the reduced dimensions; uint8 for a uint8 tensor
     * @see torch.all
     * @example tensor([[1, 0], [1, 2]]).all(1) // tensor([False,  True])
     */
    all(dim?: Dims | KeepDim, options?: KeepDim): Tensor;
    /**
     * Sums over the dimensions along which `shape` would broadcast to this shape.
     *
     * @param shape a shape that broadcasts to this one
     * @returns a tensor of `shape`; this tensor itself if it has that shape
     * @throws RangeError if `shape` does not broadcast to this shape
     * @see torch.Tensor.sum_to_size
     * @example ones(2, 3).sumToSize([1, 3]) // tensor([[2., 2., 2.]])
     */
    sumToSize(shape: Shape): Tensor;
  }
}

const reduceOptions = ['keepdim', 'dtype'] as const;

/** A sum, mean or product in the dtype of the options, if given. */
function reduced(
  op: 'sum' | 'mean' | 'prod',
  input: Tensor,
  dim: Dims | undefined,
  options: ReduceOptions | undefined,
): Tensor {
  const reduction = reductionOf(op, input.shape, dim, options, reduceOptions);
  const wanted = options?.dtype;
  if (wanted === undefined) {
    if (op === 'mean') requireFloating(op, 'this', input);
    return ops[op].apply(input, reduction);
  }
  const dtype = requireDType(op, wanted);
  return calledAs(op, () => {
    const x = input.to(dtype);
    if (op === 'mean') requireFloating(op, 'this', x);
    return ops[op].apply(x, reduction).to(dtype); // the result for integers is int64 before
  });
}

addMethods({
  sum(this: Tensor, dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
    if (leadsWithOptions(dim, options)) return this.sum(undefined, dim as ReduceOptions);
    return reduced('sum', this, dim as Dims, options);
  },
  mean(this: Tensor, dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
    if (leadsWithOptions(dim, options)) return this.mean(undefined, dim as ReduceOptions);
    return reduced('mean', this, dim as Dims, options);
  },
  prod(this: Tensor, dim?: number | null | ReduceOptions, options?: ReduceOptions): Tensor {
    if (leadsWithOptions(dim, options)) return this.prod(undefined, dim as ReduceOptions);
    if (dim !== undefined && dim !== null) normalizeDim('prod', dim, this.ndim);
    return reduced('prod', this, dim as Dims, options);
  },
  amax(this: Tensor, dim?: Dims | KeepDim, options?: KeepDim): Tensor {
    if (leadsWithOptions(dim, options)) return this.amax(undefined, dim as KeepDim);
    return ops.amax.apply(this, nonEmptyReduction('amax', this, dim as Dims, options));
  },
  amin(this: Tensor, dim?: Dims | KeepDim, options?: KeepDim): Tensor {
    if (leadsWithOptions(dim, options)) return this.amin(undefined, dim as KeepDim);
    return ops.amin.apply(this, nonEmptyReduction('amin', this, dim as Dims, options));
  },
  any(this: Tensor, dim?: Dims | KeepDim, options?: KeepDim): Tensor {
    if (leadsWithOptions(dim, options)) return this.any(undefined, dim as KeepDim);
    return runLogic('any', anyKernels, this, dim as Dims, options);
  },
  all(this: Tensor, dim?: Dims | KeepDim, options?: KeepDim): Tensor {
    if (leadsWithOptions(dim, options)) return this.all(undefined, dim as KeepDim);
    return runLogic('all', allKernels, this, dim as Dims, options);
  },
  sumToSize(this: Tensor, sizes: Shape): Tensor {
    const shape = requireShape('sumToSize', sizes);
    requireBroadcast('sumToSize', 'shape', shape, this.shape);
    if (sameShape(shape, this.shape)) return this; // for integers too, as in PyTorch
    const lead = this.ndim - shape.length;
    const kept = this.shape.map((_, i) => (i < lead ? 1 : shape[i - lead]));
    return ops.sum.apply(this, { shape: this.shape, kept, out: shape });
  },
});

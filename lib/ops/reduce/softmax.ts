/** Softmax, softmin, log-softmax and log-sum-exp along one dimension. */
import { calledAs } from '../../core/caller';
import type { DType } from '../../core/dtype';
import { requireArity, requireOptions } from '../../core/errors';
import { addMethods } from '../../core/methods';
import { normalizeDim } from '../../core/shape';
import { requireTensor } from '../../core/tensor';
import {
  asFloating,
  inDType,
  isGradEnabled,
  kernels,
  record,
  requireFloating,
  Tensor,
  type Kernels,
  type Node,
  type Rule,
} from '../define';
import {
  lineOf,
  reductionOf,
  runReduction,
  type Dims,
  type KeepDim,
  type Reduction,
} from './reductionShape';

/** Options of `softmax`, `logSoftmax` and `softmin`. */
export interface SoftmaxOptions {
  /** The dtype that the input is converted to first, and that of the result. */
  dtype?: DType;
}

declare module '../../core/node' {
  interface OpAttrs {
    /** The dimension. */
    softmax: number;
    logSoftmax: number;
    logsumexp: Reduction;
  }
}

type SoftmaxName = 'softmax' | 'logSoftmax';

/** A native op from (outer, n, inner) to the same shape, whose gradient needs only its result. */
class SoftmaxOp implements Rule<SoftmaxName> {
  private readonly forward: Kernels;
  private readonly backward: Kernels;

  constructor(
    readonly name: SoftmaxName,
    /** dx from dy and y in ordinary ops, for higher derivatives. */
    private readonly derivative: (dy: Tensor, y: Tensor, dim: number) => Tensor,
  ) {
    this.forward = kernels(name);
    this.backward = kernels(`${name}Backward`);
  }

  apply(input: unknown, dim: unknown, options?: SoftmaxOptions): Tensor {
    requireOptions(this.name, options, ['dtype']);
    const given = requireTensor(this.name, 'input', input);
    const x = inDType(this.name, given, options?.dtype);
    requireFloating(this.name, 'input', x);
    const d = normalizeDim(this.name, dim, x.ndim);
    const y = Tensor._empty(x.dtype, x.shape);
    const { outer, n, inner } = lineOf(x.shape, d);
    this.forward[x.dtype](
      (x._contiguous ? x : x.detach().contiguous())._flat,
      y._flat,
      outer,
      n,
      inner,
    );
    return record(y, this, [x], [y], d);
  }

  grad(dy: Tensor, node: Node<SoftmaxName>): readonly [Tensor] {
    const y = node.saved[0];
    if (isGradEnabled()) return [this.derivative(dy, y, node.attrs)];
    const dx = Tensor._empty(dy.dtype, dy.shape);
    const { outer, n, inner } = lineOf(y.shape, node.attrs);
    this.backward[dy.dtype](dy.contiguous()._flat, y._flat, dx._flat, outer, n, inner);
    return [dx];
  }
}

const total = (x: Tensor, dim: number): Tensor => x.sum(dim, { keepdim: true });
const softmaxOp = new SoftmaxOp('softmax', (dy, y, dim) => y.mul(dy.sub(total(dy.mul(y), dim))));
const logSoftmaxOp = new SoftmaxOp('logSoftmax', (dy, y, dim) =>
  dy.sub(y.exp().mul(total(dy, dim))),
);

/**
 * Exponentials divided by their sum along `dim`: positive numbers that sum to 1, without overflow.
 *
 * @param input a tensor of any shape and a floating dtype
 * @param dim the dimension that sums to 1; negative numbers count from the end
 * @param options `dtype` converts the input first
 * @returns a tensor of the shape of `input`
 * @throws RangeError if the dimension does not exist
 * @see torch.nn.functional.softmax
 * @example F.softmax(tensor([0, 0]), 0) // tensor([0.5000, 0.5000])
 */
export function softmax(input: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
  requireArity('softmax', arguments.length, 3);
  return softmaxOp.apply(input, dim, options);
}

/**
 * Logarithm of softmax along `dim`, without overflow.
 *
 * @param input a tensor of any shape and a floating dtype
 * @param dim the dimension; negative numbers count from the end
 * @param options `dtype` converts the input first
 * @returns a tensor of the shape of `input`
 * @throws RangeError if the dimension does not exist
 * @see torch.nn.functional.log_softmax
 * @example F.logSoftmax(tensor([0, 0]), 0) // tensor([-0.6931, -0.6931])
 */
export function logSoftmax(input: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
  requireArity('logSoftmax', arguments.length, 3);
  return logSoftmaxOp.apply(input, dim, options);
}

/**
 * Softmax of the negated input along `dim`: the smallest elements get the largest shares.
 *
 * @param input a tensor of any shape and a floating dtype
 * @param dim the dimension that sums to 1; negative numbers count from the end
 * @param options `dtype` converts the input first
 * @returns a tensor of the shape of `input`
 * @throws RangeError if the dimension does not exist
 * @see torch.nn.functional.softmin
 * @example F.softmin(tensor([0, 1]), 0) // tensor([0.7311, 0.2689])
 */
export function softmin(input: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
  requireArity('softmin', arguments.length, 3);
  requireTensor('softmin', 'input', input);
  return calledAs('softmin', () => softmaxOp.apply(input.neg(), dim, options));
}

const logsumexpKernels = kernels('logsumexp');
const logsumexpRule: Rule<'logsumexp'> = {
  name: 'logsumexp',
  grad: (dy, node) => {
    const [x, out] = node.saved;
    return [x.sub(out.reshape(node.attrs.kept)).exp().mul(dy.reshape(node.attrs.kept))];
  },
};

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Logarithm of the sum of exponentials over one dimension or several, without overflow.
     *
     * @param dim the dimensions to reduce; null for all
     * @param options `keepdim: true` keeps the reduced dimensions with size 1; default false
     * @returns a tensor without the reduced dimensions; float32 for integers and bools
     * @see torch.logsumexp
     * @example tensor([1000, 1000]).logsumexp(0) // tensor(1000.6932)
     */
    logsumexp(dim: Dims, options?: KeepDim): Tensor;
    /**
     * Exponentials divided by their sum along `dim`, as `F.softmax`.
     *
     * @param dim the dimension that sums to 1; negative numbers count from the end
     * @param options `dtype` converts the elements first
     * @returns a tensor of this shape
     * @see torch.Tensor.softmax
     * @example tensor([0, 0]).softmax(0) // tensor([0.5000, 0.5000])
     */
    softmax(dim: number, options?: SoftmaxOptions): Tensor;
    /**
     * Logarithm of softmax along `dim`, as `F.logSoftmax`.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param options `dtype` converts the elements first
     * @returns a tensor of this shape
     * @see torch.Tensor.log_softmax
     * @example tensor([0, 0]).logSoftmax(0) // tensor([-0.6931, -0.6931])
     */
    logSoftmax(dim: number, options?: SoftmaxOptions): Tensor;
  }
}

addMethods({
  logsumexp(this: Tensor, dim: Dims, options?: KeepDim): Tensor {
    const x = asFloating(this);
    const reduction = reductionOf('logsumexp', x.shape, dim, options);
    const out = runReduction(logsumexpKernels, x, reduction);
    return record(out, logsumexpRule, [x], [x, out], reduction);
  },
  softmax(this: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
    return softmaxOp.apply(this, dim, options);
  },
  logSoftmax(this: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
    return logSoftmaxOp.apply(this, dim, options);
  },
});

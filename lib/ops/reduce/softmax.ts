/** Softmax and its relatives along one dimension. */
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

/** Options of softmax and logSoftmax. */
export interface SoftmaxOptions {
  /** The dtype to convert the input to first. */
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
 * e^x divided by its sum along `dim`: positive numbers that sum to 1 (torch.nn.functional.softmax).
 *
 * @example F.softmax(tensor([0, 0]), 0) // tensor([0.5000, 0.5000])
 */
export function softmax(input: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
  requireArity('softmax', arguments.length, 3);
  return softmaxOp.apply(input, dim, options);
}

/** log(softmax(x)) along `dim`, without overflow (torch.nn.functional.log_softmax). */
export function logSoftmax(input: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
  requireArity('logSoftmax', arguments.length, 3);
  return logSoftmaxOp.apply(input, dim, options);
}

/** softmax(-x) along `dim` (torch.nn.functional.softmin). */
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
    /** log(sum of e^x) over one dimension or several, without overflow. */
    logsumexp(dim: Dims, options?: KeepDim): Tensor;
    /** e^x divided by its sum along `dim`. */
    softmax(dim: number, options?: SoftmaxOptions): Tensor;
    /** log(softmax(x)) along `dim`, without overflow. */
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

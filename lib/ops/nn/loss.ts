/** The negative log-likelihood of one of several classes. */
import { numelOf } from '../../core/shape';
import {
  isGradEnabled,
  namedKernelPairs,
  record,
  Tensor,
  type Attrs,
  type Operands,
  type Rule,
} from '../define';

/** Sizes before, along and after the classes, and the options. */
type NllAttrs = Attrs<'outer' | 'classes' | 'inner' | 'ignoreIndex' | 'reduction'>;

const nllKernels = namedKernelPairs(
  'nllLoss',
  (call, o: Operands<'logs' | 'target' | 'weight' | 'out' | 'total'>, a: NllAttrs) => {
    call(o.logs, o.target, o.weight, o.out, o.total, a.outer, a.classes, a.inner, a.ignoreIndex, a.reduction); // prettier-ignore
  },
);
const nllBackwardKernels = namedKernelPairs(
  'nllLossBackward',
  (call, o: Operands<'dy' | 'target' | 'weight' | 'total' | 'dx'>, a: NllAttrs) => {
    call(o.dy, o.target, o.weight, o.total, o.dx, a.outer, a.classes, a.inner, a.ignoreIndex, a.reduction); // prettier-ignore
  },
);

/** 'mean' or 'sum' of the elements' losses, or 'none' for the loss of each element. */
export type Reduction = 'none' | 'mean' | 'sum';
const reductionCodes = { none: 0, mean: 1, sum: 2 } as const;

/** The arguments of the loss besides the log-probabilities. */
export interface Picks {
  /** Class indices, the shape of the log-probabilities without dimension `dim`. */
  readonly target: Tensor;
  /** (classes), or null for 1 each. */
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly reduction: Reduction;
  /** The dimension of the classes. */
  readonly dim: number;
}

function attrsOf(shape: readonly number[], { dim, ignoreIndex, reduction }: Picks): NllAttrs {
  return {
    outer: numelOf(shape.slice(0, dim)),
    classes: shape[dim],
    inner: numelOf(shape.slice(dim + 1)),
    ignoreIndex,
    reduction: reductionCodes[reduction],
  };
}

interface Picked extends Picks {
  readonly shape: readonly number[];
  /** Sum of the weights of a mean, else 1. */
  readonly total: Tensor;
}

declare module '../../core/node' {
  interface OpAttrs {
    nllLoss: Picked;
    nllLossBackward: Picked;
  }
}

const nllRule: Rule<'nllLoss'> = {
  name: 'nllLoss',
  grad: (dy, node) => [spreadBack(dy, node.attrs)],
};
// The loss is linear in the log-probabilities: the gradient of its gradient op is the loss itself.
const nllBackwardRule: Rule<'nllLossBackward'> = {
  name: 'nllLossBackward',
  grad: (dx, node) => [nll(dx, node.attrs)],
};

function spreadBack(dy: Tensor, picked: Picked): Tensor {
  const { shape, target, weight, total } = picked;
  const dx = Tensor._empty(dy.dtype, shape);
  nllBackwardKernels[dy.dtype][target.dtype](
    {
      dy: dy.contiguous()._flat,
      target: target._flat,
      weight: weight === null ? null : weight._flat,
      total: total._flat,
      dx: dx._flat,
    },
    attrsOf(shape, picked),
  );
  return isGradEnabled() ? record(dx, nllBackwardRule, [dy], [], picked) : dx;
}

/**
 * -weight[target] input[target] for log-probabilities, reduced. It is 0 for targets equal to `ignoreIndex`; the
 * mean is weighted by the weights of the others (torch.nn.functional.nll_loss). RangeError for a class index out of
 * range.
 */
export function nll(input: Tensor, picks: Picks): Tensor {
  const logs = input.contiguous();
  const target = picks.target.contiguous();
  const weight = picks.weight === null ? null : picks.weight.to(logs.dtype).detach().contiguous();
  const out = Tensor._empty(logs.dtype, picks.reduction === 'none' ? target.shape : []);
  const total = Tensor._empty('float64', []); // float64 for halves too, because a half would round the sum
  nllKernels[logs.dtype][target.dtype](
    {
      logs: logs._flat,
      target: target._flat,
      weight: weight === null ? null : weight._flat,
      out: out._flat,
      total: total._flat,
    },
    attrsOf(logs.shape, picks),
  );
  return record(out, nllRule, [logs], [], { ...picks, target, weight, total, shape: logs.shape });
}

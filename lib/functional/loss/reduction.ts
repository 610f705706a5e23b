/** The common parts of losses: options, shapes, and the reduction. */
import { calledAs } from '../../core/caller';
import { requireOneOf, shapeText, unexpected } from '../../core/errors';
import { requireNumbers } from '../../ops/define';
import type { Reduction } from '../../ops/nn/loss';
import { broadcastShapes, sameShape } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';

export type { Reduction };

/** The option of every loss. */
export interface ReductionOption {
  /** 'mean' (the default) or 'sum' of the losses, or 'none': one for each element. */
  reduction?: Reduction;
}

const reductions: readonly Reduction[] = ['mean', 'sum', 'none'];

export function requireReduction(op: string, value: Reduction | undefined): Reduction {
  return value === undefined ? 'mean' : requireOneOf(op, 'reduction', value, reductions);
}

/** The losses of the elements, reduced. */
export function reduced(op: string, losses: Tensor, reduction: Reduction | undefined): Tensor {
  const checked = requireReduction(op, reduction);
  if (checked === 'none') return losses;
  return calledAs(op, () => (checked === 'mean' ? losses.mean() : losses.sum()), ['this', 'input']);
}

/** Options of losses whose elements can have weights. */
export interface WeightOption extends ReductionOption {
  /** Multiplies the losses of the elements; of the shape of the input. A mean is divided by the sum of the weights. */
  weight?: Tensor | null;
}

/** The losses of the elements, times `weight`, reduced. */
export function weighted(
  op: string,
  losses: Tensor,
  input: Tensor,
  { weight = null, reduction }: WeightOption,
): Tensor {
  if (weight === null) return reduced(op, losses, reduction);
  requireTensor(op, 'weight', weight);
  if (!sameShape(weight.shape, input.shape)) {
    throw unexpected(op, shapeText(input.shape), 'weight', shapeText(weight.shape));
  }
  const terms = losses.mul(weight);
  if (requireReduction(op, reduction) === 'none') return terms;
  return reduction === 'sum' ? terms.sum() : terms.sum().div(weight.sum());
}

/** Two tensors of numbers: bool counts as 0 and 1 beside them. */
function bothNumbers(op: string, input: Tensor, target: Tensor): [input: Tensor, target: Tensor] {
  requireTensor(op, 'input', input);
  requireTensor(op, 'target', target);
  if (target.dtype === 'bool') {
    requireNumbers(op, 'input', input);
    return [input, target.to(input.dtype)];
  }
  return [input.dtype === 'bool' ? input.to(target.dtype) : input, target];
}

/** Two tensors of the same shape; otherwise throws. */
export function requirePair(op: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  const pair = bothNumbers(op, input, target);
  if (!sameShape(input.shape, target.shape)) {
    throw unexpected(op, shapeText(input.shape), 'target', shapeText(target.shape));
  }
  return pair;
}

const warned = new Set<string>();

/**
 * Two tensors. Warns once for each loss if their shapes differ, because (n, 1) and (n) broadcast to n times n losses.
 */
export function requireSimilar(op: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  const pair = bothNumbers(op, input, target);
  if (sameShape(input.shape, target.shape)) return pair;
  broadcastShapes(op, input.shape, target.shape);
  if (warned.has(op)) return pair;
  warned.add(op);
  const shapes = `${shapeText(input.shape)} and ${shapeText(target.shape)}`;
  process.emitWarning(`${op}: input and target have shapes ${shapes}, which will be broadcast`);
  return pair;
}

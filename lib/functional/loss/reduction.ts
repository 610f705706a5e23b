/** What all losses share: options, checks of shapes, and the reduction. */
import { calledAs } from '../../core/caller';
import { requireOneOf, shapeText, unexpected } from '../../core/errors';
import { requireNumbers } from '../../ops/define';
import type { Reduction } from '../../ops/nn/loss';
import { broadcastShapes, sameShape } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';

export type { Reduction };

/** The option of every loss. */
export interface ReductionOption {
  /** 'mean' (default) or 'sum' of the losses, or 'none' for one loss for each element. */
  reduction?: Reduction;
}

const reductions: readonly Reduction[] = ['mean', 'sum', 'none'];

export function requireReduction(op: string, value: Reduction | undefined): Reduction {
  return value === undefined ? 'mean' : requireOneOf(op, 'reduction', value, reductions);
}

/** Reduces the losses of the elements to their mean or sum, or returns them. */
export function reduced(op: string, losses: Tensor, reduction: Reduction | undefined): Tensor {
  const checked = requireReduction(op, reduction);
  if (checked === 'none') return losses;
  return calledAs(op, () => (checked === 'mean' ? losses.mean() : losses.sum()), ['this', 'input']);
}

/** Options of losses whose elements can be weighted. */
export interface WeightOption extends ReductionOption {
  /**
   * Multiplies the losses of the elements; the shape of the input. 'mean' divides by the sum of the weights.
   * Default null.
   */
  weight?: Tensor | null;
}

/** Multiplies the losses of the elements by `weight`, and reduces them. */
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

/** Checks that both are tensors; bool elements count as 0 and 1. */
function bothNumbers(op: string, input: Tensor, target: Tensor): [input: Tensor, target: Tensor] {
  requireTensor(op, 'input', input);
  requireTensor(op, 'target', target);
  if (target.dtype === 'bool') {
    requireNumbers(op, 'input', input);
    return [input, target.to(input.dtype)];
  }
  return [input.dtype === 'bool' ? input.to(target.dtype) : input, target];
}

/** Two tensors of the same shape; other shapes throw. */
export function requirePair(op: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  const pair = bothNumbers(op, input, target);
  if (!sameShape(input.shape, target.shape)) {
    throw unexpected(op, shapeText(input.shape), 'target', shapeText(target.shape));
  }
  return pair;
}

const warned = new Set<string>();

/**
 * Two tensors whose shapes broadcast. Warns once for each loss if the shapes differ: (n, 1) and (n) give n * n losses.
 */
export function requireBroadcastable(op: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  const pair = bothNumbers(op, input, target);
  if (sameShape(input.shape, target.shape)) return pair;
  broadcastShapes(op, input.shape, target.shape);
  if (warned.has(op)) return pair;
  warned.add(op);
  const shapes = `${shapeText(input.shape)} and ${shapeText(target.shape)}`;
  process.emitWarning(`${op}: input and target have shapes ${shapes}, which will be broadcast`);
  return pair;
}

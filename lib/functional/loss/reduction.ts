/** The common parts of losses: options, shapes, and the reduction. */
import { calledAs } from '../../core/caller';
import { requireOneOf, shapeText, unexpected } from '../../core/errors';
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

/** Two tensors of the same shape; otherwise throws. */
export function requirePair(op: string, input: Tensor, target: Tensor): void {
  requireTensor(op, 'input', input);
  requireTensor(op, 'target', target);
  if (!sameShape(input.shape, target.shape)) {
    throw unexpected(op, shapeText(input.shape), 'target', shapeText(target.shape));
  }
}

const warned = new Set<string>();

/**
 * Two tensors. Warns once for each loss if their shapes differ, because (n, 1) and (n) broadcast to n times n losses.
 */
export function requireSimilar(op: string, input: Tensor, target: Tensor): void {
  requireTensor(op, 'input', input);
  requireTensor(op, 'target', target);
  if (sameShape(input.shape, target.shape)) return;
  broadcastShapes(op, input.shape, target.shape);
  if (warned.has(op)) return;
  warned.add(op);
  const shapes = `${shapeText(input.shape)} and ${shapeText(target.shape)}`;
  process.emitWarning(`${op}: input and target have shapes ${shapes}, which will be broadcast`);
}

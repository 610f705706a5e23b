/** Losses for one class out of several. */
import { calledAs } from '../../core/caller';
import {
  requireArity,
  requireInRange,
  requireInteger,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { isFloating } from '../../core/dtype';
import { requireFloating, requireIndex } from '../../ops/define';
import { where } from '../../ops/elementwise/select';
import { nll, type Picks } from '../../ops/nn/loss';
import { logSoftmax } from '../../ops/reduce/softmax';
import { numelOf, sameShape, type Shape } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';
import { requireSameDType } from '../dtypes';
import { requireReduction, type ReductionOption } from './reduction';

/** Options of `nllLoss`. */
export interface NllOptions extends ReductionOption {
  /**
   * Multiplies the losses of each class, (C); it gets no gradient if the target holds class indices. Default
   * null.
   */
  weight?: Tensor | null;
  /** Class index whose elements are ignored; default -100. */
  ignoreIndex?: number;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends NllOptions {
  /** Fraction of each target that is spread evenly over all classes, from 0 to 1; default 0. */
  labelSmoothing?: number;
}

/** The dimension of the classes: in (C) the only one, in (N, C, ...) the second. */
function classDimOf(op: string, input: Tensor): number {
  if (input.ndim === 0) throw unexpected(op, '(C) or (N, C, ...)', 'input', shapeText(input.shape));
  return input.ndim === 1 ? 0 : 1;
}

function weightFor(op: string, input: Tensor, weight: Tensor | null = null): Tensor | null {
  if (weight === null) return null;
  const classes = input.shape[classDimOf(op, input)];
  if (!sameShape(requireTensor(op, 'weight', weight).shape, [classes])) {
    throw unexpected(op, `[${classes}]`, 'weight', shapeText(weight.shape));
  }
  requireSameDType(op, input, 'weight', weight);
  return weight;
}

/** The checked arguments of the op. */
function picksFor(op: string, input: Tensor, target: Tensor, options: NllOptions): Picks {
  const dim = classDimOf(op, input);
  const shape = input.shape.filter((_, i) => i !== dim);
  requireIndex(op, 'target', target);
  if (!sameShape(target.shape, shape)) {
    throw unexpected(op, shapeText(shape), 'target', shapeText(target.shape));
  }
  const ignoreIndex = requireInteger(op, 'ignoreIndex', options.ignoreIndex ?? -100);
  const weight = weightFor(op, input, options.weight)?.detach() ?? null;
  return { target, weight, ignoreIndex, reduction: requireReduction(op, options.reduction), dim };
}

/**
 * Negative log-likelihood of class indices, given log-probabilities.
 *
 * loss = -weight[target] * input[target]. 'mean' divides by the sum of the weights of the elements that are
 * not ignored.
 *
 * @param input log-probabilities, (C), (N, C) or (N, C, d1, ...)
 * @param target class indices, (), (N) or (N, d1, ...), int32 or int64
 * @param options.weight multiplies the losses of each class, (C)
 * @param options.ignoreIndex class index whose elements are ignored; default -100
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the shape of `target` for 'none'
 * @throws RangeError if the shapes do not fit together, or a class index is out of range
 * @see torch.nn.functional.nll_loss
 * @example F.nllLoss(tensor([[-0.5, -1]]), tensor([1], { dtype: 'int32' })).item() // 1
 */
export function nllLoss(input: Tensor, target: Tensor, options: NllOptions = {}): Tensor {
  requireArity('nllLoss', arguments.length, 3);
  requireOptions('nllLoss', options, ['reduction', 'weight', 'ignoreIndex']);
  requireTensor('nllLoss', 'input', input);
  requireTensor('nllLoss', 'target', target);
  return nll(input, picksFor('nllLoss', input, target, options));
}

/**
 * Cross-entropy between logits and class indices, or class probabilities.
 *
 * loss = -weight[target] * log(softmax(input)[target]). 'mean' divides by the sum of the weights of the
 * elements that are not ignored; for class probabilities, by the number of samples.
 *
 * @param input logits, (C), (N, C) or (N, C, d1, ...)
 * @param target class indices, (), (N) or (N, d1, ...), int32 or int64; or probabilities, floating, the shape
 * of `input`
 * @param options.weight multiplies the losses of each class, (C)
 * @param options.ignoreIndex class index whose elements are ignored; default -100
 * @param options.labelSmoothing fraction of each target that is spread evenly over all classes, in [0, 1];
 * default 0
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or for 'none' one loss for each sample: (), (N) or (N, d1, ...)
 * @throws RangeError if the shapes do not fit together, or a class index is out of range
 * @see torch.nn.functional.cross_entropy; label smoothing: Szegedy et al. 2016, Rethinking the Inception
 * Architecture
 * @example F.crossEntropy(tensor([[2, 1]]), tensor([0], { dtype: 'int32' })).item() // 0.3133
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  requireArity('crossEntropy', arguments.length, 3);
  const op = 'crossEntropy';
  requireOptions(op, options, ['reduction', 'weight', 'ignoreIndex', 'labelSmoothing']);
  requireTensor(op, 'input', input);
  requireTensor(op, 'target', target);
  const smoothing = requireInRange(op, 'labelSmoothing', options.labelSmoothing ?? 0, 0, 1);
  requireFloating(op, 'input', input);
  const dim = classDimOf(op, input);
  const isProbabilities = isFloating(target.dtype) && sameShape(input.shape, target.shape);
  if (isProbabilities)
    return softTargetLoss(op, logSoftmax(input, dim), target, smoothing, options);
  const picks = picksFor(op, input, target, options);
  const logs = logSoftmax(input, dim);
  const hard = calledAs(op, () => nll(logs, picks));
  if (smoothing === 0) return hard;
  const uniform = uniformLoss(logs, picks);
  return hard.mul(1 - smoothing).add(uniform.mul(smoothing / input.shape[dim]));
}

/** The loss against a uniform distribution over the classes, weighted and reduced like the loss against the target. */
function uniformLoss(logs: Tensor, { target, weight, ignoreIndex, reduction, dim }: Picks): Tensor {
  const ignored = target.eq(ignoreIndex);
  const perElement = (weight === null ? logs : logs.mul(broadcastWeight(weight, logs.shape)))
    .sum(dim)
    .neg();
  const losses = where(ignored, 0, perElement); // a product with 0 would be NaN for infinite losses
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return losses.sum();
  if (weight === null) return losses.sum().div(ignored.logicalNot().to(logs.dtype).sum());
  const picked = target.maskedFill(ignored, 0).flatten();
  return losses.sum().div(where(ignored.flatten(), 0, weight.indexSelect(0, picked)).sum());
}

/** The weights (C), reshaped to broadcast with (N, C, d...). */
function broadcastWeight(weight: Tensor, shape: Shape): Tensor {
  return weight.reshape([weight.shape[0], ...shape.slice(2).map(() => 1)]);
}

/** The loss against class probabilities. */
function softTargetLoss(
  op: string,
  logs: Tensor,
  target: Tensor,
  smoothing: number,
  options: CrossEntropyOptions,
): Tensor {
  if (options.ignoreIndex !== undefined && options.ignoreIndex >= 0) {
    throw new RangeError(
      `${op}: ignoreIndex ${options.ignoreIndex} requires class indices, and target holds probabilities; ` +
        'leave ignoreIndex out, or pass class indices as int32 or int64',
    );
  }
  const dim = classDimOf(op, logs);
  const classes = logs.shape[dim];
  const smoothed = smoothing === 0 ? target : target.mul(1 - smoothing).add(smoothing / classes);
  const weight = weightFor(op, logs, options.weight);
  const terms = logs.mul(
    weight === null ? smoothed : smoothed.mul(broadcastWeight(weight, logs.shape)),
  );
  const reduction = requireReduction(op, options.reduction);
  if (reduction === 'none') return terms.sum(dim).neg();
  return terms
    .sum()
    .neg()
    .div(reduction === 'sum' ? 1 : numelOf(logs.shape) / classes);
}

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
  /** One weight for each class, which multiplies the losses of that class; with class targets it gets no gradient. */
  weight?: Tensor | null;
  /** A class whose elements are ignored; -100 if missing. */
  ignoreIndex?: number;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends NllOptions {
  /** The fraction of each target that is distributed evenly over all classes, from 0 to 1. */
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

/** The arguments of the op for an input of this shape. */
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
 * -input[target] of log-probabilities (N, C), (N, C, d...) or (C) and classes (N), (N, d...) or () in int32 or int64,
 * times the weight of the class. The mean is weighted by these weights, without ignored elements (torch.nn.functional.nll_loss).
 */
export function nllLoss(input: Tensor, target: Tensor, options: NllOptions = {}): Tensor {
  requireArity('nllLoss', arguments.length, 3);
  requireOptions('nllLoss', options, ['reduction', 'weight', 'ignoreIndex']);
  requireTensor('nllLoss', 'input', input);
  requireTensor('nllLoss', 'target', target);
  return nll(input, picksFor('nllLoss', input, target, options));
}

/**
 * Cross-entropy of logits (N, C), (N, C, d...) or (C) against classes (N), (N, d...) or () in int32 or int64, or
 * against probabilities in the shape of the logits: logSoftmax and nllLoss (torch.nn.functional.cross_entropy).
 *
 * @example F.crossEntropy(model.forward(images), labels)
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
  if (isProbabilities) return soft(op, logSoftmax(input, dim), target, smoothing, options);
  const picks = picksFor(op, input, target, options);
  const logs = logSoftmax(input, dim);
  const hard = calledAs(op, () => nll(logs, picks));
  if (smoothing === 0) return hard;
  const even = evenly(logs, picks);
  return hard.mul(1 - smoothing).add(even.mul(smoothing / input.shape[dim]));
}

/** The loss against all classes equally, weighted and reduced like the loss against the target. */
function evenly(logs: Tensor, { target, weight, ignoreIndex, reduction, dim }: Picks): Tensor {
  const ignored = target.eq(ignoreIndex);
  const perElement = (weight === null ? logs : logs.mul(column(weight, logs.shape))).sum(dim).neg();
  const losses = where(ignored, 0, perElement); // also where they are infinite
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return losses.sum();
  if (weight === null) return losses.sum().div(ignored.logicalNot().to(logs.dtype).sum());
  const picked = target.maskedFill(ignored, 0).flatten();
  return losses.sum().div(where(ignored.flatten(), 0, weight.indexSelect(0, picked)).sum());
}

/** (C) in a shape that broadcasts with (N, C, d...). */
function column(weight: Tensor, shape: Shape): Tensor {
  return weight.reshape([weight.shape[0], ...shape.slice(2).map(() => 1)]);
}

/** The loss for targets that are probabilities. */
function soft(
  op: string,
  logs: Tensor,
  target: Tensor,
  smoothing: number,
  options: CrossEntropyOptions,
): Tensor {
  if (options.ignoreIndex !== undefined && options.ignoreIndex >= 0) {
    const got = String(options.ignoreIndex);
    throw unexpected(op, 'no class to ignore beside probabilities', 'ignoreIndex', got);
  }
  const dim = classDimOf(op, logs);
  const classes = logs.shape[dim];
  const goal = smoothing === 0 ? target : target.mul(1 - smoothing).add(smoothing / classes);
  const weight = weightFor(op, logs, options.weight);
  const terms = logs.mul(weight === null ? goal : goal.mul(column(weight, logs.shape)));
  const reduction = requireReduction(op, options.reduction);
  if (reduction === 'none') return terms.sum(dim).neg();
  return terms
    .sum()
    .neg()
    .div(reduction === 'sum' ? 1 : numelOf(logs.shape) / classes);
}

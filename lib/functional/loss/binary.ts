/** Losses for two classes. */
import { calledAs } from '../../core/caller';
import { requireArity, requireOptions, shapeText, unexpected } from '../../core/errors';
import { logsigmoid } from '../../ops/elementwise/activation';
import { isFloating, kernels, record, type Rule } from '../../ops/define';
import { noGrad } from '../../core/gradMode';
import { requireTensor, type Tensor } from '../../core/tensor';
import { requireSameDType, roundedOnce } from '../dtypes';
import { reduced, requirePair, type ReductionOption } from './reduction';

declare module '../../core/node' {
  interface OpAttrs {
    binaryCrossEntropy: undefined;
  }
}

/** log x, limited to at least -100 as in PyTorch. */
const boundedLog = (x: Tensor): Tensor => x.log().clamp({ min: -100 });
const oneMinus = (x: Tensor): Tensor => x.neg().add(1);

/**
 * The composition would give 0 times infinity at the probabilities 0 and 1, where the derivative of the logarithm is
 * infinite.
 */
const rule: Rule<'binaryCrossEntropy'> = {
  name: 'binaryCrossEntropy',
  grad: (dy, node) => {
    const [x, target] = node.saved;
    // PyTorch rounds this number to float32, for float64 too.
    const variance = x.mul(oneMinus(x)).clamp({ min: Math.fround(1e-12) });
    return [
      node.needs(0) ? dy.mul(x.sub(target).div(variance)) : null,
      node.needs(1) ? dy.mul(boundedLog(oneMinus(x)).sub(boundedLog(x))) : null,
    ];
  },
};

/** Options of `binaryCrossEntropy`. */
export interface BinaryCrossEntropyOptions extends ReductionOption {
  /** Multiplies the losses of the elements; broadcasts with the input; default null. */
  weight?: Tensor | null;
}

/**
 * Binary cross-entropy between probabilities and targets.
 *
 * loss = -weight * (target * log(input) + (1 - target) * log(1 - input)), with logarithms of at least -100.
 * For logits use `binaryCrossEntropyWithLogits`, which cannot overflow.
 *
 * @param input probabilities in [0, 1], any shape
 * @param target probabilities in [0, 1], the shape of `input`
 * @param options.weight multiplies the losses of the elements; broadcasts with `input`
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the shape of `input` for 'none'
 * @throws RangeError if the shapes differ, an element is outside [0, 1], or a floating target has another
 * dtype than `input`
 * @see torch.nn.functional.binary_cross_entropy
 * @example F.binaryCrossEntropy(tensor([0.9]), tensor([1])).item() // 0.1054
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  requireArity('binaryCrossEntropy', arguments.length, 3);
  requireOptions('binaryCrossEntropy', options, ['reduction', 'weight']);
  const op = 'binaryCrossEntropy';
  const pair = requirePair(op, input, target);
  if (isFloating(target.dtype)) requireSameDType(op, input, 'target', target);
  const weight = optional(op, 'weight', options.weight);
  return roundedOnce([...pair, weight], (x, y, w) => {
    const t = y.to(x.dtype);
    requireProbabilities(op, 'input', x);
    requireProbabilities(op, 'target', t);
    const losses = noGrad(() => {
      const log1mx = boundedLog(oneMinus(x));
      return t.mul(log1mx.sub(boundedLog(x))).sub(log1mx);
    });
    record(losses, rule, [x, t], [x, t], undefined);
    return reduced(op, weighted(losses, w), options.reduction);
  });
}

const probabilities = kernels('probabilities');

/** Throws unless all elements are in [0, 1]. A native op does it, so that every replay checks its own values. */
function requireProbabilities(op: string, name: string, x: Tensor): void {
  const values = x.detach().contiguous();
  calledAs(op, () => probabilities[x.dtype](values._flat, values.numel()), ['x', name]);
}

function weighted(losses: Tensor, weight: Tensor | undefined): Tensor {
  return weight === undefined ? losses : losses.mul(weight);
}

/** An optional tensor among the options; null counts as missing. */
function optional(op: string, name: string, value: Tensor | null = null): Tensor | undefined {
  return value === null ? undefined : requireTensor(op, name, value);
}

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /**
   * Multiplies the loss term of target 1, for imbalanced classes; broadcasts with the input; default null.
   */
  posWeight?: Tensor | null;
}

/**
 * Binary cross-entropy between logits and targets, computed stably: no logit overflows.
 *
 * loss = -weight * (posWeight * target * log(sigmoid(input)) + (1 - target) * log(1 - sigmoid(input)))
 *
 * @param input logits, any shape
 * @param target probabilities in [0, 1], the shape of `input`
 * @param options.weight multiplies the losses of the elements; broadcasts with `input`
 * @param options.posWeight multiplies the loss term of target 1, for imbalanced classes; broadcasts with
 * `input`
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the shape of `input` for 'none'
 * @throws RangeError if the shapes differ
 * @see torch.nn.functional.binary_cross_entropy_with_logits
 * @example F.binaryCrossEntropyWithLogits(tensor([0.3]), tensor([1])).item() // 0.5544
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  requireArity('binaryCrossEntropyWithLogits', arguments.length, 3);
  const op = 'binaryCrossEntropyWithLogits';
  requireOptions(op, options, ['reduction', 'weight', 'posWeight']);
  const pair = requirePair(op, input, target);
  const weight = optional(op, 'weight', options.weight);
  const posWeight = optional(op, 'posWeight', options.posWeight);
  return roundedOnce([...pair, weight, posWeight], (x, y, w, positive) => {
    const log = logsigmoid(x);
    const logTerm = positive === undefined ? log : log.mul(positive.sub(1).mul(y).add(1));
    return reduced(op, weighted(x.sub(x.mul(y)).sub(logTerm), w), options.reduction);
  });
}

/** Options of `multilabelSoftMarginLoss`. */
export interface MultilabelSoftMarginOptions extends ReductionOption {
  /** Multiplies the losses of each class, (C); default null. */
  weight?: Tensor | null;
}

/**
 * Binary cross-entropy of logits, averaged over the classes: several classes of a sample may be correct.
 *
 * loss = -mean over c of weight[c] * (target[c] * log(sigmoid(input[c])) + (1 - target[c]) * log(1 -
 * sigmoid(input[c])))
 *
 * @param input logits, (C) or (N, C)
 * @param target 0 or 1 for each class, the shape of `input`
 * @param options.weight multiplies the losses of each class, (C)
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or (N) for 'none'
 * @throws RangeError if the shapes differ, or `input` has no dimension
 * @see torch.nn.functional.multilabel_soft_margin_loss
 * @example F.multilabelSoftMarginLoss(tensor([[0.5, -1]]), tensor([[1, 0]])).item() // 0.3937
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultilabelSoftMarginOptions = {},
): Tensor {
  requireArity('multilabelSoftMarginLoss', arguments.length, 3);
  const op = 'multilabelSoftMarginLoss';
  requireOptions(op, options, ['reduction', 'weight']);
  if (requireTensor(op, 'input', input).ndim === 0) {
    throw unexpected(op, 'at least one dimension', 'input', shapeText(input.shape));
  }
  const pair = requirePair(op, input, target);
  const weight = optional(op, 'weight', options.weight);
  const losses = calledAs(op, () =>
    roundedOnce([...pair, weight], (x, y, w) => {
      // Unlike x - x y - log sigmoid(x), this form is right for infinite logits.
      const logs = y.mul(logsigmoid(x)).add(oneMinus(y).mul(logsigmoid(x.neg())));
      return weighted(logs.neg(), w).mean(-1);
    }),
  );
  return reduced(op, losses, options.reduction);
}

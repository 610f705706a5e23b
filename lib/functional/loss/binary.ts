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
 * A gradient rule of its own: at 0 and 1 the derivative of the logarithm would give 0 times infinity. It is also
 * shorter than the rules of the composition.
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
  /** Multiplies the losses of the elements; broadcasts. */
  weight?: Tensor | null;
}

/**
 * -(target log input + (1 - target) log(1 - input)) of probabilities, with logarithms of at least -100, times `weight`
 * (torch.nn.functional.binary_cross_entropy). For logits use binaryCrossEntropyWithLogits. RangeError for inputs and targets
 * that are not from 0 to 1, and for a floating target of another dtype than the input's.
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
    const goal = y.to(x.dtype);
    requireProbabilities(op, 'input', x);
    requireProbabilities(op, 'target', goal);
    const losses = noGrad(() => {
      const no = boundedLog(oneMinus(x));
      return goal.mul(no.sub(boundedLog(x))).sub(no);
    });
    record(losses, rule, [x, goal], [x, goal], undefined);
    return reduced(op, weighted(losses, w), options.reduction);
  });
}

const probabilities = kernels('probabilities');

/** A native op, so that every replay of a compiled function checks its own values. */
function requireProbabilities(op: string, name: string, x: Tensor): void {
  const values = x.detach().contiguous();
  calledAs(op, () => probabilities[x.dtype](values._flat, values.numel()), ['x', name]);
}

function weighted(losses: Tensor, weight: Tensor | undefined): Tensor {
  return weight === undefined ? losses : losses.mul(weight);
}

/** An option that is a tensor if it is given; null counts as missing. */
function optional(op: string, name: string, value: Tensor | null = null): Tensor | undefined {
  return value === null ? undefined : requireTensor(op, name, value);
}

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** Multiplies the part of the loss that belongs to target 1; broadcasts. */
  posWeight?: Tensor | null;
}

/**
 * Binary cross-entropy of sigmoid(input), without overflow: (1 - target) input - log sigmoid(input), times `weight`.
 * `posWeight` multiplies the part that belongs to target 1 (torch.nn.functional.binary_cross_entropy_with_logits).
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
    const part = positive === undefined ? log : log.mul(positive.sub(1).mul(y).add(1));
    return reduced(op, weighted(x.sub(x.mul(y)).sub(part), w), options.reduction);
  });
}

/** Options of `multilabelSoftMarginLoss`. */
export interface MultilabelSoftMarginOptions extends ReductionOption {
  /** (C): multiplies the losses of each class. */
  weight?: Tensor | null;
}

/**
 * The mean over classes of the binary cross-entropy of logits (N, C), one class each element, times `weight` (C)
 * (torch.nn.functional.multilabel_soft_margin_loss).
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

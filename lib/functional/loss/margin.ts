/** Margin losses: 0 once scores or distances differ by more than a margin. */
import { calledAs } from '../../core/caller';
import {
  requireArity,
  requireNumber,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { softplus } from '../../ops/elementwise/activation';
import { asFloating, requireIndex } from '../../ops/define';
import { where } from '../../ops/elementwise/select';
import { arange } from '../../creation/range';
import { sameShape } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';
import { requireSameDType, roundedOnce } from '../dtypes';
import { reduced, requirePair, type ReductionOption } from './reduction';

/** Options of margin losses. */
export interface MarginOption extends ReductionOption {
  /** Margin beyond which the loss is 0; each loss has its own default. */
  margin?: number;
}

const nonNegative = (x: Tensor): Tensor => x.clamp({ min: 0 });

/** `whenOne` where target is 1, `minusOne` where it is -1. */
function bySign(target: Tensor, whenOne: Tensor, minusOne: Tensor): Tensor {
  return where(target.ne(-1), whenOne, 0).add(where(target.ne(1), minusOne, 0));
}

/**
 * Hinge loss of distances: small distances for target 1, distances beyond a margin for target -1.
 *
 * loss = input if target = 1, max(0, margin - input) if target = -1
 *
 * @param input distances, any shape
 * @param target 1 or -1, a shape that broadcasts with `input`
 * @param options.margin distance beyond which the loss of target -1 is 0; default 1
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the broadcast shape for 'none'
 * @throws RangeError if the shapes do not broadcast
 * @see torch.nn.functional.hinge_embedding_loss
 * @example F.hingeEmbeddingLoss(tensor([0.25, 0.5]), tensor([1, -1])).item() // 0.375
 */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  options: MarginOption = {},
): Tensor {
  requireArity('hingeEmbeddingLoss', arguments.length, 3);
  const op = 'hingeEmbeddingLoss';
  requireOptions(op, options, ['reduction', 'margin']);
  const margin = requireNumber(op, 'margin', options.margin ?? 1);
  requireTensor(op, 'input', input);
  requireTensor(op, 'target', target);
  const losses = calledAs(op, () => bySign(target, input, nonNegative(input.neg().add(margin))));
  return reduced(op, losses, options.reduction);
}

/**
 * Logistic loss of scores for two classes, 1 and -1.
 *
 * loss = log(1 + exp(-target * input))
 *
 * @param input scores, any shape
 * @param target 1 or -1, the shape of `input`
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the shape of `input` for 'none'
 * @throws RangeError if the shapes differ
 * @see torch.nn.functional.soft_margin_loss
 * @example F.softMarginLoss(tensor([0.5, -1]), tensor([1, -1])).item() // 0.3937
 */
export function softMarginLoss(
  input: Tensor,
  target: Tensor,
  options: ReductionOption = {},
): Tensor {
  requireArity('softMarginLoss', arguments.length, 3);
  requireOptions('softMarginLoss', options, ['reduction']);
  const [x, sign] = requirePair('softMarginLoss', input, target);
  const losses = softplus(x.mul(sign).neg(), { threshold: Infinity });
  return reduced('softMarginLoss', losses, options.reduction);
}

/**
 * Ranking loss of pairs: for target 1 `input1` should be larger than `input2`, for target -1 smaller.
 *
 * loss = max(0, margin - target * (input1 - input2))
 *
 * @param input1 scores, any shape
 * @param input2 scores, a shape that broadcasts with `input1`
 * @param target 1 or -1, a shape that broadcasts with the scores
 * @param options.margin difference of the scores beyond which the loss is 0; default 0
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the broadcast shape for 'none'
 * @throws RangeError if the shapes do not broadcast
 * @see torch.nn.functional.margin_ranking_loss
 * @example F.marginRankingLoss(tensor([0.25]), tensor([0.5]), tensor([1])).item() // 0.25
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOption = {},
): Tensor {
  requireArity('marginRankingLoss', arguments.length, 4);
  const op = 'marginRankingLoss';
  requireOptions(op, options, ['reduction', 'margin']);
  const margin = requireNumber(op, 'margin', options.margin ?? 0);
  requireTensor(op, 'input1', input1);
  requireTensor(op, 'input2', input2);
  requireTensor(op, 'target', target);
  const losses = calledAs(op, () =>
    nonNegative(asFloating(input2.sub(input1).mul(target)).add(margin)),
  );
  return reduced(op, losses, options.reduction);
}

/**
 * Loss of pairs of vectors: similar for target 1, dissimilar for target -1.
 *
 * loss = 1 - cos if target = 1, max(0, cos - margin) if target = -1
 *
 * @param input1 (D) or (N, D)
 * @param input2 the shape of `input1`
 * @param target 1 or -1, () or (N)
 * @param options.margin cosine up to which the loss of target -1 is 0; default 0
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or (N) for 'none'
 * @throws RangeError if the shapes do not fit together
 * @see torch.nn.functional.cosine_embedding_loss
 * @example F.cosineEmbeddingLoss(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1])).item() // 1
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOption = {},
): Tensor {
  requireArity('cosineEmbeddingLoss', arguments.length, 4);
  const op = 'cosineEmbeddingLoss';
  requireOptions(op, options, ['reduction', 'margin']);
  const margin = requireNumber(op, 'margin', options.margin ?? 0);
  const a = requireTensor(op, 'input1', input1);
  const b = requireTensor(op, 'input2', input2);
  requireTensor(op, 'target', target);
  if (!sameShape(a.shape, b.shape)) {
    throw unexpected(op, shapeText(a.shape), 'input2', shapeText(b.shape));
  }
  if (a.ndim < 1 || a.ndim > 2) throw unexpected(op, '(D) or (N, D)', 'input1', shapeText(a.shape));
  if (!sameShape(target.shape, a.shape.slice(0, -1))) {
    throw unexpected(op, shapeText(a.shape.slice(0, -1)), 'target', shapeText(target.shape));
  }
  // PyTorch rounds this number to float32, for float64 too.
  const squares = (x: Tensor): Tensor => x.square().sum(-1).add(Math.fround(1e-12));
  const cos = a
    .mul(b)
    .sum(-1)
    .div(squares(a).mul(squares(b)).sqrt());
  const losses = where(target.eq(1), cos.neg().add(1), 0).add(
    where(target.eq(-1), nonNegative(cos.sub(margin)), 0),
  );
  return reduced(op, losses, options.reduction);
}

/** Options of `multiMarginLoss`. */
export interface MultiMarginOptions extends MarginOption {
  /** Exponent of each term; default 1. */
  p?: 1 | 2;
  /** Multiplies the losses of each target class, (C); default null. */
  weight?: Tensor | null;
}

/** Scores as (N, C); the scores of a single sample may have fewer dimensions. */
function scoreRows(op: string, x: Tensor): Tensor {
  if (x.ndim > 2) throw unexpected(op, '(C) or (N, C)', 'input', shapeText(x.shape));
  return x.ndim === 2 ? x : x.reshape([1, x.numel()]);
}

/**
 * Hinge loss of several classes: the score of the target class should exceed the others by a margin.
 *
 * loss = sum over i != target of weight[target] * max(0, margin - input[target] + input[i])^p / C
 *
 * @param input scores, (C) or (N, C)
 * @param target class indices, () or (N), int32 or int64
 * @param options.p exponent of each term, 1 (default) or 2
 * @param options.margin difference of the scores beyond which a term is 0; default 1
 * @param options.weight multiplies the losses of each target class, (C)
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the shape of `target` for 'none'
 * @throws RangeError if the shapes do not fit together, or a class index is out of range
 * @see torch.nn.functional.multi_margin_loss
 * @example F.multiMarginLoss(tensor([[0.1, 0.5, 0.4]]), tensor([1], { dtype: 'int32' })).item() // 0.5
 */
export function multiMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultiMarginOptions = {},
): Tensor {
  requireArity('multiMarginLoss', arguments.length, 3);
  const op = 'multiMarginLoss';
  requireOptions(op, options, ['reduction', 'margin', 'p', 'weight']);
  const margin = requireNumber(op, 'margin', options.margin ?? 1);
  const p = requireOneOf(op, 'p', String(options.p ?? 1), ['1', '2']);
  const x = requireTensor(op, 'input', input);
  requireTensor(op, 'target', target);
  const rows = scoreRows(op, x);
  const [samples, classes] = rows.shape;
  requireIndex(op, 'target', target);
  const isOne = samples === 1 && target.ndim === 0;
  if (!isOne && !sameShape(target.shape, [samples])) {
    throw unexpected(op, shapeText([samples]), 'target', shapeText(target.shape));
  }
  const shape = x.ndim === 0 ? [] : target.shape;
  const labels = target.reshape([samples]);
  const column = labels.unsqueeze(1);
  const isTarget = column.eq(arange(classes, { dtype: 'int32' }));
  const weight = options.weight ?? null;
  if (weight !== null) {
    requireSameDType(op, x, 'weight', requireTensor(op, 'weight', weight));
    if (!sameShape(weight.shape, [classes])) {
      throw unexpected(op, `[${classes}]`, 'weight', shapeText(weight.shape));
    }
  }
  return roundedOnce([rows], (scores) => {
    const own = calledAs(op, () => scores.gather(1, column), ['index', 'target']);
    const violations = scores.sub(own).add(margin);
    // NaN is not above 0, so it adds nothing, as in PyTorch.
    const terms = where(violations.gt(0).logicalAnd(isTarget.logicalNot()), violations, 0);
    const losses = (p === '2' ? terms.square() : terms).sum(1).div(classes);
    const weighted = weight === null ? losses : losses.mul(weight.indexSelect(0, labels));
    return reduced(op, weighted.reshape(shape), options.reduction);
  });
}

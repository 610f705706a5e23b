/** Losses that are 0 beyond a margin. */
import { calledAs } from '../../core/caller';
import {
  requireArity,
  requireBoolean,
  requireNumber,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
  wrongValue,
} from '../../core/errors';
import { softplus } from '../../ops/elementwise/activation';
import { asFloating, requireIndex } from '../../ops/define';
import { where } from '../../ops/elementwise/select';
import { arange } from '../../creation/range';
import { sameShape } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';
import { pairwiseDistance } from '../distance';
import { requireSameDType, roundedOnce } from '../dtypes';
import { reduced, requirePair, type ReductionOption } from './reduction';

/** The option of most margin losses. */
export type MarginOption = ReductionOption & {
  /** The distance beyond which the loss is 0; each loss has its own default. */
  margin?: number;
};

const nonNegative = (x: Tensor): Tensor => x.clamp({ min: 0 });

/** `whenOne` where target is 1, `minusOne` where it is -1. */
function bySign(target: Tensor, whenOne: Tensor, minusOne: Tensor): Tensor {
  return where(target.ne(-1), whenOne, 0).add(where(target.ne(1), minusOne, 0));
}

/** input where target is 1, max(0, margin - input) where it is -1 (torch.nn.functional.hinge_embedding_loss). */
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

/** log(1 + e^(-target input)) for targets 1 and -1 (torch.nn.functional.soft_margin_loss). */
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
 * max(0, margin - target (input1 - input2)): input1 should be larger where target is 1, smaller where it is -1
 * (torch.nn.functional.margin_ranking_loss).
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
 * 1 - cos of vectors (N, D) or (D) where target (N) or () is 1, max(0, cos - margin) where it is -1
 * (torch.nn.functional.cosine_embedding_loss).
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

/** The distance of two tensors of vectors, one number for each pair. */
export type DistanceFunction = (x1: Tensor, x2: Tensor) => Tensor;

/** Options of `tripletMarginWithDistanceLoss`. */
export type TripletMarginWithDistanceOptions = MarginOption & {
  /** `pairwiseDistance` if missing. */
  distanceFunction?: DistanceFunction;
  /** Whether the negative's distance is that to the nearer of anchor and positive; false if missing. */
  swap?: boolean;
};

/**
 * max(0, margin + d(anchor, positive) - d(anchor, negative)) for any distance; with `swap` the negative's distance is
 * that to the nearer of anchor and positive (torch.nn.functional.triplet_margin_with_distance_loss).
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginWithDistanceOptions = {},
): Tensor {
  requireArity('tripletMarginWithDistanceLoss', arguments.length, 4);
  const op = 'tripletMarginWithDistanceLoss';
  requireOptions(op, options, ['reduction', 'margin', 'distanceFunction', 'swap']);
  const { margin = 1, distanceFunction = pairwiseDistance, swap = false } = options;
  if (requireNumber(op, 'margin', margin) <= 0) {
    throw wrongValue(op, 'a number above 0', 'margin', margin);
  }
  requireBoolean(op, 'swap', swap);
  if (typeof distanceFunction !== 'function') {
    throw wrongType(op, 'a function', 'distanceFunction', distanceFunction);
  }
  requireTensor(op, 'anchor', anchor);
  requireTensor(op, 'positive', positive);
  requireTensor(op, 'negative', negative);
  // Errors of a distance function of the user are not renamed.
  const distance: DistanceFunction = (x1, x2) =>
    distanceFunction === pairwiseDistance
      ? calledAs(op, () => pairwiseDistance(x1, x2))
      : requireTensor(op, 'the result of distanceFunction', distanceFunction(x1, x2));
  const near = distance(anchor, positive);
  const far = distance(anchor, negative);
  const nearest = swap ? distance(positive, negative) : null;
  const losses = calledAs(op, () => {
    const farther = nearest === null ? far : far.minimum(nearest);
    return nonNegative(near.sub(farther).add(margin));
  });
  return reduced(op, losses, options.reduction);
}

/** Options of `tripletMarginLoss`. */
export type TripletMarginOptions = MarginOption & {
  /** Which norm; 2 if missing. */
  p?: number;
  /** Added to each difference; 1e-6 if missing. */
  eps?: number;
  /** Whether the negative's distance is that to the nearer of anchor and positive; false if missing. */
  swap?: boolean;
};

/**
 * max(0, margin + |anchor - positive| - |anchor - negative|) with p-norms of vectors along the last dimension
 * (Balntas et al. 2016, torch.nn.functional.triplet_margin_loss).
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): Tensor {
  requireArity('tripletMarginLoss', arguments.length, 4);
  requireOptions('tripletMarginLoss', options, ['reduction', 'margin', 'p', 'eps', 'swap']);
  const { p = 2, eps = 1e-6, ...others } = options;
  requireTensor('tripletMarginLoss', 'anchor', anchor);
  requireTensor('tripletMarginLoss', 'positive', positive);
  requireTensor('tripletMarginLoss', 'negative', negative);
  return calledAs('tripletMarginLoss', () =>
    roundedOnce([anchor, positive, negative], (...vectors) =>
      tripletMarginWithDistanceLoss(...vectors, {
        ...others,
        distanceFunction: (a, b) => pairwiseDistance(a, b, { p, eps }),
      }),
    ),
  );
}

/** Options of `multiMarginLoss`. */
export type MultiMarginOptions = MarginOption & {
  /** The power of each term; 1 if missing. */
  p?: 1 | 2;
  /** One number for each class, which multiplies the losses of that class. */
  weight?: Tensor | null;
};

/** Scores as (N, C); those of one sample may have fewer dimensions. */
function scoreRows(op: string, x: Tensor): Tensor {
  if (x.ndim > 2) throw unexpected(op, '(C) or (N, C)', 'input', shapeText(x.shape));
  return x.ndim === 2 ? x : x.reshape([1, x.numel()]);
}

/**
 * The sum over the wrong classes i of max(0, margin - input[target] + input[i])^p / C for scores (N, C) or (C) and
 * classes (N), or (1) or () of one sample, in int32 or int64, times the class's weight; p is 1 or 2 (torch.nn.functional.multi_margin_loss).
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
  const right = labels.unsqueeze(1);
  const isRight = right.eq(arange(classes, { dtype: 'int32' }));
  const weight = options.weight ?? null;
  if (weight !== null) {
    requireSameDType(op, x, 'weight', requireTensor(op, 'weight', weight));
    if (!sameShape(weight.shape, [classes])) {
      throw unexpected(op, `[${classes}]`, 'weight', shapeText(weight.shape));
    }
  }
  return roundedOnce([rows], (scores) => {
    const own = calledAs(op, () => scores.gather(1, right), ['index', 'target']);
    const over = scores.sub(own).add(margin);
    // NaN is not above 0, so it adds nothing, as in PyTorch.
    const terms = where(over.gt(0).logicalAnd(isRight.logicalNot()), over, 0);
    const losses = (p === '2' ? terms.square() : terms).sum(1).div(classes);
    const shares = weight === null ? losses : losses.mul(weight.indexSelect(0, labels));
    return reduced(op, shares.reshape(shape), options.reduction);
  });
}

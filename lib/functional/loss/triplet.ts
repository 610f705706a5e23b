/** Triplet losses: an anchor should be nearer to a positive than to a negative sample. */
import { calledAs } from '../../core/caller';
import {
  requireArity,
  requireBoolean,
  requireNumber,
  requireOptions,
  wrongType,
  wrongValue,
} from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import { pairwiseDistance } from '../distance';
import { roundedOnce } from '../dtypes';
import type { MarginOption } from './margin';
import { reduced } from './reduction';

/** Computes the distances between two tensors of vectors, one number for each pair. */
export type DistanceFunction = (x1: Tensor, x2: Tensor) => Tensor;

/** Options of `tripletMarginWithDistanceLoss`. */
export interface TripletMarginWithDistanceOptions extends MarginOption {
  /** Distance between two tensors of vectors; default `F.pairwiseDistance`. */
  distanceFunction?: DistanceFunction;
  /** Whether to use the smaller of d(anchor, negative) and d(positive, negative); default false. */
  swap?: boolean;
}

/**
 * Triplet loss for any distance d: the positive should be nearer to the anchor than the negative, by a margin.
 *
 * loss = max(0, d(anchor, positive) - d(anchor, negative) + margin)
 *
 * @param anchor (N, D), or what the distance function accepts
 * @param positive the shape of `anchor`
 * @param negative the shape of `anchor`
 * @param options.distanceFunction computes the distances of two tensors; default `F.pairwiseDistance`
 * @param options.margin difference of the distances beyond which the loss is 0, above 0; default 1
 * @param options.swap whether to use d(positive, negative) where it is smaller than d(anchor, negative);
 * default false
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or for 'none' the shape of the distances
 * @throws RangeError if the margin is not above 0
 * @throws TypeError if the distance function returns no tensor
 * @see torch.nn.functional.triplet_margin_with_distance_loss
 * @example F.tripletMarginWithDistanceLoss(tensor([0]), tensor([1]), tensor([3]), { margin: 4 }).item() // 2
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
  // Errors of the user's own distance function keep their text.
  const distance: DistanceFunction = (x1, x2) =>
    distanceFunction === pairwiseDistance
      ? calledAs(op, () => pairwiseDistance(x1, x2))
      : requireTensor(op, 'the result of distanceFunction', distanceFunction(x1, x2));
  const near = distance(anchor, positive);
  const far = distance(anchor, negative);
  const nearest = swap ? distance(positive, negative) : null;
  const losses = calledAs(op, () => {
    const farther = nearest === null ? far : far.minimum(nearest);
    return near.sub(farther).add(margin).clamp({ min: 0 });
  });
  return reduced(op, losses, options.reduction);
}

/** Options of `tripletMarginLoss`. */
export interface TripletMarginOptions extends MarginOption {
  /** Order of the norm; default 2. */
  p?: number;
  /** Added to each element of the differences; default 1e-6. */
  eps?: number;
  /** Whether to use the smaller of d(anchor, negative) and d(positive, negative); default false. */
  swap?: boolean;
}

/**
 * Triplet loss with p-norm distances: the positive should be nearer to the anchor than the negative, by a
 * margin.
 *
 * loss = max(0, d(anchor, positive) - d(anchor, negative) + margin), with d(a, b) = norm_p(a - b + eps)
 *
 * @param anchor (D) or (N, D)
 * @param positive the shape of `anchor`
 * @param negative the shape of `anchor`
 * @param options.margin difference of the distances beyond which the loss is 0, above 0; default 1
 * @param options.p order of the norm; default 2
 * @param options.eps added to each element of the differences; default 1e-6
 * @param options.swap whether to use d(positive, negative) where it is smaller than d(anchor, negative);
 * default false
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or (N) for 'none'
 * @throws RangeError if the shapes do not broadcast, or the margin is not above 0
 * @see torch.nn.functional.triplet_margin_loss; Balntas et al. 2016, Learning Local Feature Descriptors with
 * Triplets
 * @example F.tripletMarginLoss(tensor([[0]]), tensor([[1]]), tensor([[3]]), { margin: 4 }).item() // 2
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

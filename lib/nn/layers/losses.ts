/** Loss modules. */
import { requireArity } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import * as F from '../../functional';
import { pairLoss, registerOption, tripleLoss, weightedPairLoss } from './lossBases';

export type { LossInputs } from './lossBases';

// --- Regression -----------------------------------------------------------------------------------------------------

/**
 * Mean squared error: (input - target)^2.
 *
 * Shape: any and the same -> (), or the same for reduction 'none'. Option: `reduction`, see F.mseLoss.
 *
 * @see torch.nn.MSELoss
 * @example new nn.MSELoss().forward(tensor([1, 3]), tensor([1, 1])).item() // 2
 */
export class MSELoss extends pairLoss(F.mseLoss, ['reduction']) {}

/**
 * Mean absolute error: |input - target|.
 *
 * Shape: any and the same -> (), or the same for reduction 'none'. Option: `reduction`, see F.l1Loss.
 *
 * @see torch.nn.L1Loss
 * @example new nn.L1Loss().forward(tensor([1, 3]), tensor([1, 1])).item() // 1
 */
export class L1Loss extends pairLoss(F.l1Loss, ['reduction']) {}

/**
 * Squared error for differences below `beta`, absolute error above it.
 *
 * Shape: any and the same -> (), or the same for reduction 'none'. Options: `reduction` and `beta` (default
 * 1), see F.smoothL1Loss.
 *
 * @see torch.nn.SmoothL1Loss; Girshick 2015, Fast R-CNN
 * @example new nn.SmoothL1Loss().forward(tensor([0.5, 3]), tensor([0, 0])).item() // 1.3125
 */
export class SmoothL1Loss extends pairLoss(F.smoothL1Loss, ['reduction', 'beta']) {}

/**
 * Squared error for differences below `delta`, linear error with slope `delta` above it.
 *
 * Shape: any and the same -> (), or the same for reduction 'none'. Options: `reduction` and `delta` (default
 * 1), see F.huberLoss.
 *
 * @see torch.nn.HuberLoss; Huber 1964, Robust Estimation of a Location Parameter
 * @example new nn.HuberLoss({ delta: 2 }).forward(tensor([0.5, 3]), tensor([0, 0])).item() // 2.0625
 */
export class HuberLoss extends pairLoss(F.huberLoss, ['reduction', 'delta']) {}

/**
 * Kullback-Leibler divergence of predicted log-probabilities from target probabilities.
 *
 * Shape: any and the same -> (), or the same for reduction 'none'. Options: `reduction` (also 'batchmean',
 * which is the mathematical divergence) and `logTarget` (default false), see F.klDiv.
 *
 * @see torch.nn.KLDivLoss
 * @example new nn.KLDivLoss({ reduction: 'batchmean' }).forward(tensor([[-0.5, -1]]), tensor([[0.5, 0.5]])).item() // 0.0569
 */
export class KLDivLoss extends pairLoss(F.klDiv, ['reduction', 'logTarget']) {}

/**
 * Negative log-likelihood of counts under a Poisson distribution.
 *
 * Shape: any and the same -> (), or the same for reduction 'none'. Options: `reduction`, `logInput` (default
 * true), `full` (default false) and `eps` (default 1e-8), see F.poissonNllLoss.
 *
 * @see torch.nn.PoissonNLLLoss
 * @example new nn.PoissonNLLLoss().forward(tensor([0.5]), tensor([2])).item() // 0.6487
 */
export class PoissonNLLLoss extends pairLoss(F.poissonNllLoss, [
  'reduction',
  'logInput',
  'full',
  'eps',
]) {}

/**
 * Negative log-likelihood of targets under a normal distribution with predicted mean and variance.
 *
 * Shape: mean, target and variance of the same shape -> (), or that shape for reduction 'none'. Options:
 * `reduction`, `full` (default false) and `eps` (default 1e-6), see F.gaussianNllLoss. Negative variances
 * throw a RangeError.
 *
 * @see torch.nn.GaussianNLLLoss; Nix and Weigend 1994, Estimating the Mean and Variance of the Target
 * Probability Distribution
 * @example new nn.GaussianNLLLoss().forward(tensor([1]), tensor([2]), tensor([0.5])).item() // 0.6534
 */
export class GaussianNLLLoss extends tripleLoss(F.gaussianNllLoss, ['reduction', 'full', 'eps']) {}

// --- Margins --------------------------------------------------------------------------------------------------------

/**
 * Hinge loss of distances: small distances for target 1, distances beyond `margin` for target -1.
 *
 * Shape: any and the same -> (), or the same for reduction 'none'. Options: `reduction` and `margin` (default
 * 1), see F.hingeEmbeddingLoss.
 *
 * @see torch.nn.HingeEmbeddingLoss
 * @example new nn.HingeEmbeddingLoss().forward(tensor([0.25, 0.5]), tensor([1, -1])).item() // 0.375
 */
export class HingeEmbeddingLoss extends pairLoss(F.hingeEmbeddingLoss, ['reduction', 'margin']) {}

/**
 * Logistic loss for targets 1 and -1: log(1 + exp(-target * input)).
 *
 * Shape: any and the same -> (), or the same for reduction 'none'. Option: `reduction`, see F.softMarginLoss.
 *
 * @see torch.nn.SoftMarginLoss
 * @example new nn.SoftMarginLoss().forward(tensor([0.5, -1]), tensor([1, -1])).item() // 0.3937
 */
export class SoftMarginLoss extends pairLoss(F.softMarginLoss, ['reduction']) {}

/**
 * Ranking loss of pairs: `input1` should be larger for target 1, smaller for target -1.
 *
 * Shape: (N), (N) and (N) -> (), or (N) for reduction 'none'. Options: `reduction` and `margin` (default 0),
 * see F.marginRankingLoss.
 *
 * @see torch.nn.MarginRankingLoss
 * @example new nn.MarginRankingLoss().forward(tensor([0.25]), tensor([0.5]), tensor([1])).item() // 0.25
 */
export class MarginRankingLoss extends tripleLoss(F.marginRankingLoss, ['reduction', 'margin']) {}

/**
 * Loss of pairs of vectors: similar for target 1, dissimilar for target -1.
 *
 * Shape: (N, D), (N, D) and (N) -> (), or (N) for reduction 'none'. Options: `reduction` and `margin` (default
 * 0), see F.cosineEmbeddingLoss.
 *
 * @see torch.nn.CosineEmbeddingLoss
 * @example new nn.CosineEmbeddingLoss().forward(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1])).item() // 1
 */
export class CosineEmbeddingLoss extends tripleLoss(F.cosineEmbeddingLoss, [
  'reduction',
  'margin',
]) {}

/**
 * Triplet loss with p-norm distances: the positive should be nearer to the anchor than the negative, by
 * `margin`.
 *
 * Shape: (N, D), (N, D) and (N, D) -> (), or (N) for reduction 'none'. Options: `reduction`, `margin` (default
 * 1), `p` (default 2), `eps` (default 1e-6) and `swap` (default false), see F.tripletMarginLoss.
 *
 * @see torch.nn.TripletMarginLoss; Balntas et al. 2016, Learning Local Feature Descriptors with Triplets
 * @example new nn.TripletMarginLoss({ margin: 4 }).forward(tensor([[0]]), tensor([[1]]), tensor([[3]])).item() // 2
 */
export class TripletMarginLoss extends tripleLoss(F.tripletMarginLoss, [
  'reduction',
  'margin',
  'p',
  'eps',
  'swap',
]) {}

/**
 * Triplet loss for any distance: the positive should be nearer to the anchor than the negative, by `margin`.
 *
 * Shape: three tensors that the distance function accepts -> (), or its result for reduction 'none'. Options:
 * `reduction`, `margin` (default 1), `distanceFunction` (default F.pairwiseDistance) and `swap` (default
 * false), see F.tripletMarginWithDistanceLoss.
 *
 * @see torch.nn.TripletMarginWithDistanceLoss
 * @example new nn.TripletMarginWithDistanceLoss({ margin: 4 }).forward(tensor([0]), tensor([1]), tensor([3])).item() // 2
 */
export class TripletMarginWithDistanceLoss extends tripleLoss(F.tripletMarginWithDistanceLoss, [
  'reduction',
  'margin',
  'distanceFunction',
  'swap',
]) {}

/**
 * Hinge loss of several classes: the score of the target class should exceed the others by `margin`.
 *
 * Shape: scores (N, C) and class indices (N) -> (), or (N) for reduction 'none'. Options: `reduction`, `p` (1,
 * default, or 2), `margin` (default 1) and `weight` (C), see F.multiMarginLoss.
 *
 * @see torch.nn.MultiMarginLoss
 * @example new nn.MultiMarginLoss().forward(tensor([[0.1, 0.5, 0.4]]), tensor([1], { dtype: 'int32' })).item() // 0.5
 */
export class MultiMarginLoss extends weightedPairLoss(F.multiMarginLoss, [
  'reduction',
  'margin',
  'p',
  'weight',
]) {}

// --- Classes --------------------------------------------------------------------------------------------------------

/**
 * Negative log-likelihood of class indices, given log-probabilities.
 *
 * Shape: log-probabilities (N, C, ...) and class indices (N, ...) -> (), or (N, ...) for reduction 'none'.
 * Options: `reduction`, `weight` (C) and `ignoreIndex` (default -100), see F.nllLoss.
 *
 * @see torch.nn.NLLLoss
 * @example new nn.NLLLoss().forward(tensor([[-0.5, -1]]), tensor([1], { dtype: 'int32' })).item() // 1
 */
export class NLLLoss extends weightedPairLoss(F.nllLoss, ['reduction', 'weight', 'ignoreIndex']) {}

/**
 * Cross-entropy between logits and class indices, or class probabilities.
 *
 * Shape: logits (N, C, ...) and class indices (N, ...), or probabilities (N, C, ...) -> (), or (N, ...) for
 * reduction 'none'. Options: `reduction`, `weight` (C), `ignoreIndex` (default -100) and `labelSmoothing`
 * (default 0), see F.crossEntropy.
 *
 * @see torch.nn.CrossEntropyLoss
 * @example new nn.CrossEntropyLoss().forward(tensor([[2, 1]]), tensor([0], { dtype: 'int32' })).item() // 0.3133
 */
export class CrossEntropyLoss extends weightedPairLoss(F.crossEntropy, [
  'reduction',
  'weight',
  'ignoreIndex',
  'labelSmoothing',
]) {}

/**
 * Binary cross-entropy of logits, averaged over the classes: several classes of a sample may be correct.
 *
 * Shape: (N, C) and (N, C) -> (), or (N) for reduction 'none'. Options: `reduction` and `weight` (C), see
 * F.multilabelSoftMarginLoss.
 *
 * @see torch.nn.MultiLabelSoftMarginLoss
 * @example new nn.MultiLabelSoftMarginLoss().forward(tensor([[0.5, -1]]), tensor([[1, 0]])).item() // 0.3937
 */
export class MultiLabelSoftMarginLoss extends weightedPairLoss(F.multilabelSoftMarginLoss, [
  'reduction',
  'weight',
]) {}

/**
 * Binary cross-entropy between probabilities and targets; for logits use BCEWithLogitsLoss.
 *
 * Shape: any and the same -> (), or the same for reduction 'none'. Options: `reduction` and `weight`, see
 * F.binaryCrossEntropy. Elements outside [0, 1] throw a RangeError.
 *
 * @see torch.nn.BCELoss
 * @example new nn.BCELoss().forward(tensor([0.9]), tensor([1])).item() // 0.1054
 */
export class BCELoss extends weightedPairLoss(F.binaryCrossEntropy, ['reduction', 'weight']) {}

/**
 * Binary cross-entropy between logits and targets, computed stably.
 *
 * Shape: any and the same -> (), or the same for reduction 'none'.
 *
 * @see torch.nn.BCEWithLogitsLoss, F.binaryCrossEntropyWithLogits
 * @example new nn.BCEWithLogitsLoss().forward(tensor([0.3]), tensor([1])).item() // 0.5544
 */
export class BCEWithLogitsLoss extends weightedPairLoss(F.binaryCrossEntropyWithLogits, [
  'reduction',
  'weight',
  'posWeight',
]) {
  /**
   * The option `posWeight`, as a buffer under the name that it has in PyTorch's state dicts; null if it is
   * missing.
   */
  declare readonly pos_weight: Tensor | null;

  /**
   * Creates the loss.
   *
   * @param options.weight multiplies the losses of the elements; broadcasts with the input
   * @param options.posWeight multiplies the loss term of target 1, for imbalanced classes; broadcasts with the
   * input
   * @param options.reduction 'mean' (default), 'sum' or 'none'
   */
  constructor(options?: F.BinaryCrossEntropyWithLogitsOptions) {
    requireArity('BCEWithLogitsLoss', arguments.length, 1);
    super(options);
    registerOption(this, 'pos_weight', options?.posWeight);
  }

  protected override settings() {
    const settings = super.settings();
    const { pos_weight: posWeight } = this;
    return posWeight === null ? settings : { ...settings, posWeight };
  }
}

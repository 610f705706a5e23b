/** Losses as modules: their options are given once, and checked then. */
import { requireOptions } from '../../core/errors';
import * as F from '../../functional';
import { requireTensor, type Tensor } from '../../core/tensor';
import { Module } from '../module/module';

/** What a loss of two tensors takes. */
export type Pair = [input: Tensor, target: Tensor];
type AnyLoss = (...args: never[]) => Tensor;
/** The options of a loss function of two tensors, or of three. */
type PairOptions<Fn extends AnyLoss> = NonNullable<Parameters<Fn>[2]>;
type TripleOptions<Fn extends AnyLoss> = NonNullable<Parameters<Fn>[3]>;

/** A loss and its options, of which `names` are known. */
abstract class Loss<
  Options extends { reduction?: string },
  Inputs extends readonly unknown[],
> extends Module<Inputs> {
  protected readonly options: Readonly<Options>;

  constructor(options: Options | undefined, names: readonly (keyof Options & string)[]) {
    super();
    requireOptions(new.target.name, options, names);
    this.options = Object.freeze({ ...options } as Options);
  }

  /** What becomes of the elements' losses. */
  get reduction(): string {
    return this.options.reduction ?? 'mean';
  }
}

/** A loss whose option `weight` is a buffer, so that it converts with the model. */
abstract class WeightedLoss<Options extends { reduction?: string; weight?: Tensor }> extends Loss<
  Options,
  Pair
> {
  /** The option `weight`, as a buffer; null without one. */
  readonly weight: Tensor | null = null;

  constructor(options: Options | undefined, names: readonly (keyof Options & string)[]) {
    super(options, names);
    this.keep('weight', options?.weight);
  }

  protected keep(name: string, tensor: Tensor | undefined): void {
    const weight = tensor === undefined ? null : requireTensor(this.constructor.name, name, tensor);
    this.registerBuffer(name, weight);
  }

  /** The options with the buffer as it is now. */
  protected settings(): Readonly<Options> {
    return this.weight === null ? this.options : { ...this.options, weight: this.weight };
  }
}

/** (input - target)^2; see F.mseLoss. */
export class MSELoss extends Loss<PairOptions<typeof F.mseLoss>, Pair> {
  constructor(options?: PairOptions<typeof F.mseLoss>) {
    super(options, ['reduction']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.mseLoss(input, target, this.options);
  }
}

/** |input - target|; see F.l1Loss. */
export class L1Loss extends Loss<PairOptions<typeof F.l1Loss>, Pair> {
  constructor(options?: PairOptions<typeof F.l1Loss>) {
    super(options, ['reduction']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.l1Loss(input, target, this.options);
  }
}

/** Squares near 0, absolute values beyond `beta`; see F.smoothL1Loss. */
export class SmoothL1Loss extends Loss<PairOptions<typeof F.smoothL1Loss>, Pair> {
  constructor(options?: PairOptions<typeof F.smoothL1Loss>) {
    super(options, ['reduction', 'beta']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.smoothL1Loss(input, target, this.options);
  }
}

/** Squares near 0, absolute values beyond `delta` (Huber 1964); see F.huberLoss. */
export class HuberLoss extends Loss<PairOptions<typeof F.huberLoss>, Pair> {
  constructor(options?: PairOptions<typeof F.huberLoss>) {
    super(options, ['reduction', 'delta']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.huberLoss(input, target, this.options);
  }
}

/** Kullback and Leibler's divergence; see F.klDiv. */
export class KLDivLoss extends Loss<PairOptions<typeof F.klDiv>, Pair> {
  constructor(options?: PairOptions<typeof F.klDiv>) {
    super(options, ['reduction', 'logTarget']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.klDiv(input, target, this.options);
  }
}

/** Poisson's negative log-likelihood; see F.poissonNllLoss. */
export class PoissonNLLLoss extends Loss<PairOptions<typeof F.poissonNllLoss>, Pair> {
  constructor(options?: PairOptions<typeof F.poissonNllLoss>) {
    super(options, ['reduction', 'logInput', 'full', 'eps']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.poissonNllLoss(input, target, this.options);
  }
}

/** Distances to be small for target 1, beyond `margin` for -1; see F.hingeEmbeddingLoss. */
export class HingeEmbeddingLoss extends Loss<PairOptions<typeof F.hingeEmbeddingLoss>, Pair> {
  constructor(options?: PairOptions<typeof F.hingeEmbeddingLoss>) {
    super(options, ['reduction', 'margin']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.hingeEmbeddingLoss(input, target, this.options);
  }
}

/** log(1 + e^(-target input)); see F.softMarginLoss. */
export class SoftMarginLoss extends Loss<PairOptions<typeof F.softMarginLoss>, Pair> {
  constructor(options?: PairOptions<typeof F.softMarginLoss>) {
    super(options, ['reduction']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.softMarginLoss(input, target, this.options);
  }
}

/** input1 to be above input2 by `margin` for target 1, below for -1; see F.marginRankingLoss. */
export class MarginRankingLoss extends Loss<
  TripleOptions<typeof F.marginRankingLoss>,
  [input1: Tensor, input2: Tensor, target: Tensor]
> {
  constructor(options?: TripleOptions<typeof F.marginRankingLoss>) {
    super(options, ['reduction', 'margin']);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.marginRankingLoss(input1, input2, target, this.options);
  }
}

/** Vectors to be alike for target 1, unlike for -1; see F.cosineEmbeddingLoss. */
export class CosineEmbeddingLoss extends Loss<
  TripleOptions<typeof F.cosineEmbeddingLoss>,
  [input1: Tensor, input2: Tensor, target: Tensor]
> {
  constructor(options?: TripleOptions<typeof F.cosineEmbeddingLoss>) {
    super(options, ['reduction', 'margin']);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/** The negative log-likelihood of normal distributions; see F.gaussianNllLoss. */
export class GaussianNLLLoss extends Loss<
  TripleOptions<typeof F.gaussianNllLoss>,
  [input: Tensor, target: Tensor, variance: Tensor]
> {
  constructor(options?: TripleOptions<typeof F.gaussianNllLoss>) {
    super(options, ['reduction', 'full', 'eps']);
  }

  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return F.gaussianNllLoss(input, target, variance, this.options);
  }
}

/** anchor to be nearer to positive than to negative by `margin`; see F.tripletMarginLoss. */
export class TripletMarginLoss extends Loss<
  TripleOptions<typeof F.tripletMarginLoss>,
  [anchor: Tensor, positive: Tensor, negative: Tensor]
> {
  constructor(options?: TripleOptions<typeof F.tripletMarginLoss>) {
    super(options, ['reduction', 'margin', 'p', 'eps', 'swap']);
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return F.tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** As TripletMarginLoss, for any distance; see F.tripletMarginWithDistanceLoss. */
export class TripletMarginWithDistanceLoss extends Loss<
  TripleOptions<typeof F.tripletMarginWithDistanceLoss>,
  [anchor: Tensor, positive: Tensor, negative: Tensor]
> {
  constructor(options?: TripleOptions<typeof F.tripletMarginWithDistanceLoss>) {
    super(options, ['reduction', 'margin', 'distanceFunction', 'swap']);
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return F.tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
  }
}

/** -input[target] of log-probabilities; see F.nllLoss. */
export class NLLLoss extends WeightedLoss<PairOptions<typeof F.nllLoss>> {
  constructor(options?: PairOptions<typeof F.nllLoss>) {
    super(options, ['reduction', 'weight', 'ignoreIndex']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.nllLoss(input, target, this.settings());
  }
}

/** Cross-entropy of logits (N, C, ...) against int32 classes or probabilities; see F.crossEntropy. */
export class CrossEntropyLoss extends WeightedLoss<PairOptions<typeof F.crossEntropy>> {
  constructor(options?: PairOptions<typeof F.crossEntropy>) {
    super(options, ['reduction', 'weight', 'ignoreIndex', 'labelSmoothing']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.crossEntropy(input, target, this.settings());
  }
}

/** Binary cross-entropy of probabilities; see F.binaryCrossEntropy. */
export class BCELoss extends WeightedLoss<PairOptions<typeof F.binaryCrossEntropy>> {
  constructor(options?: PairOptions<typeof F.binaryCrossEntropy>) {
    super(options, ['reduction', 'weight']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropy(input, target, this.settings());
  }
}

/** The mean over classes of the binary cross-entropy of logits; see F.multilabelSoftMarginLoss. */
export class MultiLabelSoftMarginLoss extends WeightedLoss<
  PairOptions<typeof F.multilabelSoftMarginLoss>
> {
  constructor(options?: PairOptions<typeof F.multilabelSoftMarginLoss>) {
    super(options, ['reduction', 'weight']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelSoftMarginLoss(input, target, this.settings());
  }
}

/** How far wrong classes come within `margin` of the right one; see F.multiMarginLoss. */
export class MultiMarginLoss extends WeightedLoss<PairOptions<typeof F.multiMarginLoss>> {
  constructor(options?: PairOptions<typeof F.multiMarginLoss>) {
    super(options, ['reduction', 'margin', 'p', 'weight']);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multiMarginLoss(input, target, this.settings());
  }
}

/** Binary cross-entropy of sigmoid(input), without overflow; see F.binaryCrossEntropyWithLogits. */
export class BCEWithLogitsLoss extends WeightedLoss<
  PairOptions<typeof F.binaryCrossEntropyWithLogits>
> {
  /** The option `posWeight`, under the name it has in PyTorch's state dicts. */
  readonly pos_weight: Tensor | null = null;

  constructor(options?: PairOptions<typeof F.binaryCrossEntropyWithLogits>) {
    super(options, ['reduction', 'weight', 'posWeight']);
    this.keep('pos_weight', options?.posWeight);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const settings = this.settings();
    const { pos_weight: posWeight } = this;
    return F.binaryCrossEntropyWithLogits(
      input,
      target,
      posWeight === null ? settings : { ...settings, posWeight },
    );
  }
}

/** Loss modules: the constructor takes and checks the options. */
import { requireArity, requireMethodArity, requireOptions } from '../../core/errors';
import * as F from '../../functional';
import { requireTensor, type Tensor } from '../../core/tensor';
import { Module } from '../module/module';

/** The inputs of the forward method of most losses. */
export type LossInputs = [input: Tensor, target: Tensor];

/** A loss function: some tensors, then options. */
type LossFunction<Inputs extends Tensor[], Options> = (
  ...args: [...inputs: Inputs, options?: Options]
) => Tensor;

/** The names of the options of a loss. */
type Names<Options> = readonly (keyof Options & string)[];

/** A loss and its options. */
abstract class Loss<
  Inputs extends Tensor[],
  Options extends { reduction?: string },
> extends Module<Inputs> {
  protected readonly options: Readonly<Options>;

  constructor(options: Options | undefined, names: Names<Options>) {
    super();
    requireOptions(new.target.name, options, names);
    this.options = Object.freeze({ ...options } as Options);
  }

  /** How the losses of the elements are reduced. */
  get reduction(): string {
    return this.options.reduction ?? 'mean';
  }
}

/** Makes the base class of a module that computes the loss `fn` of two tensors. */
function pairLoss<Options extends { reduction?: string }>(
  fn: LossFunction<LossInputs, Options>,
  names: Names<Options>,
): new (options?: Options) => Loss<LossInputs, Options> {
  return class extends Loss<LossInputs, Options> {
    constructor(options?: Options) {
      requireArity(new.target.name, arguments.length, 1);
      super(options, names);
    }

    override forward(input: Tensor, target: Tensor): Tensor {
      requireMethodArity(this, 'forward', arguments.length, 2);
      return fn(input, target, this.options);
    }
  };
}

/** Makes the base class of a module that computes the loss `fn` of three tensors, with the names of its parameters. */
function tripleLoss<
  Inputs extends [Tensor, Tensor, Tensor],
  Options extends { reduction?: string },
>(
  fn: LossFunction<Inputs, Options>,
  names: Names<Options>,
): new (options?: Options) => Loss<Inputs, Options> {
  const compute = fn as LossFunction<[Tensor, Tensor, Tensor], Options>;
  return class extends Loss<[Tensor, Tensor, Tensor], Options> {
    constructor(options?: Options) {
      requireArity(new.target.name, arguments.length, 1);
      super(options, names);
    }

    override forward(a: Tensor, b: Tensor, c: Tensor): Tensor {
      requireMethodArity(this, 'forward', arguments.length, 3);
      return compute(a, b, c, this.options);
    }
  };
}

/** Registers an option of a loss as a buffer; null if it is missing. */
function registerOption(
  loss: Pick<Module, 'registerBuffer'>,
  name: string,
  tensor: Tensor | null = null,
): void {
  const buffer = tensor === null ? null : requireTensor(loss.constructor.name, name, tensor);
  loss.registerBuffer(name, buffer);
}

/** A loss whose option `weight` is a buffer, so that `to` converts it. */
abstract class WeightedLoss<
  Options extends { reduction?: string; weight?: Tensor | null },
> extends Loss<LossInputs, Options> {
  /** The option `weight`, as a buffer; null if it is missing. */
  declare readonly weight: Tensor | null;

  constructor(options: Options | undefined, names: Names<Options>) {
    super(options, names);
    registerOption(this, 'weight', options?.weight);
  }

  /** The options with the current buffer. */
  protected settings(): Readonly<Options> {
    return this.weight === null ? this.options : { ...this.options, weight: this.weight };
  }
}

/** Makes the base class of a module that computes the loss `fn`, which has the option `weight`. */
function weightedPairLoss<Options extends { reduction?: string; weight?: Tensor | null }>(
  fn: LossFunction<LossInputs, Options>,
  names: Names<Options>,
): new (options?: Options) => WeightedLoss<Options> {
  return class extends WeightedLoss<Options> {
    constructor(options?: Options) {
      requireArity(new.target.name, arguments.length, 1);
      super(options, names);
    }

    override forward(input: Tensor, target: Tensor): Tensor {
      requireMethodArity(this, 'forward', arguments.length, 2);
      return fn(input, target, this.settings());
    }
  };
}

// --- Regression -----------------------------------------------------------------------------------------------------

/** (input - target)^2; see F.mseLoss. */
export class MSELoss extends pairLoss(F.mseLoss, ['reduction']) {}

/** |input - target|; see F.l1Loss. */
export class L1Loss extends pairLoss(F.l1Loss, ['reduction']) {}

/** Squares near 0, absolute values beyond `beta`; see F.smoothL1Loss. */
export class SmoothL1Loss extends pairLoss(F.smoothL1Loss, ['reduction', 'beta']) {}

/** Squares near 0, absolute values beyond `delta` (Huber 1964); see F.huberLoss. */
export class HuberLoss extends pairLoss(F.huberLoss, ['reduction', 'delta']) {}

/** Kullback and Leibler's divergence; see F.klDiv. */
export class KLDivLoss extends pairLoss(F.klDiv, ['reduction', 'logTarget']) {}

/** Poisson's negative log-likelihood; see F.poissonNllLoss. */
export class PoissonNLLLoss extends pairLoss(F.poissonNllLoss, [
  'reduction',
  'logInput',
  'full',
  'eps',
]) {}

/** The negative log-likelihood of normal distributions; see F.gaussianNllLoss. */
export class GaussianNLLLoss extends tripleLoss(F.gaussianNllLoss, ['reduction', 'full', 'eps']) {}

// --- Margins --------------------------------------------------------------------------------------------------------

/** Small distances for target 1, distances beyond `margin` for -1; see F.hingeEmbeddingLoss. */
export class HingeEmbeddingLoss extends pairLoss(F.hingeEmbeddingLoss, ['reduction', 'margin']) {}

/** log(1 + e^(-target input)); see F.softMarginLoss. */
export class SoftMarginLoss extends pairLoss(F.softMarginLoss, ['reduction']) {}

/** input1 larger than input2 by `margin` for target 1, smaller for -1; see F.marginRankingLoss. */
export class MarginRankingLoss extends tripleLoss(F.marginRankingLoss, ['reduction', 'margin']) {}

/** Similar vectors for target 1, dissimilar ones for -1; see F.cosineEmbeddingLoss. */
export class CosineEmbeddingLoss extends tripleLoss(F.cosineEmbeddingLoss, [
  'reduction',
  'margin',
]) {}

/** anchor nearer to positive than to negative by `margin`; see F.tripletMarginLoss. */
export class TripletMarginLoss extends tripleLoss(F.tripletMarginLoss, [
  'reduction',
  'margin',
  'p',
  'eps',
  'swap',
]) {}

/** Like TripletMarginLoss, for any distance; see F.tripletMarginWithDistanceLoss. */
export class TripletMarginWithDistanceLoss extends tripleLoss(F.tripletMarginWithDistanceLoss, [
  'reduction',
  'margin',
  'distanceFunction',
  'swap',
]) {}

/** Scores of wrong classes within `margin` of the right one; see F.multiMarginLoss. */
export class MultiMarginLoss extends weightedPairLoss(F.multiMarginLoss, [
  'reduction',
  'margin',
  'p',
  'weight',
]) {}

// --- Classes --------------------------------------------------------------------------------------------------------

/** -input[target] of log-probabilities; see F.nllLoss. */
export class NLLLoss extends weightedPairLoss(F.nllLoss, ['reduction', 'weight', 'ignoreIndex']) {}

/** Cross-entropy of logits (N, C, ...) against classes or probabilities; see F.crossEntropy. */
export class CrossEntropyLoss extends weightedPairLoss(F.crossEntropy, [
  'reduction',
  'weight',
  'ignoreIndex',
  'labelSmoothing',
]) {}

/** The mean over classes of the binary cross-entropy of logits; see F.multilabelSoftMarginLoss. */
export class MultiLabelSoftMarginLoss extends weightedPairLoss(F.multilabelSoftMarginLoss, [
  'reduction',
  'weight',
]) {}

/** Binary cross-entropy of probabilities; see F.binaryCrossEntropy. */
export class BCELoss extends weightedPairLoss(F.binaryCrossEntropy, ['reduction', 'weight']) {}

/** Binary cross-entropy of sigmoid(input), without overflow; see F.binaryCrossEntropyWithLogits. */
export class BCEWithLogitsLoss extends weightedPairLoss(F.binaryCrossEntropyWithLogits, [
  'reduction',
  'weight',
  'posWeight',
]) {
  /** The option `posWeight`, under the name it has in PyTorch's state dicts. */
  declare readonly pos_weight: Tensor | null;

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

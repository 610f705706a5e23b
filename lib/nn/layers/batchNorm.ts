/** Batch and instance normalisation. */
import {
  methodName,
  requireArity,
  requireBoolean,
  requireInteger,
  requireMethodArity,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { requireDType, type DType } from '../../core/dtype';
import { noGrad } from '../../core/gradMode';
import { requireTensor, Tensor } from '../../core/tensor';
import { instanceNorm } from '../../functional';
import { batchNormWith } from '../../functional/normalization';
import { ones_, zeros_ } from '../init';
import { pythonBoolean, pythonFloat } from '../module/describe';
import { Module } from '../module/module';
import { Parameter } from '../module/parameter';

/** Options of batch and instance normalisation. */
export interface ChannelNormOptions {
  /** Added to the variance; default 1e-5. */
  eps?: number;
  /**
   * Factor of new statistics in the update of the running ones; null for the mean of all batches. Default 0.1.
   */
  momentum?: number | null;
  /** Whether the layer has a weight and a bias; default true for batch, false for instance normalisation. */
  affine?: boolean;
  /** Whether the layer has running statistics; default true for batch, false for instance normalisation. */
  trackRunningStats?: boolean;
  /** Whether there is a bias, if `affine`; default true. */
  bias?: boolean;
  /** Dtype of parameters and statistics; default 'float32'. */
  dtype?: DType;
}

const known = ['eps', 'momentum', 'affine', 'trackRunningStats', 'bias', 'dtype'];

/** The base of layers that normalize channels. The names of its buffers are PyTorch's. */
abstract class ChannelNorm extends Module {
  /** Factor of each channel (C), or null. */
  declare readonly weight: Parameter | null;
  /** Added to each channel (C), or null. */
  declare readonly bias: Parameter | null;
  /** Running mean of each channel (C), or null. */
  declare readonly running_mean: Tensor | null;
  /** Running variance of each channel (C), or null. */
  declare readonly running_var: Tensor | null;
  /** Number of batches in training, int64, or null. */
  declare readonly num_batches_tracked: Tensor | null;
  /** Added to the variance. */
  readonly eps: number;
  /** Factor of new statistics in the update of the running ones; null for the mean of all batches. */
  readonly momentum: number | null;
  /** Whether the layer has a weight. */
  readonly affine: boolean;
  /** Whether the layer has running statistics. */
  readonly trackRunningStats: boolean;

  /** @internal */
  constructor(
    /** Number of channels C. */
    readonly numFeatures: number,
    options: ChannelNormOptions,
    isDefault: boolean,
  ) {
    super();
    const op = new.target.name;
    requireInteger(op, 'numFeatures', numFeatures, 0);
    requireOptions(op, options, known);
    const { eps = 1e-5, momentum = 0.1 } = options;
    this.eps = requireNumber(op, 'eps', eps);
    this.momentum = momentum === null ? null : requireNumber(op, 'momentum', momentum);
    this.affine = requireBoolean(op, 'affine', options.affine ?? isDefault);
    this.trackRunningStats = requireBoolean(op, 'trackRunningStats', options.trackRunningStats ?? isDefault); // prettier-ignore
    const hasBias = requireBoolean(op, 'bias', options.bias ?? true) && this.affine;
    const dtype = requireDType(op, options.dtype ?? 'float32');
    const numbers = (): Tensor => Tensor._empty(dtype, [numFeatures]);
    const parameter = (exists: boolean): Parameter | null =>
      exists ? new Parameter(numbers()) : null;
    this.registerParameter('weight', parameter(this.affine));
    this.registerParameter('bias', parameter(hasBias));
    const tracks = this.trackRunningStats;
    this.registerBuffer('running_mean', tracks ? numbers() : null);
    this.registerBuffer('running_var', tracks ? numbers() : null);
    this.registerBuffer('num_batches_tracked', tracks ? Tensor._empty('int64', []).zero_() : null);
    this.resetParameters();
  }

  /** Running mean of each channel (C), or null; `running_mean` in the state dict. */
  get runningMean(): Tensor | null {
    return this.running_mean;
  }

  /** Running variance of each channel (C), or null; `running_var` in the state dict. */
  get runningVar(): Tensor | null {
    return this.running_var;
  }

  /** Number of batches in training, int64, or null; `num_batches_tracked` in the state dict. */
  get numBatchesTracked(): Tensor | null {
    return this.num_batches_tracked;
  }

  /** Sets the running mean to 0, the running variance to 1, and the number of batches to 0. */
  resetRunningStats(): void {
    requireMethodArity(this, 'resetRunningStats', arguments.length, 0);
    this.running_mean?.zero_();
    this.running_var?.fill_(1);
    this.num_batches_tracked?.zero_();
  }

  /** Sets the weight to 1 and the bias to 0, and resets the running statistics. */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    this.resetRunningStats();
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  /** Throws unless the input has one of these numbers of dimensions. */
  protected checked(input: unknown, dims: readonly number[]): Tensor {
    const op = methodName(this, 'forward');
    const x = requireTensor(op, 'input', input);
    if (!dims.includes(x.ndim)) {
      throw unexpected(op, `${dims.join(' or ')} dimensions`, 'input', shapeText(x.shape));
    }
    return x;
  }

  /** Throws unless the input has `numFeatures` channels in this dimension. */
  protected requireChannels(x: Tensor, dim: number): void {
    if (x.shape[dim] === this.numFeatures) return;
    const what = `${this.numFeatures} channels in dimension ${dim}`;
    throw unexpected(methodName(this, 'forward'), what, 'input', shapeText(x.shape));
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum } = this;
    const factor = momentum === null ? 'None' : pythonFloat(momentum);
    const flags = `affine=${pythonBoolean(this.affine)}, bias=${pythonBoolean(this.bias !== null)}`;
    const tracks = pythonBoolean(this.trackRunningStats);
    return `${numFeatures}, eps=${pythonFloat(eps)}, momentum=${factor}, ${flags}, track_running_stats=${tracks}`;
  }
}

abstract class BatchNorm extends ChannelNorm {
  /** @internal The numbers of dimensions of inputs. */
  protected abstract readonly _dims: readonly number[];

  /**
   * Creates the layer: weight 1, bias 0, running mean 0 and running variance 1.
   *
   * @param numFeatures number of channels C
   * @param options `eps`, `momentum`, `affine`, `trackRunningStats`, `bias` and `dtype`; see ChannelNormOptions
   * @throws RangeError if `numFeatures` is negative or not an integer
   */
  constructor(numFeatures: number, options: ChannelNormOptions = {}) {
    requireArity(new.target.name, arguments.length, 2);
    super(numFeatures, options, true);
  }

  /**
   * Normalizes each channel: in training by the statistics of the batch, which also update the running ones, after
   * `eval()` by the running ones.
   *
   * @param input (N, C, ...)
   * @returns the shape of `input`
   * @throws RangeError if the shape does not fit, or if each channel has only one value in training
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const x = this.checked(input, this._dims);
    this.requireChannels(x, 1);
    const { running_mean: mean, running_var: variance, num_batches_tracked: count } = this;
    const { training, eps, weight, bias } = this;
    const fromBatch = training || mean === null || variance === null;
    const updates = training && this.trackRunningStats;
    if (updates) noGrad(() => count?.add_(1));
    const kept = training && !updates ? [null, null] : [mean, variance];
    const momentum = this.momentum ?? count ?? 0;
    const options = { weight, bias, training: fromBatch, eps, momentum };
    return batchNormWith(methodName(this, 'forward'), x, kept[0], kept[1], options);
  }
}

/**
 * Batch normalisation of feature vectors or sequences: (x - mean) / sqrt(variance + eps) weight + bias.
 *
 * Shape: (N, C) or (N, C, L) -> the same
 *
 * @see torch.nn.BatchNorm1d; Ioffe and Szegedy 2015, Batch Normalization
 * @example new nn.BatchNorm1d(1).forward(tensor([[1], [3]])) // tensor([[-1.0000], [ 1.0000]], gradFn: <NormalizationBackward>)
 */
export class BatchNorm1d extends BatchNorm {
  protected override readonly _dims = [2, 3];
}

/**
 * Batch normalisation of images: (x - mean) / sqrt(variance + eps) weight + bias.
 *
 * Shape: (N, C, H, W) -> the same
 *
 * @see torch.nn.BatchNorm2d; Ioffe and Szegedy 2015, Batch Normalization
 * @example new nn.BatchNorm2d(3).forward(randn(2, 3, 4, 4)).shape // [ 2, 3, 4, 4 ]
 */
export class BatchNorm2d extends BatchNorm {
  protected override readonly _dims = [4];
}

/**
 * Batch normalisation of volumes: (x - mean) / sqrt(variance + eps) weight + bias.
 *
 * Shape: (N, C, D, H, W) -> the same
 *
 * @see torch.nn.BatchNorm3d; Ioffe and Szegedy 2015, Batch Normalization
 * @example new nn.BatchNorm3d(3).forward(randn(2, 3, 2, 4, 4)).shape // [ 2, 3, 2, 4, 4 ]
 */
export class BatchNorm3d extends BatchNorm {
  protected override readonly _dims = [5];
}

abstract class InstanceNorm extends ChannelNorm {
  /** @internal The number of dimensions of an input without a batch. */
  protected abstract readonly _unbatched: number;

  /**
   * Creates the layer: weight 1, bias 0, running mean 0 and running variance 1, if it has them.
   *
   * @param numFeatures number of channels C
   * @param options `eps`, `momentum`, `affine`, `trackRunningStats`, `bias` and `dtype`; see ChannelNormOptions
   * @throws RangeError if `numFeatures` is negative or not an integer
   */
  constructor(numFeatures: number, options: ChannelNormOptions = {}) {
    requireArity(new.target.name, arguments.length, 2);
    super(numFeatures, options, false);
  }

  /**
   * Normalizes each channel of each sample by its statistics, or, after `eval()`, by the running ones if there are any.
   *
   * @param input (N, C, ...) or (C, ...)
   * @returns the shape of `input`
   * @throws RangeError if the shape does not fit, or if each channel has only one value
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const x = this.checked(input, [this._unbatched, this._unbatched + 1]);
    const isBatch = x.ndim > this._unbatched;
    // Without parameters and statistics, PyTorch takes any number of channels.
    if (this.affine || this.trackRunningStats) this.requireChannels(x, isBatch ? 1 : 0);
    const { weight, bias, eps, running_mean: runningMean, running_var: runningVar } = this;
    const useInputStats = this.training || !this.trackRunningStats;
    const momentum = this.momentum ?? 0;
    const options = { weight, bias, eps, runningMean, runningVar, useInputStats, momentum };
    return isBatch ? instanceNorm(x, options) : instanceNorm(x.unsqueeze(0), options).squeeze(0);
  }
}

/**
 * Instance normalisation of sequences: (x - mean) / sqrt(variance + eps), for each channel of each sample.
 *
 * Shape: (N, C, L) or (C, L) -> the same
 *
 * @see torch.nn.InstanceNorm1d; Ulyanov et al. 2016, Instance Normalization
 * @example new nn.InstanceNorm1d(1).forward(tensor([[[1, 3]]])) // tensor([[[-1.0000,  1.0000]]])
 */
export class InstanceNorm1d extends InstanceNorm {
  protected override readonly _unbatched = 2;
}

/**
 * Instance normalisation of images: (x - mean) / sqrt(variance + eps), for each channel of each sample.
 *
 * Shape: (N, C, H, W) or (C, H, W) -> the same
 *
 * @see torch.nn.InstanceNorm2d; Ulyanov et al. 2016, Instance Normalization
 * @example new nn.InstanceNorm2d(3).forward(randn(2, 3, 4, 4)).shape // [ 2, 3, 4, 4 ]
 */
export class InstanceNorm2d extends InstanceNorm {
  protected override readonly _unbatched = 3;
}

/**
 * Instance normalisation of volumes: (x - mean) / sqrt(variance + eps), for each channel of each sample.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) -> the same
 *
 * @see torch.nn.InstanceNorm3d; Ulyanov et al. 2016, Instance Normalization
 * @example new nn.InstanceNorm3d(3).forward(randn(2, 3, 2, 4, 4)).shape // [ 2, 3, 2, 4, 4 ]
 */
export class InstanceNorm3d extends InstanceNorm {
  protected override readonly _unbatched = 4;
}

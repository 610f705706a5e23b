/** Layer, group and RMS normalisation. */
import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireMethodArity,
  requireNumber,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { requireDType, type DType } from '../../core/dtype';
import { requireShape } from '../../core/shape';
import { Tensor } from '../../core/tensor';
import { groupNorm, layerNorm, rmsNorm } from '../../functional';
import { ones_, zeros_ } from '../init';
import { pythonBoolean, pythonFloat, pythonTuple } from '../module/describe';
import { Module } from '../module/module';
import { Parameter } from '../module/parameter';

/** Options of `nn.GroupNorm`. */
export interface GroupNormOptions {
  /** Added to the variance; default 1e-5. */
  eps?: number;
  /** Whether the layer has a weight and a bias; default true. */
  affine?: boolean;
  /** Whether there is a bias, if `affine`; default true. */
  bias?: boolean;
  /** Dtype of the parameters; default 'float32'. */
  dtype?: DType;
}

/** Options of `nn.LayerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance; default 1e-5. */
  eps?: number;
  /** Whether the layer has a weight and a bias; default true. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias, if `elementwiseAffine`; default true. */
  bias?: boolean;
  /** Dtype of the parameters; default 'float32'. */
  dtype?: DType;
}

/** Options of `nn.RMSNorm`. */
export interface RMSNormOptions {
  /** Added to the mean square; default null: 2^-52 for float64, else 2^-23. */
  eps?: number | null;
  /** Whether the layer has a weight; default true. */
  elementwiseAffine?: boolean;
  /** Dtype of the weight; default 'float32'. */
  dtype?: DType;
}

/** A parameter of this shape, or null if the layer has none. */
function parameter(exists: boolean, shape: readonly number[], dtype: DType): Parameter | null {
  return exists ? new Parameter(Tensor._empty(dtype, [...shape])) : null;
}

/** The sizes of the last dimensions; a number stands for one dimension. */
function normalizedShapeOf(op: string, value: unknown): number[] {
  if (typeof value === 'number') return [requireInteger(op, 'normalizedShape', value, 0)];
  const shape = requireShape(op, value, 'normalizedShape');
  if (shape.length === 0) throw unexpected(op, 'at least one size', 'normalizedShape', '[]');
  return shape;
}

/**
 * Layer normalisation: (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance over the last
 * dimensions.
 *
 * Shape: (..., *normalizedShape) -> the same
 *
 * @see torch.nn.LayerNorm; Ba et al. 2016, Layer Normalization
 * @example new nn.LayerNorm(8).forward(randn(2, 3, 8)).shape // [ 2, 3, 8 ]
 */
export class LayerNorm extends Module {
  /** Factor of each element, `normalizedShape`, or null. */
  declare readonly weight: Parameter | null;
  /** Added to each element, `normalizedShape`, or null. */
  declare readonly bias: Parameter | null;
  /** The sizes of the last dimensions. */
  readonly normalizedShape: readonly number[];
  /** Added to the variance. */
  readonly eps: number;
  /** Whether the layer has a weight. */
  readonly elementwiseAffine: boolean;

  /**
   * Creates the layer: weight 1, bias 0.
   *
   * @param normalizedShape the sizes of the last dimensions, or the size of the last one
   * @param options `eps`, `elementwiseAffine`, `bias` and `dtype`; see LayerNormOptions
   * @throws RangeError if `normalizedShape` is empty, or a size is negative or not an integer
   */
  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    requireArity('LayerNorm', arguments.length, 2);
    super();
    requireOptions('LayerNorm', options, ['eps', 'elementwiseAffine', 'bias', 'dtype']);
    this.normalizedShape = Object.freeze(normalizedShapeOf('LayerNorm', normalizedShape));
    this.eps = requireNumber('LayerNorm', 'eps', options.eps ?? 1e-5);
    const { elementwiseAffine = true, bias = true } = options;
    this.elementwiseAffine = requireBoolean('LayerNorm', 'elementwiseAffine', elementwiseAffine);
    const hasBias = requireBoolean('LayerNorm', 'bias', bias) && this.elementwiseAffine;
    const dtype = requireDType('LayerNorm', options.dtype ?? 'float32');
    this.registerParameter('weight', parameter(this.elementwiseAffine, this.normalizedShape, dtype)); // prettier-ignore
    this.registerParameter('bias', parameter(hasBias, this.normalizedShape, dtype));
    this.resetParameters();
  }

  /** Sets the weight to 1 and the bias to 0. */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  /**
   * Normalizes the last dimensions.
   *
   * @param input (..., *normalizedShape)
   * @returns the shape of `input`
   * @throws RangeError if the last sizes are not `normalizedShape`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { normalizedShape, weight, bias, eps } = this;
    return layerNorm(input, normalizedShape, { weight, bias, eps });
  }

  override extraRepr(): string {
    const affine = pythonBoolean(this.elementwiseAffine);
    const sizes = pythonTuple(this.normalizedShape);
    return `${sizes}, eps=${pythonFloat(this.eps)}, elementwise_affine=${affine}, bias=${pythonBoolean(this.bias !== null)}`;
  }
}

/**
 * Root mean square normalisation: x / sqrt(mean(x^2) + eps) weight, over the last dimensions.
 *
 * Shape: (..., *normalizedShape) -> the same
 *
 * @see torch.nn.RMSNorm; Zhang and Sennrich 2019, Root Mean Square Layer Normalization
 * @example new nn.RMSNorm(8).forward(randn(2, 3, 8)).shape // [ 2, 3, 8 ]
 */
export class RMSNorm extends Module {
  /** Factor of each element, `normalizedShape`, or null. */
  declare readonly weight: Parameter | null;
  /** The sizes of the last dimensions. */
  readonly normalizedShape: readonly number[];
  /** Added to the mean square; null for 2^-52 in float64, else 2^-23. */
  readonly eps: number | null;
  /** Whether the layer has a weight. */
  readonly elementwiseAffine: boolean;

  /**
   * Creates the layer: weight 1.
   *
   * @param normalizedShape the sizes of the last dimensions, or the size of the last one
   * @param options `eps`, `elementwiseAffine` and `dtype`; see RMSNormOptions
   * @throws RangeError if `normalizedShape` is empty, or a size is negative or not an integer
   */
  constructor(normalizedShape: number | readonly number[], options: RMSNormOptions = {}) {
    requireArity('RMSNorm', arguments.length, 2);
    super();
    requireOptions('RMSNorm', options, ['eps', 'elementwiseAffine', 'dtype']);
    const { eps = null, elementwiseAffine = true, dtype = 'float32' } = options;
    this.normalizedShape = Object.freeze(normalizedShapeOf('RMSNorm', normalizedShape));
    this.eps = eps === null ? null : requireNumber('RMSNorm', 'eps', eps);
    this.elementwiseAffine = requireBoolean('RMSNorm', 'elementwiseAffine', elementwiseAffine);
    const weight = parameter(this.elementwiseAffine, this.normalizedShape, requireDType('RMSNorm', dtype)); // prettier-ignore
    this.registerParameter('weight', weight);
    this.resetParameters();
  }

  /** Sets the weight to 1. */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    if (this.weight !== null) ones_(this.weight);
  }

  /**
   * Normalizes the last dimensions.
   *
   * @param input (..., *normalizedShape)
   * @returns the shape of `input`
   * @throws RangeError if the last sizes are not `normalizedShape`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return rmsNorm(input, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }

  override extraRepr(): string {
    const eps = this.eps === null ? 'None' : pythonFloat(this.eps);
    const affine = pythonBoolean(this.elementwiseAffine);
    return `${pythonTuple(this.normalizedShape)}, eps=${eps}, elementwise_affine=${affine}`;
  }
}

/**
 * Group normalisation: (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance of each group of
 * channels of each sample.
 *
 * Shape: (N, C, ...) -> the same
 *
 * @see torch.nn.GroupNorm; Wu and He 2018, Group Normalization
 * @example new nn.GroupNorm(2, 6).forward(randn(1, 6, 4, 4)).shape // [ 1, 6, 4, 4 ]
 */
export class GroupNorm extends Module {
  /** Factor of each channel (C), or null. */
  declare readonly weight: Parameter | null;
  /** Added to each channel (C), or null. */
  declare readonly bias: Parameter | null;
  /** Added to the variance. */
  readonly eps: number;
  /** Whether the layer has a weight. */
  readonly affine: boolean;

  /**
   * Creates the layer: weight 1, bias 0.
   *
   * @param numGroups number of groups, a divisor of `numChannels`
   * @param numChannels number of channels C
   * @param options `eps`, `affine`, `bias` and `dtype`; see GroupNormOptions
   * @throws RangeError if `numChannels` is not divisible by `numGroups`
   */
  constructor(
    /** Number of groups. */
    readonly numGroups: number,
    /** Number of channels C. */
    readonly numChannels: number,
    options: GroupNormOptions = {},
  ) {
    requireArity('GroupNorm', arguments.length, 3);
    super();
    requireInteger('GroupNorm', 'numGroups', numGroups, 1);
    requireInteger('GroupNorm', 'numChannels', numChannels, 0);
    if (numChannels % numGroups !== 0) {
      const what = `a multiple of numGroups (${numGroups})`;
      throw unexpected('GroupNorm', what, 'numChannels', String(numChannels));
    }
    requireOptions('GroupNorm', options, ['eps', 'affine', 'bias', 'dtype']);
    this.eps = requireNumber('GroupNorm', 'eps', options.eps ?? 1e-5);
    this.affine = requireBoolean('GroupNorm', 'affine', options.affine ?? true);
    const hasBias = requireBoolean('GroupNorm', 'bias', options.bias ?? true) && this.affine;
    const dtype = requireDType('GroupNorm', options.dtype ?? 'float32');
    this.registerParameter('weight', parameter(this.affine, [numChannels], dtype));
    this.registerParameter('bias', parameter(hasBias, [numChannels], dtype));
    this.resetParameters();
  }

  /** Sets the weight to 1 and the bias to 0. */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  /**
   * Normalizes each group of channels.
   *
   * @param input (N, C, ...)
   * @returns the shape of `input`
   * @throws RangeError if the input does not have C channels
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { weight, bias, eps } = this;
    return groupNorm(input, this.numGroups, { weight, bias, eps });
  }

  override extraRepr(): string {
    const { numGroups, numChannels, eps } = this;
    const flags = `affine=${pythonBoolean(this.affine)}, bias=${pythonBoolean(this.bias !== null)}`;
    return `${numGroups}, ${numChannels}, eps=${pythonFloat(eps)}, ${flags}`;
  }
}

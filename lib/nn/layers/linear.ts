/** Linear and bilinear layers. */
import { requireArity, requireInteger, requireMethodArity } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { bilinear, linear } from '../../functional';
import { kaimingUniform_, uniform_ } from '../init';
import { pythonBoolean } from '../module/describe';
import { Module } from '../module/module';
import type { Parameter } from '../module/parameter';
import { weights, type LayerOptions } from './weights';

/**
 * Multiplies by a weight matrix and adds a bias: y = x weight^T + bias.
 *
 * Shape: (..., inFeatures) -> (..., outFeatures)
 *
 * @see torch.nn.Linear
 * @example new nn.Linear(784, 10).forward(zeros(32, 784)).shape // [ 32, 10 ]
 */
export class Linear extends Module {
  /** The matrix, (outFeatures, inFeatures). */
  declare readonly weight: Parameter;
  /** The bias, (outFeatures), or null. */
  declare readonly bias: Parameter | null;

  /**
   * Creates the layer and initializes its parameters.
   *
   * @param inFeatures size of each input vector
   * @param outFeatures size of each output vector
   * @param options.bias whether the layer has a bias; default true
   * @param options.dtype dtype of the parameters; default 'float32'
   * @throws RangeError if a size is negative or not an integer
   */
  constructor(
    /** Size of each input vector. */
    readonly inFeatures: number,
    /** Size of each output vector. */
    readonly outFeatures: number,
    options: LayerOptions = {},
  ) {
    requireArity('Linear', arguments.length, 3);
    super();
    requireInteger('Linear', 'inFeatures', inFeatures, 0);
    requireInteger('Linear', 'outFeatures', outFeatures, 0);
    const parameters = weights('Linear', options, [outFeatures, inFeatures], [outFeatures]);
    this.registerParameter('weight', parameters.weight);
    this.registerParameter('bias', parameters.bias);
    this.resetParameters();
  }

  /** Fills weight and bias with uniform values in [-1, 1] / sqrt(inFeatures), as PyTorch does. */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  /**
   * Applies the layer.
   *
   * @param input (..., inFeatures)
   * @returns (..., outFeatures)
   * @throws RangeError if the last size is not inFeatures
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return linear(input, this.weight, this.bias);
  }

  override extraRepr(): string {
    const bias = pythonBoolean(this.bias !== null);
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${bias}`;
  }
}

/**
 * Bilinear form of two inputs: y[o] = x1 weight[o] x2^T + bias[o].
 *
 * Shape: (..., in1Features) and (..., in2Features) -> (..., outFeatures)
 *
 * @see torch.nn.Bilinear
 * @example new nn.Bilinear(2, 3, 4).forward(ones(5, 2), ones(5, 3)).shape // [ 5, 4 ]
 */
export class Bilinear extends Module<[input1: Tensor, input2: Tensor]> {
  /** The matrices, (outFeatures, in1Features, in2Features). */
  declare readonly weight: Parameter;
  /** The bias, (outFeatures), or null. */
  declare readonly bias: Parameter | null;

  /**
   * Creates the layer and initializes its parameters.
   *
   * @param in1Features size of each vector of the first input
   * @param in2Features size of each vector of the second input
   * @param outFeatures size of each output vector
   * @param options.bias whether the layer has a bias; default true
   * @param options.dtype dtype of the parameters; default 'float32'
   * @throws RangeError if a size is negative or not an integer
   */
  constructor(
    /** Size of each vector of the first input. */
    readonly in1Features: number,
    /** Size of each vector of the second input. */
    readonly in2Features: number,
    /** Size of each output vector. */
    readonly outFeatures: number,
    options: LayerOptions = {},
  ) {
    requireArity('Bilinear', arguments.length, 4);
    super();
    requireInteger('Bilinear', 'in1Features', in1Features, 1);
    requireInteger('Bilinear', 'in2Features', in2Features, 0);
    requireInteger('Bilinear', 'outFeatures', outFeatures, 0);
    const shape = [outFeatures, in1Features, in2Features];
    const parameters = weights('Bilinear', options, shape, [outFeatures]);
    this.registerParameter('weight', parameters.weight);
    this.registerParameter('bias', parameters.bias);
    this.resetParameters();
  }

  /** Fills weight and bias with uniform values in [-1, 1] / sqrt(in1Features), as PyTorch does. */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  /**
   * Applies the layer.
   *
   * @param input1 (..., in1Features)
   * @param input2 (..., in2Features)
   * @returns (..., outFeatures)
   * @throws RangeError if the shapes do not fit together
   */
  override forward(input1: Tensor, input2: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 2);
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures } = this;
    const sizes = `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}`;
    return `${sizes}, bias=${pythonBoolean(this.bias !== null)}`;
  }
}

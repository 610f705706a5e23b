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
 * x weight^T + bias: (..., inFeatures) to (..., outFeatures) (torch.nn.Linear).
 *
 * @example new nn.Linear(784, 10)
 */
export class Linear extends Module {
  /** (outFeatures, inFeatures) */
  declare readonly weight: Parameter;
  /** (outFeatures), or null */
  declare readonly bias: Parameter | null;

  constructor(
    /** Size of each sample. */
    readonly inFeatures: number,
    /** Size of each result. */
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

  /** Initializes the parameters as PyTorch does: uniform in [-1, 1) / sqrt(inFeatures). */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

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
 * y[o] = x1 weight[o] x2 + bias[o]: (..., in1Features) and (..., in2Features) to (..., outFeatures)
 * (torch.nn.Bilinear).
 */
export class Bilinear extends Module<[input1: Tensor, input2: Tensor]> {
  /** (outFeatures, in1Features, in2Features) */
  declare readonly weight: Parameter;
  /** (outFeatures), or null */
  declare readonly bias: Parameter | null;

  constructor(
    /** Size of each sample of the first input. */
    readonly in1Features: number,
    /** Size of each sample of the second input. */
    readonly in2Features: number,
    /** Size of each result. */
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

  /** Initializes the parameters as PyTorch does: uniform in [-1, 1) / sqrt(in1Features). */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

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

/** Local response normalisation. */
import {
  requireArity,
  requireInteger,
  requireMethodArity,
  requireNumber,
  requireOptions,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { localResponseNorm, type LocalResponseNormOptions } from '../../functional';
import { pythonFloat } from '../module/describe';
import { Module } from '../module/module';

/**
 * Local response normalisation: divides by (k + alpha m)^beta, where m is the mean square of `size` neighbouring
 * channels.
 *
 * Shape: (N, C, ...) -> the same
 *
 * @see torch.nn.LocalResponseNorm; Krizhevsky et al. 2012, ImageNet Classification with Deep Convolutional Neural
 * Networks
 * @example new nn.LocalResponseNorm(2).forward(randn(1, 4, 3, 3)).shape // [ 1, 4, 3, 3 ]
 */
export class LocalResponseNorm extends Module {
  /** Factor of the mean square. */
  readonly alpha: number;
  /** Exponent. */
  readonly beta: number;
  /** Added to the mean square times `alpha`. */
  readonly k: number;

  /**
   * Creates the layer.
   *
   * @param size number of channels in each mean
   * @param options `alpha`, default 1e-4; `beta`, default 0.75; `k`, default 1
   * @throws RangeError if `size` is not a positive integer
   */
  constructor(
    /** Number of channels in each mean. */
    readonly size: number,
    options: LocalResponseNormOptions = {},
  ) {
    requireArity(new.target.name, arguments.length, 2);
    super();
    const op = new.target.name;
    requireInteger(op, 'size', size, 1);
    requireOptions(op, options, ['alpha', 'beta', 'k']);
    this.alpha = requireNumber(op, 'alpha', options.alpha ?? 1e-4);
    this.beta = requireNumber(op, 'beta', options.beta ?? 0.75);
    this.k = requireNumber(op, 'k', options.k ?? 1);
  }

  /**
   * Normalizes each element by its neighbours in other channels.
   *
   * @param input (N, C, ...), at least 3 dimensions
   * @returns the shape of `input`
   * @throws RangeError if `input` has fewer than 3 dimensions
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { alpha, beta, k } = this;
    return localResponseNorm(input, this.size, { alpha, beta, k });
  }

  override extraRepr(): string {
    const { size, alpha, beta, k } = this;
    return `${size}, alpha=${pythonFloat(alpha)}, beta=${pythonFloat(beta)}, k=${pythonFloat(k)}`;
  }
}

/**
 * Local response normalisation of images, the same as LocalResponseNorm.
 *
 * Shape: (N, C, H, W) -> the same
 *
 * @see torch.nn.CrossMapLRN2d
 * @example new nn.CrossMapLRN2d(2).forward(randn(1, 4, 3, 3)).shape // [ 1, 4, 3, 3 ]
 */
export class CrossMapLRN2d extends LocalResponseNorm {}

import { requireArity, requireOptions } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { fromArray } from '../../creation/filled';
import { where } from '../../ops/elementwise/select';
import { requireProbability } from './arguments';
import { register } from './registry';
import { RandomTransform } from './transform';

/** Options of random transforms that leave some images unchanged. */
export interface ProbabilityOption {
  /** The probability that an image is changed, from 0 to 1. Default: 0.5. */
  p?: number;
}

/** The base of the flips, whose images all have the same parameters. */
abstract class Flip extends RandomTransform<true> {
  protected readonly _numbers = 1;
  readonly #p: number;
  readonly #dim: -1 | -2;

  constructor(name: string, dim: -1 | -2, options: ProbabilityOption) {
    requireOptions(name, options, ['p']);
    const p = requireProbability(name, options.p ?? 0.5);
    super(name, { p });
    this.#p = p;
    this.#dim = dim;
  }

  _choose([number]: Float64Array): true | null {
    return number < this.#p ? true : null;
  }

  _apply(image: Tensor): Tensor {
    return image.flip(this.#dim);
  }

  override _applyEach(images: Tensor, parameters: readonly (true | null)[]): Tensor {
    const flipped = images.flip(this.#dim);
    if (parameters.every((one) => one !== null)) return flipped;
    const chosen = Uint8Array.from(parameters, (one) => (one === null ? 0 : 1));
    return where(fromArray(chosen, [images.shape[0], 1, 1, 1]).to('bool'), flipped, images);
  }
}

/**
 * Swaps left and right with probability `p`.
 *
 * @see torchvision.transforms.v2.RandomHorizontalFlip
 * @example new data.transforms.RandomHorizontalFlip({ p: 1 }).forward(tensor([[[1, 2]]])) // tensor([[[2., 1.]]])
 */
export class RandomHorizontalFlip extends Flip {
  static {
    register('RandomHorizontalFlip', [], this);
  }

  /**
   * @param options `p`, default 0.5
   * @throws RangeError if `p` is not from 0 to 1
   */
  constructor(options: ProbabilityOption = {}) {
    requireArity('RandomHorizontalFlip', arguments.length, 1);
    super('RandomHorizontalFlip', -1, options);
  }
}

/**
 * Swaps top and bottom with probability `p`.
 *
 * @see torchvision.transforms.v2.RandomVerticalFlip
 * @example new data.transforms.RandomVerticalFlip({ p: 1 }).forward(tensor([[[1], [2]]])) // tensor([[[2.], [1.]]])
 */
export class RandomVerticalFlip extends Flip {
  static {
    register('RandomVerticalFlip', [], this);
  }

  /**
   * @param options `p`, default 0.5
   * @throws RangeError if `p` is not from 0 to 1
   */
  constructor(options: ProbabilityOption = {}) {
    requireArity('RandomVerticalFlip', arguments.length, 1);
    super('RandomVerticalFlip', -2, options);
  }
}

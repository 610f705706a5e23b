import { requireArity, requireOptions, wrongValue } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { requirePositiveInterval, requireSize, type Interval } from './arguments';
import { gaussianBlur } from './images/blur';
import { between } from './random';
import { register } from './registry';
import { RandomTransform } from './transform';

/** Options of `GaussianBlur`. */
export interface GaussianBlurOptions {
  /** The standard deviation in pixels: a number, or [low, high] to choose from at random. Default: [0.1, 2]. */
  sigma?: number | Interval;
}

/**
 * Blurs images with a Gaussian of random width; the borders are reflected.
 *
 * @see torchvision.transforms.v2.GaussianBlur
 * @example new data.transforms.GaussianBlur(3, { sigma: 1 }).forward(ones(1, 4, 4)).mean().item() // 1
 */
export class GaussianBlur extends RandomTransform<number> {
  protected readonly _numbers = 1;
  readonly #kernelSize: readonly [number, number];
  readonly #sigma: Interval;

  static {
    register('GaussianBlur', ['kernelSize'], this);
  }

  /**
   * @param kernelSize how many pixels count, odd: a number, or [width, height]
   * @param options `sigma`, default [0.1, 2]
   * @throws RangeError if a size is even, or `sigma` is not above 0
   */
  constructor(
    kernelSize: number | readonly [width: number, height: number],
    options: GaussianBlurOptions = {},
  ) {
    const op = 'GaussianBlur';
    requireArity(op, arguments.length, 2);
    requireOptions(op, options, ['sigma']);
    const size = requireSize(op, 'kernelSize', kernelSize);
    const even = size.find((one) => one % 2 === 0);
    if (even !== undefined) throw wrongValue(op, 'odd numbers', 'kernelSize', even);
    const { sigma = [0.1, 2] } = options;
    const interval = requirePositiveInterval(
      op,
      'sigma',
      typeof sigma === 'number' ? [sigma, sigma] : sigma,
    );
    super(op, { kernelSize: size, sigma: interval });
    this.#kernelSize = size;
    this.#sigma = interval;
  }

  /** @internal Whether two calls may differ. */
  override get _isRandom(): boolean {
    return this.#sigma[0] < this.#sigma[1];
  }

  _choose([number]: Float64Array): number {
    return between(number, this.#sigma);
  }

  _apply(image: Tensor, sigma: number): Tensor {
    return gaussianBlur('GaussianBlur', image, this.#kernelSize, sigma);
  }
}

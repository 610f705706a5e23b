import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireOptions,
  wrongType,
  wrongValue,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import {
  interpolationModes,
  requireImages,
  requireInterpolation,
  requireInterval,
  requirePositiveInterval,
  requireSize,
  type ImageSize,
  type InterpolationMode,
  type Interval,
} from './arguments';
import { crop } from './images/crop';
import { resize, scaledSize, type Resampling } from './images/resize';
import { between, integerBelow, roundHalfEven } from './random';
import { register } from './registry';
import { RandomTransform, Transform, wrongImages } from './transform';

/** Options of transforms that resize. */
export interface ResamplingOptions {
  /** `'nearest'`, `'nearest-exact'`, `'bilinear'` or `'bicubic'`. Default: `'bilinear'`. */
  interpolation?: InterpolationMode;
  /** Whether every pixel counts when images become smaller; only for `'bilinear'` and `'bicubic'`. Default: true. */
  antialias?: boolean;
}

/** Options of `Resize`. */
export interface ResizeOptions extends ResamplingOptions {
  /** The most pixels of the larger side. Default: no limit. */
  maxSize?: number | null;
}

function resamplingOf(op: string, options: ResamplingOptions): Resampling {
  return {
    interpolation: requireInterpolation(
      op,
      options.interpolation ?? 'bilinear',
      interpolationModes,
    ),
    antialias: requireBoolean(op, 'antialias', options.antialias ?? true),
  };
}

/**
 * Resizes images.
 *
 * Bytes are computed in float32 and rounded; torchvision's differ by at most 1.
 *
 * @see torchvision.transforms.v2.Resize
 * @example
 * new data.transforms.Resize(32).forward(zeros(3, 64, 96)).shape // [ 3, 32, 48 ]
 * new data.transforms.Resize([32, 32]).forward(zeros(3, 64, 96)).shape // [ 3, 32, 32 ]
 */
export class Resize extends Transform {
  readonly #size: number | readonly [number, number] | null;
  readonly #maxSize: number | null;
  readonly #resampling: Resampling;

  static {
    register('Resize', ['size'], this);
  }

  /**
   * @param size pixels of the smaller side; [height, width]; or null, so that `maxSize` defines the larger side
   * @param options `interpolation`, `antialias` and `maxSize`
   * @throws RangeError if a size is below 1, or `maxSize` is not larger than `size`
   */
  constructor(size: ImageSize | null, options: ResizeOptions = {}) {
    const op = 'Resize';
    requireArity(op, arguments.length, 2);
    requireOptions(op, options, ['interpolation', 'antialias', 'maxSize']);
    const maxSize = options.maxSize ?? null;
    if (maxSize !== null) requireInteger(op, 'maxSize', maxSize, 1);
    const isOneSide = typeof size === 'number';
    if (size === null && maxSize === null)
      throw wrongType(op, 'an integer, because size is null,', 'maxSize', maxSize);
    if (size !== null) {
      requireSize(op, 'size', size);
      if (!isOneSide && maxSize !== null) {
        throw wrongValue(op, 'null, because size defines both sides,', 'maxSize', maxSize);
      }
      if (isOneSide && maxSize !== null && maxSize <= size) {
        throw wrongValue(
          op,
          `an integer above ${size}, the size of the smaller side,`,
          'maxSize',
          maxSize,
        );
      }
    }
    const resampling = resamplingOf(op, options);
    super(op, { size, ...resampling, maxSize });
    this.#size = size;
    this.#maxSize = maxSize;
    this.#resampling = resampling;
  }

  override forward(input: Tensor): Tensor {
    const op = 'Resize';
    requireArity(op, arguments.length, 1);
    requireImages(op, input);
    const [h, w] = input.shape.slice(-2);
    if (h === 0 || w === 0) throw wrongImages(op, 'images with pixels', input.shape);
    const size = this.#size;
    const target =
      size === null || typeof size === 'number'
        ? scaledSize(op, [h, w], size, this.#maxSize)
        : size;
    return resize(input, target, this.#resampling);
  }
}

/** Options of `RandomResizedCrop`. */
export interface RandomResizedCropOptions extends ResamplingOptions {
  /** The smallest and largest part of the area of the image. Default: [0.08, 1]. */
  scale?: Interval;
  /** The smallest and largest width divided by height. Default: [3 / 4, 4 / 3]. */
  ratio?: Interval;
}

interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

const attempts = 10;

/**
 * Crops a random part of the image and resizes it (Szegedy et al. 2015).
 *
 * @see torchvision.transforms.v2.RandomResizedCrop
 * @example new data.transforms.RandomResizedCrop(32).forward(zeros(8, 3, 64, 96)).shape // [ 8, 3, 32, 32 ]
 */
export class RandomResizedCrop extends RandomTransform<Rectangle> {
  protected readonly _numbers = 2 * attempts + 2;
  readonly #size: readonly [number, number];
  readonly #scale: Interval;
  readonly #ratio: Interval;
  readonly #resampling: Resampling;

  static {
    register('RandomResizedCrop', ['size'], this);
  }

  /**
   * @param size height and width of the result, or a number for both
   * @param options `scale`, `ratio`, `interpolation` and `antialias`
   * @throws RangeError if a size is below 1, or an interval is not ascending
   */
  constructor(size: ImageSize, options: RandomResizedCropOptions = {}) {
    const op = 'RandomResizedCrop';
    requireArity(op, arguments.length, 2);
    requireOptions(op, options, ['scale', 'ratio', 'interpolation', 'antialias']);
    const sides = requireSize(op, 'size', size);
    const scale = requireInterval(op, 'scale', options.scale ?? [0.08, 1], 0);
    const ratio = requirePositiveInterval(op, 'ratio', options.ratio ?? [3 / 4, 4 / 3]);
    const resampling = resamplingOf(op, options);
    super(op, { size: sides, scale, ratio, ...resampling });
    this.#size = sides;
    this.#scale = scale;
    this.#ratio = ratio;
    this.#resampling = resampling;
  }

  _choose(numbers: Float64Array, [, h, w]: readonly number[]): Rectangle {
    if (h === 0 || w === 0) throw wrongImages('RandomResizedCrop', 'images with pixels', [h, w]);
    const logs: Interval = [Math.log(this.#ratio[0]), Math.log(this.#ratio[1])];
    for (let i = 0; i < attempts; i++) {
      const area = h * w * between(numbers[2 * i], this.#scale);
      const ratio = Math.exp(between(numbers[2 * i + 1], logs));
      const width = roundHalfEven(Math.sqrt(area * ratio));
      const height = roundHalfEven(Math.sqrt(area / ratio));
      if (width < 1 || width > w || height < 1 || height > h) continue;
      const top = integerBelow(numbers[2 * attempts], h - height + 1);
      const left = integerBelow(numbers[2 * attempts + 1], w - width + 1);
      return { top, left, height, width };
    }
    // No part of the image has such an area and ratio: its middle.
    const [low, high] = this.#ratio;
    const width = w / h > high ? roundHalfEven(h * high) : w;
    const height = w / h < low ? roundHalfEven(w / low) : h;
    return { top: Math.floor((h - height) / 2), left: Math.floor((w - width) / 2), height, width };
  }

  _apply(image: Tensor, { top, left, height, width }: Rectangle): Tensor {
    return resize(crop(image, top, left, height, width), this.#size, this.#resampling);
  }
}

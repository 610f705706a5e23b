import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import {
  requireFill,
  requireFillFor,
  requireImages,
  requireSize,
  type Fill,
  type ImageSize,
} from './arguments';
import { centerCrop, crop, pad, paddingModes, type Borders, type PaddingMode } from './images/crop';
import { integerBelow } from './random';
import { register } from './registry';
import { RandomTransform, Transform, wrongImages } from './transform';

/** Pixels to add: on every side; left and right, top and bottom; or left, top, right and bottom. */
export type Padding =
  number | readonly [number, number] | readonly [number, number, number, number];

/** Options of `Pad`. */
export interface PadOptions {
  /** The value of the new pixels, or one for each channel; only for `'constant'`. Default: 0. */
  fill?: Fill;
  /**
   * `'constant'`; `'edge'`, the pixels at the edge; `'reflect'`, the image in a mirror at the last pixel; `'symmetric'`,
   * the same with the last pixel twice. Default: `'constant'`.
   */
  paddingMode?: PaddingMode;
}

function requirePadding(op: string, padding: unknown): Borders {
  if (typeof padding === 'number') {
    requireInteger(op, 'padding', padding, 0);
    return { left: padding, top: padding, right: padding, bottom: padding };
  }
  if (!Array.isArray(padding) || (padding.length !== 2 && padding.length !== 4)) {
    throw wrongType(op, 'an integer, or an array of 2 or 4 integers', 'padding', padding);
  }
  const numbers = padding.map((one, i) => requireInteger(op, `padding[${i}]`, one, 0));
  const [left, top, right = left, bottom = top] = numbers;
  return { left, top, right, bottom };
}

function paddingOf(op: string, options: PadOptions): { fill: Fill; paddingMode: PaddingMode } {
  const fill = requireFill(op, 'fill', options.fill ?? 0);
  const paddingMode = requireOneOf(
    op,
    'paddingMode',
    options.paddingMode ?? 'constant',
    paddingModes,
  );
  if (paddingMode !== 'constant' && typeof fill !== 'number') {
    throw unexpected(
      op,
      `one number, because paddingMode is '${paddingMode}',`,
      'fill',
      String(fill.length),
    );
  }
  return { fill, paddingMode };
}

/**
 * Adds pixels around images.
 *
 * @see torchvision.transforms.v2.Pad
 * @example new data.transforms.Pad(2, { paddingMode: 'reflect' }).forward(zeros(3, 28, 28)).shape // [ 3, 32, 32 ]
 */
export class Pad extends Transform {
  readonly #borders: Borders;
  readonly #fill: Fill;
  readonly #mode: PaddingMode;

  static {
    register('Pad', ['padding'], this);
  }

  /**
   * @param padding pixels on every side; [left and right, top and bottom]; or [left, top, right, bottom]
   * @param options `fill` and `paddingMode`
   * @throws RangeError if a padding is negative
   */
  constructor(padding: Padding, options: PadOptions = {}) {
    requireArity('Pad', arguments.length, 2);
    requireOptions('Pad', options, ['fill', 'paddingMode']);
    const borders = requirePadding('Pad', padding);
    const { fill, paddingMode } = paddingOf('Pad', options);
    super('Pad', { padding, fill, paddingMode });
    this.#borders = borders;
    this.#fill = fill;
    this.#mode = paddingMode;
  }

  override forward(input: Tensor): Tensor {
    requireArity('Pad', arguments.length, 1);
    requireImages('Pad', input);
    requireFillFor('Pad', 'fill', this.#fill, input.shape[input.ndim - 3]);
    return pad('Pad', input, this.#borders, this.#fill, this.#mode);
  }
}

/**
 * Crops the middle of images. Smaller images are padded with 0.
 *
 * @see torchvision.transforms.v2.CenterCrop
 * @example new data.transforms.CenterCrop(2).forward(tensor([[[1, 2, 3, 4]]])).shape // [ 1, 2, 2 ]
 */
export class CenterCrop extends Transform {
  readonly #size: readonly [number, number];

  static {
    register('CenterCrop', ['size'], this);
  }

  /**
   * @param size height and width of the result, or a number for both
   * @throws RangeError if a size is below 1
   */
  constructor(size: ImageSize) {
    requireArity('CenterCrop', arguments.length, 1);
    const sides = requireSize('CenterCrop', 'size', size);
    super('CenterCrop', { size: sides });
    this.#size = sides;
  }

  override forward(input: Tensor): Tensor {
    requireArity('CenterCrop', arguments.length, 1);
    requireImages('CenterCrop', input);
    return centerCrop(input, this.#size);
  }
}

/** Options of `RandomCrop`. */
export interface RandomCropOptions extends PadOptions {
  /** Pixels that are added first, as for `Pad`. Default: none. */
  padding?: Padding | null;
  /** Whether images that are smaller than `size` are padded; else they throw an error. Default: false. */
  padIfNeeded?: boolean;
}

interface Corner {
  readonly top: number;
  readonly left: number;
  readonly borders: Borders;
}

const noBorders: Borders = { left: 0, top: 0, right: 0, bottom: 0 };

/**
 * Crops images at a random place.
 *
 * @see torchvision.transforms.v2.RandomCrop
 * @example new data.transforms.RandomCrop(32, { padding: 4 }).forward(zeros(8, 3, 32, 32)).shape // [ 8, 3, 32, 32 ]
 */
export class RandomCrop extends RandomTransform<Corner> {
  protected readonly _numbers = 2;
  readonly #size: readonly [number, number];
  readonly #borders: Borders;
  readonly #padIfNeeded: boolean;
  readonly #fill: Fill;
  readonly #mode: PaddingMode;

  static {
    register('RandomCrop', ['size'], this);
  }

  /**
   * @param size height and width of the result, or a number for both
   * @param options `padding`, `padIfNeeded`, `fill` and `paddingMode`
   * @throws RangeError if a size is below 1, or a padding is negative
   */
  constructor(size: ImageSize, options: RandomCropOptions = {}) {
    const op = 'RandomCrop';
    requireArity(op, arguments.length, 2);
    requireOptions(op, options, ['padding', 'padIfNeeded', 'fill', 'paddingMode']);
    const sides = requireSize(op, 'size', size);
    const padding = options.padding ?? null;
    const borders = padding === null ? noBorders : requirePadding(op, padding);
    const padIfNeeded = requireBoolean(op, 'padIfNeeded', options.padIfNeeded ?? false);
    const { fill, paddingMode } = paddingOf(op, options);
    super(op, { size: sides, padding, padIfNeeded, fill, paddingMode });
    this.#size = sides;
    this.#borders = borders;
    this.#padIfNeeded = padIfNeeded;
    this.#fill = fill;
    this.#mode = paddingMode;
  }

  _choose(numbers: Float64Array, shape: readonly number[]): Corner {
    const [channels, h, w] = shape;
    requireFillFor('RandomCrop', 'fill', this.#fill, channels);
    const [height, width] = this.#size;
    let { left, top, right, bottom } = this.#borders;
    // As in torchvision, both sides get the pixels that are missing, so that the crop may begin anywhere.
    const missing = (size: number, has: number): number =>
      this.#padIfNeeded ? Math.max(size - has, 0) : 0;
    const [down, across] = [missing(height, h + top + bottom), missing(width, w + left + right)];
    [top, bottom, left, right] = [top + down, bottom + down, left + across, right + across];
    const [freeDown, freeAcross] = [h + top + bottom - height, w + left + right - width];
    if (freeDown < 0 || freeAcross < 0) {
      const what = `images of at least ${height - top - bottom} x ${width - left - right} pixels (or padIfNeeded: true)`;
      throw wrongImages('RandomCrop', what, shape);
    }
    return {
      top: integerBelow(numbers[0], freeDown + 1),
      left: integerBelow(numbers[1], freeAcross + 1),
      borders: { left, top, right, bottom },
    };
  }

  _apply(image: Tensor, { top, left, borders }: Corner): Tensor {
    const [height, width] = this.#size;
    return crop(
      pad('RandomCrop', image, borders, this.#fill, this.#mode),
      top,
      left,
      height,
      width,
    );
  }

  /** @internal All images have the same borders: pads them together. */
  override _applyEach(images: Tensor, parameters: readonly (Corner | null)[]): Tensor {
    const [first] = parameters;
    const { borders } = first as Corner;
    const padded = pad('RandomCrop', images, borders, this.#fill, this.#mode);
    const without = parameters.map((one) => ({ ...(one as Corner), borders: noBorders }));
    return super._applyEach(padded, without);
  }
}

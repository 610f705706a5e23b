import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireOptions,
  wrongType,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import {
  requireAngles,
  requireCenter,
  requireFill,
  requireFillFor,
  requireInterpolation,
  requireNumbers,
  requirePositiveInterval,
  type Fill,
  type Interval,
} from './arguments';
import {
  boundsOf,
  inverseMatrix,
  quarterTurns,
  relativeCenter,
  warp,
  type Motion,
  type Warp,
} from './images/warp';
import { between, roundHalfEven } from './random';
import { register } from './registry';
import { RandomTransform } from './transform';

/** Options of transforms that resample images. */
export interface WarpOptions {
  /** `'nearest'` or `'bilinear'`. Default: `'nearest'`. */
  interpolation?: 'nearest' | 'bilinear';
  /** The value of pixels outside the image, or one for each channel. Default: 0. */
  fill?: Fill;
  /** The point [x, y] in pixels that stays where it is. Default: the centre of the image. */
  center?: readonly [x: number, y: number] | null;
}

interface Checked extends Warp {
  readonly center: readonly [number, number] | null;
}

function warpOf(op: string, options: WarpOptions): Checked {
  return {
    interpolation: requireInterpolation(op, options.interpolation ?? 'nearest', [
      'nearest',
      'bilinear',
    ]),
    fill: requireFill(op, 'fill', options.fill ?? 0),
    center: requireCenter(op, options.center ?? null),
  };
}

/** Options of `RandomRotation`. */
export interface RandomRotationOptions extends WarpOptions {
  /** Whether images become large enough to hold all corners. Default: false, which keeps their size. */
  expand?: boolean;
}

/**
 * Rotates images by a random angle, anticlockwise.
 *
 * @see torchvision.transforms.v2.RandomRotation
 * @example new data.transforms.RandomRotation([90, 90]).forward(tensor([[[1, 2], [3, 4]]])) // tensor([[[2., 4.], [1., 3.]]])
 */
export class RandomRotation extends RandomTransform<number> {
  protected readonly _numbers = 1;
  readonly #degrees: Interval;
  readonly #expand: boolean;
  readonly #warp: Checked;

  static {
    register('RandomRotation', ['degrees'], this);
  }

  /**
   * @param degrees [low, high], or a number d for [-d, d]
   * @param options `interpolation`, `expand`, `center` and `fill`
   * @throws RangeError if an interval is not ascending
   */
  constructor(degrees: number | Interval, options: RandomRotationOptions = {}) {
    const op = 'RandomRotation';
    requireArity(op, arguments.length, 2);
    requireOptions(op, options, ['interpolation', 'expand', 'center', 'fill']);
    const angles = requireAngles(op, 'degrees', degrees);
    const how = warpOf(op, options);
    const expand = requireBoolean(op, 'expand', options.expand ?? false);
    super(op, { degrees: angles, ...how, expand });
    this.#degrees = angles;
    this.#warp = how;
    this.#expand = expand;
  }

  _choose([number]: Float64Array, [channels]: readonly number[]): number {
    requireFillFor('RandomRotation', 'fill', this.#warp.fill, channels);
    const angle = between(number, this.#degrees);
    return ((angle % 360) + 360) % 360;
  }

  /** The quarters of a circle, if no pixels need to be computed; else null. */
  private turnsOf(angle: number, h: number, w: number): number | null {
    if (this.#warp.center !== null || angle % 90 !== 0) return null;
    return angle % 180 === 0 || this.#expand || h === w ? angle / 90 : null;
  }

  _apply(image: Tensor, angle: number): Tensor {
    return this._applyEach(image.unsqueeze(0), [angle]).squeeze(0);
  }

  override _applyEach(images: Tensor, angles: readonly number[]): Tensor {
    const [h, w] = images.shape.slice(-2);
    const turns = angles.map((angle) => this.turnsOf(angle, h, w));
    const matrices = angles.map((angle) =>
      // A positive angle of an affine map turns clockwise, because y points down.
      inverseMatrix(relativeCenter(this.#warp.center, [h, w]), { ...still, angle: -angle }),
    );
    const sizes = matrices.map((matrix) =>
      this.#expand ? boundsOf(matrix, [h, w]) : ([h, w] as const),
    );
    const isSame = sizes.every(
      ([height, width]) => height === sizes[0][0] && width === sizes[0][1],
    );
    if (images.numel() > 0 && isSame && turns.every((count) => count === null)) {
      return warp(images, matrices, sizes[0], this.#warp);
    }
    if (angles.length > 1) return super._applyEach(images, angles);
    return turns[0] === null ? images : quarterTurns(images, turns[0]);
  }
}

const still: Motion = { angle: 0, translate: [0, 0], scale: 1, shear: [0, 0] };

/** Options of `RandomAffine`. */
export interface RandomAffineOptions extends WarpOptions {
  /** The largest shifts, as parts of width and height. Default: no shifts. */
  translate?: readonly [x: number, y: number] | null;
  /** The smallest and the largest factor. Default: 1. */
  scale?: Interval | null;
  /**
   * Degrees: a number d for [-d, d] along x; [low, high] along x; or [low, high, low, high] along x and y. Default: none.
   */
  shear?: number | Interval | readonly [number, number, number, number] | null;
}

/**
 * Rotates, shifts, scales and shears images at random.
 *
 * @see torchvision.transforms.v2.RandomAffine
 * @example
 * const affine = new data.transforms.RandomAffine(10, { translate: [0.1, 0.1], scale: [0.9, 1.1] });
 * affine.forward(zeros(8, 1, 28, 28)).shape // [ 8, 1, 28, 28 ]
 */
export class RandomAffine extends RandomTransform<Motion> {
  protected readonly _numbers = 6;
  readonly #degrees: Interval;
  readonly #translate: readonly number[];
  readonly #scale: Interval;
  readonly #shear: readonly [Interval, Interval];
  readonly #warp: Checked;

  static {
    register('RandomAffine', ['degrees'], this);
  }

  /**
   * @param degrees [low, high], or a number d for [-d, d]
   * @param options `translate`, `scale`, `shear`, `interpolation`, `center` and `fill`
   * @throws RangeError if an interval is not ascending, a shift is not from 0 to 1, or a factor is not above 0
   */
  constructor(degrees: number | Interval, options: RandomAffineOptions = {}) {
    const op = 'RandomAffine';
    requireArity(op, arguments.length, 2);
    requireOptions(op, options, ['translate', 'scale', 'shear', 'interpolation', 'center', 'fill']);
    const angles = requireAngles(op, 'degrees', degrees);
    const translate = options.translate ?? null;
    const shifts =
      translate === null
        ? [0, 0]
        : requireNumbers(op, '[x, y] or null', 'translate', translate, [2]);
    shifts.forEach((shift, i) => requireInRange(op, `translate[${i}]`, shift, 0, 1));
    const scale = options.scale ?? null;
    const factors =
      scale === null ? ([1, 1] as const) : requirePositiveInterval(op, 'scale', scale);
    const shear = options.shear ?? null;
    const how = warpOf(op, options);
    const shears = shearsOf(op, shear);
    super(op, { degrees: angles, translate, scale, shear, ...how });
    this.#degrees = angles;
    this.#translate = shifts;
    this.#scale = factors;
    this.#shear = shears;
    this.#warp = how;
  }

  _choose(numbers: Float64Array, [channels, h, w]: readonly number[]): Motion {
    requireFillFor('RandomAffine', 'fill', this.#warp.fill, channels);
    const [x, y] = [this.#translate[0] * w, this.#translate[1] * h];
    return {
      angle: between(numbers[0], this.#degrees),
      translate: [
        roundHalfEven(between(numbers[1], [-x, x])),
        roundHalfEven(between(numbers[2], [-y, y])),
      ],
      scale: between(numbers[3], this.#scale),
      shear: [between(numbers[4], this.#shear[0]), between(numbers[5], this.#shear[1])],
    };
  }

  _apply(image: Tensor, motion: Motion): Tensor {
    return this._applyEach(image.unsqueeze(0), [motion]).squeeze(0);
  }

  override _applyEach(images: Tensor, motions: readonly (Motion | null)[]): Tensor {
    if (images.numel() === 0) return images;
    const [h, w] = images.shape.slice(-2);
    const center = relativeCenter(this.#warp.center, [h, w]);
    const matrices = motions.map((motion) => inverseMatrix(center, motion ?? still));
    return warp(images, matrices, [h, w], this.#warp);
  }
}

function shearsOf(op: string, shear: unknown): [Interval, Interval] {
  const none: Interval = [0, 0];
  if (shear === null) return [none, none];
  if (!Array.isArray(shear)) {
    if (typeof shear !== 'number')
      throw wrongType(op, 'a number, or an array of 2 or 4 numbers', 'shear', shear);
    return [requireAngles(op, 'shear', shear), none];
  }
  const list = requireNumbers(
    op,
    'a number, or an array of 2 or 4 numbers',
    'shear',
    shear,
    [2, 4],
  );
  const [x, y] = [list.slice(0, 2), list.slice(2)];
  return [requireAngles(op, 'shear', x), y.length === 0 ? none : requireAngles(op, 'shear', y)];
}

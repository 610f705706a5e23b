import {
  requireArity,
  requireInRange,
  requireOptions,
  wrongType,
  wrongValue,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { requireImages, requireInterval, type Interval } from './arguments';
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  grayscale,
} from './images/color';
import { between, permutationOf4 } from './random';
import { register } from './registry';
import { RandomTransform, Transform, wrongImages } from './transform';

function requireColours(op: string, shape: readonly number[]): void {
  const channels = shape[shape.length - 3];
  if (channels === 1 || channels === 3) return;
  throw wrongImages(op, 'a shape (..., 1 or 3, H, W)', shape);
}

function requireChannels(op: string, channels: unknown): 1 | 3 {
  if (channels === 1 || channels === 3) return channels;
  const refuse = typeof channels === 'number' ? wrongValue : wrongType;
  throw refuse(op, '1 or 3', 'numOutputChannels', channels);
}

/** Options of `Grayscale`. */
export interface GrayscaleOptions {
  /** 1, or 3 for three equal channels. Default: 1. */
  numOutputChannels?: 1 | 3;
}

/**
 * Converts red, green and blue to grey values: 0.2989 r + 0.587 g + 0.114 b.
 *
 * @see torchvision.transforms.v2.Grayscale
 * @example new data.transforms.Grayscale().forward(tensor([[[1]], [[0]], [[0]]])) // tensor([[[0.2989]]])
 */
export class Grayscale extends Transform {
  readonly #channels: 1 | 3;

  static {
    register('Grayscale', [], this);
  }

  /**
   * @param options `numOutputChannels`, default 1
   * @throws RangeError for other numbers than 1 and 3
   */
  constructor(options: GrayscaleOptions = {}) {
    requireArity('Grayscale', arguments.length, 1);
    requireOptions('Grayscale', options, ['numOutputChannels']);
    const numOutputChannels = requireChannels('Grayscale', options.numOutputChannels ?? 1);
    super('Grayscale', { numOutputChannels });
    this.#channels = numOutputChannels;
  }

  override forward(input: Tensor): Tensor {
    requireArity('Grayscale', arguments.length, 1);
    requireImages('Grayscale', input);
    requireColours('Grayscale', input.shape);
    return grayscale(input, this.#channels);
  }
}

/** Options of `ColorJitter`: a number d for [1 - d, 1 + d], or for [-d, d] of the hue; or [low, high]. */
export interface ColorJitterOptions {
  /** Factors of the brightness, at least 0. Default: 1. */
  brightness?: number | Interval | null;
  /** Factors of the contrast, at least 0. Default: 1. */
  contrast?: number | Interval | null;
  /** Factors of the saturation, at least 0. Default: 1. */
  saturation?: number | Interval | null;
  /** Turns of the hue, from -0.5 to 0.5 of the circle. Default: 0. */
  hue?: number | Interval | null;
}

interface Jitter {
  readonly order: readonly number[];
  readonly factors: readonly (number | null)[];
}

const adjustments = [adjustBrightness, adjustContrast, adjustSaturation, adjustHue] as const;

/**
 * Changes brightness, contrast, saturation and hue at random, in random order.
 *
 * Floating images must be from 0 to 1, so use it before `Normalize`.
 *
 * @see torchvision.transforms.v2.ColorJitter
 * @example
 * const jitter = new data.transforms.ColorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
 * jitter.forward(zeros(8, 3, 32, 32)).shape // [ 8, 3, 32, 32 ]
 */
export class ColorJitter extends RandomTransform<Jitter> {
  protected readonly _numbers = 7;
  readonly #intervals: readonly (Interval | null)[];

  static {
    register('ColorJitter', [], this);
  }

  /**
   * @param options `brightness`, `contrast`, `saturation` and `hue`
   * @throws RangeError if an interval is not ascending or out of range
   */
  constructor(options: ColorJitterOptions = {}) {
    const op = 'ColorJitter';
    requireArity(op, arguments.length, 1);
    requireOptions(op, options, ['brightness', 'contrast', 'saturation', 'hue']);
    const { brightness = null, contrast = null, saturation = null, hue = null } = options;
    const factor = (name: string, value: unknown): Interval | null =>
      intervalOf(op, name, value, 1, [0, Infinity]);
    const intervals = [
      factor('brightness', brightness),
      factor('contrast', contrast),
      factor('saturation', saturation),
      intervalOf(op, 'hue', hue, 0, [-0.5, 0.5]),
    ];
    super(op, { brightness, contrast, saturation, hue });
    this.#intervals = intervals;
  }

  _choose(numbers: Float64Array, shape: readonly number[]): Jitter {
    requireColours('ColorJitter', shape);
    return {
      order: permutationOf4(numbers),
      factors: this.#intervals.map((interval, i) =>
        interval === null ? null : between(numbers[3 + i], interval),
      ),
    };
  }

  _apply(image: Tensor, { order, factors }: Jitter): Tensor {
    return order.reduce((result, i) => {
      const factor = factors[i];
      return factor === null ? result : adjustments[i](result, factor);
    }, image);
  }
}

/** The interval of an option, or null if it changes nothing. */
function intervalOf(
  op: string,
  name: string,
  value: unknown,
  center: number,
  [low, high]: Interval,
): Interval | null {
  if (value === null) return null;
  if (typeof value !== 'number') {
    const [first, last] = requireInterval(op, name, value, low, high);
    return first === center && last === center ? null : [first, last];
  }
  const most = requireInRange(op, name, value, 0, high);
  return most === 0 ? null : [Math.max(center - most, low), center + most];
}

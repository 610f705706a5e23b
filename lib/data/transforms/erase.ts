import { requireArity, requireBoolean, requireOptions, wrongType } from '../../core/errors';
import { Tensor } from '../../core/tensor';
import { tensor } from '../../creation/filled';
import {
  requireFill,
  requireFillFor,
  requireInterval,
  requirePositiveInterval,
  requireProbability,
  type Fill,
  type Interval,
} from './arguments';
import { crop } from './images/crop';
import { between, integerBelow, roundHalfEven } from './random';
import { register } from './registry';
import { RandomTransform } from './transform';

/** Options of `RandomErasing`. */
export interface RandomErasingOptions {
  /** The probability that an image is changed. Default: 0.5. */
  p?: number;
  /** The smallest and the largest part of the area of the image, from 0 to 1. Default: [0.02, 0.33]. */
  scale?: Interval;
  /** The smallest and the largest height divided by width. Default: [0.3, 3.3]. */
  ratio?: Interval;
  /** The new value, or one for each channel, or `'random'` for normally distributed values. Default: 0. */
  value?: Fill | 'random';
  /** Whether to write the result to the input. Default: false. */
  inplace?: boolean;
}

interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

const attempts = 10;

/**
 * Overwrites a random rectangle of the image with probability `p` (Zhong et al. 2017).
 *
 * @see torchvision.transforms.v2.RandomErasing
 * @example new data.transforms.RandomErasing({ p: 1 }).forward(ones(3, 8, 8)).min().item() // 0
 */
export class RandomErasing extends RandomTransform<Rectangle> {
  protected readonly _numbers = 2 * attempts + 3;
  readonly #p: number;
  readonly #scale: Interval;
  readonly #ratio: Interval;
  readonly #value: Fill | 'random';
  readonly #inplace: boolean;

  static {
    register('RandomErasing', [], this);
  }

  /**
   * @param options `p`, `scale`, `ratio`, `value` and `inplace`
   * @throws RangeError if `p` or `scale` is not from 0 to 1, or an interval is not ascending
   */
  constructor(options: RandomErasingOptions = {}) {
    const op = 'RandomErasing';
    requireArity(op, arguments.length, 1);
    requireOptions(op, options, ['p', 'scale', 'ratio', 'value', 'inplace']);
    const p = requireProbability(op, options.p ?? 0.5);
    const scale = requireInterval(op, 'scale', options.scale ?? [0.02, 0.33], 0, 1);
    const ratio = requirePositiveInterval(op, 'ratio', options.ratio ?? [0.3, 3.3]);
    const value = valueOf(op, options.value ?? 0);
    const inplace = requireBoolean(op, 'inplace', options.inplace ?? false);
    super(op, { p, scale, ratio, value, inplace });
    this.#p = p;
    this.#scale = scale;
    this.#ratio = ratio;
    this.#value = value;
    this.#inplace = inplace;
  }

  _choose(numbers: Float64Array, [channels, h, w]: readonly number[]): Rectangle | null {
    if (this.#value !== 'random') requireFillFor('RandomErasing', 'value', this.#value, channels);
    if (numbers[2 * attempts + 2] >= this.#p) return null;
    const logs: Interval = [Math.log(this.#ratio[0]), Math.log(this.#ratio[1])];
    for (let i = 0; i < attempts; i++) {
      const area = h * w * between(numbers[2 * i], this.#scale);
      const ratio = Math.exp(between(numbers[2 * i + 1], logs));
      const height = roundHalfEven(Math.sqrt(area * ratio));
      const width = roundHalfEven(Math.sqrt(area / ratio));
      if (height >= h || width >= w) continue;
      const top = integerBelow(numbers[2 * attempts], h - height + 1);
      const left = integerBelow(numbers[2 * attempts + 1], w - width + 1);
      return { top, left, height, width };
    }
    return null;
  }

  _apply(image: Tensor, { top, left, height, width }: Rectangle): Tensor {
    const result = this.#inplace ? image : image.clone();
    const part = crop(result, top, left, height, width);
    part.copy_(this.newPixels(part));
    return result;
  }

  private newPixels({ shape, dtype }: Tensor): Tensor {
    if (this.#value === 'random') return Tensor._empty('float32', shape).normal_().to(dtype);
    const values = tensor([this.#value].flat(), { dtype: 'float64' });
    return values.to(dtype).reshape(-1, 1, 1).expand(shape);
  }
}

function valueOf(op: string, value: unknown): Fill | 'random' {
  if (value === 'random') return value;
  if (typeof value !== 'number' && !Array.isArray(value)) {
    throw wrongType(op, "a number, an array of numbers, or 'random'", 'value', value);
  }
  return requireFill(op, 'value', value);
}

import { copyElements } from '../../core/element';
import {
  requireArity,
  requireItems,
  requireNumber,
  shapeText,
  unexpected,
  wrongValue,
} from '../../core/errors';
import { allocateShared, Storage } from '../../core/storage';
import { requireTensor, Tensor } from '../../core/tensor';
import { pythonFloat } from '../../nn/module/describe';
import { normalizeChannels, type ChannelStatistics } from '../../ops/nn/normalize';
import { register } from './registry';
import { Transform } from './transform';

const name = 'Normalize';

/**
 * Normalises images: (x - mean) / std for each channel (torchvision.transforms.v2.Normalize).
 *
 * uint8 images are divided by 255 first, and the result is float32. Floating images keep their dtype; float16 and bfloat16 are
 * computed in float32.
 *
 * Keep images as uint8 and normalise each batch, either in the first layer of a model or in the training step. The module has
 * no parameters and no state.
 *
 * @throws RangeError if the number of channels differs; TypeError for int32, int64 and bool
 * @example
 * const normalize = new data.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
 * const x = normalize.forward(zeros(2, 3, 8, 8, { dtype: 'uint8' })); // float32 (2, 3, 8, 8)
 * const model = new nn.Sequential(new data.transforms.Normalize(0.1307, 0.3081), new nn.Linear(784, 10)); // MNIST
 */
export class Normalize extends Transform {
  /** The mean of each channel, or of all. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel, or of all. */
  readonly std: readonly number[];
  readonly #statistics: ChannelStatistics;

  static {
    register(name, ['mean', 'std'], this);
  }

  /**
   * @param mean a number, or an array with one number for each channel of images (..., C, H, W); with a number, `input` may
   *   have any shape
   * @param std standard deviation, in the same form; above 0
   */
  constructor(mean: number | readonly number[], std: number | readonly number[]) {
    requireArity('Normalize', arguments.length, 2);
    const options = { mean: numbersFor('mean', mean), std: numbersFor('std', std) };
    super(name, options);
    this.mean = options.mean;
    this.std = options.std;
    // Compared as float32, because the kernel computes in float32 unless the images are float64.
    const zero = this.std.find((value) => Math.fround(value) <= 0);
    if (zero !== undefined) throw wrongValue(name, 'numbers above 0', 'std', zero);
    const [means, stds] = [this.mean.length, this.std.length];
    if (means !== stds && means !== 1 && stds !== 1) {
      throw unexpected(name, `${means} numbers, as many as in mean,`, 'std', String(stds));
    }
    const channels = Math.max(means, stds);
    this.#statistics = {
      mean: statistic(this.mean, channels),
      std: statistic(this.std, channels),
      after: channels > 1 ? 2 : 0,
    };
  }

  /**
   * Normalises images: (input - mean) / std.
   *
   * @param input images (..., C, H, W), or any shape if mean and std are single numbers
   * @returns a tensor of the same shape; float32 for uint8 images
   * @throws RangeError if the number of channels differs
   */
  override forward(input: Tensor): Tensor {
    requireArity('Normalize', arguments.length, 1);
    const { shape } = requireTensor(name, 'input', input);
    const channels = this.#statistics.std.values.length;
    if (channels > 1 && shape.at(-3) !== channels) {
      throw unexpected(name, `a shape (..., ${channels}, H, W)`, 'input', shapeText(shape));
    }
    return normalizeChannels(name, input, this.#statistics);
  }

  override extraRepr(): string {
    const text = (values: readonly number[]): string => `[${values.map(pythonFloat).join(', ')}]`;
    return `mean=${text(this.mean)}, std=${text(this.std)}`;
  }
}

function numbersFor(which: string, value: unknown): readonly number[] {
  if (typeof value === 'number') return [requireSingle(which, value)];
  const items = requireItems(name, 'a number or an array of numbers', which, value);
  if (items.length === 0) throw unexpected(name, 'at least one number', which, 'none');
  return items.map((item, i) => requireSingle(`${which}[${i}]`, item));
}

/** A number within the range of float32. */
function requireSingle(which: string, value: unknown): number {
  const number = requireNumber(name, which, value);
  if (Number.isFinite(Math.fround(number))) return number;
  throw wrongValue(name, 'a number that float32 holds', which, number);
}

/** One number for each channel. */
function statistic(given: readonly number[], channels: number): ChannelStatistics['std'] {
  const values = given.length === 1 ? new Array<number>(channels).fill(given[0]) : given;
  const array = allocateShared('float64', channels);
  copyElements(array, Float64Array.from(values));
  return { values, tensor: new Tensor(new Storage('float64', array), [channels]) };
}

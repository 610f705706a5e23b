import { fromArray } from '../../creation/filled';
import { numbersOf } from '../../core/access';
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireInteger,
  requireItems,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import type { Generator } from '../../core/generator';
import { rand } from '../../creation/random';
import { Tensor } from '../../core/tensor';
import { IndexSampler, type SamplerOptions } from './samplers';

/** Options of `WeightedRandomSampler`. */
export interface WeightedRandomSamplerOptions extends SamplerOptions {
  /** Whether to draw with replacement, so that an index may occur several times. Default: true. */
  replacement?: boolean;
}

/**
 * Random indices, each drawn with a probability proportional to its weight.
 *
 * @see torch.utils.data.WeightedRandomSampler
 * @example
 * const labels = ['cat', 'cat', 'dog'];
 * const countOf = { cat: 2, dog: 1 };
 * const weights = labels.map((label) => 1 / countOf[label]); // draws each class equally often
 * const sampler = new data.WeightedRandomSampler(weights, labels.length);
 */
export class WeightedRandomSampler extends IndexSampler {
  readonly _isRandom = true;
  /** Number of indices in an epoch. */
  readonly length: number;
  private readonly weights: Float64Array;
  private readonly replacement: boolean;

  /**
   * Copies the weights.
   *
   * @param weights weight of each sample (n), finite and at least 0; they need not add up to 1
   * @param numSamples number of indices in an epoch, at least 1
   * @param options replacement and generator; see WeightedRandomSamplerOptions
   * @throws RangeError if a weight is invalid, all are 0, or fewer than `numSamples` are above 0 without replacement
   */
  constructor(
    weights: Tensor | Iterable<number>,
    numSamples: number,
    options: WeightedRandomSamplerOptions = {},
  ) {
    requireArity('WeightedRandomSampler', arguments.length, 3);
    const op = 'WeightedRandomSampler';
    requireOptions(op, options, ['replacement', 'generator']);
    super(op, options);
    this.weights = weightsOf(op, weights);
    this.length = requireInteger(op, 'numSamples', numSamples, 1);
    this.replacement = requireBoolean(op, 'replacement', options.replacement ?? true);
    const sum = this.weights.reduce((a, b) => a + b, 0);
    if (sum === Infinity) throw unexpected(op, 'a finite sum', 'weights', 'Infinity');
    const possible = this.weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
    if (possible === 0) throw unexpected(op, 'at least one weight above 0', 'weights', 'none');
    if (!this.replacement && this.length > possible) {
      const what = `at most ${possible}, the number of weights above 0 (without replacement),`;
      throw unexpected(op, what, 'numSamples', String(numSamples));
    }
  }

  override _order(generator: Generator | undefined): Tensor {
    return fromArray(this.replacement ? this.drawEach(generator) : this.drawOnce(generator));
  }

  /** Random numbers from 0 to 1. */
  private uniform(count: number, generator: Generator | undefined): Float64Array {
    return rand(count, { dtype: 'float64', generator }).data as Float64Array;
  }

  /** Draws with replacement: a uniformly distributed point on the sum of the weights selects the sample. */
  private drawEach(generator: Generator | undefined): Int32Array {
    const ends = new Float64Array(this.weights.length);
    let sum = 0;
    this.weights.forEach((weight, i) => (ends[i] = sum += weight));
    const points = this.uniform(this.length, generator);
    return Int32Array.from(points, (point) => firstAbove(ends, point * sum));
  }

  /**
   * Draws without replacement: the samples with the earliest arrivals, where sample i arrives after an exponentially
   * distributed time with rate weights[i]. The next arrival among the remaining samples is i with a probability
   * proportional to its weight (Efraimidis and Spirakis 2006).
   */
  private drawOnce(generator: Generator | undefined): Int32Array {
    const arrivals = this.uniform(this.weights.length, generator);
    this.weights.forEach((weight, i) => (arrivals[i] = -Math.log1p(-arrivals[i]) / weight));
    const order = Int32Array.from(this.weights.keys()).filter((i) => this.weights[i] > 0);
    return order.sort((i, j) => arrivals[i] - arrivals[j]).slice(0, this.length);
  }
}

/** The first index whose number is above `value`; if rounding left none, the last one with a weight above 0. */
function firstAbove(ends: Float64Array, value: number): number {
  const last = ends[ends.length - 1];
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > value || ends[middle] === last) high = middle;
    else low = middle + 1;
  }
  return low;
}

function weightsOf(op: string, weights: unknown): Float64Array {
  if (weights instanceof Tensor && weights.ndim !== 1) {
    throw unexpected(op, 'a tensor of 1 dimension', 'weights', shapeText(weights.shape));
  }
  const values = weights instanceof Tensor ? numbersOf(op, weights) : weights;
  const numbers = requireItems(op, 'a tensor or an iterable of numbers', 'weights', values);
  return Float64Array.from(numbers, (weight, i) =>
    requireInRange(op, `weights[${i}]`, weight, 0, Infinity),
  );
}

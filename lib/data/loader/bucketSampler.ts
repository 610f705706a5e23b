import { fromArray } from '../../creation/filled';
import { randperm } from '../../creation/random';
import { numbersOf } from '../../core/access';
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireInteger,
  requireItems,
  requireOptions,
} from '../../core/errors';
import type { Generator } from '../../core/generator';
import { Tensor } from '../../core/tensor';
import { BatchSampler, IndexSampler, type SamplerOptions } from './samplers';

/** Options of `BucketSampler`. */
export interface BucketSamplerOptions extends SamplerOptions {
  /** Whether each epoch makes other batches, in a random order. Default: true. */
  shuffle?: boolean;
  /** Number of batches in a bucket, at least 1: more make the lengths in a batch more alike. Default: 100. */
  bucketBatches?: number;
  /** Whether to leave out a last batch of fewer samples. Default: false. */
  dropLast?: boolean;
}

/**
 * Batches of samples of like lengths, so that little of a padded batch is padding: for the option `batchSampler`.
 *
 * With `shuffle`, each epoch deals the samples into random buckets, sorts each bucket by length, and reads the batches in
 * a random order; a batch of fewer samples comes last. Without, the batches go from the shortest samples to the longest.
 *
 * @example
 * const texts = ['a', 'bcd', 'ef', 'g'];
 * const sampler = new data.BucketSampler(texts.map((text) => text.length), 2, { shuffle: false });
 * [...sampler]; // [[0, 3], [2, 1]]
 */
export class BucketSampler extends BatchSampler {
  /**
   * Copies the lengths.
   *
   * @param lengths the length of each sample (n), at least 0
   * @param batchSize number of samples in a batch, at least 1
   * @param options order and buckets; see BucketSamplerOptions
   * @throws RangeError if a length is negative, or `batchSize` or `bucketBatches` is less than 1
   */
  constructor(
    lengths: Tensor | Iterable<number>,
    batchSize: number,
    options: BucketSamplerOptions = {},
  ) {
    requireArity('BucketSampler', arguments.length, 3);
    const op = 'BucketSampler';
    requireOptions(op, options, ['shuffle', 'bucketBatches', 'dropLast', 'generator']);
    const { shuffle = true, bucketBatches = 100, dropLast = false, generator } = options;
    requireInteger(op, 'batchSize', batchSize, 1);
    requireBoolean(op, 'shuffle', shuffle);
    requireInteger(op, 'bucketBatches', bucketBatches, 1);
    requireBoolean(op, 'dropLast', dropLast);
    const bucket = shuffle ? bucketBatches * batchSize : Infinity;
    super(new BucketOrder(lengthsOf(op, lengths), batchSize, bucket, { generator }), batchSize, dropLast); // prettier-ignore
  }
}

/** The order of the samples, of which each `batchSize` make a batch. A bucket of all samples is not shuffled. */
class BucketOrder extends IndexSampler {
  readonly _isRandom: boolean;

  constructor(
    private readonly lengths: Float64Array,
    private readonly batchSize: number,
    private readonly bucket: number,
    options: SamplerOptions,
  ) {
    super('BucketSampler', options);
    this._isRandom = bucket < Infinity;
  }

  get length(): number {
    return this.lengths.length;
  }

  override _order(generator: Generator | undefined): Tensor {
    const { lengths, batchSize, bucket, length } = this;
    if (!this._isRandom) {
      return fromArray(Int32Array.from(lengths.keys()).sort((i, j) => lengths[i] - lengths[j]));
    }
    const samples = Int32Array.from(numbersOf('BucketSampler', randperm(length, { generator })));
    for (let start = 0; start < length; start += bucket) {
      samples.subarray(start, start + bucket).sort((i, j) => lengths[i] - lengths[j]);
    }
    // All but a batch of fewer samples change places.
    const whole = Math.floor(length / batchSize);
    const places = numbersOf('BucketSampler', randperm(whole, { generator }));
    const order = samples.slice();
    for (let i = 0; i < whole; i++) {
      const from = places[i] * batchSize;
      order.set(samples.subarray(from, from + batchSize), i * batchSize);
    }
    return fromArray(order);
  }
}

function lengthsOf(op: string, lengths: unknown): Float64Array {
  const values = lengths instanceof Tensor ? numbersOf(op, lengths) : lengths;
  const list = requireItems(op, 'a tensor or an iterable of numbers', 'lengths', values);
  return Float64Array.from(list, (value, i) =>
    requireInRange(op, `lengths[${i}]`, value, 0, Infinity),
  );
}

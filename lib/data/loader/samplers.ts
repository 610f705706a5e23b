/** Samplers: the order in which a loader reads the samples. */
import { fromArray } from '../../creation/filled';
import { arange } from '../../creation/range';
import { numbersOf } from '../../core/access';
import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import type { Generator } from '../../core/generator';
import { randint, randperm } from '../../creation/random';
import type { Tensor } from '../../core/tensor';
import { requireLength } from '../datasets/dataset';
import { generatorOf } from './generator';
import { indicesOf, type Indices } from '../datasets/indices';
import { isUnchanged } from '../datasets/overrides';
import { iterableOf } from '../datasets/readOnce';

/**
 * The indices of the samples of an epoch: any iterable with a `length`.
 *
 * If it has `stateDict()` and `loadStateDict(state)`, the loader saves its state at the start of the epoch. Otherwise
 * it must yield the same order again when an epoch is resumed.
 *
 * @see torch.utils.data.Sampler
 */
export interface Sampler<Index = number> extends Iterable<Index> {
  /** Number of indices in an epoch. */
  readonly length: number;
}

/** An object with a length, such as a dataset or an array. */
export interface Sized {
  /** Number of elements. */
  readonly length: number;
}

/** Options of random samplers. */
export interface SamplerOptions {
  /** Generator to draw from. Default: the generator of the loader, which is that of `manualSeed` unless it has one. */
  generator?: Generator;
}

/** A sampler that knows the order of the complete epoch at its start. */
export abstract class IndexSampler implements Sampler {
  /** @internal The sampler's own generator, if it has one. */
  readonly _generator: Generator | undefined;

  constructor(op: string, options: SamplerOptions = {}) {
    this._generator = generatorOf(op, { generator: options.generator });
  }

  /** Number of samples in an epoch. */
  abstract get length(): number;

  /** @internal Whether the order is random. */
  abstract readonly _isRandom: boolean;

  /** @internal The order of a new epoch, an int32 vector. */
  abstract _order(generator: Generator | undefined): Tensor;

  /** Yields the indices of one epoch. */
  *[Symbol.iterator](): Iterator<number> {
    yield* numbersOf('Sampler', this._order(this._generator));
  }
}

/**
 * All indices in order, as a loader without `shuffle` reads the samples.
 *
 * @see torch.utils.data.SequentialSampler
 * @example [...new data.SequentialSampler(['a', 'b', 'c'])]; // [0, 1, 2]
 */
export class SequentialSampler extends IndexSampler {
  readonly _isRandom = false;
  private readonly source: Sized;

  /**
   * Keeps the source; its length is read at the start of each epoch.
   *
   * @param source a dataset or an array
   * @throws TypeError if it has no length
   */
  constructor(source: Sized) {
    requireArity('SequentialSampler', arguments.length, 1);
    super('SequentialSampler');
    this.source = requireSized('SequentialSampler', source);
  }

  /** Number of indices in an epoch. */
  override get length(): number {
    return requireLength('SequentialSampler', 'source', this.source);
  }

  override _order(): Tensor {
    return arange(this.length, { dtype: 'int32' });
  }
}

/** Options of `RandomSampler`. */
export interface RandomSamplerOptions extends SamplerOptions {
  /** Whether to draw with replacement, so that an index may occur several times. Default: false. */
  replacement?: boolean;
  /**
   * Number of indices in an epoch, at least 1. Default: the length of the source. If there are more, and `replacement`
   * is false, several random orders follow one another.
   */
  numSamples?: number;
}

/**
 * The indices in a new random order each epoch, as a loader with `shuffle: true` reads the samples.
 *
 * @see torch.utils.data.RandomSampler
 * @example const sampler = new data.RandomSampler(digits, { replacement: true, numSamples: 1000 });
 */
export class RandomSampler extends IndexSampler {
  readonly _isRandom = true;
  private readonly source: Sized;
  private readonly replacement: boolean;
  private readonly numSamples: number | undefined;

  /**
   * Keeps the source; its length is read at the start of each epoch.
   *
   * @param source a dataset or an array
   * @param options replacement, number of samples and generator; see RandomSamplerOptions
   * @throws TypeError if the source has no length
   * @throws RangeError if `numSamples` is less than 1
   */
  constructor(source: Sized, options: RandomSamplerOptions = {}) {
    requireArity('RandomSampler', arguments.length, 2);
    const op = 'RandomSampler';
    requireOptions(op, options, ['replacement', 'numSamples', 'generator']);
    super(op, options);
    const { replacement = false, numSamples } = options;
    this.source = requireSized(op, source);
    this.replacement = requireBoolean(op, 'replacement', replacement);
    if (numSamples !== undefined) requireInteger(op, 'numSamples', numSamples, 1);
    this.numSamples = numSamples;
  }

  /** Number of indices in an epoch. */
  override get length(): number {
    const count = requireLength('RandomSampler', 'source', this.source);
    return count === 0 ? 0 : (this.numSamples ?? count);
  }

  override _order(generator: Generator | undefined): Tensor {
    const count = requireLength('RandomSampler', 'source', this.source);
    const { length } = this;
    if (this.replacement && count > 0) return randint(0, count, [length], { generator });
    if (length === count) return randperm(count, { generator });
    const order = new Int32Array(length);
    for (let start = 0; start < length; start += count) {
      const next = randperm(count, { generator }).data as Int32Array;
      order.set(next.subarray(0, length - start), start);
    }
    return fromArray(order);
  }
}

/**
 * Some indices, in a new random order each epoch.
 *
 * @see torch.utils.data.SubsetRandomSampler
 * @example const sampler = new data.SubsetRandomSampler([0, 2, 4, 6]);
 */
export class SubsetRandomSampler extends IndexSampler {
  readonly _isRandom = true;
  private readonly indices: Tensor;

  /**
   * Copies the indices.
   *
   * @param indices indices of samples, from 0 on
   * @param options generator; see SamplerOptions
   * @throws TypeError if an index is not a number
   * @throws RangeError if an index is not an integer of at least 0
   */
  constructor(indices: Indices, options: SamplerOptions = {}) {
    requireArity('SubsetRandomSampler', arguments.length, 2);
    const op = 'SubsetRandomSampler';
    requireOptions(op, options, ['generator']);
    super(op, options);
    this.indices = indicesOf(op, 'indices', indices, 2 ** 31);
  }

  /** Number of indices in an epoch. */
  override get length(): number {
    return this.indices.shape[0];
  }

  override _order(generator: Generator | undefined): Tensor {
    return this.indices.indexSelect(0, randperm(this.length, { generator }));
  }
}

/** Whether a sampler is one of these classes, or a subclass that does not override the iteration. */
export function isIndexSampler(sampler: unknown): sampler is IndexSampler {
  return isUnchanged(sampler, IndexSampler, Symbol.iterator);
}

function requireSized(op: string, source: unknown): Sized {
  if (typeof source !== 'object' || source === null || !('length' in source)) {
    throw wrongType(op, 'a dataset or an array, with a length,', 'source', source);
  }
  return source as Sized;
}

/**
 * Batches of the indices of a sampler, for the option `batchSampler`.
 *
 * @see torch.utils.data.BatchSampler
 * @example
 * const sampler = new data.WeightedRandomSampler([0.2, 0.2, 0.6], 1000);
 * const batchSampler = new data.BatchSampler(sampler, 32, true);
 */
export class BatchSampler implements Sampler<number[]> {
  /** The sampler of the indices. */
  readonly sampler: Sampler;
  /** Number of indices in a batch. */
  readonly batchSize: number;
  /** Whether a last batch of fewer indices is left out. */
  readonly dropLast: boolean;

  /**
   * Keeps the sampler.
   *
   * @param sampler a sampler, or an array of indices
   * @param batchSize number of indices in a batch, at least 1
   * @param dropLast whether to leave out a last batch of fewer indices; default false
   * @throws TypeError if `sampler` is not an iterable
   * @throws RangeError if it has no length, or `batchSize` is less than 1
   */
  constructor(sampler: Sampler | readonly number[], batchSize: number, dropLast = false) {
    requireArity('BatchSampler', arguments.length, 3);
    const op = 'BatchSampler';
    this.sampler = requireSampler(op, 'sampler', sampler);
    this.batchSize = requireInteger(op, 'batchSize', batchSize, 1);
    this.dropLast = requireBoolean(op, 'dropLast', dropLast);
  }

  /** Number of batches in an epoch. */
  get length(): number {
    return batchesOf(this.sampler.length, this);
  }

  /** Yields the batches of one epoch, as arrays of indices. */
  *[Symbol.iterator](): Iterator<number[]> {
    let batch: number[] = [];
    for (const index of iterableOf('BatchSampler', 'sampler', this.sampler)) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}

/** The number of batches. */
export function batchesOf(
  samples: number,
  { batchSize, dropLast }: { readonly batchSize: number; readonly dropLast: boolean },
): number {
  const batches = samples / batchSize;
  return dropLast ? Math.floor(batches) : Math.ceil(batches);
}

/** Returns an iterable with a length; throws for anything else. */
export function requireSampler<Index>(
  op: string,
  name: string,
  value: Sampler<Index>,
): Sampler<Index> {
  const sampler: unknown = value;
  const isIterable = typeof sampler === 'object' && sampler !== null && Symbol.iterator in sampler;
  if (!isIterable) throw wrongType(op, 'an iterable with a length', name, value);
  if (!('length' in sampler)) {
    throw unexpected(op, 'an iterable with a length', name, 'one without a length');
  }
  return value;
}

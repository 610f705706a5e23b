/** The order in which a loader reads the samples. */
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
 * Indices of the samples of an epoch (torch.utils.data.Sampler): any iterable with a `length`. If it has `stateDict()`
 * and `loadStateDict(state)`, the loader saves its state at the start of the epoch. Otherwise it must return the same
 * order again when an epoch is resumed.
 */
export interface Sampler<Index = number> extends Iterable<Index> {
  /** The number of indices in an epoch. */
  readonly length: number;
}

/** Anything with a length: a dataset, an array. */
export interface Sized {
  /** How many elements it has. */
  readonly length: number;
}

/** Options of random samplers. */
export interface SamplerOptions {
  /**
   * The generator to draw from; default: that of the loader, which is that of `manualSeed` unless the loader has one.
   */
  generator?: Generator;
}

/** A sampler that knows the order of the complete epoch at its start. */
export abstract class IndexSampler implements Sampler {
  /** @internal The sampler's own generator, if it has one. */
  readonly _generator: Generator | undefined;

  constructor(op: string, options: SamplerOptions = {}) {
    this._generator = generatorOf(op, { generator: options.generator });
  }

  /** Samples in an epoch. */
  abstract get length(): number;

  /** @internal Whether the order is random. */
  abstract readonly _isRandom: boolean;

  /** @internal The order of a new epoch, an int32 vector. */
  abstract _order(generator: Generator | undefined): Tensor;

  *[Symbol.iterator](): Iterator<number> {
    yield* numbersOf('Sampler', this._order(this._generator));
  }
}

/** All samples in order (torch.utils.data.SequentialSampler). */
export class SequentialSampler extends IndexSampler {
  readonly _isRandom = false;
  private readonly source: Sized;

  constructor(source: Sized) {
    requireArity('SequentialSampler', arguments.length, 1);
    super('SequentialSampler');
    this.source = requireSized('SequentialSampler', source);
  }

  override get length(): number {
    return requireLength('SequentialSampler', 'source', this.source);
  }

  override _order(): Tensor {
    return arange(this.length, { dtype: 'int32' });
  }
}

/** Options of RandomSampler. */
export interface RandomSamplerOptions extends SamplerOptions {
  /** Whether a sample may occur several times in an epoch; default false. */
  replacement?: boolean;
  /** Samples in an epoch; default: all. If there are more than all, several orders follow one another. */
  numSamples?: number;
}

/** The samples in a new random order each epoch (torch.utils.data.RandomSampler), as with `shuffle: true`. */
export class RandomSampler extends IndexSampler {
  readonly _isRandom = true;
  private readonly source: Sized;
  private readonly replacement: boolean;
  private readonly numSamples: number | undefined;

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

/** The given samples in a new random order each epoch (torch.utils.data.SubsetRandomSampler). */
export class SubsetRandomSampler extends IndexSampler {
  readonly _isRandom = true;
  private readonly indices: Tensor;

  constructor(indices: Indices, options: SamplerOptions = {}) {
    requireArity('SubsetRandomSampler', arguments.length, 2);
    const op = 'SubsetRandomSampler';
    requireOptions(op, options, ['generator']);
    super(op, options);
    this.indices = indicesOf(op, 'indices', indices, 2 ** 31);
  }

  override get length(): number {
    return this.indices.shape[0];
  }

  override _order(generator: Generator | undefined): Tensor {
    return this.indices.indexSelect(0, randperm(this.length, { generator }));
  }
}

/** Whether a sampler is one of these, and its class does not override the iteration. */
export function isIndexSampler(sampler: unknown): sampler is IndexSampler {
  return isUnchanged(sampler, IndexSampler, Symbol.iterator);
}

function requireSized(op: string, source: unknown): Sized {
  if (typeof source !== 'object' || source === null || !('length' in source)) {
    throw wrongType(op, 'a dataset or an array', 'source', source);
  }
  return source as Sized;
}

/**
 * Groups the indices of a sampler into lists (torch.utils.data.BatchSampler), as `batchSize` and `dropLast` do.
 *
 * @example
 * const sampler = new data.WeightedRandomSampler(weights, 1000);
 * const batchSampler = new data.BatchSampler(sampler, 32, true);
 */
export class BatchSampler implements Sampler<number[]> {
  /** The sampler of the indices. */
  readonly sampler: Sampler;
  /** Indices in a list. */
  readonly batchSize: number;
  /** Whether a last list that is shorter is left out. */
  readonly dropLast: boolean;

  constructor(sampler: Sampler | readonly number[], batchSize: number, dropLast = false) {
    requireArity('BatchSampler', arguments.length, 3);
    const op = 'BatchSampler';
    this.sampler = requireSampler(op, 'sampler', sampler);
    this.batchSize = requireInteger(op, 'batchSize', batchSize, 1);
    this.dropLast = requireBoolean(op, 'dropLast', dropLast);
  }

  /** Batches in an epoch. */
  get length(): number {
    return batchesOf(this.sampler.length, this);
  }

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

/** An iterable with a length; otherwise throws. */
export function requireSampler<Index>(
  op: string,
  name: string,
  value: Sampler<Index>,
): Sampler<Index> {
  const sampler: unknown = value;
  const isIterable = typeof sampler === 'object' && sampler !== null && Symbol.iterator in sampler;
  if (!isIterable) throw wrongType(op, 'an iterable with a length', name, value);
  if (!('length' in sampler)) throw unexpected(op, 'a length', name, 'an iterable without');
  return value;
}

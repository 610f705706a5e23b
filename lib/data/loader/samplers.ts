/** In which order a loader goes through the samples. */
import { arange, fromArray } from '../../creation/filled';
import {
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

/**
 * Numbers of samples in the order of an epoch (torch.utils.data.Sampler): any iterable with a `length` will do. One with
 * `stateDict()` and `loadStateDict(state)` has its state of an epoch's start in the loader's state; any other is
 * expected to give the same order again when an epoch is resumed.
 */
export interface Sampler<Index = number> extends Iterable<Index> {
  /** How many there are in an epoch. */
  readonly length: number;
}

/** Anything with a length: a dataset, an array. */
export interface Sized {
  /** How many elements it has. */
  readonly length: number;
}

/** Options of samplers that draw. */
export interface SamplerOptions {
  /** Default: the loader's stream, which is that of `manualSeed` unless the loader is given another. */
  generator?: Generator;
}

/** A sampler that knows an epoch's whole order at its start. */
export abstract class IndexSampler implements Sampler {
  /** @internal The stream it draws from, if it has one of its own. */
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
    yield* this._order(this._generator).data;
  }
}

/** All samples in order (torch.utils.data.SequentialSampler). */
export class SequentialSampler extends IndexSampler {
  readonly _isRandom = false;
  private readonly source: Sized;

  constructor(source: Sized) {
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
  /** Whether a sample may come again before all others have come; default false. */
  replacement?: boolean;
  /** Samples in an epoch; default: all. More than all are several orders, one after the other. */
  numSamples?: number;
}

/** The samples in a new random order each epoch (torch.utils.data.RandomSampler): what `shuffle: true` stands for. */
export class RandomSampler extends IndexSampler {
  readonly _isRandom = true;
  private readonly source: Sized;
  private readonly replacement: boolean;
  private readonly numSamples: number | undefined;

  constructor(source: Sized, options: RandomSamplerOptions = {}) {
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

/** The samples of a list in a new random order each epoch (torch.utils.data.SubsetRandomSampler). */
export class SubsetRandomSampler extends IndexSampler {
  readonly _isRandom = true;
  private readonly indices: Tensor;

  constructor(indices: Indices, options: SamplerOptions = {}) {
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

/** Whether a sampler is one of those, and no class derived from one iterates otherwise. */
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
 * The numbers of a sampler in lists (torch.utils.data.BatchSampler): what `batchSize` and `dropLast` stand for.
 *
 * @example
 * const sampler = new data.WeightedRandomSampler(weights, 1000);
 * const batchSampler = new data.BatchSampler(sampler, 32, true);
 */
export class BatchSampler implements Sampler<number[]> {
  /** What gives the numbers. */
  readonly sampler: Sampler;
  /** Numbers in a list. */
  readonly batchSize: number;
  /** Whether a last list of fewer is left out. */
  readonly dropLast: boolean;

  constructor(sampler: Sampler | readonly number[], batchSize: number, dropLast = false) {
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
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}

/** How many batches so many samples make. */
export function batchesOf(
  samples: number,
  { batchSize, dropLast }: { readonly batchSize: number; readonly dropLast: boolean },
): number {
  const batches = samples / batchSize;
  return dropLast ? Math.floor(batches) : Math.ceil(batches);
}

/** An iterable with a length, else an error. */
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

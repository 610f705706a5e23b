/** Subsets of datasets. */
import { numbersIn } from '../../core/access';
import {
  requireArity,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import type { Generator } from '../../core/generator';
import { randperm } from '../../creation/random';
import type { Tensor } from '../../core/tensor';
import type { Collated } from '../loader/collate';
import { requireDataset, requireLength, type Dataset } from './dataset';
import { generatorOf } from '../loader/generator';
import { indicesOf, requireIndex, type Indices } from './indices';
import { readsBatches } from './overrides';

/**
 * The samples of a dataset at some indices, in the order of the indices.
 *
 * @see torch.utils.data.Subset
 * @example new data.Subset(['a', 'b', 'c'], [2, 0]).get(0); // 'c'
 */
export class Subset<Item, Batch = Collated<Awaited<Item>>> implements Dataset<Item, Batch> {
  /** The dataset of which this is a subset. */
  readonly dataset: Dataset<Item, unknown>;
  /** Indices into `dataset`, int32 (length). */
  readonly indices: Tensor;
  /** Number of samples. */
  readonly length: number;

  /**
   * Copies the indices.
   *
   * @param dataset a dataset, or an array of samples
   * @param indices indices of samples; repeated ones are allowed
   * @throws TypeError if `dataset` is not a dataset, or an index is not a number
   * @throws RangeError if an index is out of range
   */
  constructor(dataset: Dataset<Item, Batch> | readonly Item[], indices: Indices) {
    requireArity('Subset', arguments.length, 2);
    this.dataset = requireDataset<Item>('Subset', dataset);
    const size = requireLength('Subset', 'dataset', this.dataset);
    this.indices = indicesOf('Subset', 'indices', indices, size);
    this.length = this.indices.shape[0];
  }

  /**
   * Reads several samples as one batch, given their indices as an int32 tensor (n); undefined if the dataset cannot.
   */
  get getBatch(): ((indices: Tensor) => Batch) | undefined {
    if (!readsBatches(this.dataset)) return undefined;
    return (indices) => this.dataset.getBatch?.(this.indices.indexSelect(0, indices)) as Batch;
  }

  /**
   * Reads one sample.
   *
   * @param index index of the sample in this subset, from 0 to length - 1
   * @param seed seed that is passed to the dataset; default 0
   * @returns sample `indices[index]` of the dataset
   * @throws RangeError if the index is out of range
   */
  get(index: number, seed = 0): Item {
    requireArity('Subset.get', arguments.length, 2);
    return this.dataset.get(this.at(index), seed);
  }

  /**
   * Finds a sample in the dataset of which this is a subset.
   *
   * @param index index of the sample in this subset, from 0 to length - 1
   * @returns the index of the sample in `dataset`
   * @throws RangeError if the index is out of range
   * @example new data.Subset(['a', 'b', 'c'], [2, 0]).at(0); // 2
   */
  at(index: number): number {
    requireArity('Subset.at', arguments.length, 1);
    return numbersIn(this.indices)[requireIndex('Subset.get', 'index', index, this.length)];
  }
}

/** Options of `randomSplit`. */
export interface RandomSplitOptions {
  /** Seed of the split, an integer of at least 0. Default: draws from the generator of `manualSeed`. */
  seed?: number;
  /** Generator to draw from, instead of `seed`. Default: the generator of `manualSeed`. */
  generator?: Generator;
}

/**
 * Splits a dataset into random subsets that do not overlap.
 *
 * @param dataset a dataset, or an array of samples
 * @param lengths number of samples in each subset, or fractions that add up to 1; samples that fractions leave over
 *   are added to the subsets in turn
 * @param options seed or generator; see RandomSplitOptions
 * @returns a subset for each length
 * @throws RangeError if the lengths do not add up to the length of the dataset or to 1
 * @see torch.utils.data.random_split
 * @example const [training, validation] = data.randomSplit(digits, [0.9, 0.1], { seed: 1 });
 */
export function randomSplit<Item, Batch = Collated<Awaited<Item>>>(
  dataset: Dataset<Item, Batch> | readonly Item[],
  lengths: readonly number[],
  options: RandomSplitOptions = {},
): Subset<Item, Batch>[] {
  requireArity('randomSplit', arguments.length, 3);
  const op = 'randomSplit';
  requireOptions(op, options, ['seed', 'generator']);
  const source = requireDataset<Item>(op, dataset) as Dataset<Item, Batch>;
  const total = requireLength(op, 'dataset', source);
  const sizes = sizesOf(op, lengths, total);
  const order = randperm(total, { generator: generatorOf(op, options) });
  let start = 0;
  return sizes.map((size) => {
    const part = order.narrow(0, start, size);
    start += size;
    return new Subset(source, part);
  });
}

function sizesOf(op: string, lengths: readonly number[], total: number): number[] {
  if (!Array.isArray(lengths)) throw wrongType(op, 'an array of numbers', 'lengths', lengths);
  const numbers = lengths.map((length, i) => requireNumber(op, `lengths[${i}]`, length));
  numbers.forEach((length, i) => {
    if (length < 0) throw unexpected(op, 'a number of at least 0', `lengths[${i}]`, String(length));
  });
  const sum = numbers.reduce((a, b) => a + b, 0);
  if (numbers.every(Number.isInteger) && sum === total) return numbers;
  if (Math.abs(sum - 1) > 1e-9) {
    const what = `numbers that add up to ${total}, or fractions that add up to 1,`;
    throw unexpected(op, what, 'lengths', shapeText(lengths));
  }
  const sizes = numbers.map((fraction) => Math.floor(fraction * total));
  let left = total - sizes.reduce((a, b) => a + b, 0);
  for (let i = 0; left > 0; i = (i + 1) % sizes.length, left--) sizes[i]++;
  return sizes;
}

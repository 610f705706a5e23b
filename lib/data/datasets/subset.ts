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
 * The samples of a dataset at `indices`, in their order (torch.utils.data.Subset).
 *
 * @example const odd = new data.Subset(digits, [1, 3, 5, 7, 9]);
 */
export class Subset<Item, Batch = Collated<Awaited<Item>>> implements Dataset<Item, Batch> {
  /** The dataset of which this is a subset. */
  readonly dataset: Dataset<Item, unknown>;
  /** Indices into `dataset`: int32, one dimension. */
  readonly indices: Tensor;
  /** Number of samples. */
  readonly length: number;

  constructor(dataset: Dataset<Item, Batch> | readonly Item[], indices: Indices) {
    requireArity('Subset', arguments.length, 2);
    this.dataset = requireDataset<Item>('Subset', dataset);
    const size = requireLength('Subset', 'dataset', this.dataset);
    this.indices = indicesOf('Subset', 'indices', indices, size);
    this.length = this.indices.shape[0];
  }

  /** Several samples as one batch, if the dataset has `getBatch`. */
  get getBatch(): ((indices: Tensor) => Batch) | undefined {
    if (!readsBatches(this.dataset)) return undefined;
    return (places) => this.dataset.getBatch?.(this.indices.indexSelect(0, places)) as Batch;
  }

  /** The sample at `indices[index]`. */
  get(index: number, seed = 0): Item {
    requireArity('Subset.get', arguments.length, 2);
    return this.dataset.get(this.at(index), seed);
  }

  /** The index in `dataset` of sample `index`. */
  at(index: number): number {
    requireArity('Subset.at', arguments.length, 1);
    return numbersIn(this.indices)[requireIndex('Subset.get', 'index', index, this.length)];
  }
}

/** Options of randomSplit. */
export interface RandomSplitOptions {
  /** The same seed splits in the same way; default: the generator of `manualSeed`. */
  seed?: number;
  /** A generator instead of `seed`, which other code may use too. */
  generator?: Generator;
}

/**
 * Splits a dataset at random (torch.utils.data.random_split). `lengths` add up to the length of the dataset, or are
 * fractions that add up to 1; samples that fractions leave over go to the subsets in turn.
 *
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

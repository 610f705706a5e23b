import { setImmediate } from 'node:timers/promises';
import { arange } from '../creation';
import { requireBoolean, requireInteger, requireOptions, wrongType } from '../errors';
import { Generator as RandomGenerator } from '../random';
import { randperm } from '../sampling';
import type { Tensor } from '../tensor';
import { collate, type Collated } from './collate';
import { requireDataset, type Dataset } from './dataset';

/** Options of a DataLoader. */
export interface DataLoaderOptions<Item, Batch> {
  /** Samples in a batch; default 1. */
  batchSize?: number;
  /** Whether each epoch goes through the samples in a new random order; default false. */
  shuffle?: boolean;
  /** Whether a last batch of fewer samples is left out; default false. */
  dropLast?: boolean;
  /** A random stream of its own for the order, the same each time the program runs; default: that of `manualSeed`. */
  seed?: number;
  /** As `seed`, but a stream that others may share. */
  generator?: RandomGenerator;
  /** Makes a batch of samples; default: `collate`. */
  collateFn?: (items: Item[]) => Batch;
}

/**
 * The samples of a dataset in batches (torch.utils.data.DataLoader). Each loop over it is one epoch. `for await` lets
 * other events of the process run between batches.
 *
 * Batches are copies: changing one does not change the dataset.
 *
 * @example
 * const loader = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: 64, shuffle: true });
 * for (const [input, target] of loader) step(input, target);
 */
export class DataLoader<Item, Batch = Collated<Item>>
  implements Iterable<Batch>, AsyncIterable<Batch>
{
  readonly dataset: Dataset<Item, unknown>;
  readonly batchSize: number;
  private readonly shuffle: boolean;
  private readonly dropLast: boolean;
  private readonly generator: RandomGenerator | undefined;
  private readonly collateFn: ((items: Item[]) => Batch) | undefined;

  constructor(
    dataset: Dataset<Item, unknown> | readonly Item[],
    options: DataLoaderOptions<Item, Batch> = {},
  ) {
    const op = 'DataLoader';
    requireOptions(op, options, [
      'batchSize',
      'shuffle',
      'dropLast',
      'seed',
      'generator',
      'collateFn',
    ]);
    const {
      batchSize = 1,
      shuffle = false,
      dropLast = false,
      seed,
      generator,
      collateFn,
    } = options;
    this.dataset = requireDataset(op, dataset);
    this.batchSize = requireInteger(op, 'batchSize', batchSize, 1);
    this.shuffle = requireBoolean(op, 'shuffle', shuffle);
    this.dropLast = requireBoolean(op, 'dropLast', dropLast);
    if (generator !== undefined && !(generator instanceof RandomGenerator)) {
      throw wrongType(op, 'a Generator', 'generator', generator);
    }
    if (seed !== undefined && generator !== undefined) {
      throw wrongType(op, 'no seed beside a generator', 'seed', seed);
    }
    this.generator =
      seed === undefined ? generator : new RandomGenerator(requireInteger(op, 'seed', seed, 0));
    if (collateFn !== undefined && typeof collateFn !== 'function') {
      throw wrongType(op, 'a function', 'collateFn', collateFn);
    }
    this.collateFn = collateFn;
  }

  /** Number of batches in an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    for (const indices of this.epoch()) yield this.fetch(indices);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    for (const indices of this.epoch()) {
      yield this.fetch(indices);
      await setImmediate();
    }
  }

  /** The numbers of the samples in each batch, in the order of a new epoch. */
  private *epoch(): Generator<Tensor, void, undefined> {
    const n = requireInteger('DataLoader', 'dataset.length', this.dataset.length, 0);
    const order = this.shuffle
      ? randperm(n, { generator: this.generator })
      : arange(n, { dtype: 'int32' });
    const batches = this.length;
    for (let i = 0; i < batches; i++) {
      const start = i * this.batchSize;
      yield order.narrow(0, start, Math.min(this.batchSize, n - start));
    }
  }

  private fetch(indices: Tensor): Batch {
    if (this.collateFn === undefined && this.dataset.getBatch !== undefined) {
      return this.dataset.getBatch(indices) as Batch;
    }
    const items = Array.from(indices.data, (index) => this.dataset.get(index));
    return this.collateFn === undefined ? (collate(items) as Batch) : this.collateFn(items);
  }
}

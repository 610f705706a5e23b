/** Checks the options of a DataLoader. */
import { requireBoolean, requireInteger, requireOptions, wrongType } from '../../core/errors';
import type { Generator } from '../../core/generator';
import { requireDataset, type Dataset } from '../datasets/dataset';
import { generatorOf } from './generator';
import { isIterableDataset } from '../datasets/iterableDataset';
import { isUnchanged, readsBatches } from '../datasets/overrides';
import { requireNumberTypes, type NumberTypes } from './numberTypes';
import {
  BatchSampler,
  RandomSampler,
  requireSampler,
  SequentialSampler,
  type Sampler,
} from './samplers';
import { workerDatasetsOf } from '../workers/workerDataset';

/** The samples that a DataLoader reads: a dataset, an array, or an asynchronous iterable. */
export type LoaderSource<Item> = Dataset<Item, unknown> | readonly Item[] | AsyncIterable<Item>;

/** Options of `DataLoader`. */
export interface DataLoaderOptions<Item, Batch> {
  /** Number of samples in a batch, at least 1. Default: 1. */
  batchSize?: number;
  /** Whether each epoch reads the samples in a new random order. Default: false. */
  shuffle?: boolean;
  /** Order of the samples: indices, as an iterable with a length. Default: `shuffle` decides. */
  sampler?: Sampler | readonly number[];
  /**
   * Indices of the samples of each batch, as an iterable of lists. It replaces `batchSize`, `shuffle`, `sampler` and
   * `dropLast`. Default: none.
   */
  batchSampler?: Sampler<Iterable<number>>;
  /** Whether to leave out a last batch of fewer samples. Default: false. */
  dropLast?: boolean;
  /**
   * Seed of a generator for this loader alone, an integer of at least 0. Default: the loader draws from the generator
   * of `manualSeed`.
   */
  seed?: number;
  /** Generator to draw from, instead of `seed`; several loaders may share it. Default: the one of `manualSeed`. */
  generator?: Generator;
  /**
   * Function that makes a batch, or a promise of one, from an array of samples. Until it first awaits, random functions
   * draw from a generator that is seeded for this batch. Default: `data.collate`.
   */
  collate?: (items: Awaited<Item>[]) => Batch | PromiseLike<Batch>;
  /**
   * Dtypes of the numbers in samples: `['float32', 'int64']` for samples `[age, label]`, `{ age: 'float32' }` for
   * objects, or one dtype for all. Default: inferred from the samples.
   */
  dtypes?: NumberTypes;
  /** Number of batches that `for await` loads ahead. Default: 1, or 2 per worker. */
  prefetch?: number;
  /**
   * Number of worker threads that load batches of a `WorkerDataset`, or of a `Subset` or `ConcatDataset` of such.
   * Default: 0, which loads batches in this thread.
   */
  workers?: number;
}

/** The checked options, with their defaults. */
export interface LoaderPlan {
  readonly dataset: Dataset<unknown, unknown> | AsyncIterable<unknown>;
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** The order of samples, or of batches if `batchSize` is null; null for an iterable dataset. */
  readonly sampler: Sampler<unknown> | null;
  readonly generator: Generator | undefined;
  readonly collate: ((items: unknown[]) => unknown) | undefined;
  readonly dtypes: NumberTypes | null;
  readonly prefetch: number;
  readonly workers: number;
}

const names = [
  ...['batchSize', 'shuffle', 'sampler', 'batchSampler', 'dropLast', 'seed', 'generator'],
  ...['collate', 'dtypes', 'prefetch', 'workers'],
];

const op = 'DataLoader';

/** Checks a dataset and options. */
export function planOf<Item, Batch>(
  source: LoaderSource<Item>,
  options: DataLoaderOptions<Item, Batch>,
): LoaderPlan {
  requireOptions(op, options, names);
  const { batchSize = 1, shuffle = false, dropLast = false, collate, workers = 0 } = options;
  const dataset = isIterableDataset(source) ? source : requireDataset(op, source);
  requireInteger(op, 'batchSize', batchSize, 1);
  requireBoolean(op, 'shuffle', shuffle);
  requireBoolean(op, 'dropLast', dropLast);
  requireInteger(op, 'workers', workers, 0);
  const prefetch = options.prefetch ?? Math.max(1, 2 * workers);
  requireInteger(op, 'prefetch', prefetch, 0);
  const generator = generatorOf(op, options);
  if (collate !== undefined && typeof collate !== 'function') {
    throw wrongType(op, 'a function', 'collate', collate);
  }
  const dtypes = options.dtypes === undefined ? null : requireNumberTypes(op, options.dtypes);
  if (dtypes !== null && (collate !== undefined || makesBatches(dataset))) {
    throw new TypeError(
      `${op}: dtypes cannot be used with collate, or with a dataset that has getBatch`,
    );
  }
  const rest = { generator, prefetch, workers, dtypes, collate: collate as LoaderPlan['collate'] };
  if (isIterableDataset(dataset)) {
    for (const name of ['shuffle', 'sampler', 'batchSampler'] as const) {
      if (options[name] === undefined || options[name] === false) continue;
      throw new TypeError(
        `${op}: ${name} cannot be used with an iterable dataset, whose samples have no indices`,
      );
    }
    if (workers > 0) {
      throw new RangeError(
        `${op}: workers cannot read an iterable dataset; leave out workers, or pass a WorkerDataset`,
      );
    }
    return { ...rest, dataset, batchSize, dropLast, sampler: null };
  }
  if (workers > 0 && workerDatasetsOf(dataset) === null) {
    const what = 'a WorkerDataset, or a Subset or ConcatDataset of such, because workers > 0,';
    throw wrongType(op, what, 'dataset', source);
  }
  return { ...rest, dataset, ...orderOf(dataset, { ...options, batchSize, shuffle, dropLast }) };
}

/** Whether the dataset makes batches with `getBatch`. */
function makesBatches(dataset: LoaderPlan['dataset']): boolean {
  return !isIterableDataset(dataset) && readsBatches(dataset);
}

/** The order of the samples, and how many make a batch. */
function orderOf<Item, Batch>(
  dataset: Dataset<unknown, unknown>,
  options: DataLoaderOptions<Item, Batch> & {
    batchSize: number;
    shuffle: boolean;
    dropLast: boolean;
  },
): Pick<LoaderPlan, 'sampler' | 'batchSize' | 'dropLast'> {
  const { sampler, batchSampler, shuffle, batchSize, dropLast } = options;
  if (sampler !== undefined && shuffle) {
    throw new TypeError(
      `${op}: sampler and shuffle cannot be combined; the sampler defines the order`,
    );
  }
  if (batchSampler === undefined) {
    const own = shuffle ? new RandomSampler(dataset) : new SequentialSampler(dataset);
    const order = sampler === undefined ? own : requireSampler(op, 'sampler', sampler);
    return { sampler: order, batchSize, dropLast };
  }
  if (sampler !== undefined || shuffle || dropLast || batchSize !== 1) {
    throw new TypeError(
      `${op}: batchSampler cannot be combined with batchSize, shuffle, sampler or dropLast; it defines the batches`,
    );
  }
  const batches = requireSampler(op, 'batchSampler', batchSampler);
  return isUnchanged(batches, BatchSampler, Symbol.iterator)
    ? { sampler: batches.sampler, batchSize: batches.batchSize, dropLast: batches.dropLast }
    : { sampler: batches, batchSize: null, dropLast: false };
}

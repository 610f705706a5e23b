/** Options of a DataLoader, checked. */
import {
  requireBoolean,
  requireInteger,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
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

/** What a DataLoader takes. */
export type LoaderSource<Item> = Dataset<Item, unknown> | readonly Item[] | AsyncIterable<Item>;

/** Options of a DataLoader. */
export interface DataLoaderOptions<Item, Batch> {
  /** Samples in a batch; default 1. */
  batchSize?: number;
  /** Whether each epoch goes through the samples in a new random order; default false. */
  shuffle?: boolean;
  /** The order of the samples, instead of `shuffle`. */
  sampler?: Sampler | readonly number[];
  /** Lists of samples, each a batch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  batchSampler?: Sampler<Iterable<number>>;
  /** Whether a last batch of fewer samples is left out; default false. */
  dropLast?: boolean;
  /** A random stream of its own for the order, the same each time the program runs; default: that of `manualSeed`. */
  seed?: number;
  /** As `seed`, but a stream that others may share. */
  generator?: Generator;
  /** Makes a batch of samples, or a promise of one; default: `data.collate`. */
  collate?: (items: Awaited<Item>[]) => Batch | PromiseLike<Batch>;
  /**
   * The dtypes of numbers in samples, instead of those that are inferred: `['float32', 'int64']` for samples `[age,
   * label]`, `{ age: 'float32' }` for objects, or one for all.
   */
  dtypes?: NumberTypes;
  /** Batches that `for await` loads ahead of the one handed out; default 1, with workers 2 for each. */
  prefetch?: number;
  /** Worker threads that load batches, for a `WorkerDataset` or parts of some; default 0: this thread does. */
  workers?: number;
}

/** Options with their defaults. */
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

/** A dataset and options as users give them, checked. */
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
      throw wrongType(
        op,
        'none, because samples of an iterable have no numbers,',
        name,
        options[name],
      );
    }
    if (workers > 0) {
      throw unexpected(
        op,
        '0, because an iterable is read by one thread,',
        'workers',
        String(workers),
      );
    }
    return { ...rest, dataset, batchSize, dropLast, sampler: null };
  }
  if (workers > 0 && workerDatasetsOf(dataset) === null) {
    throw wrongType(
      op,
      'a WorkerDataset, or parts of some, as there are workers,',
      'dataset',
      source,
    );
  }
  return { ...rest, dataset, ...orderOf(dataset, { ...options, batchSize, shuffle, dropLast }) };
}

/** Whether a dataset makes batches itself. */
function makesBatches(dataset: LoaderPlan['dataset']): boolean {
  return !isIterableDataset(dataset) && readsBatches(dataset);
}

/** Who says which samples come when, and how many make a batch. */
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
    throw wrongType(op, 'none beside shuffle', 'sampler', sampler);
  }
  if (batchSampler === undefined) {
    const own = shuffle ? new RandomSampler(dataset) : new SequentialSampler(dataset);
    const order = sampler === undefined ? own : requireSampler(op, 'sampler', sampler);
    return { sampler: order, batchSize, dropLast };
  }
  if (sampler !== undefined || shuffle || dropLast || batchSize !== 1) {
    const what = 'none beside batchSize, shuffle, sampler or dropLast';
    throw wrongType(op, what, 'batchSampler', batchSampler);
  }
  const batches = requireSampler(op, 'batchSampler', batchSampler);
  return isUnchanged(batches, BatchSampler, Symbol.iterator)
    ? { sampler: batches.sampler, batchSize: batches.batchSize, dropLast: batches.dropLast }
    : { sampler: batches, batchSize: null, dropLast: false };
}

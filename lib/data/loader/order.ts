/** The indices of the samples in each batch of an epoch. */
import { fromArray } from '../../creation/filled';
import { requireInteger, wrongType } from '../../core/errors';
import type { Generator as RandomGenerator } from '../../core/generator';
import type { Tensor } from '../../core/tensor';
import { requireIndex } from '../datasets/indices';
import { iterableOf } from '../datasets/readOnce';
import type { LoaderPlan } from './loaderOptions';
import { batchesOf, isIndexSampler, type Sampler } from './samplers';

/** Yields an int32 tensor (n) for each batch, starting at batch `from`. A random order is drawn from `generator`. */
export function* indexBatches(
  { sampler, batchSize, dropLast }: LoaderPlan,
  generator: RandomGenerator | undefined,
  from: number,
): Generator<Tensor, void, undefined> {
  if (isIndexSampler(sampler) && batchSize !== null) {
    const order = sampler._order(generator);
    const n = order.shape[0];
    const batches = batchesOf(n, { batchSize, dropLast });
    for (let i = from; i < batches; i++) {
      const start = i * batchSize;
      yield order.narrow(0, start, Math.min(batchSize, n - start));
    }
    return;
  }
  let batch = 0;
  for (const list of listsOf(sampler as Sampler<unknown>, batchSize, dropLast)) {
    if (batch++ < from) continue;
    const numbers = list.map((index, i) =>
      requireIndex('DataLoader', `sample ${i} of batch ${batch - 1}`, index, 2 ** 31),
    );
    yield fromArray(Int32Array.from(numbers));
  }
}

/** Yields the batches of indices of a user's batch sampler, or those made of the indices of a user's sampler. */
function* listsOf(
  sampler: Sampler<unknown>,
  batchSize: number | null,
  dropLast: boolean,
): Generator<unknown[], void, undefined> {
  let list: unknown[] = [];
  let number = 0;
  // A plain loop would silently yield nothing for a generator that was read in an earlier epoch.
  for (const item of iterableOf('DataLoader', 'sampler', sampler)) {
    if (batchSize === null) {
      if (typeof item !== 'object' || item === null || !(Symbol.iterator in item)) {
        throw wrongType(
          'DataLoader',
          'an iterable of indices',
          `batch ${number} of batchSampler`,
          item,
        );
      }
      number++;
      yield Array.from(item as Iterable<unknown>);
      continue;
    }
    list.push(item);
    if (list.length < batchSize) continue;
    yield list;
    list = [];
  }
  if (list.length > 0 && !dropLast) yield list;
}

/** An index from a sampler; throws if the dataset of `length` samples does not have it. */
export function requireSampled(index: number, length: number): number {
  if (Number.isInteger(index) && index >= 0 && index < length) return index;
  throw new RangeError(
    `DataLoader: the sampler returned index ${index}, but the dataset has ${length} samples`,
  );
}

/** The number of batches in an epoch; Infinity if that is unknown. */
export function batchCount({ dataset, sampler, batchSize, dropLast }: LoaderPlan): number {
  if (sampler === null) {
    const length: unknown = 'length' in dataset ? dataset.length : undefined;
    if (length === undefined || length === Infinity || batchSize === null) return Infinity;
    const samples = requireInteger('DataLoader', 'dataset.length', length, 0);
    return batchesOf(samples, { batchSize, dropLast });
  }
  const length = requireInteger('DataLoader', 'sampler.length', sampler.length, 0);
  return batchSize === null ? length : batchesOf(length, { batchSize, dropLast });
}

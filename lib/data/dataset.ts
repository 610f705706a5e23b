/** What a DataLoader reads from. */
import { wrongType } from '../errors';
import type { Tensor } from '../tensor';
import type { Collated } from './collate';

/**
 * Samples by number (torch.utils.data.Dataset): anything with a `length` and a `get`.
 *
 * @example const squares = { length: 100, get: (i: number) => [tensor([i]), tensor([i * i])] as const };
 */
export interface Dataset<Item, Batch = Collated<Item>> {
  /** Number of samples. */
  readonly length: number;
  /** Sample `index`, from 0 to length - 1. */
  get(index: number): Item;
  /** Several samples as one batch, where that is faster than collating them; `indices` is an int32 vector. */
  getBatch?(indices: Tensor): Batch;
}

/** A dataset argument, else an error; an array of samples is one too. */
export function requireDataset<Item>(
  op: string,
  value: Dataset<Item, unknown> | readonly Item[],
): Dataset<Item, unknown> {
  if (isArray(value)) return { length: value.length, get: (index) => value[index] };
  const given: unknown = value;
  if (typeof given !== 'object' || given === null || !('get' in given) || !('length' in given)) {
    throw wrongType(op, 'a dataset with length and get, or an array', 'dataset', value);
  }
  if (typeof given.get !== 'function') throw wrongType(op, 'a function', 'dataset.get', given.get);
  return value;
}

/** Array.isArray, which does not narrow readonly arrays. */
function isArray<Item>(value: Dataset<Item, unknown> | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}

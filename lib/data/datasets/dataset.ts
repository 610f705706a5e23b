/** The interface of datasets that a DataLoader reads by index. */
import { requireInteger, wrongType } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import type { Collated } from '../loader/collate';

/**
 * Samples by index (torch.utils.data.Dataset): any object with `length` and `get`.
 *
 * Both methods may return promises; read such datasets with `for await`. While a loader reads a sample, `randn` and the
 * other random functions use a generator seeded for this sample, until the method returns or first awaits. Random
 * augmentation is therefore the same for any number of workers, and when an epoch is resumed.
 *
 * @example const squares = { length: 100, get: (i: number) => [tensor([i]), tensor([i * i])] as const };
 */
export interface Dataset<Item, Batch = Collated<Awaited<Item>>> {
  /** Number of samples. */
  readonly length: number;
  /**
   * Sample `index`, from 0 to length - 1. `seed`, an integer below 2^53, is the seed of this sample, for random numbers
   * from other libraries.
   */
  get(index: number, seed: number): Item;
  /** Several samples as one batch, if that is faster than collating them; `indices` is an int32 vector. */
  getBatch?: ((indices: Tensor) => Batch) | undefined;
}

/** The dataset of an array. */
class ArrayDataset<Item> implements Dataset<Item> {
  readonly length: number;

  constructor(private readonly items: ArrayLike<Item>) {
    this.length = items.length;
  }

  get(index: number): Item {
    return this.items[index];
  }
}

/** Indices are int32. */
const mostSamples = 2 ** 31 - 1;

/** The argument as a dataset, also an array of samples; otherwise throws. */
export function requireDataset<Item>(
  op: string,
  value: Dataset<Item, unknown> | readonly Item[],
  name = 'dataset',
): Dataset<Item, unknown> {
  if (isArray(value)) return new ArrayDataset(value);
  const dataset: unknown = value;
  if (
    typeof dataset !== 'object' ||
    dataset === null ||
    !('get' in dataset) ||
    !('length' in dataset)
  ) {
    throw wrongType(op, 'a dataset with length and get, or an array', name, value);
  }
  if (typeof dataset.get !== 'function')
    throw wrongType(op, 'a function', `${name}.get`, dataset.get);
  return value;
}

/** The number of samples; throws if there is no valid length. */
export function requireLength(
  op: string,
  name: string,
  source: { readonly length: number },
): number {
  const length = requireInteger(op, `${name}.length`, source.length, 0);
  if (length <= mostSamples) return length;
  throw new RangeError(
    `${op}: expected at most ${mostSamples} samples for ${name}.length, got ${length}`,
  );
}

/** Array.isArray, which does not narrow readonly arrays. */
function isArray<Item>(value: Dataset<Item, unknown> | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}

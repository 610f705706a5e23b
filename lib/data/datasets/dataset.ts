/** The interface of datasets that a DataLoader reads by index. */
import { requireInteger, wrongType } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import type { Collated } from '../loader/collate';

/**
 * A dataset whose samples are read by index: any object with `length` and `get`.
 *
 * Both methods may return promises; read such datasets with `for await`. While a loader reads a sample, `randn` and the
 * other random functions draw from a generator that is seeded for this sample, until `get` returns or first awaits. So
 * random augmentation gives the same samples for any number of workers, and when an epoch is resumed.
 *
 * @see torch.utils.data.Dataset
 * @example const squares = { length: 100, get: (i: number) => [tensor([i]), tensor([i * i])] as const };
 */
export interface Dataset<Item, Batch = Collated<Awaited<Item>>> {
  /** Number of samples, at most 2^31 - 1. */
  readonly length: number;
  /**
   * Reads one sample.
   *
   * @param index index of the sample, from 0 to length - 1
   * @param seed seed of this sample, an integer below 2^53, for random numbers from other libraries
   * @returns the sample, or a promise of it
   */
  get(index: number, seed: number): Item;
  /**
   * Reads several samples as one batch, given their indices as an int32 tensor (n). Optional: define it if that is
   * faster than collating single samples.
   */
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

/** Returns a dataset unchanged, or wraps an array of samples; throws for anything else. */
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

/** The number of samples; throws if `length` is invalid. */
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

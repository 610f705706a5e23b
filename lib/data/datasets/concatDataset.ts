import { requireArity, requireList, unexpected } from '../../core/errors';
import { requireDataset, requireLength, type Dataset } from './dataset';
import { requireIndex } from './indices';

/**
 * Several datasets as one: the samples of the first one, then those of the second one, and so on.
 *
 * @see torch.utils.data.ConcatDataset
 * @example new data.ConcatDataset([['a', 'b'], ['c']]).get(2); // 'c'
 */
export class ConcatDataset<Item> implements Dataset<Item> {
  /** The datasets, in order. */
  readonly datasets: readonly Dataset<Item, unknown>[];
  /** Number of samples in all datasets together. */
  readonly length: number;
  /** The index of the first sample of each dataset. */
  private readonly starts: readonly number[];

  /**
   * Reads the lengths of the datasets, which must not change afterwards.
   *
   * @param datasets datasets or arrays of samples, at least one
   * @throws TypeError if an element is not a dataset
   * @throws RangeError if there is no dataset, or more than 2^31 - 1 samples
   */
  constructor(datasets: readonly (Dataset<Item, unknown> | readonly Item[])[]) {
    requireArity('ConcatDataset', arguments.length, 1);
    const op = 'ConcatDataset';
    const list = requireList(op, 'an array of datasets', 'datasets', datasets);
    if (list.length === 0) {
      throw unexpected(op, 'at least one dataset', 'datasets', 'an empty array');
    }
    this.datasets = list.map((dataset, i) =>
      requireDataset(op, dataset as Dataset<Item, unknown> | readonly Item[], `datasets[${i}]`),
    );
    const starts: number[] = [];
    let length = 0;
    this.datasets.forEach((dataset, i) => {
      starts.push(length);
      length += requireLength(op, `datasets[${i}]`, dataset);
    });
    this.starts = starts;
    this.length = requireLength(op, 'datasets', { length });
  }

  /**
   * Reads one sample.
   *
   * @param index index of the sample over all datasets, from 0 to length - 1
   * @param seed seed that is passed to the dataset; default 0
   * @returns the sample, as the dataset that contains it returns it
   * @throws RangeError if the index is out of range
   */
  get(index: number, seed = 0): Item {
    requireArity('ConcatDataset.get', arguments.length, 2);
    const [dataset, inner] = this.at(index);
    return this.datasets[dataset].get(inner, seed);
  }

  /**
   * Finds the dataset that contains a sample.
   *
   * @param index index of the sample over all datasets, from 0 to length - 1
   * @returns the index into `datasets`, and the index of the sample in that dataset
   * @throws RangeError if the index is out of range
   * @example new data.ConcatDataset([['a', 'b'], ['c']]).at(2); // [1, 0]
   */
  at(index: number): [dataset: number, index: number] {
    requireArity('ConcatDataset.at', arguments.length, 1);
    requireIndex('ConcatDataset.get', 'index', index, this.length);
    let [low, high] = [0, this.starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= index) low = middle;
      else high = middle;
    }
    return [low, index - this.starts[low]];
  }
}

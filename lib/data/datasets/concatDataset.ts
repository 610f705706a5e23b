import { requireArity, requireList, unexpected } from '../../core/errors';
import { requireDataset, requireLength, type Dataset } from './dataset';
import { requireIndex } from './indices';

/**
 * Several datasets, one after another (torch.utils.data.ConcatDataset).
 *
 * @example const all = new data.ConcatDataset([digits, moreDigits]);
 */
export class ConcatDataset<Item> implements Dataset<Item> {
  /** The datasets, in order. */
  readonly datasets: readonly Dataset<Item, unknown>[];
  /** Number of samples. */
  readonly length: number;
  /** The index of the first sample of each dataset. */
  private readonly starts: readonly number[];

  constructor(datasets: readonly (Dataset<Item, unknown> | readonly Item[])[]) {
    requireArity('ConcatDataset', arguments.length, 1);
    const op = 'ConcatDataset';
    const list = requireList(op, 'an array of datasets', 'datasets', datasets);
    if (list.length === 0) throw unexpected(op, 'at least one', 'datasets', 'none');
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

  /** Sample `index`, counted over all datasets. */
  get(index: number, seed = 0): Item {
    requireArity('ConcatDataset.get', arguments.length, 2);
    const [which, place] = this.at(index);
    return this.datasets[which].get(place, seed);
  }

  /** The number of the dataset that has sample `index`, and the index of the sample in it. */
  at(index: number): [which: number, place: number] {
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

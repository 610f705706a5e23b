import { requireArity, requireOptions, wrongType } from '../../core/errors';
import type { Collated } from '../loader/collate';
import { ConcatDataset } from '../datasets/concatDataset';
import type { Dataset } from '../datasets/dataset';
import { isUnchanged } from '../datasets/overrides';
import { Subset } from '../datasets/subset';
import { datasetOf, hrefOf } from './module';
import type { DatasetModule } from './protocol';

/** Options of `WorkerDataset.load`. */
export interface WorkerDatasetOptions {
  /** Arguments for the module's class or function; each thread gets a copy (structuredClone). Default: none. */
  args?: readonly unknown[];
}

/**
 * A dataset that each worker thread of a DataLoader creates from a module.
 *
 * The default export of the module is a dataset, a class, or a function that returns a dataset or a promise of one. The
 * dataset is also created once in this thread, for its length and for loaders without workers. Samples are tensors,
 * typed arrays, numbers, booleans, strings, and arrays and plain objects of these; anything else is copied with
 * `structuredClone`. A worker loads this library only if the module does.
 *
 * @see torch.utils.data.DataLoader, num_workers
 * @example
 * // images.mjs: export default class { length = 1000; get(i) { return [decode(i), labelOf(i)]; } }
 * const images = await data.WorkerDataset.load(new URL('./images.mjs', import.meta.url));
 * const loader = new data.DataLoader(images, { batchSize: 32, shuffle: true, workers: 2 });
 * for await (const [x, y] of loader) step(x, y);
 */
export class WorkerDataset<Item, Batch = Collated<Awaited<Item>>> implements Dataset<Item, Batch> {
  /** @internal */ readonly _module: DatasetModule;
  readonly #local: Dataset<Item, Batch>;

  private constructor(source: DatasetModule, local: Dataset<Item, Batch>) {
    const created = local as Dataset<Item, Batch> | undefined | null; // JavaScript can call a private constructor
    if (typeof created?.get !== 'function')
      throw new TypeError('WorkerDataset: the constructor is private; use WorkerDataset.load()');
    this._module = source;
    this.#local = local;
  }

  /**
   * Imports a module and creates its dataset.
   *
   * @param module file URL or absolute path of the module
   * @param options arguments for the class or function; see WorkerDatasetOptions
   * @returns the dataset
   * @throws TypeError if the default export does not create a dataset
   * @throws Error any error of the module
   * @example const images = await data.WorkerDataset.load(new URL('./images.mjs', import.meta.url));
   */
  static async load<Item = unknown, Batch = Collated<Awaited<Item>>>(
    module: URL | string,
    options: WorkerDatasetOptions = {},
  ): Promise<WorkerDataset<Item, Batch>> {
    const op = 'WorkerDataset.load';
    requireArity(op, arguments.length, 2);
    requireOptions(op, options, ['args']);
    const { args = [] } = options;
    if (!Array.isArray(args)) throw wrongType(op, 'an array', 'args', args);
    const source = { href: hrefOf(op, module), args: structuredClone(args) as unknown[] };
    const local = await datasetOf({ ...source, args: structuredClone(source.args) });
    return new WorkerDataset<Item, Batch>(source, local as Dataset<Item, Batch>);
  }

  /** Number of samples. */
  get length(): number {
    return this.#local.length;
  }

  /**
   * Reads one sample in this thread.
   *
   * @param index index of the sample, from 0 to length - 1
   * @param seed seed that is passed to the dataset; default 0
   * @returns the sample, as the module's dataset returns it
   */
  get(index: number, seed = 0): Item {
    requireArity('WorkerDataset.get', arguments.length, 2);
    return this.#local.get(index, seed);
  }
}

/** The datasets that workers create for a dataset; null if it does not consist of WorkerDatasets only. */
export function workerDatasetsOf(dataset: unknown): WorkerDataset<unknown, unknown>[] | null {
  if (dataset instanceof WorkerDataset) return [dataset as WorkerDataset<unknown, unknown>];
  if (isUnchanged(dataset, Subset, 'get')) return workerDatasetsOf(dataset.dataset);
  if (!isUnchanged(dataset, ConcatDataset, 'get')) return null;
  const all = dataset.datasets.map(workerDatasetsOf);
  return all.every((datasets) => datasets !== null) ? all.flat() : null;
}

/** The number of the WorkerDataset that contains sample `index`, counted from `first`, and the index in it. */
export function locate(
  dataset: unknown,
  index: number,
  first = 0,
): [number: number, index: number] {
  if (dataset instanceof Subset) return locate(dataset.dataset, dataset.at(index), first);
  if (!(dataset instanceof ConcatDataset)) return [first, index];
  const [number, inner] = dataset.at(index);
  const before = dataset.datasets.slice(0, number).flatMap((part) => workerDatasetsOf(part) ?? []);
  return locate(dataset.datasets[number], inner, first + before.length);
}

import { isUrl } from '../../core/realms';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requireArity, requireOptions, unexpected, wrongType } from '../../core/errors';
import type { Collated } from '../loader/collate';
import { ConcatDataset } from '../datasets/concatDataset';
import type { Dataset } from '../datasets/dataset';
import { isUnchanged } from '../datasets/overrides';
import { Subset } from '../datasets/subset';
import { datasetOf } from './module';
import type { DatasetModule } from './protocol';

/** Options of WorkerDataset.load. */
export interface WorkerDatasetOptions {
  /** Arguments for the module's class or function; each thread gets a copy (structuredClone). */
  args?: readonly unknown[];
}

/**
 * A dataset that the worker threads of a DataLoader create for themselves. It is the default export of a module: a
 * dataset, a class, or a function that returns a dataset or a promise of one. It is also created once in this thread,
 * for its length and for loaders without workers.
 *
 * Samples are tensors, typed arrays, numbers, booleans, strings, and arrays and plain objects of these. Anything else
 * is copied with `structuredClone`. A worker loads this library only if the module does.
 *
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
    const loaded = local as Dataset<Item, Batch> | undefined | null; // JavaScript may call this too
    if (typeof loaded?.get !== 'function')
      throw wrongType('WorkerDataset', 'what WorkerDataset.load makes', 'dataset', local);
    this._module = source;
    this.#local = local;
  }

  /**
   * Imports `module`, a file URL or an absolute path, and creates its dataset. Rejects with the error of the module,
   * and with a TypeError if there is no dataset.
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

  get length(): number {
    return this.#local.length;
  }

  get(index: number, seed = 0): Item {
    requireArity('WorkerDataset.get', arguments.length, 2);
    return this.#local.get(index, seed);
  }
}

function hrefOf(op: string, module: unknown): string {
  if (isUrl(module)) {
    const url = module;
    if (url.protocol === 'file:') return url.href;
    throw unexpected(op, 'a file URL', 'module', url.href);
  }
  if (typeof module !== 'string') {
    throw wrongType(op, 'a file URL or an absolute path', 'module', module);
  }
  if (module.startsWith('file:')) return module;
  if (isAbsolute(module)) return pathToFileURL(module).href;
  throw unexpected(op, 'a file URL or an absolute path', 'module', `'${module}'`);
}

/** The datasets that workers create for a dataset; null if it does not consist of WorkerDatasets only. */
export function workerDatasetsOf(dataset: unknown): WorkerDataset<unknown, unknown>[] | null {
  if (dataset instanceof WorkerDataset) return [dataset as WorkerDataset<unknown, unknown>];
  if (isUnchanged(dataset, Subset, 'get')) return workerDatasetsOf(dataset.dataset);
  if (!isUnchanged(dataset, ConcatDataset, 'get')) return null;
  const all = dataset.datasets.map(workerDatasetsOf);
  return all.every((datasets) => datasets !== null) ? all.flat() : null;
}

/** The number of the WorkerDataset that has sample `index`, counted from `first`, and the index in it. */
export function placeOf(
  dataset: unknown,
  index: number,
  first = 0,
): [which: number, index: number] {
  if (dataset instanceof Subset) return placeOf(dataset.dataset, dataset.at(index), first);
  if (!(dataset instanceof ConcatDataset)) return [first, index];
  const [which, place] = dataset.at(index);
  const before = dataset.datasets.slice(0, which).flatMap((part) => workerDatasetsOf(part) ?? []);
  return placeOf(dataset.datasets[which], place, first + before.length);
}

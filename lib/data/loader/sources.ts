/** Where the batches of a pass come from: this thread, worker threads, or an iterable. */
import type { Tensor } from '../../core/tensor';
import { IterableReader, SampleReader, type Loaded } from './batchIterator';
import { requireIndex } from '../datasets/indices';
import { isIterableDataset } from '../datasets/iterableDataset';
import type { LoaderPlan } from './loaderOptions';
import type { SeedBase } from './seeds';
import { WorkerPool, type Order } from '../workers/pool';
import { placeOf, workerDatasetsOf } from '../workers/workerDataset';

/** Starts loading one batch after the other. */
export interface BatchSource {
  /** Starts the next one; undefined if there is none. */
  start(this: void): Promise<Loaded | undefined>;
  /** Whether the program waits for what was started. */
  hold?(this: void, waiting: boolean): void;
  /** Ends what is open. */
  close?(this: void): Promise<void>;
}

/** A pass over a dataset from a batch on. */
export interface PassStart {
  /** The number of the first batch. */
  readonly from: number;
  /** Samples of an iterable to read and drop first. */
  readonly skip: number;
  /** Whether the iterable has no samples left. */
  readonly ended: boolean;
  /** The samples of each batch. */
  readonly order: Iterator<Tensor, void>;
  readonly seeds: SeedBase | null;
}

export function sourceOf(plan: LoaderPlan, pass: PassStart): BatchSource {
  if (isIterableDataset(plan.dataset)) {
    const reader = new IterableReader(plan, pass.skip, pass.ended);
    return { start: () => reader.read(), close: () => reader.close() };
  }
  return plan.workers > 0 ? workerSource(plan, pass) : localSource(plan, pass);
}

function localSource(plan: LoaderPlan, { from, order, seeds }: PassStart): BatchSource {
  const reader = new SampleReader(plan, seeds);
  let number = from;
  return {
    start: async () => {
      const next = order.next();
      return next.done === true ? undefined : { batch: await reader.read(next.value, number++) };
    },
  };
}

function workerSource(plan: LoaderPlan, { from, order, seeds }: PassStart): BatchSource {
  const { dataset, collate, workers } = plan;
  const all = workerDatasetsOf(dataset) ?? [];
  const recipes = all.map(({ _recipe }) => _recipe);
  const lengths = all.map(({ length }) => length);
  const pool = new WorkerPool(workers, recipes, lengths, collate === undefined);
  const samples = (dataset as { readonly length: number }).length;
  let number = from;
  const orderOf = (indices: Tensor): Order => {
    const batch = number++;
    const places = Array.from(indices.data, (index) =>
      placeOf(dataset, requireIndex('DataLoader', 'a sample', index, samples)),
    );
    return {
      batch,
      datasets: all.length === 1 ? null : Uint16Array.from(places, ([which]) => which),
      indices: Int32Array.from(places, ([, index]) => index),
      seeds: seeds ?? [0, 0],
    };
  };
  return {
    start: async () => {
      const next = order.next();
      if (next.done === true) return undefined;
      const loaded = await pool.load(orderOf(next.value));
      return { batch: collate === undefined ? loaded : await collate(loaded as unknown[]) };
    },
    hold: (waiting) => {
      pool.hold(waiting);
    },
    close: () => pool.close(),
  };
}

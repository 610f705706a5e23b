/** Reads batches in this thread: by index, or from an iterable. */
import { numbersOf } from '../../core/access';
import { isPromise } from '../../core/realms';
import { Generator as RandomGenerator, withGenerator } from '../../core/generator';
import type { Tensor } from '../../core/tensor';
import { collateAt } from './collate';
import { ConcatDataset } from '../datasets/concatDataset';
import type { Dataset } from '../datasets/dataset';
import type { AnyIterable } from '../datasets/iterableDataset';
import type { LoaderPlan } from './loaderOptions';
import { isStateful } from '../../io/checkpoint/stateful';
import type { StateTree } from './loaderState';
import type { DTypeInference } from './dtypeInference';
import { requireSampled } from './order';
import type { Field } from './numberTypes';
import { readBefore, readingOf, type Reading } from '../datasets/readOnce';
import { isUnchanged, readsBatches } from '../datasets/overrides';
import { collateSeed, inferenceSeed, sampleSeed, type SeedBase } from './seeds';
import { Subset } from '../datasets/subset';
import { TensorDataset } from '../datasets/tensorDataset';

/** Whether reading a sample uses no random numbers, because the samples are in memory. */
export function isInMemory(dataset: unknown): boolean {
  const members = ['get', 'getBatch'];
  if (isUnchanged(dataset, Subset, ...members)) return isInMemory(dataset.dataset);
  if (isUnchanged(dataset, ConcatDataset, ...members)) return dataset.datasets.every(isInMemory);
  return isUnchanged(dataset, TensorDataset, ...members);
}

/** The dataset that subsets select from: loaders of all its subsets infer the dtypes from the same samples. */
export function rootOf(dataset: Dataset<unknown, unknown>): Dataset<unknown, unknown> {
  return isUnchanged(dataset, Subset, 'get') ? rootOf(dataset.dataset) : dataset;
}

/** Reads batches of a dataset by index. A batch is a promise if the dataset or `collate` returns one. */
export class SampleReader {
  private readonly dataset: Dataset<unknown, unknown>;
  private readonly byBatch: boolean;
  private readonly stream = new RandomGenerator(0);
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly plan: LoaderPlan,
    private readonly seeds: SeedBase | null,
    private readonly inference: DTypeInference,
  ) {
    this.dataset = plan.dataset as Dataset<unknown, unknown>;
    this.byBatch = plan.collate === undefined && readsBatches(this.dataset);
  }

  read(indices: Tensor, batch: number): unknown {
    const { dataset } = this;
    if (this.byBatch) {
      return this.seeded(batch, 0, () => dataset.getBatch?.(indices));
    }
    const { length } = dataset;
    const items = Array.from(numbersOf('DataLoader', indices), (value, position) => {
      const index = requireSampled(value, length);
      return this.seeded(batch, position, (seed) => dataset.get(index, seed));
    });
    const isAsync = items.some(isPromise);
    if (this.plan.collate !== undefined) {
      const collate = (all: unknown[]): unknown => collateSeeded(this.plan, this.seeds, batch, all);
      return isAsync ? Promise.all(items).then(collate) : collate(items);
    }
    const { inference } = this;
    const root = rootOf(dataset);
    const readOne = (index: number): unknown => {
      const seed = inferenceSeed(index);
      return withGenerator(this.stream.manualSeed(seed), () => root.get(index, seed));
    };
    if (isAsync) {
      const all = Promise.all(items);
      all.catch(() => undefined);
      const collated = this.last.then(async () => {
        const resolved = await all;
        await inference.inferAsync(resolved, root.length, readOne);
        return collateAt(inference.field, resolved);
      });
      this.last = collated.catch(() => undefined); // batches in order: the first one infers the dtypes
      return collated;
    }
    inference.infer(items, root.length, readOne);
    return collateAt(inference.field, items);
  }

  private seeded(batch: number, position: number, read: (seed: number) => unknown): unknown {
    if (this.seeds === null) return read(0);
    const seed = sampleSeed(this.seeds, batch, position);
    return withGenerator(this.stream.manualSeed(seed), () => read(seed));
  }
}

/** Calls the user's `collate`, which draws from a generator that is seeded for the batch until it first awaits. */
export function collateSeeded(
  { collate = () => undefined }: LoaderPlan,
  seeds: SeedBase | null,
  batch: number,
  samples: unknown[],
): unknown {
  if (seeds === null) return collate(samples);
  const generator = new RandomGenerator(collateSeed(seeds, batch));
  return withGenerator(generator, () => collate(samples));
}

/** A batch, and the state of an iterable dataset after it. */
export interface LoadedBatch {
  readonly batch: unknown;
  readonly dataset?: StateTree;
  /** Whether the iterable has ended. */
  readonly ended?: boolean;
}

/** Reads batches of an iterable, one after another. */
export class IterableReader {
  private reading: Reading | null = null;
  private isEmpty = true;
  private last: Promise<unknown> = Promise.resolve();
  private pending = 0;

  /** The first `skip` samples are read and dropped; nothing is read if the iterable is `done`. */
  constructor(
    private readonly plan: LoaderPlan,
    private readonly skip: number,
    private done: boolean,
    private readonly field: Field,
  ) {}

  /** The next batch, and the state of the dataset after it if it has one; undefined if no samples are left. */
  read(): Promise<LoadedBatch | undefined> {
    const batch = this.last.then(() => this.readOne());
    this.last = batch.catch(() => undefined);
    return batch;
  }

  /** Calls `return` of the iterator, so that it can close files. Does not wait for an iterator that is busy. */
  async close(): Promise<void> {
    if (this.done || this.reading === null) return;
    this.done = true;
    const closing = Promise.resolve(this.reading.iterator.return?.());
    if (this.pending === 0) await closing;
    else closing.catch(() => undefined);
  }

  private async readOne(): Promise<LoadedBatch | undefined> {
    const size = this.plan.batchSize ?? 1;
    if (this.reading === null && !this.done) {
      this.reading = readingOf('DataLoader', 'dataset', this.plan.dataset as AnyIterable<unknown>);
      for (let i = 0; i < this.skip; i++) {
        const next = await this.next();
        if (next.done === true) break;
        this.field.observe(await next.value); // skipped batches take part in choosing the dtypes
      }
    }
    const items: unknown[] = [];
    while (items.length < size) {
      const next = await this.next();
      if (next.done === true) break;
      items.push(await next.value);
    }
    if (items.length === 0 || (items.length < size && this.plan.dropLast)) return undefined;
    const { dataset, collate } = this.plan;
    const state = isStateful(dataset) ? dataset.stateDict() : null;
    const ended = this.done;
    const batch = await (collate === undefined ? collateAt(this.field, items) : collate(items));
    return { batch, dataset: state, ended };
  }

  private async next(): Promise<IteratorResult<unknown>> {
    if (this.done || this.reading === null) return { done: true, value: undefined };
    this.pending++;
    try {
      const next = await this.reading.iterator.next();
      if (next.done === true) this.done = true;
      else this.isEmpty = false;
      const isExhausted = this.isEmpty && this.reading.again && !isStateful(this.plan.dataset);
      if (this.done && isExhausted) throw readBefore('DataLoader', 'dataset');
      return next;
    } catch (error) {
      this.done = true; // an iterator that threw is closed
      throw error;
    } finally {
      this.pending--;
    }
  }
}

/** Returns a batch for a synchronous loop; throws if it is a promise. */
export function requireSynchronous(value: unknown): unknown {
  if (!isPromise(value)) return value;
  throw new TypeError('DataLoader: the dataset or collate returned a promise; use `for await`');
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { numbersOf } from '../../core/access';
import { requireArity } from '../../core/errors';
import { currentGenerator, Generator as RandomGenerator } from '../../core/generator';
import { isInMemory, requireSynchronous, SampleReader, type LoadedBatch } from './batchIterator';
import type { Collated } from './collate';
import { requireLength, type Dataset } from '../datasets/dataset';
import {
  planOf,
  type DataLoaderOptions,
  type LoaderPlan,
  type LoaderSource,
} from './loaderOptions';
import { isStateful } from '../../io/checkpoint/stateful';
import { requireState, stateOp, type DataLoaderState, type StateTree } from './loaderState';
import { DTypeInference } from './dtypeInference';
import { Field } from './numberTypes';
import { batchCount, indexBatches } from './order';
import { ReadAhead } from './readAhead';
import { isIndexSampler } from './samplers';
import { seedBaseOf } from './seeds';
import { sourceOf, type PassStart } from './sources';

/** One pass over the dataset: an epoch, or the rest of one. */
interface Pass extends Pick<
  DataLoaderState,
  'position' | 'ended' | 'order' | 'sampler' | 'dataset'
> {
  position: number;
  ended: boolean;
  dataset: StateTree;
}

/**
 * Batches of the samples of a dataset; each loop over the loader is one epoch.
 *
 * `for` reads batches synchronously. `for await` reads up to `prefetch` batches ahead, on `workers` threads if there
 * are any, and lets other events run between batches. Iterable datasets, and datasets whose `get` returns promises,
 * need `for await`.
 *
 * Batches are copies: changing one does not change the dataset. They are the same for any `workers` and `prefetch`. The
 * numbers of one field of the samples have one dtype: the one in `dtypes`, or else int32 if all are integers and
 * float32 otherwise. The loader infers it from up to 10,000 samples, which it reads with the first batch; from 100 if
 * samples are promises or contain tensors. A later number that the dtype cannot represent throws a RangeError.
 *
 * `stateDict()` returns the position, also in the middle of an epoch; batches that were only read ahead do not count.
 * After `loadStateDict()` the next loop yields the rest of that epoch. The state does not include the generator of
 * `manualSeed`.
 *
 * @see torch.utils.data.DataLoader
 * @example
 * const loader = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: 64, shuffle: true });
 * for (const [input, target] of loader) step(input, target);
 */
export class DataLoader<Item, Batch = Collated<Awaited<Item>>>
  implements Iterable<Batch>, AsyncIterable<Batch>
{
  /** @internal A field, so that loaders with different options are not equal to assert.deepStrictEqual. */
  readonly _plan: LoaderPlan;
  /** Chooses the dtypes of numbers in samples, for all epochs. */
  readonly #inference: DTypeInference;
  /** The generator for the order, if it is not that of `manualSeed`. */
  private readonly generator: RandomGenerator | undefined;
  /** Whether an epoch uses the generator, for the order, for the samples or in `collate`. */
  private readonly isRandom: boolean;
  /** The current pass, unless it has ended. */
  private pass: Pass | null = null;
  /** Whether that pass was loaded, and the next loop resumes it. */
  private resumes = false;
  private epochs = 0;

  /**
   * Checks the options; the first loop starts to read.
   *
   * @param source a dataset, an array of samples, or an asynchronous iterable of samples
   * @param options batch size, order, workers and more; see DataLoaderOptions
   * @throws TypeError if `source` is not a dataset, or options exclude each other
   * @throws RangeError if an option is out of range
   */
  constructor(source: LoaderSource<Item>, options: DataLoaderOptions<Item, Batch> = {}) {
    requireArity('DataLoader', arguments.length, 2);
    this._plan = planOf(source, options);
    this.#inference = new DTypeInference(new Field('DataLoader', this._plan.dtypes));
    const { dataset, sampler, generator, collate } = this._plan;
    const indexSampler = isIndexSampler(sampler) ? sampler : null;
    this.generator = indexSampler?._generator ?? generator;
    const random = indexSampler?._isRandom ?? false;
    const mayDraw = collate !== undefined || !isInMemory(dataset);
    this.isRandom = random || (sampler !== null && mayDraw);
  }

  /** The dataset; an array of samples is wrapped in one. */
  get dataset(): Dataset<Item, unknown> | AsyncIterable<Item> {
    return this._plan.dataset as Dataset<Item, unknown> | AsyncIterable<Item>;
  }

  /** Number of samples in a batch; null if a batch sampler decides. */
  get batchSize(): number | null {
    return this._plan.batchSize;
  }

  /** Number of batches in an epoch; Infinity for an iterable without a length. */
  get length(): number {
    return batchCount(this._plan);
  }

  /** Number of finished epochs. */
  get epoch(): number {
    return this.epochs;
  }

  /** Number of batches of the current epoch that were yielded. */
  get position(): number {
    return this.pass?.position ?? 0;
  }

  /** Yields the batches of one epoch synchronously. Throws a TypeError for workers and iterable datasets. */
  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    if (this._plan.sampler === null || this._plan.workers > 0) {
      const why =
        this._plan.sampler === null
          ? 'an iterable dataset is read asynchronously'
          : 'workers make batches asynchronously';
      throw new TypeError(`DataLoader: ${why}; use \`for await\``);
    }
    const [pass, start] = this.begin();
    const { order, seeds } = start;
    const reader = new SampleReader(this._plan, seeds, this.#inference);
    for (let next = order.next(); next.done !== true; next = order.next()) {
      const batch = requireSynchronous(reader.read(next.value, pass.position));
      pass.position++;
      yield batch as Batch;
    }
    this.finish(pass);
  }

  /** Yields the batches of one epoch, reading ahead. Ends the workers when the loop ends. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const [pass, start] = this.begin();
    const source = sourceOf(this._plan, start, this.#inference);
    const ahead = new ReadAhead<LoadedBatch>(source.start, this._plan.prefetch);
    try {
      for (;;) {
        source.keepAlive?.(true);
        const loaded = await ahead.next();
        source.keepAlive?.(false);
        if (loaded === undefined) break;
        pass.position++;
        pass.dataset = loaded.dataset ?? null;
        pass.ended = loaded.ended ?? false;
        yield loaded.batch as Batch;
        await nextTurn();
      }
      this.finish(pass);
    } finally {
      ahead.close();
      await source.close?.();
    }
  }

  /**
   * Returns the position of the loader, for `loadStateDict` and checkpoints.
   *
   * @returns a copy of the state: epoch, batches that were yielded, and the states of generator, sampler and dataset
   * @example const { epoch, position } = loader.stateDict();
   */
  stateDict(): DataLoaderState {
    requireArity('DataLoader.stateDict', arguments.length, 0);
    const { sampler, batchSize } = this._plan;
    const { pass } = this;
    return {
      epoch: this.epochs,
      position: this.position,
      ended: pass?.ended ?? false,
      batchSize,
      samples: this.samples(),
      order: pass?.order?.clone() ?? null,
      generator: this.generator?.getState() ?? null,
      sampler: pass !== null ? pass.sampler : stateOf(sampler),
      dataset: pass !== null && pass.position > 0 ? pass.dataset : iterableState(this._plan),
    };
  }

  /**
   * Sets the position of the loader: the next loop yields the rest of that epoch.
   *
   * A loop that is running continues, but no longer changes the position. If an error is thrown, nothing has changed.
   *
   * @param state state of a loader with the same dataset and options
   * @throws TypeError if the state has the wrong form, or belongs to a loader with another sampler or generator
   * @throws RangeError if batch size, number of samples or position do not fit this loader
   * @example loader.loadStateDict(savedLoader.stateDict());
   */
  loadStateDict(state: DataLoaderState): void {
    requireArity(stateOp, arguments.length, 1);
    const { sampler, dataset, batchSize } = this._plan;
    const iterable = sampler === null;
    const loaded = requireState(state, {
      batchSize,
      samples: this.samples(),
      generator: this.generator !== undefined,
      sampler: isStateful(sampler),
      dataset: iterable && isStateful(dataset),
    });
    if (this.isRandom && loaded.position > 0 && loaded.order === null) {
      throw new RangeError(
        `${stateOp}: state.order is null, but this loader uses random numbers; ` +
          'create it with the options of the loader that was saved',
      );
    }
    const { length } = this;
    if (loaded.position > length) {
      throw new RangeError(
        `${stateOp}: state.position is ${loaded.position}, but an epoch of this loader has ${length} batches`,
      );
    }
    loadAll([
      [sampler, loaded.sampler],
      [iterable ? dataset : null, loaded.dataset],
    ]);
    if (loaded.generator !== null) this.generator?.setState(loaded.generator);
    this.epochs = loaded.epoch;
    this.pass = loaded;
    this.resumes = true;
  }

  private samples(): number | null {
    const { dataset, sampler } = this._plan;
    if (sampler === null) return null;
    return requireLength('DataLoader', 'dataset', dataset as Dataset<unknown, unknown>);
  }

  /**
   * Starts a new pass, or the rest of one that was loaded. The state of the generator is read now; the order is drawn
   * with the first batch.
   */
  private begin(): [Pass, PassStart] {
    const { generator } = this;
    this.samples(); // throws for an invalid length
    const loaded = this.resumes ? this.pass : null;
    this.resumes = false;
    if (loaded !== null && (loaded.position > 0 || loaded.order !== null)) {
      const { order } = loaded;
      const resumed = order === null ? generator : new RandomGenerator(0).setState(order);
      return [loaded, this.startOf(loaded, resumed)];
    }
    const order = this.isRandom ? (generator ?? currentGenerator()).getState() : null;
    const pass = {
      position: 0,
      ended: false,
      order,
      sampler: stateOf(this._plan.sampler),
      dataset: null,
    };
    this.pass = pass;
    return [pass, this.startOf(pass, generator)];
  }

  private startOf(
    { position, ended, order, dataset }: Pass,
    generator: RandomGenerator | undefined,
  ): PassStart {
    const { isRandom } = this;
    const plan = this._plan;
    return {
      from: position,
      ended,
      skip: dataset === null ? position * (plan.batchSize ?? 1) : 0,
      order: indexBatches(plan, generator, position),
      seeds:
        isRandom && order !== null ? seedBaseOf(numbersOf('DataLoader', order), this.epochs) : null,
    };
  }

  private finish(pass: Pass): void {
    if (pass !== this.pass || this.resumes) return;
    this.pass = null;
    this.epochs++;
  }
}

function stateOf(value: unknown): StateTree {
  return isStateful(value) ? value.stateDict() : null;
}

function iterableState({ dataset, sampler }: LoaderPlan): StateTree {
  return sampler === null ? stateOf(dataset) : null;
}

/** Loads states into all objects that have one; if one of them throws, restores the others. */
function loadAll(states: readonly (readonly [value: unknown, state: StateTree])[]): void {
  const previous = states.map(([value]) => stateOf(value));
  states.forEach(([value, state], i) => {
    if (!isStateful(value)) return;
    try {
      value.loadStateDict(state);
    } catch (error) {
      states.slice(0, i).forEach(([other], j) => {
        if (isStateful(other)) other.loadStateDict(previous[j]);
      });
      throw error;
    }
  });
}

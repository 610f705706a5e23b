import { describe, requireArity, wrongType } from '../../core/errors';
import { readBefore, readingOf } from './readOnce';

/** A synchronous or asynchronous iterable. */
export type AnyIterable<Item> = AsyncIterable<Item> | Iterable<Item | PromiseLike<Item>>;

/**
 * A dataset whose samples are read in sequence, without indices.
 *
 * A loader that resumes in the middle of an epoch reads the earlier samples again and drops them. If the dataset has
 * `stateDict()` and `loadStateDict(state)`, the loader saves its state after the last batch instead, and the next
 * iteration continues from there.
 *
 * @see torch.utils.data.IterableDataset
 * @example
 * const lines = new data.IterableDataset(() => createInterface({ input: createReadStream('points.txt') }));
 * const loader = new data.DataLoader(lines, { batchSize: 32, collate: (texts) => tensor(texts.map(JSON.parse)) });
 * for await (const points of loader) step(points);
 */
export class IterableDataset<Item> implements AsyncIterable<Item> {
  readonly #source: AnyIterable<Item> | (() => AnyIterable<Item>) | undefined;

  /**
   * Sets the source of the samples. A subclass may leave it out and define `[Symbol.asyncIterator]`.
   *
   * @param source a function that returns an iterable and is called for each epoch, or an iterable that can be read
   *   again, synchronous or asynchronous
   * @throws TypeError if the source is neither a function nor an iterable; on iteration, if it is a generator or stream
   *   that was read before
   */
  constructor(source?: AnyIterable<Item> | (() => AnyIterable<Item>)) {
    requireArity('IterableDataset', arguments.length, 1);
    const isSource = source === undefined || typeof source === 'function' || isAnyIterable(source);
    if (!isSource) {
      throw wrongType(
        'IterableDataset',
        'an iterable, or a function that returns one,',
        'source',
        source,
      );
    }
    this.#source = source;
  }

  /** Yields the samples of one epoch. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    const source = this.#source;
    if (source === undefined) {
      throw new TypeError(
        'IterableDataset: no source; pass one to the constructor, or define [Symbol.asyncIterator] in the subclass',
      );
    }
    const samples: unknown = typeof source === 'function' ? source() : source;
    if (!isAnyIterable(samples)) {
      throw new TypeError(
        `IterableDataset: source returned ${describe(samples)}, which is not iterable`,
      );
    }
    const { iterator, again } = readingOf(
      'IterableDataset',
      'source',
      samples as AnyIterable<Item>,
    );
    let isEmpty = true;
    for await (const sample of { [Symbol.asyncIterator]: () => iterator as AsyncIterator<Item> }) {
      isEmpty = false;
      yield sample;
    }
    if (isEmpty && again) throw readBefore('IterableDataset', 'source');
  }
}

/** Whether a dataset is asynchronously iterable. */
export function isIterableDataset(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isAnyIterable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

import { requireArity, wrongType } from '../../core/errors';
import { readBefore, readingOf } from './readOnce';

/** A synchronous or asynchronous iterable. */
export type AnyIterable<Item> = AsyncIterable<Item> | Iterable<Item | PromiseLike<Item>>;

/**
 * Samples in a sequence, without indices (torch.utils.data.IterableDataset). `source` is a function that is called for
 * each epoch, or an iterable that can be read again: a second loop over a generator or a stream throws a TypeError. A
 * class may extend this one and define `[Symbol.asyncIterator]`.
 *
 * A loader that resumes in the middle of an epoch reads the samples before that point again and drops them. If the
 * dataset has `stateDict()` and `loadStateDict(state)`, the loader saves its state after the last batch instead, and
 * the next iteration continues from there.
 *
 * @example
 * const lines = new data.IterableDataset(() => createInterface({ input: createReadStream('points.txt') }));
 * const loader = new data.DataLoader(lines, { batchSize: 32, collate: (texts) => tensor(texts.map(JSON.parse)) });
 * for await (const points of loader) step(points);
 */
export class IterableDataset<Item> implements AsyncIterable<Item> {
  readonly #source: AnyIterable<Item> | (() => AnyIterable<Item>) | undefined;

  constructor(source?: AnyIterable<Item> | (() => AnyIterable<Item>)) {
    requireArity('IterableDataset', arguments.length, 1);
    const isSource = source === undefined || typeof source === 'function' || isAnyIterable(source);
    if (!isSource) {
      throw wrongType(
        'IterableDataset',
        'an iterable or a function that gives one',
        'source',
        source,
      );
    }
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    const source = this.#source;
    if (source === undefined) {
      throw new TypeError(
        'IterableDataset: expected a source, or a class with [Symbol.asyncIterator], for source, got undefined',
      );
    }
    const samples: unknown = typeof source === 'function' ? source() : source;
    if (!isAnyIterable(samples)) {
      throw wrongType('IterableDataset', 'an iterable', 'the result of source', samples);
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

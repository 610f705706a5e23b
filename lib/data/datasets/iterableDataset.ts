import { wrongType } from '../../core/errors';

/** What can be gone through, at once or as it comes. */
export type AnyIterable<Item> = AsyncIterable<Item> | Iterable<Item | PromiseLike<Item>>;

/**
 * Samples that come one after the other and have no numbers (torch.utils.data.IterableDataset): a function that starts
 * anew for each epoch, or an iterable, which must be able to do so. A class may extend this one and define
 * `[Symbol.asyncIterator]`.
 *
 * A loader that is resumed in the middle of an epoch reads the samples before that place again and drops them, unless
 * the dataset has `stateDict()` and `loadStateDict(state)`: then the state as of the last batch is part of the
 * loader's, and the next iteration goes on from there.
 *
 * @example
 * const lines = new data.IterableDataset(() => createInterface({ input: createReadStream('points.txt') }));
 * const loader = new data.DataLoader(lines, { batchSize: 32, collate: (texts) => tensor(texts.map(JSON.parse)) });
 * for await (const points of loader) step(points);
 */
export class IterableDataset<Item> implements AsyncIterable<Item> {
  readonly #source: AnyIterable<Item> | (() => AnyIterable<Item>) | undefined;

  constructor(source?: AnyIterable<Item> | (() => AnyIterable<Item>)) {
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
    yield* samples as AsyncIterable<Item>;
  }
}

/** Whether a dataset has samples that come one after the other. */
export function isIterableDataset(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isAnyIterable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/** Sources that can be read only once: a second loop over them would silently yield nothing. */
import { isStateful } from '../../io/checkpoint/stateful';

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

/** An iterator over a source. */
export interface Reading {
  readonly iterator: AnyIterator;
  /** Whether the iterator was used before. If it then yields nothing, the source can be read only once. */
  readonly again: boolean;
}

/** Streams and iterators that were read. */
const used = new WeakSet<object>();

/** Returns an iterator over `source`; throws if it is a stream or a generator that was read before. */
export function readingOf(
  op: string,
  name: string,
  source: AsyncIterable<unknown> | Iterable<unknown>,
): Reading {
  const isStream = hasMethod(source, 'on') || hasMethod(source, 'getReader'); // Node's, also readline; the Web's
  if (isStream && used.has(source)) throw readBefore(op, name);
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const again = used.has(iterator);
  if (again && isBuiltIn(iterator)) throw readBefore(op, name);
  used.add(isStream ? source : iterator);
  return { iterator, again };
}

/** The items of a synchronous source; throws if it was read before and yields nothing now. */
export function* iterableOf<T>(
  op: string,
  name: string,
  source: Iterable<T>,
): Generator<T, void, undefined> {
  const { iterator, again } = readingOf(op, name, source);
  let isEmpty = true;
  for (const item of { [Symbol.iterator]: () => iterator as Iterator<T> }) {
    isEmpty = false;
    yield item;
  }
  if (isEmpty && again && !isStateful(source)) throw readBefore(op, name);
}

/** The error for a source that was read before. */
export function readBefore(op: string, name: string): TypeError {
  return new TypeError(
    `${op}: ${name} can be read only once and was read before; ` +
      'pass an iterable that can be read again, such as new data.IterableDataset(() => makeSource())',
  );
}

function hasMethod(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === 'function';
}

/** Generators, and the iterators of built-in collections. */
function isBuiltIn(iterator: object): boolean {
  return /Generator|Iterator/.test(Object.prototype.toString.call(iterator));
}

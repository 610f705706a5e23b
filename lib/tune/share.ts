/** Data in shared memory: worker threads read the tensors, tables and typed arrays of the main thread without copies. */
import { arrayClass } from '../core/dtype';
import { isPlainObject } from '../core/realms';
import { isShared } from '../core/storage';
import { Tensor } from '../core/tensor';
import { Table } from '../data/table';
import type { Shared } from './protocol';

/** Describes data for messages, with its numbers in shared memory: copied once, unless they are there already. */
export function share(value: unknown, parents: readonly unknown[] = []): Shared {
  if (typeof value !== 'object' || value === null) return { kind: 'value', value };
  if (value instanceof Tensor) {
    const message = value.toTransferable();
    return { kind: 'tensor', message: { ...message, data: sharedArray(message.data) } };
  }
  const className = arrayClass(value);
  if (className !== undefined) return { kind: 'value', value: sharedArray(value as SomeArray) };
  if (parents.includes(value)) {
    throw new RangeError(
      'tune.search: data contains itself; worker threads need it without cycles',
    );
  }
  const inside = [...parents, value];
  if (value instanceof Table) {
    const columns = [...value.columns].map(([name, column]): [string, Shared] => [
      name,
      share(column, inside),
    ]);
    return { kind: 'table', columns };
  }
  if (Array.isArray(value)) {
    const isFlat = value.every((item) => typeof item !== 'object' || item === null);
    if (isFlat) return { kind: 'value', value };
    return { kind: 'list', items: Array.from(value, (item) => share(item, inside)) };
  }
  if (!isPlainObject(value)) return { kind: 'value', value };
  return {
    kind: 'object',
    entries: Object.entries(value).map(([key, item]) => [key, share(item, inside)]),
  };
}

type SomeArray = ArrayBufferView & { readonly buffer: ArrayBufferLike; readonly length: number };

function sharedArray<T extends SomeArray>(array: T): T {
  if (isShared(array as never)) return array;
  const Elements = Reflect.get(globalThis, arrayClass(array) ?? 'Uint8Array') as new (
    memory: SharedArrayBuffer,
  ) => T;
  const memory = new SharedArrayBuffer(array.byteLength);
  new Uint8Array(memory).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return new Elements(memory);
}

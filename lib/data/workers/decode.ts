/** The loader's side of shared memory: a description from a worker becomes a batch. */
import { arrayOver } from '../../core/dtype';
import { stack } from '../../ops/shape/join';
import { numelOf } from '../../core/shape';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { collateAt } from '../loader/collate';
import { Place } from '../loader/numberTypes';
import type { Part } from './protocol';

/** Copies a batch out of a slot, so that the slot can be used again. */
export function decode(part: Part, memory: SharedArrayBuffer, place: Place | null): unknown {
  switch (part.kind) {
    case 'tensor':
      return inPlace(part, memory).clone();
    case 'stack':
      return stack(part.parts.map((element) => decode(element, memory, place) as Tensor));
    case 'array':
      return copyOf(part.type, part.length, memory, part.offset);
    case 'list':
      return part.parts.map((element, i) => decode(element, memory, place?.at(i) ?? null));
    case 'object':
      return Object.fromEntries(
        part.parts.map(([key, element]) => [key, decode(element, memory, place?.at(key) ?? null)]),
      );
    case 'plain':
      return collateAt(place ?? new Place('DataLoader'), part.values);
    case 'value':
      return part.value;
  }
}

function inPlace(
  { dtype, shape, offset }: Extract<Part, { kind: 'tensor' }>,
  memory: SharedArrayBuffer,
): Tensor {
  return new Tensor(new Storage(dtype, arrayOver(dtype, memory, offset, numelOf(shape))), shape);
}

function copyOf(type: string, length: number, memory: SharedArrayBuffer, offset: number): unknown {
  const Elements = Reflect.get(globalThis, type) as new (length: number) => ArrayBufferView;
  const copy = new Elements(length);
  const bytes = new Uint8Array(copy.buffer);
  bytes.set(new Uint8Array(memory, offset, bytes.length)); // numbers would lose what a NaN holds
  return copy;
}

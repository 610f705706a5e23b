/** The loader's side of shared memory: makes a batch from a worker's description. */
import { arrayOver } from '../../core/dtype';
import { stack } from '../../ops/shape/join';
import { numelOf } from '../../core/shape';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { collateAt } from '../loader/collate';
import { Field } from '../loader/numberTypes';
import type { Part } from './protocol';

/** Copies a batch from a slot, so that the slot can be reused. */
export function decode(part: Part, memory: SharedArrayBuffer, field: Field | null): unknown {
  switch (part.kind) {
    case 'tensor':
      return tensorIn(part, memory).clone();
    case 'stack':
      return stack(part.parts.map((element) => decode(element, memory, field) as Tensor));
    case 'array':
      return copyOf(part.type, part.length, memory, part.offset);
    case 'list':
      return part.parts.map((element, i) => decode(element, memory, field?.child(i) ?? null));
    case 'object':
      return Object.fromEntries(
        part.parts.map(([key, element]) => [
          key,
          decode(element, memory, field?.child(key) ?? null),
        ]),
      );
    case 'plain':
      return collateAt(field ?? new Field('DataLoader'), part.values);
    case 'value':
      return part.value;
  }
}

function tensorIn(
  { dtype, shape, offset }: Extract<Part, { kind: 'tensor' }>,
  memory: SharedArrayBuffer,
): Tensor {
  return new Tensor(new Storage(dtype, arrayOver(dtype, memory, offset, numelOf(shape))), shape);
}

function copyOf(type: string, length: number, memory: SharedArrayBuffer, offset: number): unknown {
  const Elements = Reflect.get(globalThis, type) as new (length: number) => ArrayBufferView;
  const copy = new Elements(length);
  const bytes = new Uint8Array(copy.buffer);
  bytes.set(new Uint8Array(memory, offset, bytes.length)); // copying numbers would change the bits of NaN
  return copy;
}

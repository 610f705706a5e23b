/** The worker's side of shared memory: writes the numbers of samples to a slot, and describes their offsets. */
import { arrayClass, dtypeOfCopy, dtypesOfMemory, newArray, type DType } from '../../core/dtype';
import { requireElement, writeElement, type Element } from '../../core/element';
import { isPlainObject } from '../../core/realms';
import { collateFields, type BatchBuilder } from '../loader/collateFields';
import type { Part } from './protocol';

/** A tensor of any copy of the library. */
interface TensorLike {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

function isTensorLike(value: unknown): value is TensorLike {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { dtype, shape, backward } = value as Record<string, unknown>;
  return typeof dtype === 'string' && Array.isArray(shape) && typeof backward === 'function';
}

/** Converts numbers to a dtype; throws the error of `tensor` for a number that the dtype cannot represent. */
function elementsOf(dtype: DType, values: ArrayLike<Element | boolean>): ArrayBufferView {
  const out = newArray(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    writeElement(dtype, out, i, requireElement('tensor', `data[${i}]`, dtype, values[i]));
  }
  return out;
}

const alignment = 64;

/** Collects the numbers of a batch, to be written to a slot when their total size is known. */
export class SlotWriter {
  private readonly copies: { offset: number; from: ArrayBufferView }[] = [];
  private used = 0;

  /** Describes the batch of `items`, collated, or each item separately. */
  encode(items: readonly unknown[], collate: boolean): Part {
    if (collate) return collateFields(items, this.builder) as Part;
    return { kind: 'list', parts: items.map((item) => this.sample(item)) };
  }

  /** Writes the encoded numbers to `memory`, or to new memory if that is too small. */
  write(memory: SharedArrayBuffer | undefined): SharedArrayBuffer {
    const fits = memory !== undefined && memory.byteLength >= this.used;
    const target = fits ? memory : new SharedArrayBuffer(Math.max(alignment, this.used));
    const bytes = new Uint8Array(target);
    for (const { offset, from } of this.copies) {
      bytes.set(new Uint8Array(from.buffer, from.byteOffset, from.byteLength), offset);
    }
    return target;
  }

  private readonly builder: BatchBuilder = {
    isTensor: isTensorLike,
    tensors: (items) => this.stack(items as TensorLike[]),
    arrays: (items) => {
      const dtype = dtypeOfCopy(arrayClass(items[0]) as string);
      const isMemory = dtypesOfMemory(items[0])[0] === dtype;
      const numbers = items as readonly (ArrayBufferView & ArrayLike<Element>)[];
      return this.stack(
        numbers.map((array) => ({
          dtype,
          shape: [array.length],
          data: isMemory ? array : elementsOf(dtype, array),
        })),
      );
    },
    // The loader chooses their dtype, because it must be the same in the batches of all workers.
    numbers: (values): Part => ({ kind: 'plain', values }),
    bigints: (values): Part => ({ kind: 'plain', values }),
    booleans: (values): Part => ({ kind: 'plain', values }),
    list: (entries): Part => ({ kind: 'list', parts: entries as Part[] }),
    object: (entries): Part => ({ kind: 'object', parts: entries as [string, Part][] }),
    others: (items): Part => ({ kind: 'value', value: items }),
  };

  /** Tensors one after another. If they differ, the loader stacks or refuses them. */
  private stack(items: readonly TensorLike[]): Part {
    const [{ dtype, shape }] = items;
    const alike = items.every(
      (tensor) =>
        tensor.dtype === dtype &&
        tensor.shape.length === shape.length &&
        tensor.shape.every((size, i) => size === shape[i]),
    );
    if (!alike) return { kind: 'stack', parts: items.map((tensor) => this.tensor(tensor)) };
    const offset = this.reserve();
    for (const { data } of items) this.put(data);
    return { kind: 'tensor', dtype, shape: [items.length, ...shape], offset };
  }

  private tensor({ dtype, shape, data }: TensorLike): Part {
    const offset = this.reserve();
    this.put(data);
    return { kind: 'tensor', dtype, shape: [...shape], offset };
  }

  /** One sample, for a user's `collate`. */
  private sample(value: unknown): Part {
    if (isTensorLike(value)) return this.tensor(value);
    const type = arrayClass(value);
    if (type !== undefined) {
      const offset = this.reserve();
      this.put(value as ArrayBufferView);
      return { kind: 'array', type, length: (value as ArrayLike<number>).length, offset };
    }
    if (Array.isArray(value)) {
      return { kind: 'list', parts: value.map((element) => this.sample(element)) };
    }
    if (isPlainObject(value)) {
      const entries = Object.entries(value);
      return {
        kind: 'object',
        parts: entries.map(([key, element]) => [key, this.sample(element)]),
      };
    }
    return { kind: 'value', value };
  }

  private reserve(): number {
    this.used = Math.ceil(this.used / alignment) * alignment;
    return this.used;
  }

  private put(from: ArrayBufferView): void {
    this.copies.push({ offset: this.used, from });
    this.used += from.byteLength;
  }
}

/** The worker's side of shared memory: writes the numbers of samples to a slot, and describes where they are. */
import type { DType } from '../../core/dtype';
import {
  arrayType,
  isPlainObject,
  collateFields,
  type BatchBuilder,
} from '../loader/collateFields';
import type { Part } from './protocol';

/** A tensor of any copy of the library, with the fields that are needed here. */
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

/** The dtypes that `tensor` gives to typed arrays; int32 for all others. */
const floating: Readonly<Record<string, DType>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
};

const alignment = 64;

/** Numbers to be written to a slot once their total size is known. */
export class SlotWriter {
  private readonly copies: { offset: number; from: ArrayBufferView }[] = [];
  private used = 0;

  /** The batch of `items`, collated, or each item by itself. */
  encode(items: readonly unknown[], collate: boolean): Part {
    if (collate) return collateFields(items, this.builder) as Part;
    return { kind: 'list', parts: items.map((item) => this.sample(item)) };
  }

  /** Writes the encoded numbers to `memory`, or to new memory if that is too small. */
  write(memory: SharedArrayBuffer | undefined): SharedArrayBuffer {
    const fits = memory !== undefined && memory.byteLength >= this.used;
    const target = fits ? memory : new SharedArrayBuffer(Math.max(alignment, this.used));
    const bytes = new Uint8Array(target);
    for (const { offset: offset, from } of this.copies) {
      bytes.set(new Uint8Array(from.buffer, from.byteOffset, from.byteLength), offset);
    }
    return target;
  }

  private readonly builder: BatchBuilder = {
    isTensor: isTensorLike,
    tensors: (items) => this.stack(items as TensorLike[]),
    arrays: (items) => {
      const dtype = floating[arrayType(items[0]) ?? ''] ?? 'int32';
      const convert = dtype === 'int32' && arrayType(items[0]) !== 'Int32Array';
      const numbers = items as readonly (ArrayBufferView & ArrayLike<number>)[];
      return this.stack(
        numbers.map((array) => ({
          dtype,
          shape: [array.length],
          data: convert ? Int32Array.from(array) : array,
        })),
      );
    },
    numbers: (values, dtype) => {
      const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
      return this.tensor({ dtype, shape: [values.length], data });
    },
    booleans: (values) => {
      const data = Uint8Array.from(values, Number);
      return this.tensor({ dtype: 'bool', shape: [values.length], data });
    },
    list: (entries): Part => ({ kind: 'list', parts: entries as Part[] }),
    object: (entries): Part => ({ kind: 'object', parts: entries as [string, Part][] }),
    others: (items): Part => ({ kind: 'value', value: items }),
  };

  /** Tensors one after another. If they differ, they are stacked, or refused, where the batch is read. */
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

  /** One sample by itself, for a user's `collate`. */
  private sample(value: unknown): Part {
    if (isTensorLike(value)) return this.tensor(value);
    const type = arrayType(value);
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

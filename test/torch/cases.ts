/** Calls of PyTorch with their results, as test/torch/generate writes them. */
import { readFileSync } from 'node:fs';
import { fromArray, type DType, type Tensor, type TypedArray } from 'blasgrad';

/** A tensor: its elements lie in the blob, or stand here, as numbers or as the bytes of their memory. */
export interface Entry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly at?: number;
  readonly base64?: string;
  readonly values?: readonly (number | string | boolean)[];
  /** An input that requires grad. */
  readonly grad?: boolean;
}

/** A result: a tensor, or a Python number. */
export type Expected = Entry | { readonly value: number | boolean | string };

export interface Derivatives {
  readonly weights?: readonly Entry[];
  readonly grads?: readonly (Entry | null)[];
  readonly second?: {
    /** Which gradients were differentiated. */
    readonly of: readonly number[];
    readonly weights: readonly Entry[];
    readonly grads: readonly (Entry | null)[];
  };
}

export interface Results extends Derivatives {
  readonly outputs?: readonly Expected[];
  /** PyTorch refuses the call. */
  readonly error?: string;
}

export interface Case extends Results {
  /** `name` or `name:variant` of PyTorch's list. */
  readonly op: string;
  readonly dtype: string;
  readonly sample: number | string;
  readonly input: unknown;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly tensors: readonly Entry[];
  /** Only shapes and dtypes can be compared. */
  readonly random?: boolean;
  readonly inPlace?: Results;
  /** Of a module: its constructor, its state before and what changed in it, and which of that are parameters. */
  readonly module?: {
    readonly args: readonly unknown[];
    readonly kwargs: Readonly<Record<string, unknown>>;
  };
  readonly state?: Readonly<Record<string, Entry>>;
  readonly changed?: Readonly<Record<string, Entry>>;
  readonly parameters?: readonly string[];
  readonly training?: boolean;
  /** Of half types: what float32 gives, rounded once. The library computes so; PyTorch also rounds between steps. */
  readonly float32?: Results | null;
}

/** The elements of tensors by the offsets of the entries. */
export class Blob {
  constructor(private readonly bytes: Buffer | null) {}

  static read(path: string): Blob {
    return new Blob(readFileSync(path));
  }

  /** Elements as numbers (bigints for int64); half types as float32. */
  values(entry: Entry): TypedArray {
    const n = entry.shape.reduce((product, size) => product * size, 1);
    const make = memory[entry.dtype];
    if (entry.values !== undefined) return make.from(entry.values);
    if (entry.base64 !== undefined)
      return make.over(copied(Buffer.from(entry.base64, 'base64'), 0, n * make.size));
    if (this.bytes === null) throw new Error('this call has no elements');
    return make.over(copied(this.bytes, entry.at ?? 0, n * make.size));
  }

  tensor(entry: Entry): Tensor {
    const values = this.values(entry);
    const whole = fromArray(values, entry.shape, entry.dtype === 'bool' ? { dtype: 'bool' } : {});
    return whole.dtype === entry.dtype ? whole.clone() : whole.to(entry.dtype);
  }
}

/** A copy is aligned. */
function copied(bytes: Buffer, at: number, length: number): ArrayBuffer {
  const copy = new ArrayBuffer(length);
  new Uint8Array(copy).set(bytes.subarray(at, at + length));
  return copy;
}

interface Memory {
  readonly size: number;
  over(buffer: ArrayBuffer): TypedArray;
  from(values: readonly (number | string | boolean)[]): TypedArray;
}

const number = (value: number | string | boolean): number => Number(value);
const floats: Memory = {
  size: 4,
  over: (buffer) => new Float32Array(buffer),
  from: (values) => Float32Array.from(values, number),
};
const bytes: Memory = {
  size: 1,
  over: (buffer) => new Uint8Array(buffer),
  from: (values) => Uint8Array.from(values, number),
};
const memory: Readonly<Record<DType, Memory>> = {
  float32: floats,
  float16: floats,
  bfloat16: floats,
  float64: {
    size: 8,
    over: (buffer) => new Float64Array(buffer),
    from: (values) => Float64Array.from(values, number),
  },
  int64: {
    size: 8,
    over: (buffer) => new BigInt64Array(buffer),
    from: (values) => BigInt64Array.from(values, (value) => BigInt(value)),
  },
  int32: {
    size: 4,
    over: (buffer) => new Int32Array(buffer),
    from: (values) => Int32Array.from(values, number),
  },
  uint8: bytes,
  bool: bytes,
};

export function readCases(path: string): Case[] {
  const text = readFileSync(path, 'utf8').trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Case);
}

/** A name for one call, which `--only` takes. */
export function caseName({ op, dtype, sample }: Case): string {
  return `${op} ${dtype} ${sample}`;
}

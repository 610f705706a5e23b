/** The element types: one table, from which everything that depends on a dtype is derived. */
import { wrongType, wrongValue } from './errors';

interface Entry {
  /** The typed array class of its memory. */
  readonly array: { readonly BYTES_PER_ELEMENT: number; readonly name: string };
  readonly kind: 'boolean' | 'integer' | 'floating';
  /** What its memory holds if not numbers: bigints, or the bits of half-precision numbers. */
  readonly holds?: 'bigints' | 'float16' | 'bfloat16';
  /** The dtype of higher rank can represent both of two dtypes; two of the same rank need the next rank. */
  readonly rank: number;
  /** The least and the largest finite number; for int64 rounded to the nearest JavaScript number. */
  readonly range: readonly [least: number, largest: number];
  /** For floating dtypes: significand bits after the first one, and the exponent of the smallest normal number. */
  readonly format?: readonly [fraction: number, leastExponent: number];
  /** Whether labels and indices may have the dtype. */
  readonly index?: true;
}

const maxFloat32 = 3.4028234663852886e38;
const maxFloat64 = Number.MAX_VALUE;
const maxBfloat16 = 3.3895313892515355e38;

const table = {
  float32: {
    array: Float32Array,
    kind: 'floating',
    rank: 6,
    range: [-maxFloat32, maxFloat32],
    format: [23, -126],
  },
  float64: {
    array: Float64Array,
    kind: 'floating',
    rank: 7,
    range: [-maxFloat64, maxFloat64],
    format: [52, -1022],
  },
  float16: {
    array: Uint16Array,
    kind: 'floating',
    holds: 'float16',
    rank: 5,
    range: [-65504, 65504],
    format: [10, -14],
  },
  bfloat16: {
    array: Uint16Array,
    kind: 'floating',
    holds: 'bfloat16',
    rank: 5,
    range: [-maxBfloat16, maxBfloat16],
    format: [7, -126],
  },
  int64: {
    array: BigInt64Array,
    kind: 'integer',
    holds: 'bigints',
    rank: 4,
    range: [-(2 ** 63), 2 ** 63],
    index: true,
  },
  int32: {
    array: Int32Array,
    kind: 'integer',
    rank: 3,
    range: [-(2 ** 31), 2 ** 31 - 1],
    index: true,
  },
  uint8: { array: Uint8Array, kind: 'integer', rank: 2, range: [0, 255] },
  bool: { array: Uint8Array, kind: 'boolean', rank: 1, range: [0, 1] },
} as const satisfies Readonly<Record<string, Entry>>;

/**
 * The dtypes of typed array classes, by class name: `copied` is the dtype of a copy of the numbers; `shared` are
 * the dtypes that a tensor over the array itself may have, the default first.
 */
const classes: Readonly<
  Record<string, { readonly copied: DType; readonly shared?: readonly DType[] }>
> = {
  Float32Array: { copied: 'float32', shared: ['float32'] },
  Float64Array: { copied: 'float64', shared: ['float64'] },
  Float16Array: { copied: 'float16', shared: ['float16'] },
  BigInt64Array: { copied: 'int64', shared: ['int64'] },
  Int32Array: { copied: 'int32', shared: ['int32'] },
  Uint8Array: { copied: 'uint8', shared: ['uint8', 'bool'] },
  Uint8ClampedArray: { copied: 'uint8', shared: ['uint8', 'bool'] },
  // Copied: the numbers. Shared: the bits of halves, for which the dtype must be given.
  Uint16Array: { copied: 'int32', shared: ['float16', 'bfloat16'] },
  Int8Array: { copied: 'int32' },
  Int16Array: { copied: 'int32' },
  Uint32Array: { copied: 'int32' },
  BigUint64Array: { copied: 'int64' },
};

type Table = typeof table;

/**
 * The dtype of a tensor. Use int32 or int64 for class labels and indices, uint8 for bytes such as pixels, and bool
 * for masks. float16 and bfloat16 take 16 bits; ops on them compute in float32.
 *
 * @useDeclaredType
 */
export type DType = keyof Table;

/** The dtypes whose entry has these properties. */
type With<Properties> = { [D in DType]: Table[D] extends Properties ? D : never }[DType];

/** The dtypes that gradients flow through. */
export type FloatingDType = With<{ kind: 'floating' }>;
/** The numeric dtypes, without bool. */
export type NumberDType = Exclude<DType, With<{ kind: 'boolean' }>>;
/** The dtypes that labels and indices may have. */
export type IndexDType = With<{ index: true }>;

/**
 * The memory of a tensor: Float32Array, Float64Array, BigInt64Array, Int32Array, or Uint8Array (uint8, and bool as
 * 0 or 1). float16 and bfloat16 are stored as bits in a Uint16Array; `data` returns a Float16Array for float16 if
 * the runtime has that class.
 *
 * @useDeclaredType
 */
export type TypedArray = Table[DType]['array']['prototype'];

/** Memory that holds numbers. */
export type NumberMemory = Exclude<TypedArray, BigInt64Array>;

/** All dtypes, in the order of error messages. */
export const dtypes = Object.keys(table) as readonly DType[];

export const floatingDTypes: readonly FloatingDType[] = dtypes.filter(isFloating);
export const indexDTypes: readonly IndexDType[] = dtypes.filter(isIndex);
export const numberDTypes: readonly NumberDType[] = dtypes.filter(isNumber);

/**
 * The dtype of numbers and of functions with floating results, if nothing else decides it
 * (torch.get_default_dtype).
 */
export const defaultDType: FloatingDType = 'float32';

/** Floating dtypes that arithmetic uses; the others are only for storage. */
export const fullDTypes = ['float32', 'float64'] as const satisfies readonly FloatingDType[];
export type FullDType = (typeof fullDTypes)[number];

export function isFloating(dtype: DType): dtype is FloatingDType {
  return table[dtype].kind === 'floating';
}

export function isNumber(dtype: DType): dtype is NumberDType {
  return table[dtype].kind !== 'boolean';
}

export function isInteger(dtype: DType): boolean {
  return table[dtype].kind === 'integer';
}

export function isUnsigned(dtype: DType): boolean {
  return table[dtype].range[0] === 0;
}

/** Whether arithmetic on the dtype uses float32. */
export function isHalf(dtype: DType): boolean {
  const { holds } = table[dtype] as Entry;
  return holds === 'float16' || holds === 'bfloat16';
}

/**
 * Significand bits after the first one, and the exponent of the smallest normal number; undefined unless floating.
 */
export function formatOf(dtype: DType): Entry['format'] {
  return (table[dtype] as Entry).format;
}

/** What the dtype's memory holds. */
export function contentOf(dtype: DType): NonNullable<Entry['holds']> | 'numbers' {
  return (table[dtype] as Entry).holds ?? 'numbers';
}

export function isIndex(dtype: DType): dtype is IndexDType {
  return 'index' in table[dtype];
}

/** The least and the largest finite number of a dtype. */
export function rangeOf(dtype: DType): readonly [least: number, largest: number] {
  return table[dtype].range;
}

export function elementBytes(dtype: DType): number {
  return table[dtype].array.BYTES_PER_ELEMENT;
}

/** A typed array of the dtype over existing memory. */
export function arrayOver(
  dtype: DType,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): TypedArray {
  // Every result of an op is created here. A class that is constant at compile time saves 35 ns.
  if (dtype === 'float32') return new Float32Array(buffer, byteOffset, length);
  const Elements: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray =
    table[dtype].array;
  return new Elements(buffer, byteOffset, length);
}

/** A new typed array of the dtype, zeroed. */
export function newArray(dtype: DType, length: number): TypedArray {
  return new table[dtype].array(length);
}

/** A record with a value for each dtype. */
export function byDType<T>(make: (dtype: DType) => T): Readonly<Record<DType, T>> {
  const values: Partial<Record<DType, T>> = {};
  for (const dtype of dtypes) values[dtype] = make(dtype);
  return values as Record<DType, T>;
}

/** The class name of a numeric typed array of any realm; undefined for anything else. */
export function arrayClass(value: unknown): string | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const name = (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  return name !== undefined && Object.hasOwn(classes, name) ? name : undefined;
}

/** The dtype of a copy of a typed array of this class. */
export function dtypeOfCopy(className: string): DType {
  return classes[className].copied;
}

/** The dtypes that a tensor over a typed array may have, the default first; none for other values. */
export function dtypesOfMemory(value: unknown): readonly DType[] {
  const name = arrayClass(value);
  return (name === undefined ? undefined : classes[name].shared) ?? [];
}

/** The classes that `dtypesOfMemory` accepts. */
export const memoryClasses = Object.keys(classes).filter((name) => 'shared' in classes[name]);

export function requireDType(op: string, value: unknown, name = 'dtype'): DType {
  if (typeof value !== 'string') throw wrongType(op, `a dtype (${dtypes.join(', ')})`, name, value);
  if (!dtypes.includes(value as DType))
    throw wrongValue(op, `one of ${dtypes.join(', ')}`, name, value);
  return value as DType;
}

/** Like torch.promote_types: the smallest dtype that can represent both. */
export function promoteTypes(a: DType, b: DType): DType {
  const [first, second] = [table[a].rank, table[b].rank];
  if (a === b || first > second) return a;
  if (first < second) return b;
  const above = dtypes.filter((dtype) => table[dtype].rank > first);
  return above.reduce((low, dtype) => (table[dtype].rank < table[low].rank ? dtype : low));
}

const category: Readonly<Record<Entry['kind'], number>> = { boolean: 0, integer: 1, floating: 2 };

/**
 * Like torch.result_type for two operands: a tensor without dimensions, or a number, changes the dtype only if it
 * has a higher category (bool, integer, floating).
 */
export function resultType(a: DType, aIsScalar: boolean, b: DType, bIsScalar: boolean): DType {
  if (a === b) return a;
  if (aIsScalar !== bIsScalar) {
    const [tensor, scalar] = aIsScalar ? [b, a] : [a, b];
    if (category[table[scalar].kind] <= category[table[tensor].kind]) return tensor;
    // A scalar of a higher category. Floating numbers count as float32, PyTorch's default dtype.
    return scalar;
  }
  return promoteTypes(a, b);
}

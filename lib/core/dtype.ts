/** The element types: one table, from which everything that depends on a dtype is derived. */
import { wrongType, wrongValue } from './errors';

interface Entry {
  /** The class of its memory. */
  readonly array: { readonly BYTES_PER_ELEMENT: number; readonly name: string };
  readonly kind: 'boolean' | 'integer' | 'floating';
  /** Of two dtypes the one of higher rank holds both; two of the same rank need the next one. */
  readonly rank: number;
  /** The least and the largest finite number. */
  readonly range: readonly [least: number, largest: number];
  /** Whether labels and indices may have it. */
  readonly index?: true;
}

const maxFloat32 = 3.4028234663852886e38;
const maxFloat64 = Number.MAX_VALUE;

const table = {
  float32: { array: Float32Array, kind: 'floating', rank: 3, range: [-maxFloat32, maxFloat32] },
  float64: { array: Float64Array, kind: 'floating', rank: 4, range: [-maxFloat64, maxFloat64] },
  int32: {
    array: Int32Array,
    kind: 'integer',
    rank: 2,
    range: [-(2 ** 31), 2 ** 31 - 1],
    index: true,
  },
  bool: { array: Uint8Array, kind: 'boolean', rank: 1, range: [0, 1] },
} as const satisfies Readonly<Record<string, Entry>>;

/**
 * What a typed array means where no dtype is given, by the name of its class: `copied` is the dtype of its numbers in new
 * memory, `shared` that of a tensor over the array itself.
 */
const classes: Readonly<Record<string, { readonly copied: DType; readonly shared?: DType }>> = {
  Float32Array: { copied: 'float32', shared: 'float32' },
  Float64Array: { copied: 'float64', shared: 'float64' },
  Int32Array: { copied: 'int32', shared: 'int32' },
  Uint8Array: { copied: 'int32', shared: 'bool' },
  Int8Array: { copied: 'int32' },
  Uint8ClampedArray: { copied: 'int32' },
  Int16Array: { copied: 'int32' },
  Uint16Array: { copied: 'int32' },
  Uint32Array: { copied: 'int32' },
};

type Table = typeof table;

/**
 * Element types. int32 holds class labels and indices; bool holds masks.
 *
 * @useDeclaredType
 */
export type DType = keyof Table;

/** The dtypes whose entry has these properties. */
type With<Properties> = { [D in DType]: Table[D] extends Properties ? D : never }[DType];

/** The dtypes that gradients flow through. */
export type FloatingDType = With<{ kind: 'floating' }>;
/** The dtypes of numbers, which can be counted, unlike bool. */
export type NumberDType = Exclude<DType, With<{ kind: 'boolean' }>>;
/** The dtypes that labels and indices may have. */
export type IndexDType = With<{ index: true }>;

/**
 * The memory of a tensor: Float32Array, Float64Array, Int32Array, and Uint8Array (0 or 1) for bool.
 *
 * @useDeclaredType
 */
export type TypedArray = Table[DType]['array']['prototype'];

/** All dtypes, in the order of error messages. */
export const dtypes = Object.keys(table) as readonly DType[];

export const floatingDTypes: readonly FloatingDType[] = dtypes.filter(isFloating);
export const indexDTypes: readonly IndexDType[] = dtypes.filter(isIndex);
export const numberDTypes: readonly NumberDType[] = dtypes.filter(isNumber);

/** The dtype of numbers and of functions with floating results, where nothing else decides (torch.get_default_dtype). */
export const defaultDType: FloatingDType = 'float32';

export function isFloating(dtype: DType): dtype is FloatingDType {
  return table[dtype].kind === 'floating';
}

export function isNumber(dtype: DType): dtype is NumberDType {
  return table[dtype].kind !== 'boolean';
}

export function isInteger(dtype: DType): boolean {
  return table[dtype].kind === 'integer';
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
  const Elements: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray =
    table[dtype].array;
  return new Elements(buffer, byteOffset, length);
}

/** A new typed array of the dtype, zeroed. */
export function newArray(dtype: DType, length: number): TypedArray {
  return new table[dtype].array(length);
}

/** A new typed array of the dtype with these elements. */
export function arrayOf(dtype: DType, values: ArrayLike<number>): TypedArray {
  return table[dtype].array.from(values);
}

/** A value for each dtype. */
export function byDType<T>(make: (dtype: DType) => T): Readonly<Record<DType, T>> {
  const values: Partial<Record<DType, T>> = {};
  for (const dtype of dtypes) values[dtype] = make(dtype);
  return values as Record<DType, T>;
}

/** The class of a typed array of numbers, by a name that holds across realms; undefined for anything else. */
export function arrayClass(value: unknown): string | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const name = (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  return name !== undefined && Object.hasOwn(classes, name) ? name : undefined;
}

/** The dtype that numbers of a class of typed arrays have in new memory. */
export function dtypeOfCopy(className: string): DType {
  return classes[className].copied;
}

/** The dtype of a tensor over a typed array; undefined for anything that is not the memory of a tensor. */
export function dtypeOfMemory(value: unknown): DType | undefined {
  const name = arrayClass(value);
  return name === undefined ? undefined : classes[name].shared;
}

/** The classes that `dtypeOfMemory` knows. */
export const memoryClasses = Object.keys(classes).filter((name) => 'shared' in classes[name]);

export function requireDType(op: string, value: unknown): DType {
  if (typeof value !== 'string')
    throw wrongType(op, `a dtype (${dtypes.join(', ')})`, 'dtype', value);
  if (!dtypes.includes(value as DType))
    throw wrongValue(op, `one of ${dtypes.join(', ')}`, 'dtype', value);
  return value as DType;
}

/** PyTorch's torch.promote_types: the smallest dtype that holds both. */
export function promoteTypes(a: DType, b: DType): DType {
  const [first, second] = [table[a].rank, table[b].rank];
  if (a === b || first > second) return a;
  if (first < second) return b;
  const above = dtypes.filter((dtype) => table[dtype].rank > first);
  return above.reduce((low, dtype) => (table[dtype].rank < table[low].rank ? dtype : low));
}

const category: Readonly<Record<Entry['kind'], number>> = { boolean: 0, integer: 1, floating: 2 };

/**
 * PyTorch's torch.result_type for two operands: a tensor without dimensions, or a number, changes the dtype only when
 * it is of a higher category (bool, whole, floating).
 */
export function resultType(a: DType, aIsScalar: boolean, b: DType, bIsScalar: boolean): DType {
  if (a === b) return a;
  if (aIsScalar !== bIsScalar) {
    const [tensor, scalar] = aIsScalar ? [b, a] : [a, b];
    if (category[table[scalar].kind] <= category[table[tensor].kind]) return tensor;
    // A scalar of a higher category: floating numbers of unknown width count as float32, PyTorch's default dtype.
    return scalar;
  }
  return promoteTypes(a, b);
}

import { wrongType, wrongValue } from './errors';

/** Element types. int32 holds class labels and indices; bool holds masks. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool';

/** The memory of a tensor: Float32Array, Float64Array, Int32Array, and Uint8Array (0 or 1) for bool. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

export const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'bool'];

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

export function elementBytes(dtype: DType): number {
  return arrays[dtype].BYTES_PER_ELEMENT;
}

/** A typed array of the dtype over memory that is already there. */
export function arrayOver(
  dtype: DType,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): TypedArray {
  const Elements: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray =
    arrays[dtype];
  return new Elements(buffer, byteOffset, length);
}

export function isFloating(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

export function requireDType(op: string, value: unknown): DType {
  if (typeof value !== 'string')
    throw wrongType(op, `a dtype (${dtypes.join(', ')})`, 'dtype', value);
  if (!dtypes.includes(value as DType))
    throw wrongValue(op, `one of ${dtypes.join(', ')}`, 'dtype', value);
  return value as DType;
}

/** PyTorch's torch.promote_types: the smallest dtype that holds both. */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  if (a === 'float64' || b === 'float64') return 'float64';
  if (a === 'float32' || b === 'float32') return 'float32';
  return 'int32';
}

const category = { bool: 0, int32: 1, float32: 2, float64: 2 } as const;

/**
 * PyTorch's torch.result_type for two operands: a tensor without dimensions, or a number, changes the dtype only when
 * it is of a higher category (bool, whole, floating).
 */
export function resultType(a: DType, aIsScalar: boolean, b: DType, bIsScalar: boolean): DType {
  if (a === b) return a;
  if (aIsScalar !== bIsScalar) {
    const [whole, scalar] = aIsScalar ? [b, a] : [a, b];
    if (category[scalar] <= category[whole]) return whole;
    // A scalar of a higher category: floating numbers of unknown width count as float32, PyTorch's default dtype.
    return scalar;
  }
  return promoteTypes(a, b);
}

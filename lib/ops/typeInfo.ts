/** The dtypes of results, and the limits of dtypes. */
import {
  defaultDType,
  dtypes,
  elementBytes,
  floatingDTypes,
  formatOf,
  isFloating,
  isInteger,
  promoteTypes as promoted,
  rangeOf,
  requireDType,
  resultType as resultOf,
  type DType,
} from '../core/dtype';
import type { Element } from '../core/element';
import { requireArity, wrongType } from '../core/errors';
import { scalarDType, Tensor, unsupportedDType, type Operand } from './define';

/**
 * The dtype that two dtypes are promoted to.
 *
 * @param a a dtype
 * @param b a dtype
 * @returns the smallest dtype that both convert to by the promotion rules
 * @throws TypeError or RangeError if an argument is not a dtype
 * @see torch.promote_types
 * @example promoteTypes('int64', 'bfloat16') // 'bfloat16'
 */
export function promoteTypes(a: DType, b: DType): DType {
  requireArity('promoteTypes', arguments.length, 2);
  return promoted(requireDType('promoteTypes', a, 'a'), requireDType('promoteTypes', b, 'b'));
}

/** The dtype of an operand, and whether the operand is a number or a tensor without dimensions. */
type Typed = readonly [dtype: DType, isScalar: boolean];

/**
 * The dtype of the result of arithmetic with two operands.
 *
 * A tensor without dimensions, or a number, changes the dtype of the other operand only if it is of a higher
 * category (bool, integer, floating). With a bool tensor, an integer counts as int32 if it fits, else as
 * int64, and a bigint as int64.
 *
 * @param a a tensor, a number or a boolean
 * @param b a tensor, a number or a boolean
 * @returns the promoted dtype
 * @throws TypeError for other operands
 * @see torch.result_type
 * @example resultType(zeros([2], { dtype: 'uint8' }), 5) // 'uint8'
 */
export function resultType(a: Operand | boolean, b: Operand | boolean): DType {
  requireArity('resultType', arguments.length, 2);
  const [first, isScalar] = typeOf('a', a, b);
  const [second, otherIsScalar] = typeOf('b', b, a);
  return resultOf(first, isScalar, second, otherIsScalar);
}

function typeOf(name: string, value: unknown, other: unknown): Typed {
  if (value instanceof Tensor) return [value.dtype, value.ndim === 0];
  if (typeof value === 'boolean') return ['bool', true];
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw wrongType('resultType', 'a tensor or a number', name, value);
  }
  if (other instanceof Tensor) return [scalarDType(value, other.dtype), true];
  return [typeof value === 'bigint' ? 'int64' : defaultDType, true];
}

/**
 * Whether the promotion rules allow a conversion: not from floating to integer, and to bool only from bool. `to`
 * converts between all dtypes.
 *
 * @param from a dtype
 * @param to a dtype
 * @returns true if they do
 * @throws TypeError or RangeError if an argument is not a dtype
 * @see torch.can_cast
 * @example canCast('float32', 'uint8') // false
 */
export function canCast(from: DType, to: DType): boolean {
  requireArity('canCast', arguments.length, 2);
  const [source, target] = [
    requireDType('canCast', from, 'from'),
    requireDType('canCast', to, 'to'),
  ];
  if (isFloating(source) && isInteger(target)) return false;
  return source === 'bool' || target !== 'bool';
}

/** The limits of a floating dtype. */
export interface FloatInfo {
  /** Bits of an element. */
  readonly bits: number;
  /** The difference between 1 and the smallest number above 1. */
  readonly eps: number;
  /** The largest finite number. */
  readonly max: number;
  /** The lowest finite number. */
  readonly min: number;
  /** The smallest positive number that is not subnormal. */
  readonly tiny: number;
  /** The same as `tiny`. */
  readonly smallestNormal: number;
  /** The decimal resolution, a power of ten. */
  readonly resolution: number;
  /** The dtype. */
  readonly dtype: DType;
}

/**
 * The limits of a floating dtype.
 *
 * @param dtype a floating dtype
 * @returns its limits
 * @throws TypeError for other dtypes
 * @see torch.finfo
 * @example finfo('float16').max // 65504
 */
export function finfo(dtype: DType): FloatInfo {
  requireArity('finfo', arguments.length, 1);
  const format = formatOf(requireDType('finfo', dtype));
  if (format === undefined) throw unsupportedDType('finfo', 'dtype', floatingDTypes, dtype);
  const [fraction, least] = format;
  const [min, max] = rangeOf(dtype);
  const tiny = 2 ** least;
  const digits = Math.floor(fraction * Math.log10(2));
  return {
    bits: 8 * elementBytes(dtype),
    eps: 2 ** -fraction,
    max,
    min,
    tiny,
    smallestNormal: tiny,
    resolution: Number(`1e-${digits}`),
    dtype,
  };
}

/** The limits of an integer dtype. */
export interface IntegerInfo {
  /** Bits of an element. */
  readonly bits: number;
  /** The largest number; a bigint for int64. */
  readonly max: Element;
  /** The lowest number; a bigint for int64. */
  readonly min: Element;
  /** The dtype. */
  readonly dtype: DType;
}

/**
 * The limits of an integer dtype.
 *
 * @param dtype an integer dtype
 * @returns its limits
 * @throws TypeError for bool and floating dtypes
 * @see torch.iinfo
 * @example iinfo('uint8').max // 255
 */
export function iinfo(dtype: DType): IntegerInfo {
  requireArity('iinfo', arguments.length, 1);
  if (!isInteger(requireDType('iinfo', dtype))) {
    throw unsupportedDType('iinfo', 'dtype', dtypes.filter(isInteger), dtype);
  }
  const bits = 8 * elementBytes(dtype);
  const [min, max] = dtype === 'int64' ? [-(2n ** 63n), 2n ** 63n - 1n] : rangeOf(dtype);
  return { bits, max, min, dtype };
}

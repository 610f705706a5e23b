/** Functions that make tensors. */
import {
  dtypeOf,
  finish,
  like,
  sizesAndOptions,
  splitOptions,
  tensorKeys,
  type SizesAnd,
  type TensorOptions,
} from './options';
import { calledAs } from '../core/caller';
import {
  arrayClass,
  arrayOver,
  defaultDType,
  dtypesOfMemory,
  isFloating,
  memoryClasses,
  newArray,
  requireDType,
  type DType,
  type TypedArray,
} from '../core/dtype';
import {
  isDetached,
  requireArity,
  requireInteger,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
  wrongValue,
} from '../core/errors';
import { requireElement } from '../core/element';
import { flatten, type TensorData } from '../core/nested';
import { numelOf, requireShape } from '../core/shape';
import { Storage } from '../core/storage';
import { Tensor } from '../core/tensor';

/** A new tensor with every element `value`. */
function filled(
  op: string,
  shape: readonly number[],
  value: number | bigint | boolean,
  options: TensorOptions,
  fallback?: DType,
): Tensor {
  const dtype = dtypeOf(op, options, fallback);
  const element = requireElement(op, 'value', dtype, value);
  return finish(op, Tensor._empty(dtype, shape).fill_(element), options);
}

/**
 * Creates a tensor from numbers, bigints or booleans in nested arrays or typed arrays; always a copy.
 *
 * Without `dtype`, numbers become float32, bigints int64, and booleans bool. Typed arrays keep their type:
 * Float32Array, Float64Array and Float16Array become float32, float64 and float16; BigInt64Array and BigUint64Array
 * int64; Uint8Array, Uint8ClampedArray and Buffer uint8; all others int32. With `dtype`, numbers are converted, and
 * integer dtypes drop the fraction. One exception: a Uint16Array with dtype float16 or bfloat16 holds bits.
 *
 * @param data a number, bigint or boolean, nested arrays of them, a typed array, or a tensor
 * @param options `dtype` and `requiresGrad`
 * @returns a tensor whose shape is that of the nesting
 * @throws TypeError or RangeError that names the element which does not fit, such as `data[1][2]`
 * @see torch.tensor
 * @example tensor([[1, 2], [3, 4]]) // tensor([[1., 2.], [3., 4.]])
 */
export function tensor(data: TensorData | Tensor, options: TensorOptions = {}): Tensor {
  requireArity('tensor', arguments.length, 2);
  requireOptions('tensor', options, tensorKeys);
  if (data instanceof Tensor) {
    return finish(
      'tensor',
      data
        .detach()
        .to(dtypeOf('tensor', options, data.dtype))
        .clone(),
      options,
    );
  }
  const wanted = options.dtype === undefined ? undefined : requireDType('tensor', options.dtype);
  const { array, shape, dtype } = flatten('tensor', data, wanted);
  return finish('tensor', new Tensor(new Storage(dtype, array), shape), options);
}

/**
 * Creates a tensor over the memory of a typed array, without a copy: changes of one are visible in the other.
 *
 * A Uint8Array, Uint8ClampedArray or Buffer becomes a uint8 tensor, or with `{ dtype: 'bool' }` a bool tensor, and
 * may then hold only 0 and 1. A Uint16Array holds bits: pass `{ dtype: 'float16' }` or `{ dtype: 'bfloat16' }`.
 *
 * @param array a typed array of a class that a dtype has
 * @param shape sizes with as many elements as the array; default: one dimension
 * @param options `dtype` and `requiresGrad`
 * @returns a tensor over the memory of `array`
 * @throws RangeError if the shape or the dtype does not fit the array
 * @see torch.from_numpy
 * @example fromArray(new Float32Array([1, 2, 3, 4]), [2, 2]) // tensor([[1., 2.], [3., 4.]])
 */
export function fromArray(
  array: TypedArray | Uint8ClampedArray,
  shape?: readonly number[],
  options: TensorOptions = {},
): Tensor {
  requireArity('fromArray', arguments.length, 3);
  requireOptions('fromArray', options, tensorKeys);
  const dtype = sharedDType(array, options.dtype);
  if (isDetached(array))
    throw wrongValue('fromArray', 'an array that is not detached', 'array', array);
  const sizes = shape === undefined ? [array.length] : requireShape('fromArray', shape);
  if (numelOf(sizes) !== array.length) {
    throw unexpected('fromArray', `a shape of ${array.length} elements`, 'shape', shapeText(sizes));
  }
  if (dtype === 'bool') {
    const other = (array as Uint8Array).findIndex((value) => value > 1);
    if (other >= 0) throw wrongValue('fromArray', '0 or 1', `array[${other}]`, array[other]);
  }
  const isMemory = arrayClass(array) === newArray(dtype, 0).constructor.name;
  const memory = isMemory
    ? (array as TypedArray)
    : arrayOver(dtype, array.buffer, array.byteOffset, array.length);
  const storage = new Storage(dtype, memory);
  storage.exposed = true; // the caller holds the array, so its memory must not move
  storage.fromUser = true;
  return finish('fromArray', new Tensor(storage, sizes), options);
}

/** The dtype of a tensor over an array. */
function sharedDType(array: unknown, wanted: unknown): DType {
  const op = 'fromArray';
  const dtypes = dtypesOfMemory(array);
  if (dtypes.length === 0) throw wrongType(op, memoryClasses.join(', '), 'array', array);
  if (wanted !== undefined) {
    const dtype = requireDType(op, wanted);
    if (dtypes.includes(dtype)) return dtype;
    throw wrongValue(op, dtypes.join(' or '), `dtype of a ${arrayClass(array)}`, wanted);
  }
  if (arrayClass(array) !== 'Uint16Array') return dtypes[0];
  throw unexpected(op, dtypes.join(' or '), 'dtype of a Uint16Array', 'none');
}

/**
 * Creates a tensor with undefined content.
 *
 * @param args the sizes, in an array or as separate arguments, then options: `dtype`, default float32, and
 *   `requiresGrad`
 * @returns a tensor of this shape
 * @throws RangeError for sizes that are not integers of at least 0
 * @see torch.empty
 * @example empty(2, 3).shape // [ 2, 3 ]
 */
export function empty(...args: SizesAnd<TensorOptions>): Tensor {
  const { shape, options } = sizesAndOptions('empty', args, tensorKeys);
  const out = Tensor._empty(dtypeOf('empty', options), shape);
  return finish('empty', out.dtype === 'bool' ? out.zero_() : out, options); // bool is 0 or 1 only
}

/**
 * Creates a tensor of zeros.
 *
 * @param args the sizes, in an array or as separate arguments, then options: `dtype`, default float32, and
 *   `requiresGrad`
 * @returns a tensor of this shape
 * @throws RangeError for sizes that are not integers of at least 0
 * @see torch.zeros
 * @example zeros(2, 3) // tensor([[0., 0., 0.], [0., 0., 0.]])
 */
export function zeros(...args: SizesAnd<TensorOptions>): Tensor {
  const { shape, options } = sizesAndOptions('zeros', args, tensorKeys);
  return filled('zeros', shape, 0, options);
}

/**
 * Creates a tensor of ones.
 *
 * @param args the sizes, in an array or as separate arguments, then options: `dtype`, default float32, and
 *   `requiresGrad`
 * @returns a tensor of this shape
 * @throws RangeError for sizes that are not integers of at least 0
 * @see torch.ones
 * @example ones([2, 3], { dtype: 'int32' }) // tensor([[1, 1, 1], [1, 1, 1]], dtype: int32)
 */
export function ones(...args: SizesAnd<TensorOptions>): Tensor {
  const { shape, options } = sizesAndOptions('ones', args, tensorKeys);
  return filled('ones', shape, 1, options);
}

/** A number, or a tensor without dimensions, which is converted as by `to`. */
export type FillValue = number | bigint | boolean | Tensor;

/**
 * Creates a tensor with every element equal to `value`. No gradient flows to a `value` that is a tensor.
 *
 * @param shape the sizes
 * @param value a number, bigint or boolean, or a tensor without dimensions
 * @param options `dtype` and `requiresGrad`
 * @returns a tensor of this shape; without `dtype` it is bool for a boolean, int64 for a bigint or an integer
 *   tensor, else float32
 * @throws RangeError if the dtype does not hold `value`
 * @see torch.full
 * @example full([2], 7) // tensor([7., 7.])
 */
export function full(
  shape: readonly number[],
  value: FillValue,
  options: TensorOptions = {},
): Tensor {
  requireArity('full', arguments.length, 3);
  requireOptions('full', options, tensorKeys);
  return filledWith('full', requireShape('full', shape), value, options);
}

function filledWith(
  op: string,
  shape: readonly number[],
  value: unknown,
  options: TensorOptions,
  fallback?: DType,
) {
  if (typeof value === 'boolean') return filled(op, shape, value, options, fallback ?? 'bool');
  if (typeof value === 'bigint') return filled(op, shape, value, options, fallback ?? 'int64');
  if (typeof value === 'number') return filled(op, shape, value, options, fallback);
  if (value instanceof Tensor) return filledFrom(op, shape, value, options, fallback);
  throw wrongType(op, 'a number, a bigint or a boolean', 'value', value);
}

/** Filled with the element of a tensor, which a compiled function reads at every replay. */
function filledFrom(
  op: string,
  shape: readonly number[],
  value: Tensor,
  options: TensorOptions,
  fallback?: DType,
): Tensor {
  if (value.ndim !== 0) {
    throw unexpected(op, 'a tensor without dimensions', 'value', shapeText(value.shape));
  }
  const kind = value.dtype === 'bool' ? 'bool' : isFloating(value.dtype) ? defaultDType : 'int64';
  const out = Tensor._empty(dtypeOf(op, options, fallback ?? kind), shape);
  return finish(
    op,
    calledAs(op, () => out.copy_(value.detach()), ['this', 'value']),
    options,
  );
}

/**
 * Creates a matrix with ones on its diagonal and zeros elsewhere.
 *
 * @param n the number of rows and columns
 * @param options `dtype`, default float32, and `requiresGrad`
 * @returns a tensor of shape [n, n]
 * @throws RangeError for sizes that are not integers of at least 0
 * @see torch.eye
 * @example eye(2) // tensor([[1., 0.], [0., 1.]])
 */
export function eye(n: number, options?: TensorOptions): Tensor;
/**
 * Creates a matrix of n rows and m columns with ones on its diagonal and zeros elsewhere.
 *
 * @param n the number of rows
 * @param m the number of columns
 * @param options `dtype`, default float32, and `requiresGrad`
 * @returns a tensor of shape [n, m]
 */
export function eye(n: number, m: number, options?: TensorOptions): Tensor;
export function eye(...args: unknown[]): Tensor {
  const [[n, m = n], options] = splitOptions('eye', args, tensorKeys, 2);
  const rows = requireInteger('eye', 'n', n, 0);
  const columns = requireInteger('eye', 'm', m, 0);
  const out = filled('eye', requireShape('eye', [rows, columns]), 0, { dtype: options.dtype });
  out._view([Math.min(rows, columns)], [columns + 1]).fill_(1);
  return finish('eye', out, options);
}

/**
 * Creates zeros of the shape and dtype of `input`.
 *
 * @param input a tensor
 * @param options `dtype`, default that of `input`, and `requiresGrad`
 * @returns a tensor of the shape of `input`
 * @see torch.zeros_like
 * @example zerosLike(tensor([1, 2])) // tensor([0., 0.])
 */
export function zerosLike(input: Tensor, options: TensorOptions = {}): Tensor {
  requireArity('zerosLike', arguments.length, 2);
  const [x, dtype] = like('zerosLike', input, options);
  return filled('zerosLike', x.shape, 0, options, dtype);
}

/**
 * Creates ones of the shape and dtype of `input`.
 *
 * @param input a tensor
 * @param options `dtype`, default that of `input`, and `requiresGrad`
 * @returns a tensor of the shape of `input`
 * @see torch.ones_like
 * @example onesLike(tensor([1, 2])) // tensor([1., 1.])
 */
export function onesLike(input: Tensor, options: TensorOptions = {}): Tensor {
  requireArity('onesLike', arguments.length, 2);
  const [x, dtype] = like('onesLike', input, options);
  return filled('onesLike', x.shape, 1, options, dtype);
}

/**
 * Creates a tensor of the shape and dtype of `input` with every element equal to `value`.
 *
 * @param input a tensor
 * @param value a number, bigint or boolean, or a tensor without dimensions
 * @param options `dtype`, default that of `input`, and `requiresGrad`
 * @returns a tensor of the shape of `input`
 * @throws RangeError if the dtype does not hold `value`
 * @see torch.full_like
 * @example fullLike(tensor([1, 2]), 7) // tensor([7., 7.])
 */
export function fullLike(input: Tensor, value: FillValue, options: TensorOptions = {}): Tensor {
  requireArity('fullLike', arguments.length, 3);
  const [x, dtype] = like('fullLike', input, options);
  return filledWith('fullLike', x.shape, value, options, dtype);
}

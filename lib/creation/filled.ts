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
 * A tensor of numbers, bigints or booleans from nested arrays or typed arrays; always a copy (torch.tensor).
 *
 * Without `dtype`, numbers become float32, bigints int64, and booleans bool. Typed arrays keep their type: Float32Array,
 * Float64Array and Float16Array become float32, float64 and float16; BigInt64Array and BigUint64Array int64; Uint8Array,
 * Uint8ClampedArray and Buffer uint8; all others int32. With `dtype`, numbers are converted, and integer dtypes drop the
 * fraction. One exception: a Uint16Array with dtype float16 or bfloat16 holds bits.
 *
 * @throws TypeError or RangeError that names the element which does not fit, such as `data[1][2]`
 * @example tensor([[1, 2], [3, 4]], { requiresGrad: true })
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
 * A tensor over the memory of `array`, without a copy: changes of one are visible in the other (torch.from_numpy).
 *
 * `shape` (default: one dimension) must have as many elements as the array. A Uint8Array, Uint8ClampedArray or Buffer becomes
 * a uint8 tensor, or with `{ dtype: 'bool' }` a bool tensor; then it may hold only 0 and 1. A Uint16Array holds bits: pass
 * `{ dtype: 'float16' }` or `{ dtype: 'bfloat16' }`.
 *
 * @example fromArray(pixels, [28, 28]) // pixels is a Uint8Array of 784
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
  storage.given = true;
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
    const what = `${dtypes.join(' or ')}, as the array is a ${arrayClass(array)},`;
    throw wrongValue(op, what, 'dtype', wanted);
  }
  if (arrayClass(array) !== 'Uint16Array') return dtypes[0];
  throw unexpected(op, dtypes.join(' or '), 'dtype of a Uint16Array', 'none');
}

/** A tensor of this shape with undefined content; float32 unless `dtype` says otherwise. */
export function empty(...args: SizesAnd<TensorOptions>): Tensor {
  const { shape, options } = sizesAndOptions('empty', args, tensorKeys);
  const out = Tensor._empty(dtypeOf('empty', options), shape);
  return finish('empty', out.dtype === 'bool' ? out.zero_() : out, options); // bool is 0 or 1 only
}

/**
 * Zeros of this shape, float32 unless `dtype` says otherwise. RangeError for sizes that are not integers of at least 0.
 *
 * @example zeros(2, 3) // or zeros([2, 3], { dtype: 'int32' })
 */
export function zeros(...args: SizesAnd<TensorOptions>): Tensor {
  const { shape, options } = sizesAndOptions('zeros', args, tensorKeys);
  return filled('zeros', shape, 0, options);
}

/**
 * Ones of this shape, float32 unless `dtype` says otherwise. RangeError for sizes that are not integers of at least 0.
 *
 * @example ones(2, 3) // tensor([[1., 1., 1.], [1., 1., 1.]])
 */
export function ones(...args: SizesAnd<TensorOptions>): Tensor {
  const { shape, options } = sizesAndOptions('ones', args, tensorKeys);
  return filled('ones', shape, 1, options);
}

/** A number, or a tensor without dimensions, which is converted as by `to`. */
export type FillValue = number | bigint | boolean | Tensor;

/**
 * A tensor of this shape with every element `value`. Without `dtype` it is bool for a boolean, int64 for a bigint, and float32
 * for a number. For a tensor without dimensions it is bool, int64 or float32, for a bool, an integer or a floating tensor. No
 * gradient flows to that tensor.
 *
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

/** A matrix of n rows and m columns (default n) with ones on its diagonal, zeros elsewhere. */
export function eye(n: number, options?: TensorOptions): Tensor;
export function eye(n: number, m: number, options?: TensorOptions): Tensor;
export function eye(...args: unknown[]): Tensor {
  const [[n, m = n], options] = splitOptions('eye', args, tensorKeys, 2);
  const rows = requireInteger('eye', 'n', n, 0);
  const columns = requireInteger('eye', 'm', m, 0);
  const out = filled('eye', requireShape('eye', [rows, columns]), 0, { dtype: options.dtype });
  out._view([Math.min(rows, columns)], [columns + 1]).fill_(1);
  return finish('eye', out, options);
}

/** Zeros of the shape and dtype of `input`. */
export function zerosLike(input: Tensor, options: TensorOptions = {}): Tensor {
  requireArity('zerosLike', arguments.length, 2);
  const [x, dtype] = like('zerosLike', input, options);
  return filled('zerosLike', x.shape, 0, options, dtype);
}

/** Ones of the shape and dtype of `input`. */
export function onesLike(input: Tensor, options: TensorOptions = {}): Tensor {
  requireArity('onesLike', arguments.length, 2);
  const [x, dtype] = like('onesLike', input, options);
  return filled('onesLike', x.shape, 1, options, dtype);
}

/** Every element `value`, of the shape and dtype of `input`. */
export function fullLike(input: Tensor, value: FillValue, options: TensorOptions = {}): Tensor {
  requireArity('fullLike', arguments.length, 3);
  const [x, dtype] = like('fullLike', input, options);
  return filledWith('fullLike', x.shape, value, options, dtype);
}

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
import {
  dtypeOfMemory,
  isFloating,
  memoryClasses,
  requireDType,
  type DType,
  type TypedArray,
} from '../core/dtype';
import {
  isDetached,
  requireInteger,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
  wrongValue,
} from '../core/errors';
import { flatten, type TensorData } from '../core/nested';
import { fillArange, fillLinspace } from '../ops/creation';
import { numelOf, requireShape } from '../core/shape';
import { Storage } from '../core/storage';
import { Tensor } from '../core/tensor';

/** A new tensor with every element `value`. */
function filled(
  op: string,
  shape: readonly number[],
  value: number,
  options: TensorOptions,
  fallback?: DType,
): Tensor {
  return finish(Tensor._empty(dtypeOf(op, options, fallback), shape).fill_(value), options);
}

/**
 * A tensor of numbers or booleans in nested arrays, or in typed arrays; always a copy.
 *
 * Without `dtype`, numbers give float32, booleans bool, Float32Array and Float64Array their own type, all other typed
 * arrays int32. TypeError or RangeError name the place of an element that does not fit, such as `data[1][2]`.
 *
 * @example tensor([[1, 2], [3, 4]], { requiresGrad: true })
 */
export function tensor(data: TensorData | Tensor, options: TensorOptions = {}): Tensor {
  requireOptions('tensor', options, tensorKeys);
  if (data instanceof Tensor) {
    return finish(
      data
        .detach()
        .to(dtypeOf('tensor', options, data.dtype))
        .clone(),
      options,
    );
  }
  const wanted = options.dtype === undefined ? undefined : requireDType('tensor', options.dtype);
  const { array, shape, dtype } = flatten('tensor', data, wanted);
  return finish(new Tensor(new Storage(dtype, array), shape), options);
}

/**
 * A tensor over the memory of `array`, without a copy: changes of one are visible in the other (torch.from_numpy).
 *
 * `shape` (default one dimension) must have as many elements as the array. A Uint8Array makes a bool tensor and must
 * hold 0 and 1 only.
 */
export function fromArray(
  array: TypedArray,
  shape?: readonly number[],
  options: { requiresGrad?: boolean } = {},
): Tensor {
  requireOptions('fromArray', options, ['requiresGrad']);
  const dtype = dtypeOfMemory(array);
  if (dtype === undefined) throw wrongType('fromArray', memoryClasses.join(', '), 'array', array);
  if (isDetached(array)) throw wrongValue('fromArray', 'memory that is there', 'array', array);
  const sizes = shape === undefined ? [array.length] : requireShape('fromArray', shape);
  if (numelOf(sizes) !== array.length) {
    throw unexpected('fromArray', `a shape of ${array.length} elements`, 'shape', shapeText(sizes));
  }
  if (dtype === 'bool') {
    const other = array.findIndex((value) => value > 1);
    if (other >= 0) throw wrongValue('fromArray', '0 or 1', `array[${other}]`, array[other]);
  }
  const storage = new Storage(dtype, array);
  storage.exposed = true; // the caller holds the array, so its memory must not move
  return finish(new Tensor(storage, sizes), options);
}

/** A tensor of this shape with undefined content; float32 unless `dtype` says otherwise. */
export function empty(...args: SizesAnd<TensorOptions>): Tensor {
  const { shape, options } = sizesAndOptions('empty', args, tensorKeys);
  const out = Tensor._empty(dtypeOf('empty', options), shape);
  return finish(out.dtype === 'bool' ? out.zero_() : out, options); // bool is 0 or 1 only
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

/**
 * A tensor of this shape with every element `value`; bool for a boolean, else float32, unless `dtype` says otherwise.
 *
 * @example full([2], 7) // tensor([7., 7.])
 */
export function full(
  shape: readonly number[],
  value: number | boolean,
  options: TensorOptions = {},
): Tensor {
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
  if (typeof value === 'boolean')
    return filled(op, shape, value ? 1 : 0, options, fallback ?? 'bool');
  if (typeof value !== 'number') throw wrongType(op, 'a number or a boolean', 'value', value);
  return filled(op, shape, value, options, fallback);
}

/**
 * Numbers from `start` (default 0) up to but not including `end`, every `step` (default 1).
 *
 * JavaScript has one number type, so the result is float32 where PyTorch's would be an integer; use `{ dtype: 'int32' }`.
 * RangeError if `step` is 0 or leads away from `end`.
 *
 * @example arange(1, 7, 2) // tensor([1., 3., 5.])
 */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...args: unknown[]): Tensor {
  const [numbers, options] = splitOptions('arange', args, tensorKeys);
  const [start, end, step = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  const from = requireNumber('arange', 'start', start);
  const to = requireNumber('arange', 'end', end);
  const by = requireNumber('arange', 'step', step);
  if (by === 0 || (to - from) / by < 0) {
    throw unexpected('arange', `a step that leads from ${from} to ${to}`, 'step', String(by));
  }
  const out = Tensor._empty(
    dtypeOf('arange', options),
    requireShape('arange', [Math.ceil((to - from) / by)]),
  );
  fillArange(out, from, by);
  return finish(out, options);
}

/**
 * `steps` evenly spaced numbers from `start` to `end`, both included, float32 unless `dtype` says otherwise.
 *
 * @example linspace(0, 1, 3) // tensor([0.0000, 0.5000, 1.0000])
 */
export function linspace(
  start: number,
  end: number,
  steps: number,
  options: TensorOptions = {},
): Tensor {
  requireOptions('linspace', options, tensorKeys);
  const dtype = dtypeOf('linspace', options);
  if (!isFloating(dtype)) throw unexpected('linspace', 'a floating dtype', 'dtype', dtype);
  requireInteger('linspace', 'steps', steps, 0);
  const out = Tensor._empty(dtype, requireShape('linspace', [steps]));
  fillLinspace(
    out,
    requireNumber('linspace', 'start', start),
    requireNumber('linspace', 'end', end),
  );
  return finish(out, options);
}

/** A matrix of n rows and m columns (default n) with ones on its diagonal, zeros elsewhere. */
export function eye(n: number, options?: TensorOptions): Tensor;
export function eye(n: number, m: number, options?: TensorOptions): Tensor;
export function eye(...args: unknown[]): Tensor {
  const [[n, m = n], options] = splitOptions('eye', args, tensorKeys);
  const rows = requireInteger('eye', 'n', n, 0);
  const columns = requireInteger('eye', 'm', m, 0);
  const out = filled('eye', requireShape('eye', [rows, columns]), 0, { dtype: options.dtype });
  out._view([Math.min(rows, columns)], [columns + 1]).fill_(1);
  return finish(out, options);
}

/** Zeros of the shape and dtype of `input`. */
export function zerosLike(input: Tensor, options: TensorOptions = {}): Tensor {
  const [x, dtype] = like('zerosLike', input, options);
  return filled('zerosLike', x.shape, 0, options, dtype);
}

/** Ones of the shape and dtype of `input`. */
export function onesLike(input: Tensor, options: TensorOptions = {}): Tensor {
  const [x, dtype] = like('onesLike', input, options);
  return filled('onesLike', x.shape, 1, options, dtype);
}

/** Every element `value`, of the shape and dtype of `input`. */
export function fullLike(
  input: Tensor,
  value: number | boolean,
  options: TensorOptions = {},
): Tensor {
  const [x, dtype] = like('fullLike', input, options);
  return filledWith('fullLike', x.shape, value, options, dtype);
}

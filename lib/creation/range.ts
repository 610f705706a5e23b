/** Sequences of numbers. */
import { calledAs } from '../core/caller';
import { isFloating, numberDTypes, type DType } from '../core/dtype';
import { requireElement, type Element } from '../core/element';
import {
  requireArity,
  requireInteger,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
} from '../core/errors';
import { requireShape } from '../core/shape';
import { Tensor } from '../core/tensor';
import { fillArange, fillLinspace } from '../ops/creation';
import { scalar, unsupportedDType } from '../ops/define';
import { where } from '../ops/elementwise/select';
import { dtypeOf, finish, splitOptions, tensorKeys, type TensorOptions } from './options';

/** A number or bigint, or a tensor without dimensions. */
export type Limit = Element | Tensor;

function requireSingle(op: string, name: string, x: Tensor): void {
  if (x.ndim === 0) return;
  throw unexpected(op, 'a number or a tensor without dimensions', name, shapeText(x.shape));
}

/**
 * Numbers from 0 up to, but not including, `end`.
 *
 * Numbers give float32, because JavaScript does not distinguish integers: pass `{ dtype: 'int32' }` for integers.
 * An integer dtype truncates start and step, as in PyTorch. A bigint or an integer tensor without dimensions among
 * the arguments gives int64.
 *
 * @param end the limit
 * @param options `dtype` and `requiresGrad`
 * @returns a vector
 * @throws RangeError if `step` is 0 or leads away from `end`, or if the dtype does not hold the numbers
 * @see torch.arange
 * @example arange(3) // tensor([0., 1., 2.])
 */
export function arange(end: Limit, options?: TensorOptions): Tensor;
/**
 * Numbers from `start` up to, but not including, `end`.
 *
 * @param start the first number
 * @param end the limit
 * @param options `dtype` and `requiresGrad`
 * @returns a vector
 * @example arange(1, 4, { dtype: 'int32' }) // tensor([1, 2, 3], dtype: int32)
 */
export function arange(start: Limit, end: Limit, options?: TensorOptions): Tensor;
/**
 * Numbers from `start` up to, but not including, `end`, at a distance of `step`.
 *
 * @param start the first number
 * @param end the limit
 * @param step the distance, negative for descending numbers
 * @param options `dtype` and `requiresGrad`
 * @returns a vector
 * @example arange(1, 7, 2) // tensor([1., 3., 5.])
 */
export function arange(start: Limit, end: Limit, step: Limit, options?: TensorOptions): Tensor;
export function arange(...args: unknown[]): Tensor {
  const op = 'arange';
  // A tensor at the end is a limit, not options.
  const given = args.at(-1) instanceof Tensor ? [...args, undefined] : args;
  const [numbers, options] = splitOptions(op, given, tensorKeys, 3);
  const [start, end, step = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  const limits = limitsOf(op, { start, end, step });
  return Object.values(limits).some((one) => typeof one === 'bigint')
    ? wholeRange(limits, options)
    : numberRange(limits, options);
}

type Limits = Readonly<Record<'start' | 'end' | 'step', unknown>>;

/** Tensors as numbers, or as bigints if they are integers: the number of elements depends on them, so they are read. */
function limitsOf(op: string, limits: Limits): Limits {
  const anyFloating = Object.values(limits).some(
    (one) => one instanceof Tensor && isFloating(one.dtype),
  );
  const read = (name: string, value: unknown): unknown => {
    if (!(value instanceof Tensor)) return value;
    requireSingle(op, name, value);
    const number = value.item<Element>();
    return anyFloating ? Number(number) : BigInt(number);
  };
  const { start, end, step } = limits;
  return { start: read('start', start), end: read('end', end), step: read('step', step) };
}

function numberRange({ start, end, step }: Limits, options: TensorOptions): Tensor {
  const op = 'arange';
  const from = requireNumber(op, 'start', start);
  const to = requireNumber(op, 'end', end);
  const by = requireNumber(op, 'step', step);
  if (by === 0 || (to - from) / by < 0) {
    throw unexpected(
      op,
      `a ${to < from ? 'negative' : 'positive'} step from ${from} to ${to}`,
      'step',
      String(by),
    );
  }
  const dtype = dtypeOf(op, options);
  const out = Tensor._empty(dtype, requireShape(op, [Math.ceil((to - from) / by)]));
  if (isFloating(dtype)) fillArange(out, from, by);
  else fillArange(out, Math.trunc(from), Math.trunc(by));
  return finish(op, out, options);
}

/** The range of bigints, in int64 unless the options name another dtype. */
function wholeRange(limits: Limits, options: TensorOptions): Tensor {
  const op = 'arange';
  const [from, to, by] = Object.entries(limits).map(([name, value]) => {
    if (typeof value !== 'bigint') requireInteger(op, name, value);
    return BigInt(requireElement(op, name, 'int64', value as Element));
  });
  if (by === 0n || (to - from) * by < 0n) {
    throw unexpected(
      op,
      `a ${to < from ? 'negative' : 'positive'} step from ${from} to ${to}`,
      'step',
      String(by),
    );
  }
  const size = Number((to - from + by - (by > 0n ? 1n : -1n)) / by);
  const places = Tensor._empty('int64', requireShape(op, [size]));
  fillArange(places, 0, 1);
  return finish(
    op,
    places
      .mul(by)
      .add(from)
      .to(dtypeOf(op, options, 'int64')),
    options,
  );
}

/**
 * Evenly spaced numbers from `start` to `end`, both included. An integer dtype truncates the numbers, as in
 * PyTorch. No gradient flows to limits that are tensors.
 *
 * @param start the first number, or a tensor without dimensions
 * @param end the last number, or a tensor without dimensions
 * @param steps how many numbers
 * @param options `dtype`, default float32, and `requiresGrad`
 * @returns a tensor of shape [steps]
 * @throws RangeError if an integer dtype does not hold a limit
 * @see torch.linspace
 * @example linspace(0, 1, 3) // tensor([0.0000, 0.5000, 1.0000])
 */
export function linspace(
  start: number | Tensor,
  end: number | Tensor,
  steps: number,
  options: TensorOptions = {},
): Tensor {
  const op = 'linspace';
  requireArity(op, arguments.length, 4);
  requireOptions(op, options, tensorKeys);
  const dtype = dtypeOf(op, options);
  if (dtype === 'bool') throw unsupportedDType(op, 'dtype', numberDTypes, dtype);
  const [size] = requireShape(op, [requireInteger(op, 'steps', steps, 0)]);
  if (start instanceof Tensor || end instanceof Tensor) {
    const [first, last] = [limitTensor('start', start, dtype), limitTensor('end', end, dtype)];
    return finish(op, evenly(first, last, size, dtype), options);
  }
  const [first, last] = [requireNumber(op, 'start', start), requireNumber(op, 'end', end)];
  const out = Tensor._empty(dtype, [size]);
  if (isFloating(dtype)) {
    fillLinspace(out, first, last);
  } else {
    const least = Number(requireElement(op, 'start', dtype, first));
    fillLinspace(out, least, Number(requireElement(op, 'end', dtype, last)));
  }
  return finish(op, out, options);
}

/** A limit in the dtype of the result, as float64 to compute with. */
function limitTensor(name: string, value: number | Tensor, dtype: DType): Tensor {
  if (!(value instanceof Tensor)) {
    requireNumber('linspace', name, value);
    return scalar(requireElement('linspace', name, dtype, value), dtype).to('float64');
  }
  requireSingle('linspace', name, value);
  return calledAs('linspace', () => value.detach().to(dtype).to('float64'), ['this', name]);
}

/** The same as the native op, for limits in tensors, which a compiled function reads at every replay. */
function evenly(start: Tensor, end: Tensor, size: number, dtype: DType): Tensor {
  const place = Tensor._empty('float64', [size]);
  fillArange(place, 0, 1);
  const step = end.sub(start).div(Math.max(size - 1, 1));
  const fromStart = start.add(place.mul(step));
  const fromEnd = end.sub(
    place
      .neg()
      .add(size - 1)
      .mul(step),
  );
  const isFirstHalf = size === 1 ? place.eq(0) : place.lt(Math.floor(size / 2));
  return where(isFirstHalf, fromStart, fromEnd).to(dtype);
}

/** Checks the arguments of image transforms. */
import { floatingDTypes } from '../../core/dtype';
import {
  requireInRange,
  requireInteger,
  requireList,
  requireNumber,
  requireOneOf,
  unexpected,
  wrongType,
  wrongValue,
} from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import { requireDTypeOf } from '../../ops/define';
import { shapeText } from '../../core/errors';

/** A size in pixels: of both sides, or height and width. */
export type ImageSize = number | readonly [height: number, width: number];

/** A number for all channels, or one for each channel. */
export type Fill = number | readonly number[];

/** The smallest and the largest value. */
export type Interval = readonly [low: number, high: number];

/** How pixels are computed from those around them. */
export type InterpolationMode = 'nearest' | 'nearest-exact' | 'bilinear' | 'bicubic';

export const interpolationModes = ['nearest', 'nearest-exact', 'bilinear', 'bicubic'] as const;

/** Throws unless `input` is a tensor of images (..., C, H, W), uint8 or floating. */
export function requireImages(op: string, input: unknown): asserts input is Tensor {
  const x = requireTensor(op, 'input', input);
  requireDTypeOf(op, 'input', x, 'uint8', ...floatingDTypes);
  if (x.ndim < 3) throw unexpected(op, 'a shape (..., C, H, W)', 'input', shapeText(x.shape));
}

/** Height and width. */
export function requireSize(
  op: string,
  name: string,
  size: unknown,
): [height: number, width: number] {
  if (typeof size === 'number') {
    requireInteger(op, name, size, 1);
    return [size, size];
  }
  if (!Array.isArray(size) || size.length !== 2) {
    throw wrongType(op, 'a number or [height, width]', name, size);
  }
  const [height, width] = size.map((side, i) => requireInteger(op, `${name}[${i}]`, side, 1));
  return [height, width];
}

/** A list of some length of finite numbers. */
export function requireNumbers(
  op: string,
  what: string,
  name: string,
  value: unknown,
  lengths: readonly number[],
): number[] {
  const list = requireList(op, what, name, value);
  if (!lengths.includes(list.length)) throw wrongType(op, what, name, value);
  return list.map((one, i) => requireNumber(op, `${name}[${i}]`, one));
}

/** Two numbers between `low` and `high`, in ascending order. */
export function requireInterval(
  op: string,
  name: string,
  value: unknown,
  low = -Infinity,
  high = Infinity,
): Interval {
  const [first, second] = requireNumbers(op, '[low, high]', name, value, [2]);
  requireInRange(op, `${name}[0]`, first, low, high);
  requireInRange(op, `${name}[1]`, second, low, high);
  if (second >= first) return [first, second];
  throw wrongValue(op, `a number of at least ${first}`, `${name}[1]`, second);
}

/** An interval of numbers above 0. */
export function requirePositiveInterval(op: string, name: string, value: unknown): Interval {
  const interval = requireInterval(op, name, value);
  if (interval[0] > 0) return interval;
  throw wrongValue(op, 'a number above 0', `${name}[0]`, interval[0]);
}

/** An interval of angles: [low, high], or a number d for [-d, d]. */
export function requireAngles(op: string, name: string, value: unknown): Interval {
  if (typeof value !== 'number') return requireInterval(op, name, value);
  const most = requireInRange(op, name, value, 0, Infinity);
  return [-most, most];
}

/** A number, or a list of numbers, for channels. */
export function requireFill(op: string, name: string, value: unknown): Fill {
  if (typeof value === 'number') return requireNumber(op, name, value);
  const list = requireList(op, 'a number or an array of numbers', name, value);
  if (list.length === 0) throw unexpected(op, 'at least one number', name, 'none');
  const numbers = list.map((one, i) => requireNumber(op, `${name}[${i}]`, one));
  return numbers.length === 1 ? numbers[0] : numbers;
}

/** Throws unless a fill has one number, or one for each channel. */
export function requireFillFor(op: string, name: string, fill: Fill, channels: number): void {
  if (typeof fill === 'number' || fill.length === channels) return;
  throw unexpected(
    op,
    `one number, or ${channels}, as many as input has channels,`,
    name,
    String(fill.length),
  );
}

/** A mode of interpolation that a transform takes. */
export function requireInterpolation<T extends InterpolationMode>(
  op: string,
  value: unknown,
  modes: readonly T[],
): T {
  return requireOneOf(op, 'interpolation', value, modes);
}

/** The point that rotations leave where it is, or null for the centre of the image. */
export function requireCenter(op: string, value: unknown): readonly [x: number, y: number] | null {
  if (value === null) return null;
  const [x, y] = requireNumbers(op, '[x, y] or null', 'center', value, [2]);
  return [x, y];
}

/** A probability. */
export function requireProbability(op: string, p: unknown): number {
  return requireInRange(op, 'p', p, 0, 1);
}

/** Rounding to half precision by arithmetic, independent of the library, which works on bits. */
import type { DType } from './plain';

export const halves = ['float16', 'bfloat16'] as const;
export type Half = (typeof halves)[number];

const formats = {
  float16: { fraction: 10, least: -14, largest: 65504 },
  bfloat16: { fraction: 7, least: -126, largest: 3.3895313892515355e38 },
} as const;

export const isHalf = (dtype: DType): dtype is Half => dtype in formats;

/** The distance of neighbouring halves at a number. */
export function ulpOf(value: number, dtype: Half): number {
  const { fraction, least } = formats[dtype];
  const size = Math.abs(value);
  let exponent = size > 0 && Number.isFinite(size) ? Math.floor(Math.log2(size)) : least;
  if (2 ** exponent > size) exponent--; // Math.log2 rounds
  if (2 ** (exponent + 1) <= size) exponent++;
  return 2 ** (Math.max(exponent, least) - fraction);
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** The nearest half, ties to even, of a number as a float32. */
export function roundToHalf(value: number, dtype: Half): number {
  const single = Math.fround(value);
  if (single === 0 || !Number.isFinite(single)) return single;
  const ulp = ulpOf(single, dtype);
  const rounded = Math.sign(single) * roundEven(Math.abs(single) / ulp) * ulp;
  return Math.abs(rounded) > formats[dtype].largest ? Math.sign(single) * Infinity : rounded;
}

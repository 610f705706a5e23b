/** Numbers that may depend on the batch size, and attributes of ops in which they occur. */
import type { Tensor } from '../../core/tensor';

/** times * batch size + plus */
export interface Affine {
  readonly times: number;
  readonly plus: number;
}

/** A number, or a linear function of the batch size. */
export type Size = number | Affine;

/** Attributes of an op with sizes instead of numbers, and without tensors. */
export type Sized<T> = T extends number
  ? Size
  : T extends string | boolean | null | undefined
    ? T
    : T extends Tensor
      ? undefined
      : T extends readonly unknown[]
        ? { readonly [I in keyof T]: Sized<T[I]> }
        : { readonly [P in keyof T]: Sized<T[P]> };

export const isAffine = (value: unknown): value is Affine =>
  typeof value === 'object' && value !== null && 'times' in value && 'plus' in value;

/** a + by * b */
export function plus(a: Size, b: Size, by = 1): Size {
  if (typeof a === 'number' && typeof b === 'number') return a + by * b;
  const [x, y] = [a, b].map((size) => (typeof size === 'number' ? { times: 0, plus: size } : size));
  const times = x.times + by * y.times;
  return times === 0 ? x.plus + by * y.plus : { times, plus: x.plus + by * y.plus };
}

export function sameSize(a: Size, b: Size): boolean {
  return plus(a, b, -1) === 0;
}

/** Whether no size depends on the batch size. */
export function isFixed(sizes: readonly Size[]): sizes is readonly number[] {
  return !sizes.some(isAffine);
}

/** The values in an imported graph: tensors, and the integers that shapes are computed with. */
import { numbersOf } from '../../../core/access';
import { tensor } from '../../../creation/filled';
import { shapeText, unexpected } from '../../../core/errors';
import { numelOf, type Shape } from '../../../core/shape';
import { Tensor } from '../../../core/tensor';

const op = 'OnnxModule';

/**
 * int64 numbers in JavaScript with at most one dimension: shapes, axes, indices. They are not tensors, so that shapes that
 * are computed from others stay numbers, also in a compiled function.
 */
export class Ints {
  constructor(
    readonly values: readonly number[],
    readonly shape: Shape = [values.length],
    /** The exact numbers, if some of the values are rounded. */
    readonly exact: Tensor | null = null,
  ) {}

  /** The numbers of an int64 tensor. */
  static of(tensor: Tensor): Ints {
    const values = Array.from(numbersOf(op, tensor));
    return new Ints(values, tensor.shape, values.every(Number.isSafeInteger) ? null : tensor);
  }

  /** The same numbers in another shape. */
  as(shape: Shape): Ints {
    return new Ints(this.values, shape, this.exact === null ? null : this.exact.reshape(shape));
  }
}

/** The results of comparing such numbers: PyTorch's exporter uses them for -1 in shapes. */
export class Flags {
  constructor(
    readonly values: readonly boolean[],
    readonly shape: Shape,
  ) {}
}

export type Datum = Tensor | Ints | Flags;

/** More integers than this are not a shape, and become a tensor. */
export const mostInts = 4096;

/** The value as a tensor; integers become int64. RangeError if the node lacks the input. */
export function tensorOf(datum: Datum | null | undefined): Tensor {
  if (datum instanceof Tensor) return datum;
  if (datum === null || datum === undefined)
    throw unexpected(op, 'one more input', 'a node', 'none');
  if (datum instanceof Flags) {
    return tensor(Uint8Array.from(datum.values, Number), { dtype: 'bool' }).reshape([
      ...datum.shape,
    ]);
  }
  if (datum.exact !== null) return datum.exact;
  const wide = datum.values.find((one) => !Number.isSafeInteger(one));
  if (wide !== undefined)
    throw unexpected(op, 'whole numbers up to 2^53', 'a tensor', String(wide));
  return tensor(BigInt64Array.from(datum.values, BigInt)).reshape([...datum.shape]);
}

/** The integers of a shape, axes or indices. */
export function intsOf(datum: Datum): number[] {
  return datum instanceof Ints ? [...datum.values] : Array.from(numbersOf(op, tensorOf(datum)));
}

/** The only number. */
export function intOf(datum: Datum): number {
  const values = intsOf(datum);
  if (values.length === 1) return values[0];
  throw unexpected(op, 'one whole number', 'a tensor', shapeText(datum.shape));
}

/** Integers in another shape. */
export function reshapedInts(ints: Ints, shape: Shape): Datum {
  const reshaped = ints.as(shape);
  return shape.length > 1 ? tensorOf(reshaped) : reshaped;
}

/** Two lists of integers with which JavaScript computes exactly, else null. */
function exactInts(a: Datum | null, b: Datum | null): [Ints, Ints] | null {
  const fit = a instanceof Ints && b instanceof Ints && a.exact === null && b.exact === null;
  return fit ? [a, b] : null;
}

/** The indices and the shape of elementwise results; null if the lengths do not match. */
function aligned(all: readonly (Ints | Flags)[]) {
  const { shape } = all.reduce((a, b) => (a.shape.length >= b.shape.length ? a : b));
  const n = numelOf(shape);
  if (all.some(({ values }) => values.length !== n && values.length !== 1)) return null;
  return { places: Array.from({ length: n }, (_, i) => i), shape };
}

const at = <T>(values: readonly T[], i: number): T => values[values.length === 1 ? 0 : i];

/** A function of numbers, elementwise; null if they are none, or if a result is not exact. */
export function mapInts(
  first: Datum | null,
  second: Datum | null,
  fn: (a: number, b: number) => number,
): Ints | null {
  const [a, b] = exactInts(first, second) ?? [];
  if (a === undefined || b === undefined) return null;
  const fit = aligned([a, b]);
  const values = fit?.places.map((i) => fn(at(a.values, i), at(b.values, i)));
  return fit && values?.every(Number.isSafeInteger) ? new Ints(values, fit.shape) : null;
}

/** A comparison of numbers, elementwise; null if they are none. */
export function compareInts(
  first: Datum | null,
  second: Datum | null,
  fn: (a: number, b: number) => boolean,
): Flags | null {
  const [a, b] = exactInts(first, second) ?? [];
  if (a === undefined || b === undefined) return null;
  const fit = aligned([a, b]);
  return (
    fit &&
    new Flags(
      fit.places.map((i) => fn(at(a.values, i), at(b.values, i))),
      fit.shape,
    )
  );
}

/** Numbers of `a` where the flag is true, of `b` elsewhere. */
export function chooseInts(flags: Flags, a: Ints, b: Ints): Ints | null {
  const fit = aligned([flags, a, b]);
  const pick = (i: number): number => at((at(flags.values, i) ? a : b).values, i);
  return fit && new Ints(fit.places.map(pick), fit.shape);
}

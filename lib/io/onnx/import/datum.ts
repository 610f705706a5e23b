/** The values in an imported graph: tensors, and the integers that shapes are computed with. */
import { numbersOf } from '../../../core/access';
import { tensor } from '../../../creation/filled';
import { shapeText } from '../../../core/errors';
import { numelOf, type Shape } from '../../../core/shape';
import { Tensor } from '../../../core/tensor';

const op = 'OnnxModule';

/**
 * int64 numbers in JavaScript with at most one dimension: shapes, axes, indices. They are not tensors, so that shapes
 * that are computed from other shapes stay numbers, also in a compiled function.
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

/** Converts a value to a tensor; integers become int64. Throws a RangeError if the input is missing. */
export function tensorOf(datum: Datum | null | undefined): Tensor {
  if (datum instanceof Tensor) return datum;
  if (datum === null || datum === undefined)
    throw new RangeError(`${op}: a node lacks an input that its operator needs`);
  if (datum instanceof Flags) {
    return tensor(Uint8Array.from(datum.values, Number), { dtype: 'bool' }).reshape([
      ...datum.shape,
    ]);
  }
  if (datum.exact !== null) return datum.exact;
  const wide = datum.values.find((value) => !Number.isSafeInteger(value));
  if (wide !== undefined) {
    throw new RangeError(`${op}: the integer ${wide} in the graph is larger than 2^53`);
  }
  return tensor(BigInt64Array.from(datum.values, BigInt)).reshape([...datum.shape]);
}

/** The integers of a shape, axes or indices. */
export function intsOf(datum: Datum): number[] {
  return datum instanceof Ints ? [...datum.values] : Array.from(numbersOf(op, tensorOf(datum)));
}

/** The integer of a value with one element. */
export function intOf(datum: Datum): number {
  const values = intsOf(datum);
  if (values.length === 1) return values[0];
  throw new RangeError(
    `${op}: a node needs a single integer, but its input has shape ${shapeText(datum.shape)}`,
  );
}

/** Integers in another shape. */
export function reshapedInts(ints: Ints, shape: Shape): Datum {
  const reshaped = ints.as(shape);
  return shape.length > 1 ? tensorOf(reshaped) : reshaped;
}

/** Returns both values if they are integers with which JavaScript computes exactly, else null. */
function exactInts(a: Datum | null, b: Datum | null): [Ints, Ints] | null {
  const isExact = a instanceof Ints && b instanceof Ints && a.exact === null && b.exact === null;
  return isExact ? [a, b] : null;
}

/** The indices and the shape of the result of an elementwise function; null if the lengths do not match. */
function aligned(all: readonly (Ints | Flags)[]) {
  const { shape } = all.reduce((a, b) => (a.shape.length >= b.shape.length ? a : b));
  const n = numelOf(shape);
  if (all.some(({ values }) => values.length !== n && values.length !== 1)) return null;
  return { positions: Array.from({ length: n }, (_, i) => i), shape };
}

const elementAt = <T>(values: readonly T[], i: number): T => values[values.length === 1 ? 0 : i];

/** Applies a function to integers, elementwise; null if the values are not integers, or a result is not exact. */
export function mapInts(
  first: Datum | null,
  second: Datum | null,
  fn: (a: number, b: number) => number,
): Ints | null {
  const [a, b] = exactInts(first, second) ?? [];
  if (a === undefined || b === undefined) return null;
  const result = aligned([a, b]);
  const values = result?.positions.map((i) => fn(elementAt(a.values, i), elementAt(b.values, i)));
  return result && values?.every(Number.isSafeInteger) ? new Ints(values, result.shape) : null;
}

/** Compares integers, elementwise; null if the values are not integers. */
export function compareInts(
  first: Datum | null,
  second: Datum | null,
  fn: (a: number, b: number) => boolean,
): Flags | null {
  const [a, b] = exactInts(first, second) ?? [];
  if (a === undefined || b === undefined) return null;
  const result = aligned([a, b]);
  return (
    result &&
    new Flags(
      result.positions.map((i) => fn(elementAt(a.values, i), elementAt(b.values, i))),
      result.shape,
    )
  );
}

/** The integers of `a` where the flag is true, of `b` elsewhere. */
export function chooseInts(flags: Flags, a: Ints, b: Ints): Ints | null {
  const result = aligned([flags, a, b]);
  const pick = (i: number): number => elementAt((elementAt(flags.values, i) ? a : b).values, i);
  return result && new Ints(result.positions.map(pick), result.shape);
}

/** What flows through an imported graph: tensors, and the whole numbers that shapes are computed with. */
import { fromArray } from '../../../creation';
import { shapeText, unexpected } from '../../../errors';
import { numelOf, type Shape } from '../../../shape';
import { Tensor } from '../../../tensor';

/**
 * int64 numbers in JavaScript, at most one dimension: shapes, axes, places. They are no tensors, so that a shape that is
 * computed from another stays a number, also in a compiled function.
 */
export class Ints {
  constructor(
    readonly values: readonly number[],
    readonly shape: Shape = [values.length],
  ) {}
}

export type Datum = Tensor | Ints;

const op = 'OnnxModule';

/** The tensor; whole numbers become int32. */
export function tensorOf(datum: Datum): Tensor {
  if (datum instanceof Tensor) return datum;
  const wide = datum.values.find((one) => one !== (one | 0));
  if (wide !== undefined)
    throw unexpected(op, 'whole numbers of 32 bits', 'a tensor', String(wide));
  return fromArray(Int32Array.from(datum.values), [...datum.shape]);
}

/** The whole numbers of a tensor that says a shape, axes or places. */
export function intsOf(datum: Datum): number[] {
  return datum instanceof Ints ? [...datum.values] : Array.from(datum.contiguous().data);
}

/** The only number. */
export function intOf(datum: Datum): number {
  const values = intsOf(datum);
  if (values.length === 1) return values[0];
  throw unexpected(op, 'one whole number', 'a tensor', shapeText(datum.shape));
}

/** Whole numbers in another shape. */
export function reshapedInts(values: readonly number[], shape: Shape): Datum {
  const ints = new Ints(values, shape);
  return shape.length > 1 ? tensorOf(ints) : ints;
}

/** A function of numbers, elementwise. */
export function mapInts(a: Ints, b: Ints, fn: (a: number, b: number) => number): Ints | null {
  const shape = a.shape.length >= b.shape.length ? a.shape : b.shape;
  const n = numelOf(shape);
  if ([a, b].some((one) => one.values.length !== n && one.values.length !== 1)) return null;
  const at = (one: Ints, i: number): number => one.values[one.values.length === 1 ? 0 : i];
  return new Ints(
    Array.from({ length: n }, (_, i) => fn(at(a, i), at(b, i))),
    shape,
  );
}

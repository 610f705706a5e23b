/** The values in an imported graph: tensors, and the integers that shapes are computed with. */
import { fromArray } from '../../../creation/filled';
import { shapeText, unexpected } from '../../../core/errors';
import { numelOf, type Shape } from '../../../core/shape';
import { Tensor } from '../../../core/tensor';

/**
 * int64 numbers in JavaScript with at most one dimension: shapes, axes, indices. They are not tensors, so that shapes that
 * are computed from others stay numbers, also in a compiled function.
 */
export class Ints {
  constructor(
    readonly values: readonly number[],
    readonly shape: Shape = [values.length],
  ) {}
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

const op = 'OnnxModule';

/** The value as a tensor; integers become int32. RangeError if the node lacks the input. */
export function tensorOf(datum: Datum | null | undefined): Tensor {
  if (datum instanceof Tensor) return datum;
  if (datum === null || datum === undefined)
    throw unexpected(op, 'one more input', 'a node', 'none');
  if (datum instanceof Flags) return fromArray(Uint8Array.from(datum.values, Number), datum.shape);
  const wide = datum.values.find((one) => one !== (one | 0));
  if (wide !== undefined)
    throw unexpected(op, 'whole numbers of 32 bits', 'a tensor', String(wide));
  return fromArray(Int32Array.from(datum.values), [...datum.shape]);
}

/** The integers of a shape, axes or indices. */
export function intsOf(datum: Datum): number[] {
  return datum instanceof Ints ? [...datum.values] : Array.from(tensorOf(datum).contiguous().data);
}

/** The only number. */
export function intOf(datum: Datum): number {
  const values = intsOf(datum);
  if (values.length === 1) return values[0];
  throw unexpected(op, 'one whole number', 'a tensor', shapeText(datum.shape));
}

/** Integers in another shape. */
export function reshapedInts(values: readonly number[], shape: Shape): Datum {
  const ints = new Ints(values, shape);
  return shape.length > 1 ? tensorOf(ints) : ints;
}

/** The indices and the shape of elementwise results; null if the lengths do not match. */
function aligned(all: readonly (Ints | Flags)[]) {
  const { shape } = all.reduce((a, b) => (a.shape.length >= b.shape.length ? a : b));
  const n = numelOf(shape);
  if (all.some(({ values }) => values.length !== n && values.length !== 1)) return null;
  return { places: Array.from({ length: n }, (_, i) => i), shape };
}

const at = <T>(values: readonly T[], i: number): T => values[values.length === 1 ? 0 : i];

/** A function of numbers, elementwise. */
export function mapInts(a: Ints, b: Ints, fn: (a: number, b: number) => number): Ints | null {
  const fit = aligned([a, b]);
  return (
    fit &&
    new Ints(
      fit.places.map((i) => fn(at(a.values, i), at(b.values, i))),
      fit.shape,
    )
  );
}

/** A comparison of numbers, elementwise. */
export function compareInts(a: Ints, b: Ints, fn: (a: number, b: number) => boolean): Flags | null {
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

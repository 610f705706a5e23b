/** The type of an entry in the tables of op tests. */
import type { Tensor } from 'blasgrad';
import { sizeOf, type DType, type Plain, type Tolerance } from '../support/plain';
import { isHalf, roundToHalf } from '../support/halves';
import { permutation } from '../support/random';

/** Values for one input, random in [low, high), by default [-2, 2), for integers -5 or 0 to 5, and exact in float32. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly low?: number;
  readonly high?: number;
  /** `float`, the default, is run as float32 and as float64. */
  readonly dtype?: 'float' | DType;
  /** No two values closer than (high - low) / count: for maxima, sorting and the like. */
  readonly distinct?: boolean;
  /** The values themselves, repeated as often as the shape needs. */
  readonly values?: readonly number[];
}

export interface OpCase {
  /** Unique and readable: 'sum over dim 1, keepdim'. */
  readonly name: string;
  /** Native ops it runs, forward and backward. */
  readonly ops: readonly string[];
  readonly inputs: readonly InputSpec[];
  readonly run: (...inputs: Tensor[]) => Tensor | Tensor[];
  /** In plain float64 loops, independent of the library. */
  readonly reference: (...inputs: Plain[]) => Plain | Plain[];
  /** False where no gradient flows; otherwise it is checked against finite differences. */
  readonly gradient?: boolean;
  /** False where the gradient cannot be differentiated again. */
  readonly secondDerivative?: boolean;
  /** Also run with other shapes, broadcast and empty ones among them, and with NaN, infinite, huge and tiny values. */
  readonly elementwise?: boolean;
  /** Values to add to the usual extreme ones of an elementwise op, or false for none at all. */
  readonly extremes?: readonly number[] | false;
  /** For extreme values, where the formula itself cancels; default 1e-9 and 1e-5, relative. */
  readonly extremesTolerance?: { readonly float32?: Tolerance; readonly float64?: Tolerance };
  /** False where the sign of a zero result is left open. */
  readonly signedZero?: boolean;
  /** The result shares the memory of an input; others must not. */
  readonly view?: boolean;
  /** Where the default (relative 1e-5, absolute 2e-6) is too tight because of cancellation. */
  readonly float32?: Tolerance;
  /** Where the default (relative 1e-9, absolute 1e-12) is too tight. */
  readonly float64?: Tolerance;
}

/** The nearest number that float32, or the half, holds. */
function exact(value: number, dtype: InputSpec['dtype'] = 'float'): number {
  return dtype !== 'float' && isHalf(dtype) ? roundToHalf(value, dtype) : Math.fround(value);
}

function isInteger(dtype: string): boolean {
  return dtype.includes('int');
}

export const defaults = {
  float32: { rel: 1e-5, abs: 2e-6 },
  float64: { rel: 1e-9, abs: 1e-12 },
} as const;
export type Precision = keyof typeof defaults;

/** The dtype of an input in a run at one precision. */
export function dtypeOf(spec: InputSpec, precision: Precision): DType {
  return spec.dtype === undefined || spec.dtype === 'float' ? precision : spec.dtype;
}

/** The values of an input, in its own shape or another one. */
export function sample(spec: InputSpec, random: () => number, shape = spec.shape): Plain {
  const whole = spec.dtype !== undefined && isInteger(spec.dtype);
  const [least, most] = !whole
    ? spec.dtype === 'bool'
      ? [0, 2]
      : [-2, 2]
    : [spec.dtype === 'uint8' ? 0 : -5, 6];
  const { low = least, high = most, values } = spec;
  const count = sizeOf(shape);
  const order = spec.distinct ? permutation(count, random) : [];
  const data = Array.from({ length: count }, (_, i) => {
    if (values) return exact(values[i % values.length], spec.dtype);
    const value = low + (high - low) * (spec.distinct ? (order[i] + 0.5) / count : random());
    return whole || spec.dtype === 'bool' ? Math.floor(value) : exact(value, spec.dtype);
  });
  return { shape: [...shape], data };
}

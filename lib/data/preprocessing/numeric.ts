/** Transformers of numbers: a function of each value, with an inverse. */
import { numbersOf } from '../../core/access';
import { requireArity, shapeText, unexpected } from '../../core/errors';
import { Storage } from '../../core/storage';
import { requireTensor, Tensor } from '../../core/tensor';
import { ColumnwiseTransformer } from './columnwise';
import type { Source } from './source';
import type { Out, OutputDType } from './transformer';

/** A function of a value. */
export type Change = (value: number) => number;

/** The finite numbers of a column, without missing ones. */
export interface Known {
  readonly values: Float64Array;
  readonly min: number;
  readonly max: number;
}

/** The known numbers of a column; infinities are refused. */
export function knownNumbers(op: string, source: Source): Known {
  const all = source.numbers(op);
  const values = new Float64Array(all.length);
  let [count, min, max] = [0, Infinity, -Infinity];
  for (let i = 0; i < all.length; i++) {
    const value = all[i];
    if (Number.isNaN(value)) continue;
    if (value === Infinity || value === -Infinity) {
      throw unexpected(op, 'finite numbers', source.label, `${value} in row ${i}`);
    }
    values[count++] = value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { values: values.subarray(0, count), min, max };
}

/**
 * Base class of transformers that transform each number independently.
 *
 * @example new data.MinMaxScaler().fit([1, 3]).inverseTransform(tensor([[0.5]])) // tensor([[2.]])
 */
export abstract class NumericTransformer<
  Fitted extends object,
> extends ColumnwiseTransformer<Fitted> {
  /** Learns from the numbers of a column. */
  protected abstract fitNumbers(op: string, known: Known, source: Source): Fitted;
  /** What `transform` does with a value. */
  protected abstract forward(fitted: Fitted): Change;
  /** The inverse of `forward`. */
  protected abstract backward(fitted: Fitted): Change;
  /** Whether a fitted column was constant, so that nothing was scaled. */
  protected isConstant?(known: Known, fitted: Fitted): boolean;

  private constants: string[] = [];

  protected fitColumn(op: string, source: Source, dtype: OutputDType): Fitted {
    const known = knownNumbers(op, source);
    const fitted = this.fitNumbers(op, known, source);
    if (this.isConstant?.(known, fitted) === true) this.constants.push(source.label);
    if (dtype === 'float32') requireSteps(op, source, known, this.forward(fitted));
    return fitted;
  }

  protected override fittedTo(op: string): void {
    const found = this.constants.splice(0);
    if (found.length === 0) return;
    const some = found.slice(0, 5).join(', ') + (found.length > 5 ? `, and ${found.length - 5} more` : ''); // prettier-ignore
    process.emitWarning(`${op}: no two values differ in ${some}; the scale is 1`);
  }

  protected writeColumn(op: string, fitted: Fitted, source: Source, out: Out): void {
    const values = source.numbers(op);
    const change = this.forward(fitted);
    const { values: to, stride, offset } = out;
    for (let i = 0; i < values.length; i++) to[offset + i * stride] = change(values[i]);
  }

  /**
   * The inverse of `transform`; missing values stay missing.
   *
   * @param x shape (rows, columns), in the order of `columns`
   * @returns the same shape; float64 if `x` or the option `dtype` is, else float32
   */
  inverseTransform(x: Tensor): Tensor {
    requireArity(`${this._transformer}.inverseTransform`, arguments.length, 1);
    const op = `${this._transformer}.inverseTransform`;
    const columns = this.fittedInputs('inverseTransform').length;
    const { shape, dtype } = requireTensor(op, 'x', x);
    if (shape.length !== 2 || shape[1] !== columns) {
      throw unexpected(op, `a shape (rows, ${columns})`, 'x', shapeText(shape));
    }
    const wide = dtype === 'float64' || this._dtype === 'float64';
    const from = numbersOf(op, x);
    const out = wide ? new Float64Array(from.length) : new Float32Array(from.length);
    for (let j = 0; j < columns; j++) {
      const change = this.backward(this.fitted[j]);
      for (let i = j; i < from.length; i += columns) out[i] = change(from[i]);
    }
    return new Tensor(new Storage(wide ? 'float64' : 'float32', out), shape);
  }
}

/** Refuses a column whose values float32 would merge: fewer than 4096 of its steps between the ends. */
function requireSteps(op: string, source: Source, { min, max }: Known, change: Change): void {
  if (!(min < max)) return;
  const [low, high] = [change(min), change(max)];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const step = 2 ** (Math.floor(Math.log2(largest)) - 23);
  if (!(Math.abs(high - low) < 4096 * step)) return;
  throw unexpected(
    op,
    "differences that float32 can represent (center the column, or use dtype: 'float64')",
    source.label,
    `values from ${min} to ${max}`,
  );
}

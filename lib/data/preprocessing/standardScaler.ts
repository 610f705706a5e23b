import { numbersOf } from '../../core/access';
import { fromArray } from '../../creation/filled';
import {
  requireArity,
  requireBoolean,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import {
  isColumn,
  isNumbers,
  kindOf,
  numberOf,
  type CategoryColumn,
  type Column,
} from '../table/column';
import { notFitted, requireState, requireVector } from './state';

/** Options of a StandardScaler. */
export interface StandardScalerOptions {
  /** Whether missing values (NaN) become the mean, which is 0 after scaling; default false: they stay NaN. */
  fillMissing?: boolean;
}

/**
 * Scales columns to mean 0 and standard deviation 1 (scikit-learn's StandardScaler): (x - mean) / std, with the mean
 * and the population standard deviation of the rows in `fit`. NaN is ignored; a constant column is only shifted.
 *
 * Accepts tensors (rows, columns) and columns of a table; returns float32.
 *
 * @example
 * const scaler = new data.StandardScaler().fit(trainX);
 * const [a, b] = [scaler.transform(trainX), scaler.transform(testX)];
 */
export class StandardScaler {
  private readonly fillMissing: boolean;
  private fitted: { mean: Float64Array; scale: Float64Array } | null = null;

  constructor(options: StandardScalerOptions = {}) {
    requireArity('StandardScaler', arguments.length, 1);
    requireOptions('StandardScaler', options, ['fillMissing']);
    const { fillMissing = false } = options;
    this.fillMissing = requireBoolean('StandardScaler', 'fillMissing', fillMissing);
  }

  /** Computes mean and standard deviation of each column. */
  fit(x: Tensor | Column): this {
    requireArity('StandardScaler.fit', arguments.length, 1);
    const { values, rows, columns } = matrixOf('StandardScaler.fit', x);
    if (rows === 0) throw unexpected('StandardScaler.fit', 'at least one row', 'x', 'none');
    const mean = new Float64Array(columns);
    const scale = new Float64Array(columns).fill(1);
    for (let j = 0; j < columns; j++) {
      let largest = 0;
      for (let i = 0; i < rows; i++) {
        const value = values[i * columns + j];
        if (!Number.isNaN(value)) largest = Math.max(largest, Math.abs(value));
      }
      if (largest === Infinity) {
        throw unexpected('StandardScaler.fit', 'finite numbers', `column ${j} of x`, 'others');
      }
      // In units of a power of 2, which changes no digit, neither a sum nor a square leaves the range of float64.
      const unit = largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
      const sumOf = (term: (value: number) => number): number => {
        let sum = 0;
        for (let i = 0; i < rows; i++) {
          const value = values[i * columns + j];
          if (!Number.isNaN(value)) sum += term(value / unit);
        }
        return sum;
      };
      const known = sumOf(() => 1);
      if (known === 0) continue;
      // A long sum is rounded often, by 1e-11 of a constant million; the deviations show by how much. A sum of squares
      // alone would lose all digits of a column far from 0.
      const rounded = sumOf((value) => value) / known;
      const middle = rounded + sumOf((value) => value - rounded) / known;
      mean[j] = middle * unit;
      const deviation = Math.sqrt(sumOf((value) => (value - middle) ** 2) / known);
      // The rounding errors of a constant column are not a deviation.
      if (deviation > 1e-15 * Math.abs(middle)) scale[j] = deviation * unit;
    }
    this.fitted = { mean, scale };
    return this;
  }

  /** The scaled x, float32 (rows, columns). */
  transform(x: Tensor | Column): Tensor {
    requireArity('StandardScaler.transform', arguments.length, 1);
    const fill = this.fillMissing;
    return this.map('StandardScaler.transform', x, (value, mean, scale) =>
      fill && Number.isNaN(value) ? 0 : inUnits(value, mean, scale),
    );
  }

  /** `fit`, then `transform`. */
  fitTransform(x: Tensor | Column): Tensor {
    requireArity('StandardScaler.fitTransform', arguments.length, 1);
    return this.fit(x).transform(x);
  }

  /** The inverse of `transform`, except for missing values. */
  inverseTransform(x: Tensor): Tensor {
    requireArity('StandardScaler.inverseTransform', arguments.length, 1);
    return this.map(
      'StandardScaler.inverseTransform',
      x,
      (value, mean, scale) => value * scale + mean,
    );
  }

  private map(
    op: string,
    x: Tensor | Column,
    change: (value: number, mean: number, scale: number) => number,
  ): Tensor {
    if (this.fitted === null) throw notFitted(op);
    const { mean, scale } = this.fitted;
    const { values, rows, columns } = matrixOf(op, x);
    if (columns !== mean.length)
      throw unexpected(op, `${mean.length} columns`, 'x', String(columns));
    const out = new Float32Array(values.length);
    for (let i = 0; i < out.length; i++) {
      out[i] = change(values[i], mean[i % columns], scale[i % columns]);
    }
    return new Tensor(new Storage('float32', out), [rows, columns]);
  }

  /** The fitted values, for `loadStateDict` and for checkpoints. */
  stateDict(): {
    /** Of each column; null before `fit`. */
    mean: Tensor | null;
    /** The divisor of each column; null before `fit`. */
    scale: Tensor | null;
  } {
    requireArity('StandardScaler.stateDict', arguments.length, 0);
    if (this.fitted === null) return { mean: null, scale: null };
    const { mean, scale } = this.fitted;
    return { mean: fromArray(mean.slice()), scale: fromArray(scale.slice()) };
  }

  /** Restores what `stateDict` returned. */
  loadStateDict(state: unknown): void {
    requireArity('StandardScaler.loadStateDict', arguments.length, 1);
    const op = 'StandardScaler.loadStateDict';
    const entries = requireState(op, state, ['mean', 'scale']);
    if (entries['mean'] === null && entries['scale'] === null) {
      this.fitted = null;
      return;
    }
    const mean = requireVector(op, 'state.mean', entries['mean']);
    const scale = requireVector(op, 'state.scale', entries['scale']);
    if (scale.length !== mean.length) {
      throw unexpected(op, `${mean.length} numbers`, 'state.scale', String(scale.length));
    }
    const wrong = scale.find((value) => value <= 0);
    if (wrong !== undefined) throw unexpected(op, 'positive numbers', 'state.scale', String(wrong));
    this.fitted = { mean, scale };
  }

  /** The names of the output columns for the column `name`. */
  outputNames(name: string): string[] {
    requireArity('StandardScaler.outputNames', arguments.length, 1);
    return [name];
  }
}

/** (value - mean) / scale, also where the difference of two finite numbers is not finite. */
function inUnits(value: number, mean: number, scale: number): number {
  const difference = value - mean;
  if (Number.isFinite(difference) || !Number.isFinite(value)) return difference / scale;
  return value / scale - mean / scale;
}

function matrixOf(
  op: string,
  x: Tensor | Column,
): { values: ArrayLike<number>; rows: number; columns: number } {
  if (x instanceof Tensor) {
    if (x.ndim !== 2) throw unexpected(op, 'a shape (rows, columns)', 'x', shapeText(x.shape));
    return { values: numbersOf(op, x), rows: x.shape[0], columns: x.shape[1] };
  }
  const column: unknown = x;
  if (!isColumn(column)) throw wrongType(op, 'a tensor or a column', 'x', x);
  if (column.type === 'category') throw notNumbers(op, column);
  if (!isNumbers(column))
    throw unexpected(op, 'a column of numbers', 'x', `kind ${kindOf(column)}`);
  const values = Float64Array.from({ length: x.values.length }, (_, i) => numberOf(x, i));
  return { values, rows: values.length, columns: 1 };
}

function notNumbers(op: string, { categories }: CategoryColumn): RangeError {
  return unexpected(op, 'a column of numbers', 'x', `${categories.length} categories`);
}

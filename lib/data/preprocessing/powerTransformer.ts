import {
  requireArity,
  requireBoolean,
  requireOneOf,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { NumericTransformer, type Change, type Known } from './numeric';
import { minimize } from './optimize';
import { register } from './registry';
import type { Source } from './source';
import { moments } from './statistics';
import { requireOutput, type Out, type OutputOptions } from './transformer';

/** Options of a PowerTransformer. */
export interface PowerTransformerOptions extends OutputOptions {
  /** 'yeoJohnson' (default) for any numbers, 'boxCox' for positive ones. */
  method?: 'yeoJohnson' | 'boxCox';
  /** Whether the result is scaled to mean 0 and standard deviation 1; default true. */
  standardize?: boolean;
}

interface Fitted {
  readonly lambda: number;
  readonly mean: number;
  readonly scale: number;
}

const name = 'PowerTransformer';

/**
 * Makes the distribution of a column more like a normal distribution: raises the values to a power, whose exponent
 * maximizes the likelihood (Yeo and Johnson 2000; Box and Cox 1964).
 *
 * Missing values (NaN) are left out in `fit` and stay NaN. A constant column is only shifted, and a warning names it.
 *
 * @see sklearn.preprocessing.PowerTransformer
 * @example const { lambdas } = new data.PowerTransformer().fit(table.column('price')); // one exponent
 */
export class PowerTransformer extends NumericTransformer<Fitted> {
  protected readonly schema = { lambda: 'number', mean: 'number', scale: 'positive' } as const;
  private readonly isBoxCox: boolean;
  private readonly standardize: boolean;

  static {
    register(name, this);
  }

  /** @param options see PowerTransformerOptions */
  constructor(options: PowerTransformerOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, ['method', 'standardize', 'dtype']);
    const method = requireOneOf(name, 'method', options.method ?? 'yeoJohnson', [
      ...(['yeoJohnson', 'boxCox'] as const),
    ]);
    const standardize = requireBoolean(name, 'standardize', options.standardize ?? true);
    super(name, { method, standardize, dtype: requireOutput(name, options.dtype) });
    this.isBoxCox = method === 'boxCox';
    this.standardize = standardize;
  }

  /** The exponents, by column. */
  get lambdas(): number[] {
    this.fittedInputs('lambdas');
    return this.fitted.map(({ lambda }) => lambda);
  }

  protected fitNumbers(op: string, { values, min, max }: Known, { label }: Source): Fitted {
    if (this.isBoxCox && min <= 0) {
      throw unexpected(op, "positive numbers (or method: 'yeoJohnson')", label, String(min));
    }
    const lambda = min < max ? this.exponentOf(values) : 1;
    if (!this.standardize) return { lambda, mean: 0, scale: 1 };
    const { mean, std } = moments(values.map(this.power(lambda)));
    if (Number.isFinite(mean) && Number.isFinite(std)) return { lambda, mean, scale: std > 0 ? std : 1 }; // prettier-ignore
    throw unexpected(op, 'numbers whose powers are finite', label, `values from ${min} to ${max}`);
  }

  protected override isConstant({ min, max }: Known): boolean {
    return min === max;
  }

  private exponentOf(values: Float64Array): number {
    const logs = this.isBoxCox
      ? values.map(Math.log)
      : values.map((x) => Math.sign(x) * Math.log1p(Math.abs(x)));
    const sum = logs.reduce((total, log) => total + log, 0);
    const powers = new Float64Array(values.length);
    return minimize((lambda) => {
      const power = this.power(lambda);
      for (let i = 0; i < values.length; i++) powers[i] = power(values[i]);
      const { std } = moments(powers);
      return values.length * Math.log(std) - (lambda - 1) * sum;
    });
  }

  private power(lambda: number): Change {
    if (this.isBoxCox) {
      if (lambda === 0) return Math.log;
      return (x) => Math.expm1(lambda * Math.log(x)) / lambda;
    }
    const positive = lambda === 0 ? Math.log1p : (x: number) => Math.expm1(lambda * Math.log1p(x)) / lambda; // prettier-ignore
    const other = 2 - lambda;
    const negative = other === 0 ? (x: number) => -Math.log1p(-x) : (x: number) => -Math.expm1(other * Math.log1p(-x)) / other; // prettier-ignore
    return (x) => (x >= 0 ? positive(x) : negative(x));
  }

  protected forward({ lambda, mean, scale }: Fitted): Change {
    const power = this.power(lambda);
    return (x) => (power(x) - mean) / scale;
  }

  protected backward({ lambda, mean, scale }: Fitted): Change {
    const root = this.root(lambda);
    return (y) => root(y * scale + mean);
  }

  private root(lambda: number): Change {
    if (this.isBoxCox) {
      return lambda === 0 ? Math.exp : (y) => Math.exp(Math.log1p(lambda * y) / lambda);
    }
    const other = 2 - lambda;
    return (y) => {
      if (y >= 0) return lambda === 0 ? Math.expm1(y) : Math.expm1(Math.log1p(lambda * y) / lambda);
      return other === 0 ? -Math.expm1(-y) : -Math.expm1(Math.log1p(-other * y) / other);
    };
  }

  protected override writeColumn(op: string, fitted: Fitted, source: Source, out: Out): void {
    if (this.isBoxCox) {
      const values = source.numbers(op);
      for (let i = 0; i < values.length; i++) {
        if (!(values[i] <= 0)) continue;
        throw unexpected(op, 'positive numbers', source.label, `${values[i]} in row ${i}`);
      }
    }
    super.writeColumn(op, fitted, source, out);
  }
}

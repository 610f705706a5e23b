import { requireArity, requireBoolean, requireOptions } from '../../core/errors';
import { NumericTransformer, type Change, type Known } from './numeric';
import { register } from './registry';
import { inUnits, moments } from './statistics';
import { requireOutput, type OutputOptions } from './transformer';

/** Options of a StandardScaler. */
export interface StandardScalerOptions extends OutputOptions {
  /** Whether the mean is subtracted; default true. */
  withMean?: boolean;
  /** Whether to divide by the standard deviation; default true. */
  withStd?: boolean;
  /** Whether missing values (NaN) become the mean; default false: they stay NaN. */
  fillMissing?: boolean;
}

interface Fitted {
  readonly mean: number;
  readonly scale: number;
}

const name = 'StandardScaler';

/**
 * Scales columns to mean 0 and standard deviation 1: (x - mean) / std, with the mean and the population standard
 * deviation of the rows in `fit`.
 *
 * Missing values (NaN) are left out of the statistics and stay NaN. A constant column is only shifted: its scale is 1,
 * and a warning names it.
 *
 * @see sklearn.preprocessing.StandardScaler
 * @example
 * const scaler = new data.StandardScaler().fit(trainX);
 * const [a, b] = [scaler.transform(trainX), scaler.transform(testX)];
 */
export class StandardScaler extends NumericTransformer<Fitted> {
  protected readonly schema = { mean: 'number', scale: 'positive' } as const;
  private readonly withMean: boolean;
  private readonly withStd: boolean;
  private readonly fillMissing: boolean;

  static {
    register(name, this);
  }

  /** @param options see StandardScalerOptions */
  constructor(options: StandardScalerOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, ['withMean', 'withStd', 'fillMissing', 'dtype']);
    const withMean = requireBoolean(name, 'withMean', options.withMean ?? true);
    const withStd = requireBoolean(name, 'withStd', options.withStd ?? true);
    const fillMissing = requireBoolean(name, 'fillMissing', options.fillMissing ?? false);
    super(name, { withMean, withStd, fillMissing, dtype: requireOutput(name, options.dtype) });
    this.withMean = withMean;
    this.withStd = withStd;
    this.fillMissing = fillMissing;
  }

  /** The mean of each column, 0 if it has no values. */
  get mean(): number[] {
    this.fittedInputs('mean');
    return this.fitted.map(({ mean }) => mean);
  }

  /** The divisor of each column: its standard deviation, or 1 if it is constant. */
  get scale(): number[] {
    this.fittedInputs('scale');
    return this.fitted.map(({ scale }) => scale);
  }

  protected fitNumbers(_op: string, { values }: Known): Fitted {
    const { mean, std } = moments(values);
    return { mean, scale: this.withStd && std > 0 ? std : 1 };
  }

  protected override isConstant({ min, max }: Known): boolean {
    return this.withStd && min === max;
  }

  protected forward({ mean, scale }: Fitted): Change {
    const center = this.withMean ? mean : 0;
    if (!this.fillMissing) return (value) => inUnits(value, center, scale);
    const filled = inUnits(mean, center, scale);
    return (value) => (Number.isNaN(value) ? filled : inUnits(value, center, scale));
  }

  protected backward({ mean, scale }: Fitted): Change {
    const center = this.withMean ? mean : 0;
    return (value) => value * scale + center;
  }
}

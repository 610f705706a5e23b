import { requireArity, requireOptions } from '../../core/errors';
import { NumericTransformer, type Change, type Known } from './numeric';
import { register } from './registry';
import { requireOutput, type OutputOptions } from './transformer';

/** Options of a MaxAbsScaler. */
export type MaxAbsScalerOptions = OutputOptions;

interface Fitted {
  readonly scale: number;
}

const name = 'MaxAbsScaler';

/**
 * Divides columns by their largest absolute value, so that values of `fit` are from -1 to 1 and 0 stays 0.
 *
 * Missing values (NaN) stay NaN. The scale of a column of zeros is 1, and a warning names it.
 *
 * @see sklearn.preprocessing.MaxAbsScaler
 * @example new data.MaxAbsScaler().fitTransform([1, -4, 2]); // tensor([[ 0.2500], [-1.0000], [ 0.5000]])
 */
export class MaxAbsScaler extends NumericTransformer<Fitted> {
  protected readonly schema = { scale: 'positive' } as const;

  static {
    register(name, this);
  }

  /** @param options see MaxAbsScalerOptions */
  constructor(options: MaxAbsScalerOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, ['dtype']);
    super(name, { dtype: requireOutput(name, options.dtype) });
  }

  protected fitNumbers(_op: string, { values, min, max }: Known): Fitted {
    const largest = values.length === 0 ? 0 : Math.max(Math.abs(min), Math.abs(max));
    return { scale: largest === 0 ? 1 : largest };
  }

  protected override isConstant({ min, max }: Known): boolean {
    return min === 0 && max === 0;
  }

  protected forward({ scale }: Fitted): Change {
    return (value) => value / scale;
  }

  protected backward({ scale }: Fitted): Change {
    return (value) => value * scale;
  }
}

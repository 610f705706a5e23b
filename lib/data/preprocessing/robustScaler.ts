import { requireArity, requireBoolean, requireOptions, unexpected } from '../../core/errors';
import { requireRange } from './minMaxScaler';
import { NumericTransformer, type Change, type Known } from './numeric';
import { register } from './registry';
import { inUnits, quantile } from './statistics';
import { requireOutput, type OutputOptions } from './transformer';

/** Options of a RobustScaler. */
export interface RobustScalerOptions extends OutputOptions {
  /** Whether the median is subtracted; default true. */
  withCentering?: boolean;
  /** Whether to divide by the range between the quantiles; default true. */
  withScaling?: boolean;
  /** The quantiles whose distance is the scale, in percent; default [25, 75]. */
  quantileRange?: readonly [low: number, high: number];
}

interface Fitted {
  readonly center: number;
  readonly scale: number;
}

const name = 'RobustScaler';

/**
 * Scales columns by median and quantiles, on which a few extreme values have no influence: (x - median) / (q75 - q25).
 *
 * Missing values (NaN) are left out of the statistics and stay NaN. Where the two quantiles are equal, the scale is 1;
 * a warning names constant columns.
 *
 * @see sklearn.preprocessing.RobustScaler
 * @example new data.RobustScaler().fitTransform([1, 2, 3, 4, 500]).toArray(); // [[-1], [-0.5], [0], [0.5], [248.5]]
 */
export class RobustScaler extends NumericTransformer<Fitted> {
  protected readonly schema = { center: 'number', scale: 'positive' } as const;
  private readonly withScaling: boolean;
  private readonly withCentering: boolean;
  private readonly range: readonly [number, number];

  static {
    register(name, this);
  }

  /** @param options see RobustScalerOptions */
  constructor(options: RobustScalerOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, ['withCentering', 'withScaling', 'quantileRange', 'dtype']);
    const withCentering = requireBoolean(name, 'withCentering', options.withCentering ?? true);
    const withScaling = requireBoolean(name, 'withScaling', options.withScaling ?? true);
    const range = requireRange(name, 'quantileRange', options.quantileRange ?? [25, 75]);
    if (range[0] < 0 || range[1] > 100) {
      throw unexpected(name, 'numbers from 0 to 100', 'quantileRange', `[${range.join(', ')}]`);
    }
    const dtype = requireOutput(name, options.dtype);
    super(name, { withCentering, withScaling, quantileRange: range, dtype });
    this.withCentering = withCentering;
    this.withScaling = withScaling;
    this.range = range;
  }

  protected fitNumbers(_op: string, { values }: Known): Fitted {
    if (values.length === 0) return { center: 0, scale: 1 };
    const sorted = values.slice().sort();
    const [low, high] = this.range.map((percent) => quantile(sorted, percent / 100));
    const range = high - low;
    const scaled = this.withScaling && range > 0 && Number.isFinite(range);
    const center = this.withCentering ? quantile(sorted, 0.5) : 0;
    return { center, scale: scaled ? range : 1 };
  }

  protected override isConstant({ min, max }: Known): boolean {
    return this.withScaling && min === max;
  }

  protected forward({ center, scale }: Fitted): Change {
    return (value) => inUnits(value, center, scale);
  }

  protected backward({ center, scale }: Fitted): Change {
    return (value) => value * scale + center;
  }
}

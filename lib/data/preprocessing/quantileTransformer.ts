import {
  requireArity,
  requireInteger,
  requireOneOf,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { normalQuantile, normalShare } from './normal';
import { NumericTransformer, type Change, type Known } from './numeric';
import { register } from './registry';
import type { Source } from './source';
import { quantile } from './statistics';
import { requireOutput, type OutputOptions } from './transformer';

/** Options of a QuantileTransformer. */
export interface QuantileTransformerOptions extends OutputOptions {
  /** The number of quantiles, at most that of the rows; default 1000. */
  nQuantiles?: number;
  /** The distribution of the result: 'uniform' from 0 to 1 (default), or 'normal'. */
  outputDistribution?: 'uniform' | 'normal';
}

interface Fitted {
  readonly quantiles: readonly number[];
}

const name = 'QuantileTransformer';
const bound = 1e-7;

/**
 * Maps a column to a uniform or normal distribution, by the fraction of values that are below each value.
 *
 * Missing values (NaN) are left out in `fit` and stay NaN. All rows of `fit` are used (scikit-learn's `subsample=None`).
 *
 * @see sklearn.preprocessing.QuantileTransformer
 * @example new data.QuantileTransformer().fitTransform([1, 10, 1000]); // tensor([[0.0000], [0.5000], [1.0000]])
 */
export class QuantileTransformer extends NumericTransformer<Fitted> {
  protected readonly schema = { quantiles: 'numbers' } as const;
  private readonly nQuantiles: number;
  private readonly isNormal: boolean;

  static {
    register(name, this);
  }

  /** @param options see QuantileTransformerOptions */
  constructor(options: QuantileTransformerOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, ['nQuantiles', 'outputDistribution', 'dtype']);
    const nQuantiles = requireInteger(name, 'nQuantiles', options.nQuantiles ?? 1000, 1);
    const outputDistribution = requireOneOf(
      name,
      'outputDistribution',
      options.outputDistribution ?? 'uniform',
      ['uniform', 'normal'] as const,
    );
    super(name, { nQuantiles, outputDistribution, dtype: requireOutput(name, options.dtype) });
    this.nQuantiles = nQuantiles;
    this.isNormal = outputDistribution === 'normal';
  }

  protected fitNumbers(op: string, { values }: Known, source: Source): Fitted {
    if (values.length === 0) throw unexpected(op, 'at least one value', source.label, 'only missing values'); // prettier-ignore
    const count = Math.min(this.nQuantiles, source.length);
    const sorted = values.slice().sort();
    const share = (i: number): number => (count === 1 ? 0 : i / (count - 1));
    let largest = -Infinity; // interpolation may round below the quantile before
    const quantiles = Array.from({ length: count }, (_, i) => (largest = Math.max(largest, quantile(sorted, share(i))))); // prettier-ignore
    return { quantiles };
  }

  protected override checkFitted(op: string, place: string, { quantiles }: Fitted): void {
    const wrong = quantiles.findIndex((value, i) => i > 0 && value < quantiles[i - 1]);
    if (quantiles.length > 0 && wrong < 0) return;
    throw unexpected(op, 'ascending numbers', `${place}.quantiles`, String(quantiles[wrong]));
  }

  protected forward({ quantiles }: Fitted): Change {
    const last = quantiles.length - 1;
    const [low, high] = [quantiles[0], quantiles[last]];
    const isNormal = this.isNormal;
    const limit = isNormal ? bound : 0;
    const share = (x: number): number => {
      if (Number.isNaN(x)) return NaN;
      if (isNormal ? x - limit < low : x <= low) return 0; // as in scikit-learn, 0 goes before 1
      if (isNormal ? x + limit > high : x >= high) return 1;
      return shareOf(quantiles, x);
    };
    if (!isNormal) return share;
    const edge = normalQuantile(bound - Number.EPSILON);
    const top = normalQuantile(1 - (bound - Number.EPSILON));
    return (x) => Math.min(Math.max(normalQuantile(share(x)), edge), top);
  }

  protected backward({ quantiles }: Fitted): Change {
    const last = quantiles.length - 1;
    const isNormal = this.isNormal;
    return (y) => {
      const p = isNormal ? normalShare(y) : y;
      if (Number.isNaN(p)) return NaN;
      if (isNormal ? p - bound < 0 : p <= 0) return quantiles[0];
      if (isNormal ? p + bound > 1 : p >= 1) return quantiles[last];
      const position = p * last;
      const below = Math.min(Math.floor(position), last - 1);
      if (below < 0) return quantiles[0];
      return quantiles[below] + (quantiles[below + 1] - quantiles[below]) * (position - below);
    };
  }
}

/** The mean of the shares below the value and up to it, interpolated between quantiles. */
function shareOf(quantiles: readonly number[], x: number): number {
  const last = quantiles.length - 1;
  const above = firstWhere(quantiles, (value) => value > x); // quantiles[above - 1] <= x
  const below = firstWhere(quantiles, (value) => value >= x);
  if (above === below) {
    const [low, high] = [quantiles[above - 1], quantiles[above]];
    return (above - 1 + (x - low) / (high - low)) / last;
  }
  return (above - 1 + below) / (2 * last);
}

/** The first place where an ascending condition holds. */
function firstWhere(values: readonly number[], holds: (value: number) => boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(values[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

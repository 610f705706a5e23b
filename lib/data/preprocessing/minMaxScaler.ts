import {
  requireArity,
  requireBoolean,
  requireList,
  requireNumber,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { NumericTransformer, type Change, type Known } from './numeric';
import { register } from './registry';
import type { Source } from './source';
import { requireOutput, type OutputOptions } from './transformer';

/** Options of a MinMaxScaler. */
export interface MinMaxScalerOptions extends OutputOptions {
  /** The range of the result, default [0, 1]. */
  featureRange?: readonly [low: number, high: number];
  /** Whether values outside the range of `fit` are limited to `featureRange`; default false. */
  clip?: boolean;
}

interface Fitted {
  readonly min: number;
  readonly max: number;
}

const name = 'MinMaxScaler';

/**
 * Scales columns linearly, so that the smallest value of `fit` becomes the lower end of `featureRange` and the largest
 * one the upper end.
 *
 * Missing values (NaN) stay NaN. A constant column is only shifted: its scale is 1, and a warning names it.
 *
 * @see sklearn.preprocessing.MinMaxScaler
 * @example new data.MinMaxScaler().fitTransform([1, 2, 5]); // tensor([[0.0000], [0.2500], [1.0000]])
 */
export class MinMaxScaler extends NumericTransformer<Fitted> {
  protected readonly schema = { min: 'number', max: 'number' } as const;
  private readonly low: number;
  private readonly high: number;
  private readonly clip: boolean;

  static {
    register(name, this);
  }

  /** @param options see MinMaxScalerOptions */
  constructor(options: MinMaxScalerOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, ['featureRange', 'clip', 'dtype']);
    const [low, high] = requireRange(name, 'featureRange', options.featureRange ?? [0, 1]);
    const clip = requireBoolean(name, 'clip', options.clip ?? false);
    super(name, { featureRange: [low, high], clip, dtype: requireOutput(name, options.dtype) });
    [this.low, this.high, this.clip] = [low, high, clip];
  }

  protected fitNumbers(op: string, { values, min, max }: Known, { label }: Source): Fitted {
    if (values.length === 0) return { min: 0, max: 0 };
    if (Number.isFinite(max - min)) return { min, max };
    throw unexpected(op, 'a finite range', label, `values from ${min} to ${max}`);
  }

  protected override isConstant({ min, max }: Known): boolean {
    return min === max;
  }

  protected override checkFitted(op: string, name: string, { min, max }: Fitted): void {
    if (max >= min && Number.isFinite(max - min)) return;
    throw unexpected(op, `a number of at least ${min}`, `${name}.max`, String(max));
  }

  protected forward({ min, max }: Fitted): Change {
    const { low, high, clip } = this;
    const range = max === min ? 1 : max - min;
    const scaled = (value: number): number => ((value - min) / range) * (high - low) + low;
    return clip ? (value) => Math.min(Math.max(scaled(value), low), high) : scaled;
  }

  protected backward({ min, max }: Fitted): Change {
    const { low, high } = this;
    const range = max === min ? 1 : max - min;
    return (value) => ((value - low) / (high - low)) * range + min;
  }
}

/** Two finite numbers in ascending order. */
export function requireRange(op: string, name: string, value: unknown): [number, number] {
  const ends = requireList(op, 'an array of two numbers', name, value);
  const [low, high] = ends.map((end, i) => requireNumber(op, `${name}[${i}]`, end));
  if (ends.length === 2 && low < high) return [low, high];
  throw unexpected(op, 'two ascending numbers', name, `[${ends.map(String).join(', ')}]`);
}

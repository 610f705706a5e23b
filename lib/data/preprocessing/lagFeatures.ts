import {
  requireArity,
  requireInteger,
  requireList,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { ColumnwiseTransformer } from './columnwise';
import { register } from './registry';
import type { Source } from './source';
import { requireOutput, type Out, type OutputOptions } from './transformer';

/** Options of LagFeatures. */
export interface LagFeaturesOptions extends OutputOptions {
  /** How many rows back each output column looks, default [1]; 0 is the row itself. */
  lags?: readonly number[];
}

const name = 'LagFeatures';

/**
 * Makes columns with the values of earlier rows, for time series. The rows must be in the order of time.
 *
 * Where there is no earlier row, the value is NaN. A single plain object throws a RangeError; pass an array of objects
 * that ends with the row to predict.
 *
 * @example new data.LagFeatures({ lags: [1, 2] }).fitTransform([5, 6, 7]); // tensor([[nan, nan], [5., nan], [6., 5.]])
 */
export class LagFeatures extends ColumnwiseTransformer<object> {
  protected readonly schema = {};
  private readonly lags: readonly number[];

  static {
    register(name, this);
  }

  /** @param options see LagFeaturesOptions */
  constructor(options: LagFeaturesOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, ['lags', 'dtype']);
    const list = requireList(name, 'an array of integers', 'lags', options.lags ?? [1]);
    if (list.length === 0) throw unexpected(name, 'at least one lag', 'lags', 'none');
    const lags = list.map((lag, i) => requireInteger(name, `lags[${i}]`, lag, 0));
    super(name, { lags, dtype: requireOutput(name, options.dtype) });
    this.lags = lags;
  }

  protected override widthOf(): number {
    return this.lags.length;
  }

  protected override namesOf(_fitted: object, column: string): string[] {
    return this.lags.map((lag) => (lag === 0 ? column : `${column}_lag${lag}`));
  }

  protected fitColumn(op: string, source: Source): object {
    source.numbers(op);
    return {};
  }

  protected writeColumn(op: string, _fitted: object, source: Source, out: Out): void {
    if (source.isSingle && this.lags.some((lag) => lag > 0)) {
      throw new RangeError(
        `${op}: x is a single row; pass an array of rows that ends with the row to transform`,
      );
    }
    const numbers = source.numbers(op);
    const { values, stride, offset } = out;
    this.lags.forEach((lag, j) => {
      for (let i = 0; i < numbers.length; i++) {
        values[offset + i * stride + j] = i < lag ? NaN : numbers[i - lag];
      }
    });
  }
}

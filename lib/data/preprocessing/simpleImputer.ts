import {
  requireArity,
  requireBoolean,
  requireNumber,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { ColumnwiseTransformer } from './columnwise';
import { knownNumbers } from './numeric';
import { register } from './registry';
import { ColumnSource, labelOf, type Source } from './source';
import { moments, mostFrequent, quantile } from './statistics';
import { requireOutput, type Out, type OutputOptions } from './transformer';

/** What a SimpleImputer puts for missing values. */
export type ImputerStrategy = 'mean' | 'median' | 'mostFrequent' | 'constant';

/** Options of a SimpleImputer. */
export interface SimpleImputerOptions extends OutputOptions {
  /** The value for missing values; default 'mean'. Categories and texts need 'mostFrequent' or 'constant'. */
  strategy?: ImputerStrategy;
  /** The value of the strategy 'constant'; default 0 for numbers, 'missing' for categories and texts. */
  fillValue?: number | string;
  /** Whether a second output column is 1 where a value was missing, if any was in `fit`; default false. */
  addIndicator?: boolean;
}

interface Fitted {
  /** A string for categories and texts. */
  readonly value: number | string;
  readonly indicator: boolean;
}

const name = 'SimpleImputer';

/**
 * Replaces missing values with a statistic of the known values, or with a constant.
 *
 * Categories and texts stay categories and texts: put an encoder after the SimpleImputer in a Pipeline.
 *
 * @see sklearn.impute.SimpleImputer
 * @example new data.SimpleImputer({ strategy: 'median' }).fitTransform([1, null, 3, 8]); // tensor([[1.], [3.], [3.], [8.]])
 */
export class SimpleImputer extends ColumnwiseTransformer<Fitted> {
  protected readonly schema = { value: 'cell', indicator: 'boolean' } as const;
  private readonly strategy: ImputerStrategy;
  private readonly fillValue: number | string | undefined;
  private readonly addIndicator: boolean;

  static {
    register(name, this);
  }

  /** @param options see SimpleImputerOptions */
  constructor(options: SimpleImputerOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, ['strategy', 'fillValue', 'addIndicator', 'dtype']);
    const strategy = requireOneOf(name, 'strategy', options.strategy ?? 'mean', [
      ...(['mean', 'median', 'mostFrequent', 'constant'] as const),
    ]);
    const { fillValue } = options;
    if (fillValue !== undefined) {
      if (strategy !== 'constant') {
        throw unexpected(name, "strategy: 'constant'", 'fillValue', `strategy: '${strategy}'`);
      }
      if (typeof fillValue !== 'string') requireNumber(name, 'fillValue', fillValue);
    }
    const addIndicator = requireBoolean(name, 'addIndicator', options.addIndicator ?? false);
    const dtype = requireOutput(name, options.dtype);
    super(name, { strategy, fillValue, addIndicator, dtype });
    this.strategy = strategy;
    this.fillValue = fillValue;
    this.addIndicator = addIndicator;
  }

  /** What replaces missing values, by column. */
  get statistics(): (number | string)[] {
    this.fittedInputs('statistics');
    return this.fitted.map(({ value }) => value);
  }

  protected override widthOf({ indicator }: Fitted): number {
    return indicator ? 2 : 1;
  }

  protected override namesOf({ indicator }: Fitted, column: string): string[] {
    return indicator ? [column, `${column}_missing`] : [column];
  }

  protected fitColumn(op: string, source: Source): Fitted {
    const isText = source.kind === 'category' || source.kind === 'text';
    const { strategy, addIndicator } = this;
    if (isText && (strategy === 'mostFrequent' || strategy === 'constant')) {
      const { codes, categories } = source.texts(op);
      const known = Array.from(codes).filter((code) => code >= 0);
      return {
        value: this.textOf(op, source, known, categories),
        indicator: addIndicator && known.length < codes.length,
      };
    }
    const { values } = knownNumbers(op, source);
    const value = this.numberOf(op, source, values);
    return { value, indicator: addIndicator && values.length < source.length };
  }

  private textOf(
    op: string,
    source: Source,
    known: readonly number[],
    categories: readonly string[],
  ): string {
    const { strategy, fillValue = 'missing' } = this;
    if (strategy === 'constant') {
      if (typeof fillValue === 'string') return fillValue;
      throw wrongType(op, `a string for ${source.label}`, 'fillValue', fillValue);
    }
    const ranks = categories.map((_, code) => code).sort((a, b) => (categories[a] < categories[b] ? -1 : 1)); // prettier-ignore
    const rankOf = new Float64Array(categories.length);
    ranks.forEach((code, rank) => (rankOf[code] = rank));
    const best = mostFrequent(Float64Array.from(known, (code) => rankOf[code]).sort());
    if (best !== undefined) return categories[ranks[best]];
    throw onlyMissing(op, source);
  }

  private numberOf(op: string, source: Source, values: Float64Array): number {
    const { strategy, fillValue = 0 } = this;
    if (strategy === 'constant') {
      if (typeof fillValue === 'number') return fillValue;
      throw wrongType(op, `a number for ${source.label}`, 'fillValue', fillValue);
    }
    if (values.length === 0) throw onlyMissing(op, source);
    if (strategy === 'mean') return moments(values).mean;
    const sorted = values.slice().sort();
    return strategy === 'median' ? quantile(sorted, 0.5) : (mostFrequent(sorted) ?? 0);
  }

  protected writeColumn(op: string, fitted: Fitted, source: Source, out: Out): void {
    const { value, indicator } = fitted;
    if (typeof value === 'string') {
      throw new RangeError(
        `${op}: ${source.label} contains texts; put an encoder after the SimpleImputer in a Pipeline`,
      );
    }
    const numbers = source.numbers(op);
    const { values, stride, offset } = out;
    for (let i = 0; i < numbers.length; i++) {
      const isMissing = Number.isNaN(numbers[i]);
      values[offset + i * stride] = isMissing ? value : numbers[i];
      if (indicator) values[offset + i * stride + 1] = isMissing ? 1 : 0;
    }
  }

  /** @internal Texts stay texts for the next step. */
  override _apply(op: string, sources: readonly Source[]): Source[] {
    return sources.flatMap((source, j): Source[] => {
      const { value, indicator } = this.fitted[j];
      const { codes, categories } = typeof value === 'string' ? source.texts(op) : { codes: source.numbers(op), categories: [] }; // prettier-ignore
      const isMissing = (i: number): boolean =>
        typeof value === 'string' ? codes[i] < 0 : Number.isNaN(codes[i]);
      const rows = { length: source.length };
      const filled =
        typeof value === 'string'
          ? withText(codes, categories, value)
          : ({
              type: 'float64',
              values: Float64Array.from(rows, (_, i) => (isMissing(i) ? value : codes[i])),
            } as const);
      const result = [new ColumnSource(source.name, source.label, filled)];
      if (!indicator) return result;
      const other = `${source.name}_missing`;
      const values = Float64Array.from(rows, (_, i) => (isMissing(i) ? 1 : 0));
      return [...result, new ColumnSource(other, labelOf(other), { type: 'float64', values })];
    });
  }
}

function withText(codes: ArrayLike<number>, categories: readonly string[], text: string) {
  const known = categories.indexOf(text);
  const code = known < 0 ? categories.length : known;
  return {
    type: 'category',
    values: Int32Array.from(codes, (one) => (one < 0 ? code : one)),
    categories: known < 0 ? [...categories, text] : categories,
  } as const;
}

function onlyMissing(op: string, source: Source): RangeError {
  const what = "at least one value (or strategy: 'constant')";
  return unexpected(op, what, source.label, 'only missing values');
}

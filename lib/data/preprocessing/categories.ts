/** Fitted categories: the common part of OneHotEncoder, OrdinalEncoder and LabelEncoder. */
import { describe, requireNumber, requireInteger, unexpected } from '../../core/errors';
import { ColumnwiseTransformer } from './columnwise';
import { isNumeric, type Source } from './source';

/** Options that join rare categories into one. */
export interface RareOptions {
  /**
   * Categories that are rarer are joined into one, `infrequent`: a number of rows from 1 on, or a share of them below
   * 1. Default: none are.
   */
  minFrequency?: number;
  /** At most this many categories, the joined one included: the rarest are joined. Default: any number. */
  maxCategories?: number;
}

/** The categories of a column. */
export interface FittedCategories {
  /** Sorted: numbers by size, texts by their characters. */
  readonly categories: readonly string[];
  /** Those that are joined, sorted too. */
  readonly infrequent: readonly string[];
}

export const categoriesSchema = { categories: 'texts', infrequent: 'texts' } as const;

/** The checked options of a class. */
export function requireRare(op: string, options: RareOptions): RareOptions {
  const { minFrequency, maxCategories } = options;
  if (minFrequency !== undefined) {
    const limit = requireNumber(op, 'minFrequency', minFrequency);
    if (limit >= 1 ? !Number.isInteger(limit) : limit <= 0) {
      const what = 'an integer of at least 1, or a fraction between 0 and 1,';
      throw unexpected(op, what, 'minFrequency', String(limit));
    }
  }
  if (maxCategories !== undefined) requireInteger(op, 'maxCategories', maxCategories, 1);
  return { minFrequency, maxCategories };
}

/**
 * Base class of OneHotEncoder, OrdinalEncoder and LabelEncoder.
 *
 * @example new data.OneHotEncoder().fit(['red', 'green']).categories // ['green', 'red']
 */
export abstract class CategoryTransformer extends ColumnwiseTransformer<FittedCategories> {
  protected readonly schema = categoriesSchema;
  /** Codes by text, made from the fitted categories when they are first needed. */
  private readonly lookups = new WeakMap<FittedCategories, ReadonlyMap<string, number>>();

  /** The fitted categories of the only column, in order. */
  get categories(): readonly string[] {
    const inputs = this.fittedInputs('categories');
    if (inputs.length === 1) return this.fitted[0].categories;
    const what = `one column for categories (categoriesOf(column) returns those of each)`;
    throw unexpected(this._transformer, what, 'this', `${inputs.length} columns`);
  }

  /**
   * The fitted categories of a column.
   *
   * @param column its name
   * @returns the categories, sorted
   */
  categoriesOf(column: string): readonly string[] {
    const inputs = this.fittedInputs('categoriesOf');
    const j = inputs.findIndex(({ name }) => name === column);
    if (j >= 0) return this.fitted[j].categories;
    const names = inputs.map(({ name }) => name).join(', ');
    throw unexpected(`${this._transformer}.categoriesOf`, `one of ${names}`, 'column', describe(column)); // prettier-ignore
  }

  protected fitColumn(op: string, source: Source): FittedCategories {
    const { codes, categories } = source.texts(op);
    const counts = new Float64Array(categories.length);
    for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) counts[codes[i]]++;
    const found = Array.from(categories, (text, code) => ({ text, count: counts[code] }))
      .filter(({ count }) => count > 0)
      .sort(isNumeric(source.kind) ? byNumber : byText);
    const rare = this.rareOf(found, codes.length);
    return {
      categories: found.filter((one) => !rare.has(one)).map(({ text }) => text),
      infrequent: found.filter((one) => rare.has(one)).map(({ text }) => text),
    };
  }

  private rareOf<One extends { readonly count: number }>(
    found: readonly One[],
    rows: number,
  ): Set<One> {
    const { minFrequency = 0, maxCategories = Infinity } = this._options as RareOptions;
    const limit = minFrequency < 1 ? minFrequency * rows : minFrequency;
    const rare = new Set(found.filter(({ count }) => count < limit));
    const left = found.length - rare.size + (rare.size > 0 ? 1 : 0);
    if (left <= maxCategories) return rare;
    const ascending = [...found].sort((a, b) => a.count - b.count); // stable, as in scikit-learn
    return new Set(ascending.slice(0, found.length - (maxCategories - 1)));
  }

  protected override checkFitted(op: string, name: string, fitted: FittedCategories): void {
    const known = new Set(fitted.categories);
    const twice = fitted.infrequent.find((text) => known.has(text));
    if (twice === undefined) return;
    throw unexpected(op, 'each category once', `${name}.infrequent`, describe(twice));
  }

  /** The code of each row: that of its category, `infrequent`, `missing`, or what `unknown` returns. */
  protected codesOf(
    op: string,
    fitted: FittedCategories,
    source: Source,
    missing: (row: number) => number,
    unknown: (row: number, text: string) => number,
  ): (row: number) => number {
    const { codes, categories } = source.texts(op);
    const lookup = this.lookupOf(fitted);
    const outputs = categories.map((text) => lookup.get(text));
    return (row) => {
      const code = codes[row];
      if (code < 0) return missing(row);
      return outputs[code] ?? unknown(row, categories[code]);
    };
  }

  /** The code of joined categories. */
  protected infrequentCode(fitted: FittedCategories): number {
    return fitted.categories.length;
  }

  private lookupOf(fitted: FittedCategories): ReadonlyMap<string, number> {
    let lookup = this.lookups.get(fitted);
    if (lookup === undefined) {
      const joined = this.infrequentCode(fitted);
      lookup = new Map([
        ...fitted.categories.map((text, code): [string, number] => [text, code]),
        ...fitted.infrequent.map((text): [string, number] => [text, joined]),
      ]);
      this.lookups.set(fitted, lookup);
    }
    return lookup;
  }

  /** The error about an unknown or missing category. */
  protected unknownCategory(
    op: string,
    { categories, infrequent }: FittedCategories,
    source: Source,
    row: number,
    text: string | null,
  ): RangeError {
    const all = [...categories.slice(0, 21), ...infrequent.slice(0, 21)];
    const known = all.slice(0, 20).map(describe).join(', ');
    const more = all.length > 20 ? ', ...' : '';
    const got = `${text === null ? 'a missing value' : describe(text)} in row ${row}`;
    return unexpected(op, `one of ${known}${more}`, source.label, got);
  }
}

interface Counted {
  readonly text: string;
}

function byText(a: Counted, b: Counted): number {
  return a.text < b.text ? -1 : 1;
}

function byNumber(a: Counted, b: Counted): number {
  const [x, y] = [Number(a.text), Number(b.text)];
  if (x !== y || !Number.isInteger(x)) return x - y;
  return BigInt(a.text) < BigInt(b.text) ? -1 : 1; // int64 beyond 2^53
}

/** Fitted categories: the common part of OneHotEncoder and LabelEncoder. */
import { requireArity, wrongType, unexpected, describe } from '../../core/errors';
import { textOf, type Column } from '../table/column';
import { columnOf } from '../table/columnData';
import { notFitted, requireCategories, requireState } from './state';

/** Values of a column, or texts. */
export type Categorical = Column | readonly (string | null)[];

export abstract class Categories {
  private fitted: readonly string[] | null = null;

  protected abstract readonly name: string;

  /** The fitted categories, in order. */
  get categories(): readonly string[] {
    if (this.fitted === null) throw notFitted(`${this.name}.categories`);
    return this.fitted;
  }

  /** Finds the categories, sorted: numbers by size, texts by their characters. */
  fit(x: Categorical): this {
    requireArity(`${this.constructor.name}.fit`, arguments.length, 1);
    const column = this.columnOf('fit', x);
    const found = new Set<string>();
    for (let i = 0; i < column.values.length; i++) {
      const text = textOf(column, i);
      if (text !== null) found.add(text);
    }
    const sorted = [...found];
    if (column.type === 'category') sorted.sort((a, b) => (a < b ? -1 : 1));
    else if (column.type === 'int64') sorted.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    else sorted.sort((a, b) => Number(a) - Number(b));
    this.fitted = sorted;
    return this;
  }

  /** The index of each row's category; for an unknown category what `unknown` returns. */
  protected codesOf(method: string, x: Categorical, unknown: (row: number) => number): Int32Array {
    const column = this.columnOf(method, x);
    if (this.fitted === null) throw notFitted(`${this.name}.${method}`);
    const codes = new Map(this.fitted.map((category, i) => [category, i]));
    return Int32Array.from({ length: column.values.length }, (_, i) => {
      const text = textOf(column, i);
      return (text === null ? undefined : codes.get(text)) ?? unknown(i);
    });
  }

  /** The error about an unknown category in a row. */
  protected unknownCategory(method: string, x: Categorical, row: number): RangeError {
    const text = textOf(this.columnOf(method, x), row);
    const known = this.categories.slice(0, 20).map(describe).join(', ');
    const more = this.categories.length > 20 ? ', ...' : '';
    const got = text === null ? 'none' : describe(text);
    return unexpected(`${this.name}.${method}`, `one of ${known}${more}`, `row ${row}`, got);
  }

  private columnOf(method: string, x: unknown): Column {
    if (Array.isArray(x) && x.length === 0) {
      return { type: 'category', values: new Int32Array(0), categories: [] };
    }
    if (typeof x === 'object' && x !== null) return columnOf('x', x);
    throw wrongType(`${this.name}.${method}`, 'a column or an array', 'x', x);
  }

  /** The fitted values, for `loadStateDict` and for checkpoints. */
  stateDict(): {
    /** In order; null before `fit`. */
    categories: string[] | null;
  } {
    requireArity(`${this.constructor.name}.stateDict`, arguments.length, 0);
    return { categories: this.fitted === null ? null : [...this.fitted] };
  }

  /** Restores what `stateDict` returned. */
  loadStateDict(state: unknown): void {
    requireArity(`${this.constructor.name}.loadStateDict`, arguments.length, 1);
    const op = `${this.name}.loadStateDict`;
    const { categories } = requireState(op, state, ['categories']);
    this.fitted = categories === null ? null : requireCategories(op, categories);
  }
}

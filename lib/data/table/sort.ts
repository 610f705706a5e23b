/** Rows in the order of their values. */
import { requireBoolean, requireOptions, unexpected } from '../../core/errors';
import { isMissing, numberOf, type Column } from './column';

/** Options of `Table.sort`. */
export interface SortOptions {
  /** Whether the largest value is first, default false; or a list with one boolean for each column. */
  descending?: boolean | readonly boolean[];
}

type Compare = (a: number, b: number) => number;

/** The indices of the rows, sorted by `keys`; equal rows keep their order, missing values are last. */
export function sortedRows(
  op: string,
  keys: readonly Column[],
  length: number,
  options: SortOptions,
): Int32Array {
  requireOptions(op, options, ['descending']);
  const { descending = false } = options;
  const list: readonly unknown[] = Array.isArray(descending)
    ? descending
    : keys.map(() => descending);
  if (list.length !== keys.length) {
    const what = `${keys.length} booleans, one for each column,`;
    throw unexpected(op, what, 'descending', String(list.length));
  }
  const compares = keys.map((key, j) => {
    const down = requireBoolean(op, 'descending', list[j]);
    return compareBy(key, down ? -1 : 1);
  });
  return Int32Array.from({ length }, (_, i) => i).sort((a, b) => {
    for (const compare of compares) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return a - b;
  });
}

function compareBy(column: Column, sign: number): Compare {
  const { length } = column.values;
  const missing = Uint8Array.from({ length }, (_, i) => (isMissing(column, i) ? 1 : 0));
  const keys = sortKeys(column);
  return (a, b) => {
    if (missing[a] + missing[b] > 0) return missing[a] - missing[b];
    const [x, y] = [keys[a], keys[b]];
    return x < y ? -sign : x > y ? sign : 0;
  };
}

/** Values that `<` orders as the column's own. */
function sortKeys(column: Column): ArrayLike<number | bigint | string> {
  if (column.type === 'text') return column.values.map((value) => value ?? '');
  if (column.type === 'int64') return column.values;
  if (column.type === 'category') {
    const { categories } = column;
    const order = [...categories.keys()].sort((a, b) => (categories[a] < categories[b] ? -1 : 1));
    const ranks = new Int32Array(categories.length);
    order.forEach((code, rank) => {
      ranks[code] = rank;
    });
    return column.values.map((code) => (code < 0 ? -1 : ranks[code]));
  }
  return Float64Array.from({ length: column.values.length }, (_, i) => numberOf(column, i));
}

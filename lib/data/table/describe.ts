/** Statistics of columns. */
import {
  cellOf,
  isMissing,
  isNumbers,
  kindOf,
  missingCount,
  numberOf,
  takeRows,
  textOf,
  type Column,
} from './column';
import { columnOfCells } from './columnData';

/** How often each value appears: the row where it is first, and its count; the most frequent first. */
function counted(column: Column): { row: number; count: number }[] {
  const found = new Map<string, { row: number; count: number }>();
  for (let i = 0; i < column.values.length; i++) {
    const text = textOf(column, i);
    if (text === null) continue;
    const entry = found.get(text);
    if (entry === undefined) found.set(text, { row: i, count: 1 });
    else entry.count++;
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/** The different values of a column, and a column `count`. */
export function countValues(name: string, column: Column): Map<string, Column> {
  const entries = counted(column);
  const rows = entries.map(({ row }) => row);
  const counts = Int32Array.from(entries, ({ count }) => count);
  return new Map<string, Column>([
    [name, takeRows(column, rows)],
    [name === 'count' ? 'count_' : 'count', { type: 'int32', values: counts }],
  ]);
}

/** Statistics of a column, by name; null where they do not apply. */
type Summary = Record<string, number | string | null | undefined>;

const statistics = [
  ...['column', 'kind', 'count', 'missing', 'mean', 'std', 'min', '25%', '50%', '75%', 'max'],
  ...['unique', 'top', 'freq'],
];
const integers = new Set(['count', 'missing', 'unique', 'freq']);
const texts = new Set(['column', 'kind', 'top']);

/** A row of statistics for each column. Those that apply to no column are left out. */
export function describeColumns(columns: ReadonlyMap<string, Column>): Map<string, Column> {
  const summaries = Array.from(columns, ([name, column]): Summary => {
    const missing = missingCount(column);
    const count = column.values.length - missing;
    const base = { column: name, kind: kindOf(column), count, missing };
    return {
      ...base,
      ...(isNumbers(column) ? numberSummary(column, count) : otherSummary(column)),
    };
  });
  const shown = statistics.filter(
    (key, i) => i < 4 || summaries.some((summary) => summary[key] !== undefined),
  );
  return new Map(
    shown.map((key) => {
      const cells = summaries.map((summary) => summary[key] ?? null);
      const kind = integers.has(key) ? 'integer' : texts.has(key) ? 'text' : 'number';
      return [key, columnOfCells('Table.describe', () => key, cells, kind)];
    }),
  );
}

function numberSummary(column: Column, count: number): Summary {
  const sorted = new Float64Array(count);
  let used = 0;
  for (let i = 0; i < column.values.length; i++) {
    if (!isMissing(column, i)) sorted[used++] = numberOf(column, i);
  }
  sorted.sort();
  const rough = sorted.reduce((sum, x) => sum + x / count, 0);
  const mean = rough + sorted.reduce((sum, x) => sum + (x - rough) / count, 0);
  const square = sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const known = (value: number): number | null => (count === 0 ? null : value);
  return {
    mean: known(Number.isNaN(mean) ? rough : mean),
    std: count < 2 ? null : Math.sqrt(square / (count - 1)),
    min: known(sorted[0]),
    '25%': known(quantile(sorted, 0.25)),
    '50%': known(quantile(sorted, 0.5)),
    '75%': known(quantile(sorted, 0.75)),
    max: known(sorted[count - 1]),
  };
}

/** Interpolated between neighbours, as NumPy and pandas do by default. */
function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] === sorted[high]
    ? sorted[low]
    : sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

function otherSummary(column: Column): Summary {
  const entries = counted(column);
  if (entries.length === 0) return { unique: 0 };
  const [{ row, count }] = entries;
  const top = cellOf(column, row);
  return { unique: entries.length, top: top === null ? null : textOf(column, row), freq: count };
}

/** What transformers take: tables, columns, tensors, arrays, and plain objects. */
import { numbersOf } from '../../core/access';
import { describe, shapeText, unexpected, wrongType } from '../../core/errors';
import { isPlainObject } from '../../core/realms';
import { Tensor } from '../../core/tensor';
import { isColumn, type Column } from '../table/column';
import { columnOf } from '../table/columnData';
import { columnsOfRows } from '../table/rows';
import { Table } from '../table/table';
import { CellSource, ColumnSource, labelOf, type InputColumn, type Source } from './source';

/** A row of a table as a plain object: values by the names of the columns. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * What transformers take: a table, a tensor (rows, columns), one column, an array of its values, one row as a plain
 * object, or an array of rows.
 */
export type TransformerInput =
  Table | Tensor | Column | Row | readonly Row[] | readonly (number | string | boolean | null)[];

/** The columns of an input that a transformer is fitted to. */
export function sourcesOf(op: string, x: unknown): Source[] {
  const list = rowsOf(op, x);
  if (list === null) return freeSources(op, x);
  if (list.length === 0) throw unexpected(op, 'at least one row', 'x', 'none');
  const columns = columnsOfRows(op, list, new Map());
  return Array.from(columns, ([name, column]) => new ColumnSource(name, labelOf(name), column));
}

/** The columns of an input that a fitted transformer needs, in its order. */
export function fittedSources(op: string, x: unknown, inputs: readonly InputColumn[]): Source[] {
  const rows = rowsOf(op, x);
  if (rows !== null) return inputs.map(({ name, kind }) => new CellSource(name, kind, rows));
  if (x instanceof Table) return tableSources(op, x, inputs.map(({ name }) => name)); // prettier-ignore
  const sources = freeSources(op, x);
  if (sources.length === inputs.length) return sources;
  throw unexpected(op, `${inputs.length} columns`, 'x', String(sources.length));
}

/** The columns of a table by name. */
export function tableSources(op: string, table: Table, names: readonly string[]): Source[] {
  const known = new Set(table.names);
  return names.map((name) => {
    if (known.has(name)) return new ColumnSource(name, labelOf(name), table.column(name));
    const some = table.names.slice(0, 10).map(describe).join(', ');
    const more = table.names.length > 10 ? ', ...' : '';
    throw unexpected(op, `the column '${name}'`, 'the table', some === '' ? 'no columns' : `${some}${more}`); // prettier-ignore
  });
}

/** The rows of a plain object or of an array of plain objects; null for other inputs. */
export function rowsOf(op: string, x: unknown): readonly Row[] | null {
  if (Array.isArray(x)) {
    if (x.length === 0 || !isRow(x[0])) return null;
    const wrong = x.findIndex((row) => !isRow(row));
    if (wrong >= 0) throw wrongType(op, 'a plain object', `x[${wrong}]`, x[wrong]);
    return x as readonly Row[];
  }
  return isRow(x) ? [x] : null;
}

function isRow(x: unknown): x is Row {
  return isPlainObject(x) && !('values' in x && isColumn(x));
}

/** Columns of inputs whose columns need no names. */
function freeSources(op: string, x: unknown): Source[] {
  if (x instanceof Table) return tableSources(op, x, x.names);
  if (x instanceof Tensor) return tensorSources(op, x);
  if (isColumn(x)) return [new ColumnSource('x', 'x', x)];
  if (Array.isArray(x)) {
    const empty: Column = { type: 'category', values: new Int32Array(0), categories: [] };
    return [new ColumnSource('x', 'x', x.length === 0 ? empty : columnOf('x', x, op))];
  }
  if (ArrayBuffer.isView(x)) return [new ColumnSource('x', 'x', columnOf('x', x, op))];
  throw wrongType(op, 'a table, a tensor, a column, an array or a plain object', 'x', x);
}

function tensorSources(op: string, x: Tensor): Source[] {
  if (x.ndim !== 2) throw unexpected(op, 'a shape (rows, columns)', 'x', shapeText(x.shape));
  const [rows, columns] = x.shape;
  const all = numbersOf(op, x);
  return Array.from({ length: columns }, (_, j) => {
    const values = new Float64Array(rows);
    for (let i = 0; i < rows; i++) values[i] = all[i * columns + j];
    return new ColumnSource(`x${j}`, `column ${j} of x`, { type: 'float64', values });
  });
}

/** Rows of tables as objects. */
import { requireItems, wrongType } from '../../core/errors';
import { cellOf, type Cell, type Column, type ColumnKind } from './column';
import { columnOfCells } from './columnData';

/** A row of a table: values by column, null for a missing one. */
export type TableRow = Record<string, Cell>;

/** Makes an object of each row. */
export function rowMaker(columns: ReadonlyMap<string, Column>): (i: number) => TableRow {
  const entries = [...columns];
  if (columns.has('__proto__')) {
    // An assignment would change the prototype.
    return (i) => Object.fromEntries(entries.map(([name, column]) => [name, cellOf(column, i)]));
  }
  return (i) => {
    const row: TableRow = {};
    for (const [name, column] of entries) row[name] = cellOf(column, i);
    return row;
  };
}

/** Columns of objects; columns in `kinds` have that kind, and exist if no object has the key. */
export function columnsOfRows(
  op: string,
  rows: unknown,
  kinds: ReadonlyMap<string, ColumnKind>,
): Map<string, Column> {
  const items = requireItems(op, 'an array of objects', 'rows', rows);
  const cells = new Map<string, unknown[]>();
  items.forEach((row, i) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw wrongType(op, 'an object', `rows[${i}]`, row);
    }
    for (const [name, cell] of Object.entries(row)) {
      let column = cells.get(name);
      if (column === undefined) {
        column = Array<unknown>(items.length).fill(null);
        cells.set(name, column);
      }
      column[i] = cell;
    }
  });
  for (const name of kinds.keys()) {
    if (!cells.has(name)) cells.set(name, Array<unknown>(items.length).fill(null));
  }
  const columns = new Map<string, Column>();
  for (const [name, column] of cells) {
    const place = (i: number): string => `rows[${i}]['${name}']`;
    columns.set(name, columnOfCells(op, place, column, kinds.get(name)));
  }
  return columns;
}

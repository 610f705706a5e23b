/** Tables: columns of equal length by name. Long because the docstring of each method stands here, and its work elsewhere. */
import { types, inspect } from 'node:util';
import { numberDTypes, type NumberDType } from '../../core/dtype';
import {
  requireArity,
  requireInteger,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
  wrongValue,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { sendColumnsInstead } from '../../core/uncloneable';
import {
  cellOf,
  columnKinds,
  isMissing,
  kindOf,
  sliceRows,
  takeRows,
  type Cell,
  type Column,
  type ColumnKind,
} from './column';
import { columnOf, type ColumnData } from './columnData';
import { concatColumns } from './concat';
import { countValues, describeColumns } from './describe';
import { requireNames } from './names';
import { tableHtml, tableText } from './print';
import { columnsOfRows, rowMaker, type TableRow } from './rows';
import { keptRows, requireRows, sampleRows, type RowSelection, type SampleOptions } from './select';
import { sortedRows, type SortOptions } from './sort';
import { tensorOf } from './toTensor';

/**
 * A table in memory: columns of equal length, by name. `data.readCsv` reads one from a file. Tables do not change: methods
 * return new tables, which share the columns that stay the same. Columns in a Map keep their order even if their names
 * are integers, which JavaScript sorts in objects.
 *
 * `structuredClone` and `postMessage` refuse a table; send `table.columns`, and make a table of it again:
 * `new data.Table(columns)`.
 *
 * @example
 * const table = new data.Table({ age: [31, 45], city: ['Rome', 'Oslo'] });
 * table.column('city').categories; // ['Rome', 'Oslo']
 */
export class Table {
  /** @internal */ readonly _clone = sendColumnsInstead;
  /** Number of rows. */
  readonly length: number;
  /** The columns by name, in order. */
  readonly columns: ReadonlyMap<string, Column>;

  /**
   * @param columns arrays of values or columns, by name, all of the same length; numbers, booleans, strings and dates, null
   *   for missing ones
   */
  constructor(columns: Readonly<Record<string, ColumnData>> | ReadonlyMap<string, ColumnData>) {
    requireArity('Table', arguments.length, 1);
    const source: unknown = columns;
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      throw wrongType('Table', 'an object or a Map of columns', 'columns', source);
    }
    const named: Iterable<readonly [unknown, unknown]> = isMap(source)
      ? source
      : Object.entries(source);
    const entries = Array.from(named, ([name, data]): [string, Column] => {
      if (typeof name !== 'string')
        throw wrongType('Table', 'strings', 'the names of columns', name);
      return [name, columnOf(`columns['${name}']`, data)];
    });
    this.length = entries.length === 0 ? 0 : entries[0][1].values.length;
    for (const [name, { values }] of entries) {
      if (values.length === this.length) continue;
      const what = `${this.length} rows, as '${entries[0][0]}' has,`;
      throw unexpected('Table', what, `columns['${name}']`, String(values.length));
    }
    this.columns = new Map(entries);
  }

  /**
   * A table of objects, one for each row; columns are in the order in which their keys appear. An absent key, undefined,
   * null and NaN are missing values. `types` sets the kinds of columns. Otherwise, texts become categories, and numbers
   * float64.
   *
   * Throws a TypeError that names row and key if the values of a column have different kinds.
   *
   * @param rows objects, one for each row
   * @returns the table
   * @see pandas.DataFrame.from_records
   * @example data.Table.fromRows([{ age: 31, city: 'Rome' }, { age: 45 }])
   */
  static fromRows(
    rows: Iterable<Readonly<Record<string, unknown>>>,
    options: {
      /** Kinds of columns by name. */
      types?: Readonly<Record<string, ColumnKind>>;
    } = {},
  ): Table {
    requireArity('Table.fromRows', arguments.length, 2);
    requireOptions('Table.fromRows', options, ['types']);
    const { types: kinds = {} } = options;
    for (const [name, kind] of Object.entries(kinds)) {
      requireOneOf('Table.fromRows', `types['${name}']`, kind, columnKinds);
    }
    return new Table(columnsOfRows('Table.fromRows', rows, new Map(Object.entries(kinds))));
  }

  /** The names of the columns, in order. */
  get names(): string[] {
    return [...this.columns.keys()];
  }

  /**
   * A column by its name.
   *
   * @param name the name of the column
   * @returns its values, and what marks the missing ones
   * @throws RangeError if the table has no such column
   */
  column(name: string): Column {
    requireArity('Table.column', arguments.length, 1);
    return this.find('Table.column', 'name', name);
  }

  /**
   * The kind of a column: `number`, `integer`, `category`, `text`, `boolean` or `date`.
   *
   * @param name the name of the column
   * @returns its kind
   */
  kind(name: string): ColumnKind {
    requireArity('Table.kind', arguments.length, 1);
    return kindOf(this.find('Table.kind', 'name', name));
  }

  /**
   * The values of a column; null for missing ones.
   *
   * @param name the name of the column
   * @returns one value for each row
   */
  values(name: string): Cell[] {
    requireArity('Table.values', arguments.length, 1);
    const column = this.find('Table.values', 'name', name);
    return Array.from({ length: this.length }, (_, i) => cellOf(column, i));
  }

  private find(op: string, argument: string, name: unknown): Column {
    const found = this.columns.get(name as string);
    if (found !== undefined) return found;
    throw wrongValue(op, `one of ${this.names.join(', ')}`, argument, name);
  }

  private map(change: (column: Column) => Column): Table {
    return new Table(new Map([...this.columns].map(([name, column]) => [name, change(column)])));
  }

  private take(rows: ArrayLike<number>): Table {
    return this.map((column) => takeRows(column, rows));
  }

  /**
   * Row `i` as an object by column; negative numbers count from the end. Missing values are null.
   *
   * @param i the row
   * @returns its values by column
   */
  row(i: number): TableRow {
    requireArity('Table.row', arguments.length, 1);
    const at = requireInteger('Table.row', 'i', i, -this.length);
    if (at >= this.length) throw wrongValue('Table.row', `a row below ${this.length}`, 'i', i);
    return rowMaker(this.columns)(at < 0 ? at + this.length : at);
  }

  /**
   * All rows as objects by column. Missing values are null. To read them one by one, loop over the table.
   *
   * @returns one object for each row
   */
  rows(): TableRow[] {
    requireArity('Table.rows', arguments.length, 0);
    return Array.from({ length: this.length }, asIndex(rowMaker(this.columns)));
  }

  /** The rows one by one, as `rows` returns them. */
  *[Symbol.iterator](): Generator<TableRow, void, undefined> {
    const make = rowMaker(this.columns);
    for (let i = 0; i < this.length; i++) yield make(i);
  }

  /**
   * The first `n` rows.
   *
   * @param n the number of rows
   * @returns a table of at most `n` rows
   */
  head(n = 5): Table {
    requireArity('Table.head', arguments.length, 1);
    return this.slice(0, requireInteger('Table.head', 'n', n, 0));
  }

  /**
   * The last `n` rows.
   *
   * @param n the number of rows
   * @returns a table of at most `n` rows
   */
  tail(n = 5): Table {
    requireArity('Table.tail', arguments.length, 1);
    return this.slice(Math.max(this.length - requireInteger('Table.tail', 'n', n, 0), 0));
  }

  /**
   * The rows from `start` to before `end`, as copies; negative numbers count from the end.
   *
   * @param start the first row
   * @param end the row after the last one; default: the number of rows
   * @returns a table of these rows
   * @throws RangeError if a number is out of range
   * @example new data.Table({ a: [1, 2, 3] }).slice(-2).length // 2
   */
  slice(start: number, end: number = this.length): Table {
    requireArity('Table.slice', arguments.length, 2);
    const fromStart = (name: string, value: number): number => {
      const at = requireInteger('Table.slice', name, value);
      return at < 0 ? Math.max(at + this.length, 0) : Math.min(at, this.length);
    };
    const from = fromStart('start', start);
    const stop = fromStart('end', end);
    if (stop < from) {
      throw wrongValue('Table.slice', `an integer of at least ${start}`, 'end', end);
    }
    return this.map((column) => sliceRows(column, from, stop));
  }

  /**
   * The rows at `indices`, in their order, or the rows where a mask is true.
   *
   * @param indices integers in a vector, such as a slice of `randperm`, in an array or a typed array; or a mask with
   *   one boolean for each row: a vector of dtype bool or an array of booleans
   * @returns a table of these rows
   * @throws RangeError if an index is out of range, or a mask has another length
   * @see torch.index_select
   */
  indexSelect(indices: RowSelection): Table {
    requireArity('Table.indexSelect', arguments.length, 1);
    return this.take(requireRows('Table.indexSelect', indices, this.length));
  }

  /**
   * The rows for which `keep` is true: a function of the row and its index, or a mask with one boolean for each row.
   *
   * @param keep the function or the mask
   * @returns a table of these rows
   */
  filter(keep: ((row: TableRow, i: number) => boolean) | readonly boolean[] | Tensor): Table {
    requireArity('Table.filter', arguments.length, 1);
    return this.take(keptRows('Table.filter', keep, this.length, rowMaker(this.columns)));
  }

  /**
   * The columns `names`, in this order.
   *
   * @param names names of columns
   * @returns a table of these columns
   */
  select(names: readonly string[]): Table {
    requireArity('Table.select', arguments.length, 1);
    const list = requireNames('Table.select', names);
    return new Table(new Map(list.map((name) => [name, this.find('Table.select', 'names', name)])));
  }

  /**
   * All columns except `names`.
   *
   * @param names names of columns
   * @returns a table of the other columns
   */
  drop(names: readonly string[]): Table {
    requireArity('Table.drop', arguments.length, 1);
    const list = new Set(requireNames('Table.drop', names));
    for (const name of list) this.find('Table.drop', 'names', name);
    return new Table(new Map([...this.columns].filter(([name]) => !list.has(name))));
  }

  /**
   * The table with other names of columns.
   *
   * @param names new names by old name
   * @returns a table of the same columns
   * @example table.rename({ old: 'new' })
   */
  rename(names: Readonly<Record<string, string>>): Table {
    requireArity('Table.rename', arguments.length, 1);
    requireObject('Table.rename', 'names', names);
    const changes = new Map<string, unknown>(Object.entries(names));
    for (const name of changes.keys()) this.find('Table.rename', 'names', name);
    const columns = new Map<string, Column>();
    for (const [before, column] of this.columns) {
      const name = changes.get(before) ?? before;
      if (typeof name !== 'string') throw wrongType('Table.rename', 'a string', `names['${before}']`, name); // prettier-ignore
      if (columns.has(name)) throw wrongValue('Table.rename', 'each name once', 'names', name);
      columns.set(name, column);
    }
    return new Table(columns);
  }

  /**
   * The table with one more column, or with another column of the same name.
   *
   * @param name the name of the column
   * @param column data for a column, or a function of each row and its index
   * @returns a table with the column
   * @example table.withColumn('area', ({ width, height }) => Number(width) * Number(height))
   */
  withColumn(
    name: string,
    column: ColumnData | ((row: TableRow, i: number) => Cell | undefined),
  ): Table {
    requireArity('Table.withColumn', arguments.length, 2);
    const op = 'Table.withColumn';
    if (typeof name !== 'string') throw wrongType(op, 'a string', 'name', name);
    let data: unknown = column;
    if (typeof column === 'function') {
      const make = rowMaker(this.columns);
      data = Array.from({ length: this.length }, (_, i) => column(make(i), i));
    }
    const made = columnOf('column', data, op);
    if (made.values.length !== this.length && this.columns.size > 0) {
      throw unexpected(op, `${this.length} rows`, 'column', String(made.values.length));
    }
    return new Table(new Map([...this.columns, [name, made]]));
  }

  /**
   * The rows sorted by one column or by several; equal rows keep their order. Missing values are last.
   *
   * @param by one name or several
   * @param options the direction
   * @returns a table of the same rows
   */
  sort(by: string | readonly string[], options: SortOptions = {}): Table {
    requireArity('Table.sort', arguments.length, 2);
    const names = requireNames('Table.sort', typeof by === 'string' ? [by] : by, 'by');
    const keys = names.map((name) => this.find('Table.sort', 'by', name));
    return this.take(sortedRows('Table.sort', keys, this.length, options));
  }

  /**
   * `n` rows at random, each at most once unless `replacement` is true.
   *
   * @param n the number of rows
   * @param options how they are drawn
   * @returns a table of these rows
   */
  sample(n: number, options: SampleOptions = {}): Table {
    requireArity('Table.sample', arguments.length, 2);
    return this.take(sampleRows('Table.sample', n, this.length, options));
  }

  /**
   * The rows of this table and of others with the same columns; categories are joined.
   *
   * @param tables tables with the same columns, in any order
   * @returns a table of all rows
   */
  concat(...tables: readonly Table[]): Table {
    for (const [i, table] of tables.entries()) {
      const other: unknown = table;
      if (!(other instanceof Table))
        throw wrongType('Table.concat', 'a table', `tables[${i}]`, other);
    }
    return new Table(concatColumns('Table.concat', this.columns, tables));
  }

  /**
   * The rows without missing values in the columns `names`; default: in all columns.
   *
   * @param names names of columns
   * @returns a table of the rows without missing values
   */
  dropMissing(names: readonly string[] = this.names): Table {
    requireArity('Table.dropMissing', arguments.length, 1);
    const list = requireNames('Table.dropMissing', names);
    const columns = list.map((name) => this.find('Table.dropMissing', 'names', name));
    const rows = [...Array(this.length).keys()];
    return this.take(rows.filter((i) => !columns.some((column) => isMissing(column, i))));
  }

  /**
   * The different values of a column and how often they appear, the most frequent first; missing values are left out.
   *
   * @param name the name of the column
   * @returns a table with the columns `name` and `count`
   */
  valueCounts(name: string): Table {
    requireArity('Table.valueCounts', arguments.length, 1);
    return new Table(countValues(name, this.find('Table.valueCounts', 'name', name)));
  }

  /**
   * A table with a row for each column: its kind, how many values it has and how many are missing; of numbers mean,
   * standard deviation (n - 1), minimum, quartiles and maximum; of others the number of different values, the most frequent
   * one and its count.
   *
   * @returns the statistics
   * @see pandas.DataFrame.describe
   */
  describe(): Table {
    requireArity('Table.describe', arguments.length, 0);
    return new Table(describeColumns(this.columns));
  }

  /**
   * Columns of numbers and booleans side by side, (rows, names): all of them, or those in `names`. Missing values are NaN.
   * Encode categories first, with `ColumnTransformer`.
   *
   * Without `dtype` the tensor is float32, and a column with integers that float32 cannot represent, such as
   * the identifier 16777217, or with different values that are equal in float32, throws a RangeError.
   *
   * @param names the columns, in this order; default: all
   * @param options `dtype`: that of the tensor; 'float32' accepts the rounding
   * @returns a tensor (rows, names)
   * @throws RangeError for categories, texts and dates, and for numbers that float32 rounds
   * @see pandas.DataFrame.to_numpy
   * @example new data.Table({ a: [1, 2], b: [3, 4] }).toTensor(['b', 'a']).shape // [ 2, 2 ]
   */
  toTensor(
    names: readonly string[] = this.names,
    options: {
      /** The dtype: 'float64' keeps all but int64 beyond 2^53; 'float32' accepts the rounding. */
      dtype?: NumberDType;
    } = {},
  ): Tensor {
    requireArity('Table.toTensor', arguments.length, 2);
    const op = 'Table.toTensor';
    requireOptions(op, options, ['dtype']);
    const { dtype } = options;
    if (dtype !== undefined) requireOneOf(op, 'dtype', dtype, numberDTypes);
    const list = requireNames(op, names, 'names', true);
    const columns = list.map((name) => [name, this.find(op, 'names', name)] as const);
    return tensorOf(op, columns, this.length, dtype);
  }

  /**
   * The first and last rows, aligned.
   *
   * @returns the text
   */
  toString(): string {
    return tableText(this.columns, this.length);
  }

  /**
   * The first and last rows as HTML, for notebooks.
   *
   * @returns an HTML table
   */
  toHTML(): string {
    requireArity('Table.toHTML', arguments.length, 0);
    return tableHtml(this.columns, this.length);
  }

  /**
   * For `JSON.stringify`: the rows. A bigint becomes a string, because JSON has no bigints.
   *
   * @returns one object for each row
   */
  toJSON(): Record<string, Exclude<Cell, bigint>>[] {
    return this.rows().map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, cell]) => [
          name,
          typeof cell === 'bigint' ? String(cell) : cell,
        ]),
      ),
    );
  }

  /** @internal For Jupyter kernels. */
  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return { 'text/plain': this.toString(), 'text/html': this.toHTML() };
  }

  /** @internal */
  [inspect.custom](): string {
    return this.toString();
  }
}

function asIndex<Result>(make: (i: number) => Result): (_: unknown, i: number) => Result {
  return (_, i) => make(i);
}

/** A Map, also one of another V8 context. */
function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return types.isMap(value);
}

function requireObject(op: string, name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw wrongType(op, 'an object', name, value);
}

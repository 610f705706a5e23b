/** Tables: columns of numbers and categories. */
import { types } from 'node:util';
import {
  describe,
  requireInteger,
  requireList,
  unexpected,
  wrongType,
  wrongValue,
} from '../../core/errors';
import { dtypeOfMemory, isNumber, type DType } from '../../core/dtype';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';

/** A column of numbers; NaN for a missing value in a floating column. */
export interface NumberColumn {
  /** Their element type. */
  readonly type: Exclude<DType, 'bool'>;
  /** One for each row. */
  readonly values: Float32Array | Float64Array | Int32Array;
}

/**
 * A column of values of a few kinds: `values[i]` is the index of row i's value in `categories`, or -1 if it is missing.
 */
export interface CategoryColumn {
  /** Distinguishes it from a column of numbers. */
  readonly type: 'category';
  /** One for each row. */
  readonly values: Int32Array;
  /** The different values. */
  readonly categories: readonly string[];
}

/** A column of a table. */
export type Column = NumberColumn | CategoryColumn;

/** Data for a column: numbers (null or NaN: missing), or texts as categories (null: missing). */
export type ColumnData = Column | Column['values'] | readonly (number | string | null)[];

/**
 * A table in memory: columns of equal length, by name. `data.readCsv` reads one from a file. Columns in a Map keep
 * their order even if their names are integers, which JavaScript sorts in objects.
 *
 * @example
 * const table = new data.Table({ age: [31, 45], city: ['Rome', 'Oslo'] });
 * table.column('city'); // { type: 'category', values: Int32Array [0, 1], categories: ['Rome', 'Oslo'] }
 */
export class Table {
  /** Number of rows. */
  readonly length: number;
  private readonly columns: ReadonlyMap<string, Column>;

  constructor(columns: Readonly<Record<string, ColumnData>> | ReadonlyMap<string, ColumnData>) {
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

  /** The names of the columns, in order. */
  get names(): string[] {
    return [...this.columns.keys()];
  }

  /** A column by its name. */
  column(name: string): Column {
    const found = this.columns.get(name);
    if (found !== undefined) return found;
    throw wrongValue('Table.column', `one of ${this.names.join(', ')}`, 'name', name);
  }

  /** The rows from `start` to before `end` (default: all), as copies; categories stay the same. */
  slice(start: number, end: number = this.length): Table {
    const from = requireInteger('Table.slice', 'start', start, 0);
    const stop = requireInteger('Table.slice', 'end', end, from);
    return this.map((column) => ({ ...column, values: column.values.slice(from, stop) }));
  }

  /** The rows at `indices`, in their order: an int32 vector, such as a slice of `randperm`, or an array. */
  indexSelect(indices: Tensor | readonly number[]): Table {
    const op = 'Table.indexSelect';
    if (!(indices instanceof Tensor) && !Array.isArray(indices)) {
      throw wrongType(op, 'a tensor or an array', 'indices', indices);
    }
    const rows = indices instanceof Tensor ? Array.from(indices.data) : (indices as number[]);
    for (const row of rows) {
      if (requireInteger(op, 'indices', row, 0) >= this.length) {
        throw unexpected(op, `rows below ${this.length}`, 'indices', String(row));
      }
    }
    return this.map((column) => {
      const values = column.values.slice(0, 0).constructor as new (n: number) => Column['values'];
      const taken = new values(rows.length);
      rows.forEach((row, i) => (taken[i] = column.values[row]));
      return { ...column, values: taken };
    });
  }

  private map(change: (column: Column) => { values: Column['values'] } & Omit<Column, 'values'>) {
    const columns = [...this.columns].map(([name, column]) => [name, change(column)] as const);
    return new Table(new Map(columns as [string, Column][]));
  }

  /**
   * Columns of numbers side by side, float32 (rows, names): all of them, or those in `names`. Encode categories first,
   * with `ColumnTransformer`.
   */
  toTensor(names: readonly string[] = this.names): Tensor {
    const columns = names.map((name) => {
      const column = this.column(name);
      if (column.type !== 'category') return column;
      throw unexpected('Table.toTensor', 'numbers', `column '${name}'`, 'categories');
    });
    const out = new Float32Array(this.length * columns.length);
    columns.forEach(({ values }, j) => {
      for (let i = 0; i < values.length; i++) out[i * columns.length + j] = values[i];
    });
    return new Tensor(new Storage('float32', out), [this.length, columns.length]);
  }
}

/** A Map, also one of another V8 context. */
function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return types.isMap(value);
}

/** A column of a user's data. */
export function columnOf(name: string, data: unknown): Column {
  const type = dtypeOfMemory(data);
  if (type !== undefined && isNumber(type)) return { type, values: data as NumberColumn['values'] };
  if (Array.isArray(data)) return columnOfArray(name, data);
  if (isColumn(data)) return data;
  throw wrongType('Table', 'an array or a column', name, data);
}

function columnOfArray(name: string, array: readonly unknown[]): Column {
  const data = requireList('Table', 'an array', name, array, 1 << 26);
  if (data.some((value) => typeof value === 'string')) {
    const codes = new Map<string, number>();
    const values = Int32Array.from(data, (value, i) => {
      if (value === null) return -1;
      if (typeof value !== 'string') throw wrongType('Table', 'a string', `${name}[${i}]`, value);
      return codeOf(codes, value);
    });
    return { type: 'category', values, categories: [...codes.keys()] };
  }
  const values = Float64Array.from(data, (value, i) => {
    if (value === null) return NaN;
    if (typeof value !== 'number') throw wrongType('Table', 'a number', `${name}[${i}]`, value);
    return value;
  });
  return { type: 'float64', values };
}

/** The index of a category; a new category is appended. */
export function codeOf(codes: Map<string, number>, value: string): number {
  let code = codes.get(value);
  if (code === undefined) {
    code = codes.size;
    codes.set(value, code);
  }
  return code;
}

/** Whether a value is a valid column. */
export function isColumn(value: unknown): value is Column {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('values' in value)) {
    return false;
  }
  if (value.type === 'category') {
    if (!('categories' in value) || !Array.isArray(value.categories)) return false;
    const { length } = value.categories;
    return value.values instanceof Int32Array && value.values.every((x) => x >= -1 && x < length);
  }
  const dtype = dtypeOfMemory(value.values);
  return dtype === value.type && dtype !== undefined && isNumber(dtype);
}

/** The text of row `i`, null if it is missing; for a column of numbers its digits. */
export function textOf(column: Column, i: number): string | null {
  const value = column.values[i];
  if (column.type === 'category') return value < 0 ? null : column.categories[value];
  return Number.isNaN(value) ? null : String(value);
}

/** A description of the value in a row, for errors. */
export function describeCell(column: Column, i: number): string {
  const text = textOf(column, i);
  return text === null ? 'nothing' : describe(text);
}

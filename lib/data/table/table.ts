/** Tables: columns of numbers and categories. */
import { types } from 'node:util';
import { numbersOf } from '../../core/access';
import {
  arrayClass,
  arrayOver,
  dtypeOfCopy,
  dtypesOfMemory,
  isNumber,
  newArray,
  numberDTypes,
  type NumberDType,
  type TypedArray,
} from '../../core/dtype';
import { readElement, requireElement, writeElement, type Element } from '../../core/element';
import {
  requireArity,
  describe,
  requireInteger,
  requireList,
  unexpected,
  wrongType,
  wrongValue,
} from '../../core/errors';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';

/** A column of numbers; NaN for a missing value in a floating column. */
export interface NumberColumn {
  /** Their element type. */
  readonly type: NumberDType;
  /** One for each row, as in the memory of a tensor: bigints for int64, bits in a Uint16Array for halves. */
  readonly values: TypedArray;
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

/** Data for a column: numbers (null or NaN: missing), bigints (int64), or texts as categories (null: missing). */
export type ColumnData =
  Column | Column['values'] | readonly (number | string | null)[] | readonly bigint[];

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

  /** The names of the columns, in order. */
  get names(): string[] {
    return [...this.columns.keys()];
  }

  /** A column by its name. */
  column(name: string): Column {
    requireArity('Table.column', arguments.length, 1);
    return this.find('Table.column', 'name', name);
  }

  private find(op: string, argument: string, name: unknown): Column {
    const found = this.columns.get(name as string);
    if (found !== undefined) return found;
    throw wrongValue(op, `one of ${this.names.join(', ')}`, argument, name);
  }

  /** The rows from `start` to before `end` (default: all), as copies; categories stay the same. */
  slice(start: number, end: number = this.length): Table {
    requireArity('Table.slice', arguments.length, 2);
    const from = requireInteger('Table.slice', 'start', start, 0);
    const stop = requireInteger('Table.slice', 'end', end, from);
    return this.map((column) => ({ ...column, values: column.values.slice(from, stop) }));
  }

  /** The rows at `indices`, in their order: a vector of whole numbers, such as a slice of `randperm`, or an array. */
  indexSelect(indices: Tensor | readonly number[]): Table {
    requireArity('Table.indexSelect', arguments.length, 1);
    const op = 'Table.indexSelect';
    if (!(indices instanceof Tensor) && !Array.isArray(indices)) {
      throw wrongType(op, 'a tensor or an array', 'indices', indices);
    }
    const rows =
      indices instanceof Tensor ? Array.from(numbersOf(op, indices)) : (indices as number[]);
    for (const row of rows) {
      if (requireInteger(op, 'indices', row, 0) >= this.length) {
        throw unexpected(op, `rows below ${this.length}`, 'indices', String(row));
      }
    }
    return this.map((column) => {
      const dtype = dtypeOf(column);
      const values = newArray(dtype, rows.length);
      rows.forEach((row, i) => {
        writeElement(dtype, values, i, readElement(dtype, column.values, row));
      });
      return { ...column, values };
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
    requireArity('Table.toTensor', arguments.length, 1);
    const list = requireList('Table.toTensor', 'an array of names', 'names', names);
    const columns = list.map((name) => {
      const column = this.find('Table.toTensor', 'names', name);
      if (column.type !== 'category') return column;
      throw unexpected('Table.toTensor', 'numbers', `column '${String(name)}'`, 'categories');
    });
    const out = new Float32Array(this.length * columns.length);
    columns.forEach((column, j) => {
      for (let i = 0; i < this.length; i++) out[i * columns.length + j] = numberOf(column, i);
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
  const kind = arrayClass(data);
  if (kind !== undefined) {
    const type = dtypeOfCopy(kind);
    if (isNumber(type) && dtypesOfMemory(data).includes(type)) {
      const { buffer, byteOffset, length } = data as TypedArray;
      const values = isMemoryOf(type, data) ? data : arrayOver(type, buffer, byteOffset, length);
      return { type, values };
    }
  }
  if (Array.isArray(data)) return columnOfArray(name, data);
  if (isColumn(data)) return data;
  throw wrongType('Table', 'an array or a column', name, data);
}

/** Whether a value is memory of a dtype: a typed array of the class that the dtype has. */
function isMemoryOf(dtype: NumberDType, value: unknown): value is TypedArray {
  return arrayClass(value) === newArray(dtype, 0).constructor.name;
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
  if (typeof data[0] === 'bigint') {
    const values = newArray('int64', data.length);
    data.forEach((value, i) => {
      const place = `${name}[${i}]`;
      if (typeof value !== 'bigint') throw wrongType('Table', 'a bigint', place, value);
      writeElement('int64', values, i, requireElement('Table', place, 'int64', value));
    });
    return { type: 'int64', values };
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
    return isMemoryOf('int32', value.values) && value.values.every((x) => x >= -1 && x < length);
  }
  const dtype = numberDTypes.find((one) => one === value.type);
  return dtype !== undefined && isMemoryOf(dtype, value.values);
}

/** The dtype of a column's values. */
function dtypeOf(column: Column): NumberDType {
  return column.type === 'category' ? 'int32' : column.type;
}

/** The value of row `i`: a bigint for an int64 beyond 2^53. */
function elementOf(column: Column, i: number): Element {
  return readElement(dtypeOf(column), column.values, i);
}

/** The same as a number. */
export function numberOf(column: Column, i: number): number {
  return Number(elementOf(column, i));
}

/** The text of row `i`, null if it is missing; for a column of numbers its digits. */
export function textOf(column: Column, i: number): string | null {
  if (column.type === 'category') {
    const code = column.values[i];
    return code < 0 ? null : column.categories[code];
  }
  const value = elementOf(column, i);
  return Number.isNaN(value) ? null : String(value);
}

/** A description of the value in a row, for errors. */
export function describeCell(column: Column, i: number): string {
  const text = textOf(column, i);
  return text === null ? 'nothing' : describe(text);
}

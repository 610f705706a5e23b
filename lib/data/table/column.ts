/** Columns of tables: their kinds, their values, and which values are missing. */
import {
  arrayClass,
  formatOf,
  isFloating,
  isHalf,
  newArray,
  numberDTypes,
  rangeOf,
  type FloatingDType,
  type NumberDType,
  type TypedArray,
} from '../../core/dtype';
import { readElement, type Element } from '../../core/element';
import { describe } from '../../core/errors';

/** What the values of a column are. */
export type ColumnKind = 'number' | 'integer' | 'category' | 'text' | 'boolean' | 'date';

/** All kinds, in the order of error messages. */
export const columnKinds: readonly ColumnKind[] = [
  'number',
  'integer',
  'category',
  'text',
  'boolean',
  'date',
];

/** A column of numbers: kind `number` for floating dtypes, kind `integer` for the others. */
export interface NumberColumn {
  /** Their dtype. */
  readonly type: NumberDType;
  /** One for each row, as in the memory of a tensor: bigints for int64, bits in a Uint16Array for halves. */
  readonly values: TypedArray;
  /** Of integers: 1 for each row whose value is missing; absent if none is. In floating dtypes, NaN is missing. */
  readonly missing?: Uint8Array;
}

/**
 * A column with few different values: `values[i]` is the index of row i's value in `categories`, or -1 if it is missing.
 */
export interface CategoryColumn {
  /** Distinguishes it from other columns. */
  readonly type: 'category';
  /** One for each row. */
  readonly values: Int32Array;
  /** The different values. */
  readonly categories: readonly string[];
}

/** A column of texts. */
export interface TextColumn {
  /** Distinguishes it from other columns. */
  readonly type: 'text';
  /** One for each row; null if it is missing. */
  readonly values: readonly (string | null)[];
}

/** A column of booleans. */
export interface BooleanColumn {
  /** Distinguishes it from other columns. */
  readonly type: 'boolean';
  /** 1 (true) or 0 for each row. */
  readonly values: Uint8Array;
  /** 1 for each row whose value is missing; absent if none is. */
  readonly missing?: Uint8Array;
}

/** A column of points in time. */
export interface DateColumn {
  /** Distinguishes it from other columns. */
  readonly type: 'date';
  /** Milliseconds since 1970-01-01 in UTC, as `Date.getTime` returns them; NaN if the date is missing. */
  readonly values: Float64Array;
}

/** A column of a table. */
export type Column = NumberColumn | CategoryColumn | TextColumn | BooleanColumn | DateColumn;

/** A value of a table: null if it is missing, a bigint for an int64 beyond 2^53. */
export type Cell = number | bigint | string | boolean | Date | null;

/** The kind of a column. */
export function kindOf({ type }: Column): ColumnKind {
  switch (type) {
    case 'category':
    case 'text':
    case 'boolean':
    case 'date':
      return type;
    default:
      return isFloating(type) ? 'number' : 'integer';
  }
}

/** Whether a column has numbers. */
export function isNumbers(column: Column): column is NumberColumn {
  const kind = kindOf(column);
  return kind === 'number' || kind === 'integer';
}

/** Whether the value of row `i` is missing. */
export function isMissing(column: Column, i: number): boolean {
  switch (column.type) {
    case 'category':
      return column.values[i] < 0;
    case 'text':
      return column.values[i] === null;
    case 'date':
      return Number.isNaN(column.values[i]);
    case 'boolean':
      return column.missing?.[i] === 1;
    default:
      if (!isFloating(column.type)) return column.missing?.[i] === 1;
      if (isHalf(column.type)) return Number.isNaN(readElement(column.type, column.values, i));
      return Number.isNaN(column.values[i]);
  }
}

/** The number of missing values. */
export function missingCount(column: Column): number {
  if ('missing' in column && column.missing === undefined) return 0;
  let count = 0;
  for (let i = 0; i < column.values.length; i++) count += isMissing(column, i) ? 1 : 0;
  return count;
}

/** The value of row `i`. */
export function cellOf(column: Column, i: number): Cell {
  if (isMissing(column, i)) return null;
  switch (column.type) {
    case 'category':
      return column.categories[column.values[i]];
    case 'text':
      return column.values[i];
    case 'boolean':
      return column.values[i] === 1;
    case 'date':
      return new Date(column.values[i]);
    default:
      return readElement(column.type, column.values, i);
  }
}

/** The values of a column as numbers: booleans are 0 and 1, dates milliseconds, missing values NaN. */
export function numberOf(column: Column, i: number): number {
  if (column.type === 'category' || column.type === 'text' || isMissing(column, i)) return NaN;
  if (column.type === 'boolean' || column.type === 'date') return column.values[i];
  return Number(readElement(column.type, column.values, i));
}

/** The text of row `i`, null if it is missing: digits of a number, ISO 8601 of a date. */
export function textOf(column: Column, i: number): string | null {
  const cell = cellOf(column, i);
  return cell === null ? null : cell instanceof Date ? dateText(cell) : String(cell);
}

/** A date as text: without a time if that is midnight in UTC. */
export function dateText(date: Date): string {
  const text = date.toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, -14) : text;
}

/** A description of the value in a row, for errors. */
export function describeCell(column: Column, i: number): string {
  const text = textOf(column, i);
  return text === null ? 'nothing' : describe(text);
}

/** The dtype of the memory of a column; undefined for texts. */
export function memoryDType(column: Column): NumberDType | undefined {
  switch (column.type) {
    case 'category':
      return 'int32';
    case 'text':
      return undefined;
    case 'boolean':
      return 'uint8';
    case 'date':
      return 'float64';
    default:
      return column.type;
  }
}

/** The rows at `rows`, in their order; they must exist. */
export function takeRows<C extends Column>(column: C, rows: ArrayLike<number>): C {
  const { length } = rows;
  if (column.type === 'text') {
    const from = column.values;
    return { ...column, values: Array.from({ length }, (_, i) => from[rows[i]]) };
  }
  const values = newArray(memoryDType(column) ?? 'float64', length);
  takeElements(values, column.values, rows);
  if (!('missing' in column) || column.missing === undefined) return { ...column, values };
  const missing = new Uint8Array(length);
  takeElements(missing, column.missing, rows);
  return withMask({ ...column, values }, missing);
}

function takeElements(to: TypedArray, from: TypedArray, rows: ArrayLike<number>): void {
  const [target, source] = [to as { [i: number]: Element }, from as ArrayLike<Element>];
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]];
}

/** A copy of the rows from `start` to before `end`. */
export function sliceRows<C extends Column>(column: C, start: number, end: number): C {
  const sliced = { ...column, values: column.values.slice(start, end) };
  if (!('missing' in column) || column.missing === undefined) return sliced;
  return withMask(sliced, column.missing.slice(start, end));
}

/** The column with a mask of missing values, which is left out if no value is missing. */
export function withMask<C extends Column>(column: C, mask: Uint8Array): C {
  const { missing: _missing, ...rest } = column as C & { missing?: Uint8Array };
  return (mask.includes(1) ? { ...rest, missing: mask } : rest) as C;
}

/** Whether a value is a valid column. */
export function isColumn(value: unknown): value is Column {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('values' in value)) {
    return false;
  }
  const { type, values } = value;
  const mask = 'missing' in value ? value.missing : undefined;
  if (mask !== undefined && !isMask(mask, values)) return false;
  switch (type) {
    case 'category': {
      if (!('categories' in value) || !Array.isArray(value.categories)) return false;
      const { length } = value.categories;
      return isMemoryOf('int32', values) && values.every((x) => x >= -1 && x < length);
    }
    case 'text':
      return Array.isArray(values) && values.every((x) => x === null || typeof x === 'string');
    case 'boolean':
      return isMemoryOf('uint8', values) && values.every((x) => Number(x) <= 1);
    case 'date':
      return isMemoryOf('float64', values);
    default: {
      const dtype = numberDTypes.find((one) => one === type);
      return dtype !== undefined && isMemoryOf(dtype, values);
    }
  }
}

function isMask(mask: unknown, values: unknown): boolean {
  if (!isMemoryOf('uint8', mask) || mask.length !== (values as ArrayLike<unknown>).length) {
    return false;
  }
  return mask.every((x) => Number(x) <= 1);
}

/** Whether a value is memory of a dtype: a typed array of the class that the dtype has. */
export function isMemoryOf(dtype: NumberDType, value: unknown): value is TypedArray {
  return arrayClass(value) === newArray(dtype, 0).constructor.name;
}

/**
 * The first row whose value float32 does not hold distinctly, or -1: an integer that float32 rounds, or a number that
 * becomes the same as another one of the column. Rounding alone is no loss: 0.1 is never exact.
 */
export function lostInFloat32(column: Column): number {
  if (column.type === 'category' || column.type === 'text') return -1;
  if (fitsFloat32(memoryDType(column) ?? 'float32')) return -1;
  const { length } = column.values;
  const whole = (x: number): boolean => Number.isInteger(x);
  let [low, high, fractions] = [Infinity, -Infinity, false];
  for (let i = 0; i < length; i++) {
    const x = Number(column.values[i]);
    if (!Number.isFinite(x) || isMissing(column, i)) continue;
    if (x < low) low = x;
    if (x > high) high = x;
    if (whole(x)) {
      if (Math.abs(x) > 2 ** 24 && !exactInFloat32(column.values[i], x)) return i;
    } else fractions = true;
  }
  // Neighbours of a column that has 4096 steps of float32 or more between its ends are told apart well enough.
  const step = 2 ** (Math.floor(Math.log2(Math.max(Math.abs(low), Math.abs(high)))) - 23);
  if (!fractions || step * 4096 <= high - low) return -1;
  const seen = new Map<number, number>();
  for (let i = 0; i < length; i++) {
    const x = Number(column.values[i]);
    const before = seen.get(Math.fround(x));
    if (before === undefined) seen.set(Math.fround(x), x);
    else if (before !== x && !Number.isNaN(x)) return i;
  }
  return -1;
}

/** Whether float32 holds all values of a dtype. */
function fitsFloat32(dtype: NumberDType): boolean {
  const format = formatOf(dtype);
  return format === undefined ? rangeOf(dtype)[1] <= 2 ** 24 : format[0] <= 23;
}

function exactInFloat32(stored: number | bigint, x: number): boolean {
  if (typeof stored === 'bigint' && BigInt(x) !== stored) return false;
  // Numbers of this size with a fraction are not counted: 1e300 is no count and no identifier.
  return Math.abs(x) >= 2 ** 63 || Math.fround(x) === x;
}

/** Floating dtypes hold NaN for missing values; other memory needs a mask. */
export function isFloatingType(type: Column['type']): type is FloatingDType {
  return kindOf({ type } as Column) === 'number';
}

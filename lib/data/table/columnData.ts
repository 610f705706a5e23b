/** Makes columns of users' arrays. */
import {
  arrayClass,
  arrayOver,
  dtypeOfCopy,
  dtypesOfMemory,
  isNumber,
  newArray,
  type TypedArray,
} from '../../core/dtype';
import { requireElement, writeElement, type Element } from '../../core/element';
import { requireList, wrongType, wrongValue } from '../../core/errors';
import {
  isColumn,
  isMemoryOf,
  withMask,
  type Cell,
  type Column,
  type ColumnKind,
  type NumberColumn,
} from './column';
import { dateOf } from './dates';

/**
 * Data for a column: a typed array, an array, or a column. In arrays, null and undefined are missing, and so is NaN. Texts
 * become categories.
 */
export type ColumnData =
  Column | TypedArray | readonly (number | null | undefined)[] | readonly (Cell | undefined)[];

/** A column of a user's data; `name` stands in errors. */
export function columnOf(name: string, data: unknown, op = 'Table'): Column {
  const className = arrayClass(data);
  if (className !== undefined) {
    const type = dtypeOfCopy(className);
    if (isNumber(type) && dtypesOfMemory(data).includes(type)) {
      const { buffer, byteOffset, length } = data as TypedArray;
      const values = isMemoryOf(type, data) ? data : arrayOver(type, buffer, byteOffset, length);
      return { type, values };
    }
  }
  if (Array.isArray(data)) {
    const cells = requireList(op, 'an array', name, data, 1 << 26);
    return columnOfCells(op, (i) => `${name}[${i}]`, cells);
  }
  if (isColumn(data)) return data;
  throw wrongType(op, 'an array or a column', name, data);
}

/** Says where a cell is, in errors. */
type PlaceOf = (row: number) => string;

/** A column of cells, of a kind or of the kind that they have. */
export function columnOfCells(
  op: string,
  place: PlaceOf,
  cells: readonly unknown[],
  kind: ColumnKind = kindOfCells(op, place, cells),
): Column {
  switch (kind) {
    case 'number':
      return numbers(op, place, cells);
    case 'integer':
      return integers(op, place, cells);
    case 'category':
      return categoriesOf(cells.map((cell, i) => text(op, place, cell, i)));
    case 'text':
      return { type: 'text', values: cells.map((cell, i) => text(op, place, cell, i)) };
    case 'boolean':
      return booleans(op, place, cells);
    case 'date':
      return dates(op, place, cells);
  }
}

/** The kind that the cells have. If one is a text, all must be texts. */
function kindOfCells(op: string, place: PlaceOf, cells: readonly unknown[]): ColumnKind {
  if (cells.some((cell) => typeof cell === 'string')) {
    const other = cells.findIndex((cell) => typeof cell !== 'string' && !isNothing(cell));
    if (other >= 0) throw wrongType(op, 'a string', place(other), cells[other]);
    return 'category';
  }
  const first = cells.find((cell) => !isNothing(cell));
  if (typeof first === 'bigint') return 'integer';
  if (typeof first === 'boolean') return 'boolean';
  return isDate(first) ? 'date' : 'number';
}

export function isNothing(cell: unknown): cell is null | undefined {
  return cell === null || cell === undefined;
}

function isDate(cell: unknown): cell is Date {
  return Object.prototype.toString.call(cell) === '[object Date]';
}

function numbers(op: string, place: PlaceOf, cells: readonly unknown[]): NumberColumn {
  const values = Float64Array.from(cells, (cell, i) => {
    if (isNothing(cell)) return NaN;
    if (typeof cell === 'number') return cell;
    throw wrongType(op, 'a number', place(i), cell);
  });
  return { type: 'float64', values };
}

/** Integers: int64 if one of them is a bigint or does not fit into 32 bits, otherwise int32. */
function integers(op: string, place: PlaceOf, cells: readonly unknown[]): Column {
  const long = cells.some(
    (cell) => typeof cell === 'bigint' || Number(cell) !== (Number(cell) | 0),
  );
  const bigints = cells.some((cell) => typeof cell === 'bigint');
  const missing = new Uint8Array(cells.length);
  const present: Element[] = cells.map((cell, i) => {
    if (isNothing(cell) || Number.isNaN(cell)) {
      missing[i] = 1;
      return 0;
    }
    if (typeof cell === 'bigint' || (typeof cell === 'number' && !bigints)) {
      if (typeof cell === 'number' && !Number.isInteger(cell)) {
        throw wrongValue(op, 'an integer', place(i), cell);
      }
      return requireElement(op, place(i), 'int64', cell);
    }
    throw wrongType(op, bigints ? 'a bigint' : 'an integer', place(i), cell);
  });
  const type = long && present.some((cell) => cell !== Number(cell) || cell !== (cell | 0)) ? 'int64' : bigints ? 'int64' : 'int32'; // prettier-ignore
  const values = newArray(type, cells.length);
  present.forEach((cell, i) => {
    writeElement(type, values, i, cell);
  });
  return withMask<NumberColumn>({ type, values }, missing);
}

function text(op: string, place: PlaceOf, cell: unknown, i: number): string | null {
  if (isNothing(cell)) return null;
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return Number.isNaN(cell) ? null : String(cell);
  if (typeof cell === 'bigint' || typeof cell === 'boolean') return String(cell);
  throw wrongType(op, 'a string', place(i), cell);
}

function booleans(op: string, place: PlaceOf, cells: readonly unknown[]): Column {
  const missing = new Uint8Array(cells.length);
  const values = Uint8Array.from(cells, (cell, i) => {
    if (typeof cell === 'boolean') return Number(cell);
    if (!isNothing(cell)) throw wrongType(op, 'a boolean', place(i), cell);
    missing[i] = 1;
    return 0;
  });
  return withMask<Column>({ type: 'boolean', values }, missing);
}

function dates(op: string, place: PlaceOf, cells: readonly unknown[]): Column {
  const values = Float64Array.from(cells, (cell, i) => {
    if (isNothing(cell)) return NaN;
    const time = isDate(cell)
      ? cell.getTime()
      : typeof cell === 'string'
        ? dateOf(cell)
        : undefined;
    if (time === undefined) throw wrongType(op, 'a date', place(i), cell);
    return time;
  });
  return { type: 'date', values };
}

/** Categories in the order in which they appear. */
export function categoriesOf(texts: readonly (string | null)[]): Column {
  const codes = new Map<string, number>();
  const values = Int32Array.from(texts, (value) => (value === null ? -1 : codeOf(codes, value)));
  return { type: 'category', values, categories: [...codes.keys()] };
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

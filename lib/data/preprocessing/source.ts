/** Input columns of transformers: a column of a table, or cells of plain objects, read as numbers or as texts. */
import { types } from 'node:util';
import { fullDTypes } from '../../core/dtype';
import { describe, unexpected } from '../../core/errors';
import type { Element } from '../../core/element';
import { cellOf, dateText, kindOf, numberOf, type Column, type ColumnKind } from '../table/column';
import { dateOf } from '../table/dates';

/** Values of a column of a few texts: `codes[i]` is the index of row i's text, -1 if it is missing. */
export interface Texts {
  readonly codes: ArrayLike<number>;
  readonly categories: readonly string[];
}

/** Name and kind of a column, as the transformer was fitted to it. */
export interface InputColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** One input column. */
export interface Source extends InputColumn {
  /** How errors name it. */
  readonly label: string;
  readonly length: number;
  /** Its numbers; NaN for missing values. Texts must be numbers. */
  numbers(op: string): ArrayLike<number>;
  /** Milliseconds since 1970 of its dates; NaN for missing ones. Texts must be dates in ISO 8601. */
  dates(op: string): ArrayLike<number>;
  /** Its texts. */
  texts(op: string): Texts;
  /** Whether it is one plain object, with no rows before it. */
  readonly isSingle: boolean;
  /** The same as a column of a table. */
  column(op: string): Column;
  /** Whether the plain object of a row does not have this key; absent in other sources. */
  isAbsent?(row: number): boolean;
}

export function labelOf(name: string): string {
  return `column '${name}'`;
}

/** A column of a table. */
export class ColumnSource implements Source {
  readonly kind: ColumnKind;
  readonly length: number;

  constructor(
    readonly name: string,
    readonly label: string,
    private readonly data: Column,
  ) {
    this.kind = kindOf(data);
    this.length = data.values.length;
  }

  numbers(op: string): ArrayLike<number> {
    const { data, length } = this;
    if (data.type === 'date' || isPlainFloat(data.type)) {
      return data.values as ArrayLike<number>;
    }
    if (data.type !== 'category' && data.type !== 'text') {
      return Float64Array.from({ length }, (_, i) => numberOf(data, i));
    }
    return this.readTexts(numberIn, (row, text) => notNumber(op, this.label, row, text));
  }

  dates(op: string): ArrayLike<number> {
    const { type } = this.data;
    if (type !== 'category' && type !== 'text') return this.numbers(op);
    return this.readTexts(dateIn, (row, text) => notDate(op, this.label, row, text));
  }

  /** What each text is; each different one is read once. */
  private readTexts(
    read: (text: string) => number | undefined,
    wrong: (row: number, text: string) => Error,
  ): Float64Array {
    const { codes, categories } = this.texts();
    const known = new Map<number, number>();
    return Float64Array.from({ length: this.length }, (_, i) => {
      const code = codes[i];
      if (code < 0) return NaN;
      let number = known.get(code);
      if (number !== undefined) return number;
      number = read(categories[code]);
      if (number === undefined) throw wrong(i, categories[code]);
      known.set(code, number);
      return number;
    });
  }

  texts(): Texts {
    const { data, length } = this;
    if (data.type === 'category') return { codes: data.values, categories: data.categories };
    const found = new Map<unknown, number>();
    const codes = Int32Array.from({ length }, (_, i) => {
      const cell = distinctCell(data, i);
      if (cell === null || Number.isNaN(cell)) return -1;
      const known = found.get(cell);
      if (known !== undefined) return known;
      found.set(cell, found.size);
      return found.size - 1;
    });
    const isDate = data.type === 'date';
    const categories = Array.from(found.keys(), (key) =>
      isDate ? dateText(new Date(key as number)) : String(key),
    );
    return { codes, categories };
  }

  column(): Column {
    return this.data;
  }

  get isSingle(): boolean {
    return false;
  }
}

function isPlainFloat(type: Column['type']): boolean {
  return (fullDTypes as readonly string[]).includes(type);
}

/** A value that is the same for equal cells: dates as their milliseconds. */
function distinctCell(data: Column, i: number): Element | string | boolean | null {
  if (data.type === 'date') return data.values[i];
  return cellOf(data, i) as Element | string | boolean | null;
}

/** Cells of plain objects. */
export class CellSource implements Source {
  readonly label: string;

  constructor(
    readonly name: string,
    readonly kind: ColumnKind,
    private readonly rows: readonly Readonly<Record<string, unknown>>[],
  ) {
    this.label = labelOf(name);
  }

  get length(): number {
    return this.rows.length;
  }

  numbers(op: string): ArrayLike<number> {
    const { rows, kind, name } = this;
    const out = newNumbers(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const cell = ownCell(rows[i], name);
      const number = typeof cell === 'number' ? cell : numberOfCell(cell, kind);
      if (number === undefined) throw notNumber(op, this.label, i, cell);
      out[i] = number;
    }
    return out;
  }

  dates(op: string): ArrayLike<number> {
    const { rows, name } = this;
    const out = newNumbers(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const cell = ownCell(rows[i], name);
      const time = numberOfCell(cell, 'date');
      if (time === undefined) throw notDate(op, this.label, i, cell);
      out[i] = time;
    }
    return out;
  }

  get isSingle(): boolean {
    return this.rows.length === 1;
  }

  texts(op: string): Texts {
    const { rows, kind, name } = this;
    if (rows.length === 1) {
      const text = textOfCell(op, this.label, 0, ownCell(rows[0], name), kind);
      return text === null ? { codes: [-1], categories: [] } : { codes: [0], categories: [text] };
    }
    const found = new Map<string, number>();
    const codes = rows.map((row, i) => {
      const text = textOfCell(op, this.label, i, ownCell(row, name), kind);
      if (text === null) return -1;
      const code = found.get(text) ?? found.size;
      found.set(text, code);
      return code;
    });
    return { codes, categories: [...found.keys()] };
  }

  column(op: string): Column {
    if (this.kind === 'category' || this.kind === 'text') {
      const { codes, categories } = this.texts(op);
      return { type: 'category', values: Int32Array.from(codes), categories };
    }
    return { type: 'float64', values: Float64Array.from(this.numbers(op)) };
  }

  isAbsent(row: number): boolean {
    return !Object.hasOwn(this.rows[row], this.name);
  }
}

function ownCell(row: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

/** Memory for a few numbers; a small array is made faster than a typed one. */
export function newNumbers(length: number): { [i: number]: number; readonly length: number } {
  return length === 1 ? [0] : new Float64Array(length);
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number that a text is; NaN if it is empty, undefined if it is no number. */
export function numberIn(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return NaN;
  return decimal.test(trimmed) ? Number(trimmed) : undefined;
}

/** Milliseconds of a date in ISO 8601; NaN if the text is empty, undefined if it is no date. */
function dateIn(text: string): number | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? NaN : dateOf(trimmed);
}

function numberOfCell(cell: unknown, kind: ColumnKind): number | undefined {
  switch (typeof cell) {
    case 'undefined':
      return NaN;
    case 'number':
      return cell;
    case 'bigint':
      return Number(cell);
    case 'boolean':
      return Number(cell);
    case 'string': {
      if (kind === 'date') return dateIn(cell);
      if (kind === 'boolean' && cell === 'true') return 1;
      if (kind === 'boolean' && cell === 'false') return 0;
      return numberIn(cell);
    }
    default:
      if (cell === null) return NaN;
      return types.isDate(cell) ? cell.getTime() : undefined;
  }
}

function textOfCell(
  op: string,
  label: string,
  row: number,
  cell: unknown,
  kind: ColumnKind,
): string | null {
  switch (typeof cell) {
    case 'string': {
      if (kind !== 'number' && kind !== 'integer') return cell;
      const number = numberIn(cell); // '1.0' is the category 1 of a column of numbers
      return number === undefined ? cell : Number.isNaN(number) ? null : String(number);
    }
    case 'number':
      if (kind === 'date') return dateText(new Date(cell));
      return Number.isNaN(cell) ? null : String(cell);
    case 'boolean':
    case 'bigint':
      return String(cell);
    case 'undefined':
      return null;
    default:
      if (cell === null) return null;
      if (types.isDate(cell)) return Number.isNaN(cell.getTime()) ? null : dateText(cell);
      throw new TypeError(
        `${op}: expected a text for ${label}, got ${describe(cell)} in row ${row}`,
      );
  }
}

/** The error about a value that is no number. */
export function notNumber(op: string, label: string, row: number, value: unknown): Error {
  const what = `${op}: expected numbers for ${label}, got ${describe(value)} in row ${row}`;
  return typeof value === 'string' ? new RangeError(what) : new TypeError(what);
}

function notDate(op: string, label: string, row: number, value: unknown): Error {
  const what = `${op}: expected dates in ISO 8601 for ${label}, got ${describe(value)} in row ${row}`;
  return typeof value === 'string' ? new RangeError(what) : new TypeError(what);
}

/** The error about a missing value. */
export function missingValue(op: string, source: Source, row: number, hint: string): RangeError {
  return unexpected(op, `no missing values (${hint})`, source.label, `one in row ${row}`);
}

/** Whether the texts of a column are numbers, which are sorted by size. */
export function isNumeric(kind: ColumnKind): boolean {
  return kind === 'number' || kind === 'integer';
}

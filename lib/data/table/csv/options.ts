/** Options of the CSV readers. */
import { TextDecoder } from 'node:util';
import {
  requireBoolean,
  requireInteger,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
  wrongValue,
} from '../../../core/errors';
import type { Notation } from './numbers';
import type { Syntax } from './scanner';
import { columnTypes, type ColumnType } from './types';

/** Options of all CSV readers. */
export interface CsvOptions {
  /** Types of columns by name. For other columns, `readCsv` infers the type, and `csvRows` returns strings. */
  types?: Readonly<Record<string, ColumnType>>;
  /** Whether the first line has the names, default true; or the names, for a file without them. */
  header?: boolean | readonly string[];
  /** The text between values, default a comma; `auto` takes the mark that the first lines have in common. */
  delimiter?: string;
  /** The text around values that contain delimiters, default `"`; false for none. */
  quote?: string | false;
  /** The text that starts a comment; default none. */
  comment?: string;
  /** Whether to remove white space around values; default true. */
  trim?: boolean;
  /** The character before fractions, default `.`. */
  decimal?: string;
  /** The character between groups of three digits; default none. */
  thousands?: string;
  /** Lines before the header that are not read; default 0. */
  skipLines?: number;
  /** The most rows to read; default all. */
  maxRows?: number;
  /** The most bytes of a row, which protects memory from files without line ends; default 64 MiB. */
  maxLineBytes?: number;
  /** The encoding of a file without a byte order mark, such as `windows-1252`; default `utf-8`. */
  encoding?: string;
  /** Texts that mean a missing value; default: an empty text, `NA`, `N/A`, `NaN`, `nan`, `null`, `NULL`. */
  missing?: readonly string[];
}

/** How much of a file has been read. */
export interface CsvProgress {
  /** Bytes that were read from the file, which may be compressed. */
  bytes: number;
  /** Bytes of the file; undefined if it is a stream. */
  totalBytes: number | undefined;
  /** Rows that were read. */
  rows: number;
}

/** Options of `readCsv` and `parseCsv`. */
export interface ReadCsvOptions extends CsvOptions {
  /**
   * What becomes of rows with missing values: `keep` (default) reads them, `drop` leaves them out, `error` refuses the
   * file.
   */
  onMissing?: 'keep' | 'drop' | 'error';
  /**
   * What happens if a column has numbers except in a few cells: `error` (default) refuses the file and names the lines,
   * `missing` makes these values missing, `category` makes all values of the column categories.
   */
  onBadNumber?: 'error' | 'missing' | 'category';
  /** Called while the file is read. */
  onProgress?: (progress: CsvProgress) => void;
}

/** The options with their defaults, checked. */
export interface CsvPlan {
  readonly types: ReadonlyMap<string, ColumnType>;
  readonly header: boolean | readonly string[];
  readonly missing: ReadonlySet<string>;
  readonly onMissing: 'keep' | 'drop' | 'error';
  readonly onBadNumber: 'error' | 'missing' | 'category';
  readonly onProgress: ((progress: CsvProgress) => void) | null;
  /** Null: UTF-8, or what a byte order mark says. */
  readonly encoding: string | null;
  readonly notation: Notation;
  readonly skipLines: number;
  readonly maxRows: number;
  readonly maxLineBytes: number;
  /** Null: to be found out. */
  readonly delimiter: string | null;
  /** Whether the caller chose the delimiter. */
  readonly delimiterIsGiven: boolean;
  readonly marks: Omit<Syntax, 'delimiter'>;
}

const commonKeys = [
  ...['types', 'header', 'delimiter', 'quote', 'comment', 'trim', 'decimal', 'thousands'],
  ...['skipLines', 'maxRows', 'maxLineBytes', 'encoding', 'missing'],
];
export const readerKeys = ['onMissing', 'onBadNumber', 'onProgress'];
export const noValue = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'];
const defaultLineBytes = 64 * 1024 * 1024;

export function csvPlan(op: string, options: ReadCsvOptions, more: readonly string[]): CsvPlan {
  requireOptions(op, options, [...commonKeys, ...more]);
  const { header = true, delimiter, quote = '"', comment, trim = true } = options;
  const { missing = noValue, onMissing = 'keep', onBadNumber = 'error', onProgress } = options;
  if (typeof header !== 'boolean') {
    requireTexts(op, 'header', header);
    const twice = firstTwice(header);
    if (twice !== undefined) throw wrongValue(op, 'each name once', 'header', twice);
  }
  requireTexts(op, 'missing', missing);
  if (delimiter !== undefined) requireMark(op, 'delimiter', delimiter);
  if (quote !== false) requireMark(op, 'quote', quote);
  if (comment !== undefined) requireMark(op, 'comment', comment);
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw wrongType(op, 'a function', 'onProgress', onProgress);
  }
  const { skipLines = 0, maxRows = Infinity, maxLineBytes = defaultLineBytes } = options;
  if (maxRows !== Infinity) requireInteger(op, 'maxRows', maxRows, 0);
  return {
    types: new Map(requireTypes(op, 'types', options.types ?? {})),
    header,
    missing: new Set(missing),
    encoding: options.encoding === undefined ? null : encodingOf(op, options.encoding),
    onMissing: requireOneOf(op, 'onMissing', onMissing, ['keep', 'drop', 'error']),
    onBadNumber: requireOneOf(op, 'onBadNumber', onBadNumber, ['error', 'missing', 'category']),
    onProgress: onProgress ?? null,
    notation: notationOf(op, options),
    skipLines: requireInteger(op, 'skipLines', skipLines, 0),
    maxRows,
    maxLineBytes: requireInteger(op, 'maxLineBytes', maxLineBytes, 1),
    delimiter: delimiter === 'auto' ? null : (delimiter ?? ','),
    delimiterIsGiven: delimiter !== undefined,
    marks: {
      quote: quote === false ? null : Buffer.from(quote),
      comment: comment === undefined ? null : Buffer.from(comment),
      trim: requireBoolean(op, 'trim', trim),
    },
  };
}

function requireTypes(op: string, name: string, types: unknown): [string, ColumnType][] {
  if (typeof types !== 'object' || types === null || Array.isArray(types)) {
    throw wrongType(op, 'an object of types', name, types);
  }
  return Object.entries(types).map(([column, type]) => [
    column,
    requireOneOf(op, `${name}['${column}']`, type, columnTypes),
  ]);
}

function notationOf(op: string, { decimal = '.', thousands }: CsvOptions): Notation {
  requireCharacter(op, 'decimal', decimal);
  if (thousands === undefined) return { decimal, thousands: '' };
  requireCharacter(op, 'thousands', thousands);
  if (thousands === decimal) throw unexpected(op, 'two characters', 'decimal and thousands', 'one');
  return { decimal, thousands };
}

function requireCharacter(op: string, name: string, value: unknown): void {
  if (typeof value !== 'string') throw wrongType(op, 'a string', name, value);
  if (value.length !== 1 || /[\d+\-eE\r\n]/.test(value)) {
    throw wrongValue(op, 'one character that is not part of a number', name, value);
  }
}

function requireTexts(op: string, name: string, value: unknown): void {
  if (Array.isArray(value) && value.every((text) => typeof text === 'string')) return;
  throw wrongType(op, 'an array of strings', name, value);
}

/** The first text that was in the list before. */
export function firstTwice(texts: readonly string[]): string | undefined {
  const before = new Set<string>();
  return texts.find((text) => before.size === before.add(text).size);
}

/** The name by which TextDecoder knows an encoding. */
function encodingOf(op: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(op, 'a string', 'encoding', value);
  try {
    return new TextDecoder(value, { fatal: true }).encoding;
  } catch {
    throw wrongValue(op, 'an encoding that TextDecoder knows', 'encoding', value);
  }
}

function requireMark(op: string, name: string, value: unknown): void {
  if (typeof value !== 'string') throw wrongType(op, 'a string', name, value);
  if (value.length === 0) throw wrongValue(op, 'at least one character', name, value);
  if (/[\r\n]/.test(value)) throw wrongValue(op, 'a string without line breaks', name, value);
}

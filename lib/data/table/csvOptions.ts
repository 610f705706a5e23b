/** Options of the CSV readers. */
import { TextDecoder } from 'node:util';
import {
  requireBoolean,
  requireOneOf,
  requireOptions,
  wrongType,
  wrongValue,
} from '../../core/errors';
import { columnTypes, type ColumnType } from './csvColumn';

/** Options of `readCsv` and `csvRows`. */
export interface CsvOptions {
  /** Types of columns by name. For other columns, `readCsv` infers the type, and `csvRows` returns strings. */
  columns?: Readonly<Record<string, ColumnType>>;
  /** Whether the first line has the names, default true; or the names, for a file without them. */
  header?: boolean | readonly string[];
  /** The text between values; default a comma. */
  delimiter?: string;
  /** The text around values that contain delimiters, default `"`; false for none. */
  quote?: string | false;
  /** The text that starts a comment; default none. */
  comment?: string;
  /** Whether to remove white space around values; default true. */
  trim?: boolean;
  /** The encoding of a file without a byte order mark, such as `windows-1252`; default `utf-8`. */
  encoding?: string;
  /** Texts that mean a missing value; default: an empty text, `NA`, `N/A`, `NaN`, `nan`, `null`, `NULL`. */
  missing?: readonly string[];
}

export interface ReadCsvOptions extends CsvOptions {
  /**
   * What becomes of missing values: `keep` (default) makes them NaN or the category -1, `drop` leaves out the row,
   * `error` refuses the file.
   */
  onMissing?: 'keep' | 'drop' | 'error';
}

/** The options with their defaults, checked. */
export interface CsvPlan {
  readonly types: ReadonlyMap<string, ColumnType>;
  readonly header: boolean | readonly string[];
  readonly missing: ReadonlySet<string>;
  readonly onMissing: 'keep' | 'drop' | 'error';
  readonly encoding: string;
  /** For the parser. */
  readonly syntax: {
    readonly delimiter: string;
    readonly quote: string | false;
    readonly comment: string | null;
    readonly trim: boolean;
  };
}

const keys = ['columns', 'header', 'delimiter', 'quote', 'comment', 'trim', 'encoding', 'missing'];
const noValue = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'];

export function csvPlan(op: string, options: ReadCsvOptions, more: readonly string[]): CsvPlan {
  requireOptions(op, options, [...keys, ...more]);
  const { columns = {}, header = true, delimiter = ',', quote = '"' } = options;
  const { comment, trim = true, missing = noValue, onMissing = 'keep' } = options;
  const types: unknown = columns;
  if (typeof types !== 'object' || types === null || Array.isArray(types)) {
    throw wrongType(op, 'an object of types', 'columns', columns);
  }
  for (const [name, type] of Object.entries(columns)) {
    requireOneOf(op, `columns['${name}']`, type, columnTypes);
  }
  if (typeof header !== 'boolean') {
    requireTexts(op, 'header', header);
    const twice = firstTwice(header);
    if (twice !== undefined) throw wrongValue(op, 'each name once', 'header', twice);
  }
  requireTexts(op, 'missing', missing);
  requireMark(op, 'delimiter', delimiter);
  if (quote !== false) requireMark(op, 'quote', quote);
  if (comment !== undefined) requireMark(op, 'comment', comment);
  return {
    types: new Map(Object.entries(columns)),
    header,
    missing: new Set(missing),
    encoding: encodingOf(op, options.encoding ?? 'utf-8'),
    onMissing: requireOneOf(op, 'onMissing', onMissing, ['keep', 'drop', 'error']),
    syntax: {
      delimiter,
      quote,
      comment: comment ?? null,
      trim: requireBoolean(op, 'trim', trim),
    },
  };
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
}

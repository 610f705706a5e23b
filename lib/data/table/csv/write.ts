/** Writes tables as CSV. */
import {
  describe,
  requireArity,
  requireBoolean,
  requireOptions,
  unexpected,
  wrongType,
  wrongValue,
} from '../../../core/errors';
import { requirePath } from '../../../io/file';
import { writeWhole } from '../../../io/write';
import { cellOf, dateText, type Cell, type Column } from '../column';
import { Table } from '../table';
import { noValue } from './options';

/** Options of `writeCsv` and `formatCsv`. */
export interface WriteCsvOptions {
  /** The character between values; default a comma. */
  delimiter?: string;
  /** The character before fractions; default `.`. */
  decimal?: string;
  /** Whether the first line has the names; default true. */
  header?: boolean;
  /** The text of missing values; default an empty text. */
  missing?: string;
}

interface Format {
  readonly delimiter: string;
  readonly decimal: string;
  readonly header: boolean;
  readonly missing: string;
  /** Texts that a reader takes for a missing value. */
  readonly reserved: ReadonlySet<string>;
}

function formatOf(op: string, options: WriteCsvOptions): Format {
  requireOptions(op, options, ['delimiter', 'decimal', 'header', 'missing']);
  const { delimiter = ',', decimal = '.', header = true, missing } = options;
  for (const [name, value] of Object.entries({ delimiter, decimal })) {
    if (typeof value !== 'string') throw wrongType(op, 'a string', name, value);
    if (value.length !== 1 || /["\r\n\dA-Za-z+-]/.test(value)) {
      throw wrongValue(op, 'one character that is no quote, letter, digit or sign', name, value);
    }
  }
  if (missing !== undefined) {
    if (typeof missing !== 'string') throw wrongType(op, 'a string', 'missing', missing);
    if (/["\r\n]/.test(missing) || missing.includes(delimiter) || missing.trim() !== missing) {
      throw wrongValue(op, 'a text without quotes, delimiters and line ends', 'missing', missing);
    }
  }
  requireBoolean(op, 'header', header);
  const reserved = new Set(missing === undefined ? noValue : [missing]);
  return { delimiter, decimal, header, missing: missing ?? '', reserved };
}

/** Rows that are made at once: about 1 MB. */
const blockRows = 1 << 13;

function* linesOf(op: string, table: Table, format: Format): Generator<string, void, undefined> {
  const columns = [...table.columns];
  const quoted = quoter(format);
  // An empty line is no row: the missing value of a single column needs quotes.
  const none = columns.length === 1 && format.missing === '' ? '""' : format.missing;
  if (format.header) yield line(columns.map(([name]) => (name === '' && columns.length === 1 ? '""' : quoted(name))), format); // prettier-ignore
  const texts = columns.map(([name, column]) => cellFormatter(op, name, column, format, none));
  for (let start = 0; start < table.length; start += blockRows) {
    const lines: string[] = [];
    for (let i = start; i < Math.min(start + blockRows, table.length); i++) {
      lines.push(line(texts.map((text) => text(i)), format)); // prettier-ignore
    }
    yield lines.join('');
  }
}

function line(cells: readonly string[], { delimiter }: Format): string {
  return `${cells.join(delimiter)}\n`;
}

/** Puts quotes around a text that a reader would change. */
function quoter({ delimiter }: Format): (text: string) => string {
  return (text) =>
    text.includes(delimiter) || /["\r\n]|^\s|\s$/.test(text)
      ? `"${text.replaceAll('"', '""')}"`
      : text;
}

function cellFormatter(
  op: string,
  name: string,
  column: Column,
  format: Format,
  none: string,
): (i: number) => string {
  const quoted = quoter(format);
  const write = (cell: Exclude<Cell, null>, i: number): string => {
    if (cell instanceof Date) return quoted(dateText(cell));
    if (typeof cell === 'number') {
      const digits = Object.is(cell, -0) ? '-0' : String(cell);
      return quoted(format.decimal === '.' ? digits : digits.replace('.', format.decimal));
    }
    if (typeof cell === 'string' && format.reserved.has(cell)) {
      const what = 'texts that do not mean a missing value (or set missing here and in readCsv)';
      throw unexpected(op, what, `row ${i} of column '${name}'`, describe(cell));
    }
    return quoted(String(cell));
  };
  if (column.type === 'category') {
    const known: (string | undefined)[] = [];
    return (i) => {
      const code = column.values[i];
      return code < 0 ? none : (known[code] ??= write(column.categories[code], i));
    };
  }
  return (i) => {
    const cell = cellOf(column, i);
    return cell === null ? none : write(cell, i);
  };
}

function requireTable(op: string, table: unknown): Table {
  if (table instanceof Table) return table;
  throw wrongType(op, 'a table', 'table', table);
}

/**
 * Writes a table as a CSV file in UTF-8. The file appears under its name when it is complete.
 *
 * `readCsv` reads the same values again: numbers with all digits, dates in ISO 8601, quotes where they are needed. Categories
 * and texts that look like numbers need `types` then. Rejects with a RangeError that names row and column for a text that
 * a reader takes for a missing value, such as `NA`; set `missing` to another mark.
 *
 * @param path the file
 * @param table the table
 * @param options marks
 * @returns when the file is complete
 * @see pandas.DataFrame.to_csv
 * @example await data.writeCsv('people.csv', table);
 */
export async function writeCsv(
  path: string | URL,
  table: Table,
  options: WriteCsvOptions = {},
): Promise<void> {
  requireArity('writeCsv', arguments.length, 3);
  const target = requirePath('writeCsv', path);
  const source = requireTable('writeCsv', table);
  const format = formatOf('writeCsv', options);
  const pieces = function* (): Generator<Uint8Array, void, undefined> {
    for (const text of linesOf('writeCsv', source, format)) yield Buffer.from(text);
  };
  await writeWhole(target, pieces());
}

/**
 * A table as CSV text, as `writeCsv` writes it.
 *
 * @param table the table
 * @param options marks
 * @returns the text
 * @example data.formatCsv(new data.Table({ age: [31], city: ['Rome'] })); // 'age,city\n31,Rome\n'
 */
export function formatCsv(table: Table, options: WriteCsvOptions = {}): string {
  requireArity('formatCsv', arguments.length, 2);
  const source = requireTable('formatCsv', table);
  return [...linesOf('formatCsv', source, formatOf('formatCsv', options))].join('');
}

/** CSV files, read as a stream, so that a file may be larger than memory. */
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type * as CsvParse from 'csv-parse';
import { requireArity, describe, messageOf } from '../../core/errors';
import { requirePackage } from '../../core/packages';
import { openFile, requirePath, streamOf, withFile, type OpenFile } from '../../io/file';
import {
  ColumnBuilder,
  elementOf,
  inferredType,
  whatOf,
  widerType,
  type ColumnType,
} from './csvColumn';
import {
  csvPlan,
  firstTwice,
  type CsvOptions,
  type CsvPlan,
  type ReadCsvOptions,
} from './csvOptions';
import { utf8Of } from './csvText';
import type { Column } from './column';
import { Table } from './table';

/** Rows from which types are inferred. */
const sampleRows = 1000;

/**
 * Reads a CSV file as a table of numbers and categories (pandas.read_csv).
 *
 * Columns of integers become int32, columns of other numbers float64, all others categories, unless `columns` says
 * otherwise. Rejects with a RangeError that names file, line and column if a value does not have the requested type, or
 * if a row has another number of values than the first.
 *
 * @example const table = await data.readCsv('people.csv', { columns: { age: 'float32', zip: 'category' } });
 */
export async function readCsv(path: string | URL, options: ReadCsvOptions = {}): Promise<Table> {
  requireArity('readCsv', arguments.length, 2);
  const plan = csvPlan('readCsv', options, ['onMissing']);
  return withFile('readCsv', requirePath('readCsv', path), async (file) => {
    // Most files need one pass. A second pass is needed if a later value does not have the type that was inferred from
    // the first rows, because the texts that were read as numbers are gone. Its types fit all values.
    const inferred = new Map<string, ColumnType>();
    while (true) {
      const reader = new TableReader(file, plan, inferred);
      await parseAll(file, plan, (row) => reader.row(row));
      const table = await reader.finish();
      if (table !== null) return table;
    }
  });
}

/** Collects rows; the first ones wait until the types are known. */
class TableReader {
  private readonly names: Names;
  private builders: (ColumnBuilder | null)[] | null = null;
  private sample: { values: (string | null)[]; line: number }[] = [];
  private again = false;

  constructor(
    private readonly file: OpenFile,
    private readonly plan: CsvPlan,
    private readonly inferred: Map<string, ColumnType>,
  ) {
    this.names = new Names(file, plan);
  }

  row({ texts, line }: ParsedRow): void {
    if (this.names.take(texts)) return;
    const values = texts.map((text) => (this.plan.missing.has(text) ? null : text));
    if (this.builders !== null) {
      this.add(values, line);
    } else {
      this.sample.push({ values, line });
      if (this.sample.length === sampleRows) this.decide();
    }
  }

  private decide(): void {
    this.builders = this.names.list.map((name, j) => {
      let type = this.plan.types.get(name) ?? this.inferred.get(name);
      if (type === undefined) {
        type = inferredType(this.sample.map(({ values }) => values[j]));
        this.inferred.set(name, type);
      }
      return type === 'skip' ? null : new ColumnBuilder(type);
    });
    for (const { values, line } of this.sample) this.add(values, line);
    this.sample = [];
  }

  private add(values: readonly (string | null)[], line: number): void {
    const builders = this.builders ?? [];
    const missing = values.findIndex((value, j) => value === null && builders[j] !== null);
    if (missing >= 0 && this.plan.onMissing === 'drop') return;
    if (missing >= 0 && this.plan.onMissing === 'error') {
      const place = `column '${this.names.list[missing]}' of line ${line}`;
      throw this.file.wrong('a value', place, 'none');
    }
    builders.forEach((builder, j) => {
      const text = values[j];
      if (builder === null || builder.add(text)) return;
      const name = this.names.list[j];
      if (this.plan.types.has(name)) throw wrongCell(this.file, builder.type, name, line, text);
      this.inferred.set(name, widerType(this.inferred.get(name) ?? builder.type, text));
      this.again = true;
    });
  }

  /** The table, or null if the file must be read again with other types. */
  async finish(): Promise<Table | null> {
    if (this.builders === null) {
      this.names.requireRead();
      this.decide();
    }
    if (this.again) return null;
    const columns: [string, Column][] = [];
    for (const [j, builder] of (this.builders ?? []).entries()) {
      if (builder === null) continue;
      columns.push([this.names.list[j], builder.column()]);
      await nextTurn(); // a long column takes a few milliseconds
    }
    return new Table(new Map(columns));
  }
}

/** The names of the columns: from the options, from the first line, or numbers. */
class Names {
  list: readonly string[] = [];
  private known = false;

  constructor(
    private readonly file: OpenFile,
    private readonly plan: CsvPlan,
  ) {}

  /** Whether the row was the header. */
  take(texts: readonly string[]): boolean {
    if (this.known) return false;
    this.known = true;
    const { header, types } = this.plan;
    this.list =
      header === true ? texts : header === false ? texts.map((_, j) => `column${j}`) : header;
    if (this.list.length !== texts.length) {
      const got = String(texts.length);
      throw this.file.wrong(`${this.list.length} columns, as header says,`, 'the first row', got);
    }
    const twice = firstTwice(this.list);
    if (twice !== undefined) {
      throw this.file.wrong('each name once', 'the header', `${describe(twice)} twice`);
    }
    const own = new Set(this.list);
    for (const name of types.keys()) {
      if (own.has(name)) continue;
      throw this.file.wrong(
        `the column ${describe(name)}`,
        'the header',
        this.list.join(', ').slice(0, 200),
      );
    }
    return header === true;
  }

  /** An error for a file without lines. */
  requireRead(): void {
    if (!this.known) throw this.file.wrong('at least one line', '', 'none');
  }
}

/** A row from the parser, with the number of its last line. */
interface ParsedRow {
  readonly texts: readonly string[];
  readonly line: number;
}

/**
 * A parser that passes rows to `onRow`, or yields them as a stream. Rows are taken where the parser pushes them: its
 * own `on_record` describes each row in full, which takes a third of its time.
 */
function parserOf(op: string, plan: CsvPlan, onRow?: (row: ParsedRow) => void): CsvParse.Parser {
  const { parse } = requirePackage(op, 'CSV files', 'csv-parse') as typeof CsvParse;
  const parser = parse({
    ...plan.syntax,
    record_delimiter: ['\n', '\r\n', '\r'], // by default, only the line end of the first line
    skip_empty_lines: true,
  });
  const push = parser.push.bind(parser);
  parser.push = (texts: readonly string[] | null) => {
    if (texts === null) return push(null);
    const row = { texts, line: parser.info.lines };
    if (onRow === undefined) return push(row);
    onRow(row);
    return true;
  };
  return parser;
}

/** Pipes the file into the parser; the stream must be destroyed afterwards. */
function pour(file: OpenFile, plan: CsvPlan, parser: CsvParse.Parser): Readable {
  const text = utf8Of(file, streamOf(file), plan.encoding);
  const stream = Readable.from(text, { objectMode: false });
  stream.on('error', (error) => parser.destroy(error));
  stream.pipe(parser);
  return stream;
}

/** Calls `use` with each row. */
async function parseAll(
  file: OpenFile,
  plan: CsvPlan,
  use: (row: ParsedRow) => void,
): Promise<void> {
  const refused: unknown[] = [];
  const parser = parserOf(file.op, plan, (row) => {
    if (refused.length > 0) return; // the parser finishes its block
    try {
      use(row);
    } catch (error) {
      refused.push(error);
      parser.destroy();
    }
  });
  const stream = pour(file, plan, parser);
  parser.resume();
  try {
    await finished(parser);
  } catch (error) {
    if (refused.length === 0) throw notCsv(file, error);
  } finally {
    stream.destroy();
  }
  if (refused.length > 0) throw refused[0];
}

/** The error of a parser, or what stopped it: of the file's own text, or of reading it. */
function notCsv(file: OpenFile, error: unknown): unknown {
  const { CsvError } = requirePackage(file.op, 'CSV files', 'csv-parse') as typeof CsvParse;
  if (!(error instanceof CsvError)) return error;
  return file.wrong('well-formed rows of equal length', '', messageOf(error));
}

/**
 * A row of a CSV file: numbers where `columns` asks for them (NaN: missing; a bigint for an int64 beyond 2^53), otherwise
 * strings (null: missing).
 */
export type CsvRow = Record<string, number | bigint | string | null>;

/**
 * The rows of a CSV file one by one, each as an object by column, for files that do not fit into memory.
 * `IterableDataset` accepts a function that returns them. The file is open while the loop runs.
 *
 * @example
 * for await (const { x, y } of data.csvRows('points.csv', { columns: { x: 'number', y: 'number' } })) use(x, y);
 */
export async function* csvRows(
  path: string | URL,
  options: CsvOptions = {},
): AsyncGenerator<CsvRow, void, undefined> {
  requireArity('csvRows', arguments.length, 2);
  const op = 'csvRows';
  const plan = csvPlan(op, options, []);
  const from = requirePath(op, path);
  const parser = parserOf(op, plan); // before there is a file to close
  const file = await openFile(op, from);
  const names = new Names(file, plan);
  const stream = pour(file, plan, parser);
  const rows = (parser as AsyncIterable<ParsedRow>)[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await rows.next().catch((error: unknown) => {
        throw notCsv(file, error);
      });
      if (next.done === true) break;
      if (!names.take(next.value.texts)) yield rowOf(file, plan, names, next.value);
    }
    names.requireRead();
  } finally {
    parser.destroy();
    stream.destroy();
    await file.handle.close();
  }
}

function rowOf(file: OpenFile, plan: CsvPlan, names: Names, { texts, line }: ParsedRow): CsvRow {
  const cells = names.list.flatMap((name, j): [string, CsvRow[string]][] => {
    const type = plan.types.get(name) ?? 'category';
    if (type === 'skip') return [];
    const text = plan.missing.has(texts[j]) ? null : texts[j];
    if (type === 'category') return [[name, text]];
    const value = elementOf(type, text);
    if (value !== undefined) return [[name, value]];
    throw wrongCell(file, type, name, line, text);
  });
  return Object.fromEntries(cells);
}

function wrongCell(
  file: OpenFile,
  type: ColumnType,
  name: string,
  line: number,
  text: string | null,
): RangeError {
  const got = text === null ? 'none' : describe(text);
  return file.wrong(whatOf(type), `column '${name}' of line ${line}`, got);
}

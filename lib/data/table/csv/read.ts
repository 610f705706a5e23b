/** `readCsv`, which reads a file as a stream, and `parseCsv`, which reads a text. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { requireArity, wrongType } from '../../../core/errors';
import { InputFile } from '../../../io/file';
import type { Column } from '../column';
import { Table } from '../table';
import { EncodingProblem, utf8Of } from './encoding';
import type { InferredType } from './infer';
import { csvPlan, readerKeys, type CsvPlan, type ReadCsvOptions } from './options';
import { contentOf, openInput, type Input, type TableSource } from './source';
import { TableReader } from './tableReader';

/** Values that are joined to columns, a few milliseconds of work, before other events run. */
const turnValues = 1 << 19;

/**
 * Reads a CSV file as a table.
 *
 * The source is a path, a URL, the bytes of a file or a stream; `parseCsv` reads a text. Files in gzip, brotli and, with
 * Node.js 22.15 or later, zstd are decompressed; text is UTF-8, UTF-16 with a byte order mark, or in `encoding`. A file is
 * read in blocks, so that it may be larger than memory; of a stream the bytes are kept until the types are certain.
 *
 * Columns of integers become int32 (int64 beyond 2^53), columns of other numbers float64, `true` and `false` booleans,
 * dates in ISO 8601 dates, and all others categories, unless `types` says otherwise.
 *
 * Rejects with a RangeError that names file, line and column if the text is not valid, if a row has another number of
 * values than the first, if a value does not have the requested type, or if a column is numbers except in a few cells.
 *
 * @param source where the file is
 * @param options how it is written, and types of columns
 * @returns the table
 * @see pandas.read_csv
 * @example const table = await data.readCsv('people.csv', { types: { age: 'float32', zip: 'category' } });
 */
export async function readCsv(source: TableSource, options: ReadCsvOptions = {}): Promise<Table> {
  requireArity('readCsv', arguments.length, 2);
  const plan = csvPlan('readCsv', options, readerKeys);
  const input = await openInput('readCsv', source);
  try {
    // Most files need one pass. A second pass is needed if later values do not have the types that were inferred from the
    // first rows, because the texts that were read as numbers are gone.
    const found = new Map<string, InferredType>();
    while (true) {
      const reader = new TableReader(input.file, plan, found);
      await readAll(input, plan, reader);
      const columns: [string, Column][] = [];
      let values = 0;
      for (const entry of reader.finish()) {
        columns.push(entry);
        values += entry[1].values.length;
        if (values < turnValues) continue;
        await nextTurn();
        values = 0;
      }
      if (reader.found.size === 0) return new Table(new Map(columns));
      for (const [name, type] of reader.found) found.set(name, type);
    }
  } finally {
    await input.close();
  }
}

/** Feeds the content of a file to a reader. */
async function readAll(input: Input, plan: CsvPlan, reader: TableReader): Promise<void> {
  const { records } = reader;
  let bytes = 0;
  const content = contentOf(input, plan.encoding !== null, (count) => {
    bytes += count;
  });
  try {
    for await (const block of utf8Of(content, plan.encoding)) {
      reader.feed(block, false);
      plan.onProgress?.({ bytes, totalBytes: input.size, rows: records.rows });
      if (records.isFull) return;
    }
  } catch (error) {
    if (error instanceof EncodingProblem) reader.flush();
    if (records.isFull) return; // bytes behind the wanted rows do not matter
    throw namedProblem(input.file, error, () => records.lastLine);
  }
  reader.feed(new Uint8Array(0), true);
  plan.onProgress?.({ bytes, totalBytes: input.size, rows: records.rows });
}

/** The error about bytes that are not text, with their line. */
export function namedProblem(file: InputFile, error: unknown, line: () => number): unknown {
  if (!(error instanceof EncodingProblem)) return error;
  return file.wrong(error.what, `line ${line()} (byte ${error.position})`, error.got);
}

/**
 * Reads a CSV text as a table, as `readCsv` reads a file; synchronous.
 *
 * @param text the text
 * @param options as those of `readCsv`
 * @returns the table
 * @example const table = data.parseCsv('age,city\n31,Rome\n45,Oslo\n');
 */
export function parseCsv(text: string, options: ReadCsvOptions = {}): Table {
  requireArity('parseCsv', arguments.length, 2);
  const source: unknown = text;
  if (typeof source !== 'string') throw wrongType('parseCsv', 'a string', 'text', source);
  const plan = csvPlan('parseCsv', options, readerKeys);
  const file = new InputFile('parseCsv', 'the text');
  const bytes = Buffer.from(source.startsWith('\ufeff') ? source.slice(1) : source);
  const found = new Map<string, InferredType>();
  while (true) {
    const reader = new TableReader(file, plan, found);
    reader.feed(bytes, true);
    const columns = new Map(reader.finish());
    plan.onProgress?.({ bytes: bytes.length, totalBytes: bytes.length, rows: reader.records.rows });
    if (reader.found.size === 0) return new Table(columns);
    for (const [name, type] of reader.found) found.set(name, type);
  }
}

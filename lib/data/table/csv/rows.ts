/** `csvRows`, which reads a file row by row. */
import { describe, requireArity } from '../../../core/errors';
import { isFloating, numberDTypes, type NumberDType } from '../../../core/dtype';
import type { InputFile } from '../../../io/file';
import type { Cell } from '../column';
import { utf8Of } from './encoding';
import { csvPlan, type CsvOptions, type CsvPlan } from './options';
import { namedProblem } from './read';
import { Records } from './records';
import { contentOf, openInput, type TableSource } from './source';
import { cellOfText, whatOf, type ColumnType } from './types';

/**
 * A row of a CSV file: strings, or what `types` asks for: numbers (NaN: missing; a bigint for an int64 beyond 2^53),
 * booleans and dates. Other missing values are null.
 */
export type CsvRow = Record<string, Cell>;

/**
 * The rows of a CSV file one by one, each as an object by column, for files that do not fit into memory.
 * `IterableDataset` accepts a function that returns them. The file is open while the loop runs.
 *
 * @param source where the file is
 * @param options how it is written, and types of columns
 * @returns the rows
 * @example
 * for await (const { x, y } of data.csvRows('points.csv', { types: { x: 'number', y: 'number' } })) use(x, y);
 */
export async function* csvRows(
  source: TableSource,
  options: CsvOptions = {},
): AsyncGenerator<CsvRow, void, undefined> {
  requireArity('csvRows', arguments.length, 2);
  const plan = csvPlan('csvRows', options, []);
  const input = await openInput('csvRows', source);
  const records = new Records(input.file, plan);
  try {
    const content = contentOf(input, plan.encoding !== null);
    const blocks = utf8Of(content, plan.encoding);
    while (!records.isFull) {
      const block = await blocks.next().catch((error: unknown) => {
        throw namedProblem(input.file, error, () => records.lastLine);
      });
      const isLast = block.done === true;
      records.feed(isLast ? new Uint8Array(0) : block.value, isLast);
      while (records.next()) yield rowOf(input.file, plan, records);
      if (isLast) break;
    }
    records.requireSome();
    await blocks.return();
  } finally {
    await input.close();
  }
}

function rowOf(file: InputFile, plan: CsvPlan, { names, scanner }: Records): CsvRow {
  if (scanner === null) return {};
  const { buffer, starts, ends, line } = scanner;
  const cells: [string, Cell][] = [];
  names.forEach((name, j) => {
    const type = plan.types.get(name) ?? 'text';
    if (type === 'skip') return;
    const text = buffer.toString('utf8', starts[j], ends[j]);
    const isMissing = plan.missing.has(text);
    const value = isMissing ? missingOf(type) : cellOfText(type, text, plan.notation);
    if (value === undefined) {
      const got = isMissing ? 'none' : describe(text);
      throw file.wrong(whatOf(type), `column '${name}' of line ${line}`, got);
    }
    cells.push([name, value]);
  });
  return Object.fromEntries(cells);
}

/** A missing value of a type; undefined where the type has none. */
function missingOf(type: Exclude<ColumnType, 'skip'>): Cell | undefined {
  if (type === 'number') return NaN;
  if (!numberDTypes.includes(type as NumberDType)) return null;
  return isFloating(type as NumberDType) ? NaN : undefined;
}

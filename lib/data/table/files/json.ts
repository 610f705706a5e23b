/** Tables of JSON: an array of objects, columns by name, or one object a line. */
import { StringDecoder } from 'node:string_decoder';
import {
  messageOf,
  requireArity,
  requireInteger,
  requireOneOf,
  requireOptions,
} from '../../../core/errors';
import { columnKinds, isNumbers, type ColumnKind } from '../column';
import { columnOfCells } from '../columnData';
import { utf8Of } from '../csv/encoding';
import { namedProblem } from '../csv/read';
import { contentOf, openInput, type Input, type TableSource } from '../csv/source';
import { columnsOfRows } from '../rows';
import { Table } from '../table';

/** Options of `readJson` and `readNdjson`. */
export interface ReadJsonOptions {
  /** Kinds of columns by name; otherwise, texts become categories, and numbers float64. */
  types?: Readonly<Record<string, ColumnKind>>;
}

/** Options of `readNdjson`. */
export interface ReadNdjsonOptions extends ReadJsonOptions {
  /** The most characters of a line, which protects memory from files without line ends; default 64 Mi. */
  maxLineLength?: number;
}

type Kinds = ReadonlyMap<string, ColumnKind>;

function requireKinds(op: string, types: Readonly<Record<string, ColumnKind>>): Kinds {
  for (const [name, kind] of Object.entries(types)) {
    requireOneOf(op, `types['${name}']`, kind, columnKinds);
  }
  return new Map(Object.entries(types));
}

/** The text of an input in pieces. */
async function* textOf(input: Input): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let line = 1;
  try {
    for await (const block of utf8Of(contentOf(input, false), null)) {
      const text = decoder.write(Buffer.from(block.buffer, block.byteOffset, block.byteLength));
      yield text;
      line += text.split('\n').length - 1;
    }
  } catch (error) {
    throw namedProblem(input.file, error, () => line);
  }
}

/**
 * Reads a JSON file as a table: an array of objects, one for each row, or an object of arrays, one for each column.
 *
 * An absent key and null are missing values. Rejects with a RangeError that names the file if it is not such JSON, or if it
 * has integers beyond 2^53, which JSON.parse rounds.
 *
 * @param source where the file is; it may be compressed with gzip, brotli or zstd
 * @param options kinds of columns
 * @returns the table
 * @see pandas.read_json
 * @example const table = await data.readJson('people.json', { types: { name: 'text', born: 'date' } });
 */
export async function readJson(source: TableSource, options: ReadJsonOptions = {}): Promise<Table> {
  requireArity('readJson', arguments.length, 2);
  requireOptions('readJson', options, ['types']);
  const kinds = requireKinds('readJson', options.types ?? {});
  const input = await openInput('readJson', source);
  try {
    const pieces: string[] = [];
    for await (const piece of textOf(input)) pieces.push(piece);
    let value: unknown;
    try {
      value = JSON.parse(pieces.join('')) as unknown;
    } catch (error) {
      throw input.file.wrong('JSON', '', messageOf(error));
    }
    if (Array.isArray(value)) return tableOfRows(input, value, kinds);
    if (typeof value === 'object' && value !== null) {
      return tableOfColumns(input, value as Record<string, unknown>, kinds);
    }
    throw input.file.wrong('an array of objects or an object of arrays', '', typeof value);
  } finally {
    await input.close();
  }
}

function tableOfRows(input: Input, rows: readonly unknown[], kinds: Kinds): Table {
  const table = new Table(columnsOfRows(input.file.op, rows, kinds));
  requireSafe(input, table);
  return table;
}

function tableOfColumns(input: Input, value: Record<string, unknown>, kinds: Kinds): Table {
  const columns = Object.entries(value).map(([name, cells]) => {
    if (!Array.isArray(cells)) {
      throw input.file.wrong(
        'an array',
        `column '${name}'`,
        cells === null ? 'null' : typeof cells,
      );
    }
    const place = (i: number): string => `row ${i} of column '${name}'`;
    return [name, columnOfCells(input.file.op, place, cells, kinds.get(name))] as const;
  });
  const table = new Table(new Map(columns));
  requireSafe(input, table);
  return table;
}

/** JSON.parse has rounded integers from 2^53 on. */
function requireSafe(input: Input, table: Table): void {
  for (const [name, column] of table.columns) {
    if (!isNumbers(column)) continue;
    const { values } = column;
    const at = values.findIndex((x) => {
      const size = Math.abs(Number(x));
      return size >= 2 ** 53 && size < 2 ** 64 && Number.isInteger(size);
    });
    if (at < 0) continue;
    const what = 'integers below 2^53 (write larger ones as texts)';
    throw input.file.wrong(what, `row ${at} of column '${name}'`, String(values[at]));
  }
}

/**
 * Reads a file with one JSON object a line (NDJSON, JSON Lines) as a table. An absent key and null are missing values.
 *
 * Rejects with a RangeError that names file and line if a line is not an object.
 *
 * @param source where the file is; it may be compressed with gzip, brotli or zstd
 * @param options kinds of columns
 * @returns the table
 * @example const table = await data.readNdjson('events.ndjson.gz');
 */
export async function readNdjson(
  source: TableSource,
  options: ReadNdjsonOptions = {},
): Promise<Table> {
  requireArity('readNdjson', arguments.length, 2);
  requireOptions('readNdjson', options, ['types', 'maxLineLength']);
  const { maxLineLength = 64 * 1024 * 1024 } = options;
  requireInteger('readNdjson', 'maxLineLength', maxLineLength, 1);
  const kinds = requireKinds('readNdjson', options.types ?? {});
  const input = await openInput('readNdjson', source);
  const rows: unknown[] = [];
  let line = 0;
  const take = (text: string): void => {
    line++;
    if (text.trim() === '') return;
    let row: unknown;
    try {
      row = JSON.parse(text) as unknown;
    } catch (error) {
      throw input.file.wrong('a JSON object', `line ${line}`, messageOf(error));
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      const got = Array.isArray(row) ? 'an array' : row === null ? 'null' : `a ${typeof row}`;
      throw input.file.wrong('a JSON object', `line ${line}`, got);
    }
    rows.push(row);
  };
  try {
    let rest: string[] = [];
    let length = 0;
    for await (const piece of textOf(input)) {
      const lines = piece.split('\n');
      for (const text of lines.slice(0, -1)) {
        take(rest.length === 0 ? text : rest.join('') + text);
        [rest, length] = [[], 0];
      }
      const last = lines[lines.length - 1];
      rest.push(last);
      length += last.length;
      if (length > maxLineLength) {
        const what = `at most ${maxLineLength} characters (maxLineLength)`;
        throw input.file.wrong(what, `line ${line + 1}`, 'more');
      }
    }
    take(rest.join(''));
    return tableOfRows(input, rows, kinds);
  } finally {
    await input.close();
  }
}

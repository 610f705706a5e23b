/** Parquet files, through the package hyparquet. */
import {
  messageOf,
  requireArity,
  requireItems,
  requireOneOf,
  requireOptions,
} from '../../../core/errors';
import { withFile, requirePath, type OpenFile } from '../../../io/file';
import { columnKinds, type ColumnKind } from '../column';
import { columnsOfRows } from '../rows';
import { Table } from '../table';

/** The functions of hyparquet that are used. */
interface Hyparquet {
  parquetReadObjects(options: {
    file: { byteLength: number; slice(start: number, end?: number): Promise<ArrayBuffer> };
    columns?: string[];
    compressors?: unknown;
  }): Promise<Record<string, unknown>[]>;
}

/** Options of `readParquet`. */
export interface ReadParquetOptions {
  /** Kinds of columns by name; otherwise, texts become categories. */
  types?: Readonly<Record<string, ColumnKind>>;
  /** The columns to read; default all. */
  columns?: readonly string[];
  /** Decompression for methods other than Snappy and none: `compressors` of the package hyparquet-compressors. */
  compressors?: unknown;
}

/**
 * Reads a Parquet file as a table. It needs the package hyparquet, which you install beside blasgrad; other compression than
 * Snappy also needs hyparquet-compressors.
 *
 * Texts become categories, 64-bit integers int64, timestamps and dates dates; nulls are missing values.
 *
 * @param path the file
 * @param options columns and their kinds
 * @returns the table
 * @see pandas.read_parquet
 * @example const table = await data.readParquet('people.parquet', { columns: ['age', 'city'] });
 */
export async function readParquet(
  path: string | URL,
  options: ReadParquetOptions = {},
): Promise<Table> {
  const op = 'readParquet';
  requireArity(op, arguments.length, 2);
  requireOptions(op, options, ['types', 'columns', 'compressors']);
  const { types = {}, columns, compressors } = options;
  for (const [name, kind] of Object.entries(types)) {
    requireOneOf(op, `types['${name}']`, kind, columnKinds);
  }
  const names = columns && (requireItems(op, 'an array of names', 'columns', columns) as string[]);
  return withFile(op, requirePath(op, path), async (file) => {
    const hyparquet = await loadHyparquet(op);
    let rows: Record<string, unknown>[];
    try {
      rows = await hyparquet.parquetReadObjects({
        file: bufferOf(file),
        ...(names === undefined ? {} : { columns: names }),
        ...(compressors === undefined ? {} : { compressors }),
      });
    } catch (error) {
      throw file.wrong('a Parquet file that hyparquet reads', '', messageOf(error));
    }
    return new Table(columnsOfRows(op, rows, new Map(Object.entries(types))));
  });
}

async function loadHyparquet(op: string): Promise<Hyparquet> {
  const name = 'hyparquet'; // a variable, so that TypeScript does not look for an optional package
  try {
    return (await import(name)) as Hyparquet;
  } catch (error) {
    const [reason] = messageOf(error).split('\n');
    throw new Error(
      `${op}: expected the package hyparquet for Parquet files, got none; npm install hyparquet (${reason})`,
      { cause: error },
    );
  }
}

function bufferOf(file: OpenFile): {
  byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
} {
  return {
    byteLength: file.size,
    slice: async (start, end = file.size) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, file.size) - start));
      await file.fill(bytes, start);
      return bytes.buffer;
    },
  };
}

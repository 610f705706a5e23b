/** Apache Arrow tables, which other libraries of tables read and write. */
import type * as Arrow from 'apache-arrow';
import { types } from 'node:util';
import {
  arrayClass,
  contentOf,
  dtypeOfCopy,
  dtypesOfMemory,
  isHalf,
  newArray,
} from '../../../core/dtype';
import {
  requireArity,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
} from '../../../core/errors';
import { requirePackage } from '../../../core/packages';
import { cellOf, columnKinds, missingCount, type Column, type ColumnKind } from '../column';
import { columnOf, columnOfCells } from '../columnData';
import { Table } from '../table';

/** What blasgrad reads of the schema of an Arrow table. */
export interface ArrowSchema {
  /** One for each column. */
  readonly fields: readonly ArrowField[];
}

/** What blasgrad reads of a field of a schema. */
export interface ArrowField {
  /** The name of the column. */
  readonly name: string;
}

/** What blasgrad reads of an Arrow table of any version of apache-arrow. */
export interface ArrowTable {
  /** The names and types of the columns. */
  readonly schema: ArrowSchema;
  /**
   * The column of a name.
   *
   * @param name the name
   * @returns a vector
   */
  getChild(name: string): unknown;
}

interface ArrowVector {
  readonly length: number;
  readonly nullCount: number;
  readonly type: { readonly typeId: number; toString(): string };
  get(i: number): unknown;
  toArray(): unknown;
}

/** Options of `fromArrow`. */
export interface FromArrowOptions {
  /** Kinds of columns by name; otherwise, texts become categories. */
  types?: Readonly<Record<string, ColumnKind>>;
  /** What happens to nulls: they become missing values (default), or an error. */
  onNull?: 'missing' | 'error';
}

/** Kinds by Arrow's type ids (the enum Type of the format). */
const kindsOfTypes: Readonly<Record<number, ColumnKind | undefined>> = {
  [-1]: 'category',
  2: 'integer',
  3: 'number',
  5: 'category',
  6: 'boolean',
  8: 'date',
  10: 'date',
  20: 'category',
};

/**
 * A table of an Arrow table, such as arquero's `toArrow()` makes, or of the bytes of an Arrow file or stream, such as
 * nodejs-polars writes. Only bytes need the package apache-arrow.
 *
 * Numbers without nulls are not copied. Texts and dictionaries become categories, dates and timestamps dates.
 *
 * @param source the Arrow table, or its bytes
 * @param options kinds of columns, and what happens to nulls
 * @returns the table
 * @throws RangeError that names the column if its type is not supported, or if it has nulls and `onNull` is `error`
 * @example const table = data.fromArrow(arqueroTable.toArrow());
 */
export function fromArrow(source: ArrowTable | Uint8Array, options: FromArrowOptions = {}): Table {
  const op = 'fromArrow';
  requireArity(op, arguments.length, 2);
  requireOptions(op, options, ['types', 'onNull']);
  const { types: kinds = {}, onNull = 'missing' } = options;
  requireOneOf(op, 'onNull', onNull, ['missing', 'error']);
  for (const [name, kind] of Object.entries(kinds)) {
    requireOneOf(op, `types['${name}']`, kind, columnKinds);
  }
  const given = new Map(Object.entries(kinds));
  const arrow = requireArrowTable(op, source);
  const columns = Array.from(arrow.schema.fields, ({ name }): [string, Column] => {
    const vector = arrow.getChild(name) as ArrowVector;
    if (onNull === 'error' && vector.nullCount > 0) {
      throw unexpected(op, "values (or onNull: 'missing')", `column '${name}'`, `${vector.nullCount} nulls`); // prettier-ignore
    }
    return [name, columnOfVector(op, name, vector, given.get(name))];
  });
  return new Table(new Map(columns));
}

function requireArrowTable(op: string, source: unknown): ArrowTable {
  if (types.isUint8Array(source)) {
    const { tableFromIPC } = requirePackage(op, 'Arrow files', 'apache-arrow') as typeof Arrow;
    let table: Arrow.Table | undefined;
    try {
      table = tableFromIPC(source);
    } catch {
      // Other bytes: some of them make an empty table.
    }
    if (table !== undefined && table.schema.fields.length > 0) return table;
    throw unexpected(op, 'an Arrow file or stream', 'source', `${source.length} other bytes`);
  }
  const isTable =
    typeof source === 'object' && source !== null && 'schema' in source && 'getChild' in source;
  if (!isTable) throw wrongType(op, 'an Arrow table or its bytes', 'source', source);
  return source as ArrowTable;
}

function columnOfVector(
  op: string,
  name: string,
  vector: ArrowVector,
  given: ColumnKind | undefined,
): Column {
  const kind = kindsOfTypes[vector.type.typeId];
  if (kind === undefined) {
    const what = 'numbers, texts, booleans or dates';
    throw unexpected(op, what, `column '${name}'`, `the type ${vector.type.toString()}`);
  }
  const place = (i: number): string => `row ${i} of column '${name}'`;
  if (vector.nullCount === 0 && given === undefined && (kind === 'number' || kind === 'integer')) {
    const values = vector.toArray();
    const className = arrayClass(values);
    if (className !== undefined && dtypesOfMemory(values).includes(dtypeOfCopy(className))) {
      return columnOf(name, values, op);
    }
  }
  const cells = Array.from({ length: vector.length }, (_, i) => {
    const cell = vector.get(i);
    return kind === 'date' && typeof cell === 'number' ? new Date(cell) : cell;
  });
  return columnOfCells(op, place, cells, given ?? kind);
}

/**
 * An Arrow table of a table, for libraries such as arquero (`fromArrow`) and, as bytes, nodejs-polars (`readIPC`). It needs
 * the package apache-arrow, which you install beside blasgrad. Missing values become nulls.
 *
 * @param table the table
 * @returns a table of apache-arrow; `tableToIPC` makes bytes of it
 * @example const bytes = tableToIPC(data.toArrow(table));
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- inferred from where the result goes
export function toArrow<Result extends ArrowTable = ArrowTable>(table: Table): Result {
  requireArity('toArrow', arguments.length, 1);
  const source: unknown = table;
  if (!(source instanceof Table)) throw wrongType('toArrow', 'a table', 'table', source);
  const arrow = requirePackage('toArrow', 'Arrow tables', 'apache-arrow') as typeof Arrow;
  const vectors = Array.from(source.columns, ([name, column]) => [name, vectorOf(arrow, column)]);
  const made = new arrow.Table(Object.fromEntries(vectors) as Record<string, Arrow.Vector>);
  return made as ArrowTable as Result;
}

function vectorOf(arrow: typeof Arrow, column: Column): Arrow.Vector {
  const cells = Array.from({ length: column.values.length }, (_, i) => cellOf(column, i));
  switch (column.type) {
    case 'category':
      return arrow.vectorFromArray(
        cells,
        new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
      );
    case 'text':
      return arrow.vectorFromArray(cells, new arrow.Utf8());
    case 'boolean':
      return arrow.vectorFromArray(cells, new arrow.Bool());
    case 'date':
      return arrow.vectorFromArray(cells, new arrow.TimestampMillisecond());
    default: {
      if (isHalf(column.type)) return arrow.vectorFromArray(cells, new arrow.Float32());
      if (missingCount(column) === 0) return arrow.makeVector(column.values as Float64Array);
      const { type } = arrow.makeVector(newArray(column.type, 0) as Float64Array);
      const isLong = contentOf(column.type) === 'bigints';
      const values = isLong ? cells.map((x) => (x === null ? null : BigInt(x as number))) : cells;
      return arrow.vectorFromArray(values, type as Arrow.DataType);
    }
  }
}

/** What splits take: rows, labels and groups of them, and a random order. */
import { numbersOf } from '../../core/access';
import { requireInteger, requireItems, unexpected, wrongType } from '../../core/errors';
import type { Generator } from '../../core/generator';
import { Tensor } from '../../core/tensor';
import { randperm } from '../../creation/random';
import { textOf } from '../table/column';
import { Table } from '../table/table';

/** A value for each row: the name of a column, or an array, typed array or vector. */
export type RowValues = string | Tensor | Iterable<number | bigint | string | boolean | null>;

/** Options of random splits. */
export interface SeedOptions {
  /** The same seed gives the same split; default: draws from the generator of `manualSeed`. */
  seed?: number;
  /** A generator to draw from, instead of `seed`. */
  generator?: Generator;
}

/** The number of rows of a table, or the number itself. */
export function rowsIn(op: string, rows: unknown, least = 1): number {
  const count = rows instanceof Table ? rows.length : rows;
  if (typeof count !== 'number') throw wrongType(op, 'a table or a number of rows', 'rows', rows);
  requireInteger(op, 'rows', count, 0);
  if (count < least) throw unexpected(op, `at least ${least} rows`, 'rows', String(count));
  return count;
}

/** The rows of each different value, in the order in which the values appear. */
export function rowsByValue(
  op: string,
  name: string,
  rows: unknown,
  count: number,
  values: unknown,
): Map<string, number[]> {
  const texts = textsOf(op, name, rows, values);
  if (texts.length !== count) throw unexpected(op, `${count} values`, name, String(texts.length));
  const found = new Map<string, number[]>();
  texts.forEach((text, row) => {
    if (text === null) throw unexpected(op, 'no missing values', name, `one in row ${row}`);
    const list = found.get(text);
    if (list === undefined) found.set(text, [row]);
    else list.push(row);
  });
  return found;
}

function textsOf(op: string, name: string, rows: unknown, values: unknown): (string | null)[] {
  if (typeof values === 'string') {
    if (!(rows instanceof Table)) {
      throw wrongType(op, 'an array, as rows is no table,', name, values);
    }
    if (!rows.names.includes(values)) {
      throw unexpected(op, `one of ${rows.names.join(', ')}`, name, `'${values}'`);
    }
    const column = rows.column(values);
    return Array.from({ length: rows.length }, (_, i) => textOf(column, i));
  }
  const items: readonly unknown[] =
    values instanceof Tensor
      ? Array.from(numbersOf(op, values))
      : requireItems(op, 'the name of a column, an array or a vector', name, values);
  return items.map((item, i) => {
    if (item === null || item === undefined || Number.isNaN(item)) return null;
    if (isPlain(item)) return String(item);
    throw wrongType(op, 'a number or a string', `${name}[${i}]`, item);
  });
}

function isPlain(value: unknown): value is string | number | bigint | boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** The items in a random order. */
export function shuffled<Item>(items: readonly Item[], generator: Generator | undefined): Item[] {
  const order = randperm(items.length, generator === undefined ? {} : { generator });
  return Array.from(numbersOf('randperm', order), (i) => items[i]);
}

/** 0 to count - 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

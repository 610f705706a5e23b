/** Rows that are chosen: by index, by a mask, by a function, at random. */
import { numbersOf } from '../../core/access';
import { arrayClass } from '../../core/dtype';
import {
  requireBoolean,
  requireInteger,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { Generator } from '../../core/generator';
import { Tensor } from '../../core/tensor';
import { randint, randperm } from '../../creation/random';
import type { TableRow } from './rows';

/** Indices of rows, or a mask with one boolean for each row. */
export type RowSelection =
  Tensor | readonly number[] | readonly boolean[] | ArrayLike<number> | ArrayLike<bigint>;

/** The indices of the selected rows. */
export function requireRows(op: string, indices: unknown, length: number): ArrayLike<number> {
  const mask = maskOf(op, 'indices', indices, length);
  if (mask !== undefined) return mask;
  let rows: ArrayLike<unknown>;
  if (indices instanceof Tensor) rows = numbersOf(op, indices);
  else if (Array.isArray(indices)) rows = indices;
  else if (arrayClass(indices) !== undefined) rows = indices as ArrayLike<unknown>;
  else throw wrongType(op, 'a tensor or an array', 'indices', indices);
  return Array.from({ length: rows.length }, (_, i) => {
    const row = typeof rows[i] === 'bigint' ? Number(rows[i]) : rows[i];
    if (requireInteger(op, 'indices', row, 0) < length) return row as number;
    throw unexpected(op, `rows below ${length}`, 'indices', String(row));
  });
}

/** The indices where a mask is true; undefined if the value is not a mask. */
function maskOf(op: string, name: string, mask: unknown, length: number): number[] | undefined {
  let flags: ArrayLike<unknown>;
  if (mask instanceof Tensor && mask.dtype === 'bool') flags = numbersOf(op, mask);
  else if (Array.isArray(mask) && typeof mask[0] === 'boolean') flags = mask as unknown[];
  else return undefined;
  if (flags.length !== length) {
    throw unexpected(op, `${length} booleans, one for each row,`, name, String(flags.length));
  }
  const kept: number[] = [];
  for (let i = 0; i < length; i++) {
    const flag = flags[i];
    if (Array.isArray(mask)) requireBoolean(op, `${name}[${i}]`, flag);
    if (flag === true || flag === 1) kept.push(i);
  }
  return kept;
}

/** The indices of the rows that a function or a mask keeps. */
export function keptRows(
  op: string,
  keep: unknown,
  length: number,
  rowAt: (i: number) => TableRow,
): number[] {
  if (typeof keep === 'function') {
    const kept: number[] = [];
    const test = keep as (row: TableRow, i: number) => unknown;
    for (let i = 0; i < length; i++) {
      const answer = test(rowAt(i), i);
      if (typeof answer !== 'boolean') {
        throw wrongType(op, 'a boolean', `the result of keep for row ${i}`, answer);
      }
      if (answer) kept.push(i);
    }
    return kept;
  }
  if (Array.isArray(keep) && keep.length === 0 && length === 0) return [];
  const mask = maskOf(op, 'keep', keep, length);
  if (mask === undefined) throw wrongType(op, 'a function or a mask of booleans', 'keep', keep);
  return mask;
}

/** Options of `Table.sample`. */
export interface SampleOptions {
  /** Whether a row may be drawn several times; default false. */
  replacement?: boolean;
  /** The same seed draws the same rows; default: the generator of `manualSeed`. */
  seed?: number;
  /** A generator instead of `seed`, which other code may use too. */
  generator?: Generator;
}

/** The indices of `n` rows at random. */
export function sampleRows(
  op: string,
  n: unknown,
  length: number,
  options: SampleOptions,
): ArrayLike<number> {
  requireOptions(op, options, ['replacement', 'seed', 'generator']);
  const { replacement = false, seed, generator } = options;
  const count = requireInteger(op, 'n', n, 0);
  requireBoolean(op, 'replacement', replacement);
  if (generator !== undefined && !(generator instanceof Generator)) {
    throw wrongType(op, 'a Generator', 'generator', generator);
  }
  if (seed !== undefined && generator !== undefined) {
    throw new RangeError(`${op}: pass either seed or generator, not both`);
  }
  const own = seed === undefined ? generator : new Generator(requireInteger(op, 'seed', seed, 0));
  const random = own === undefined ? {} : { generator: own };
  if (replacement) {
    if (count > 0 && length === 0) throw unexpected(op, 'at least one row', 'the table', 'none');
    return count === 0 ? [] : numbersOf(op, randint(length, [count], random));
  }
  if (count > length) {
    throw unexpected(op, `at most ${length} rows (or replacement: true)`, 'n', String(count));
  }
  return Array.from(numbersOf(op, randperm(length, random))).slice(0, count);
}

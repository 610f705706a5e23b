import {
  describe,
  requireArity,
  requireBoolean,
  requireNumber,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { generatorOf } from '../loader/generator';
import { Table } from '../table/table';
import { range, rowsByValue, rowsIn, shuffled, type RowValues, type SeedOptions } from './rows';

/** Options of `trainTestSplit`. */
export interface TrainTestSplitOptions extends SeedOptions {
  /** The size of the test part: a share of the rows below 1, or a number of rows; default 0.25. */
  testSize?: number;
  /** A column or values: both parts have the same shares of each of them. */
  stratify?: RowValues;
  /** A column or values: rows with the same value are in the same part. `testSize` then counts groups. */
  groups?: RowValues;
  /** Whether rows are drawn at random; default true. Without, the test part are the last rows. */
  shuffle?: boolean;
}

const op = 'trainTestSplit';

/**
 * Splits rows at random into a part to train with and a part to test with.
 *
 * @param rows a table, or a number of rows
 * @param options size, strata, groups, seed
 * @returns two tables, or two arrays of row indices if `rows` is a number
 * @throws RangeError if a part would be empty, or if a value of `stratify` has fewer than two rows
 * @see sklearn.model_selection.train_test_split
 * @example const [training, test] = data.trainTestSplit(table, { stratify: 'species', seed: 1 });
 */
export function trainTestSplit(rows: Table, options?: TrainTestSplitOptions): [Table, Table];
export function trainTestSplit(rows: number, options?: TrainTestSplitOptions): [number[], number[]];
export function trainTestSplit(
  rows: Table | number,
  options: TrainTestSplitOptions = {},
): [Table, Table] | [number[], number[]] {
  requireArity(op, arguments.length, 2);
  requireOptions(op, options, ['testSize', 'stratify', 'groups', 'shuffle', 'seed', 'generator']);
  const count = rowsIn(op, rows, 2);
  const parts = indicesOfParts(rows, count, options);
  if (!(rows instanceof Table)) return parts;
  const [train, test] = parts.map((part) => rows.indexSelect(part));
  return [train, test];
}

function indicesOfParts(
  rows: unknown,
  count: number,
  options: TrainTestSplitOptions,
): [number[], number[]] {
  const { testSize = 0.25, stratify, groups } = options;
  const shuffle = requireBoolean(op, 'shuffle', options.shuffle ?? true);
  const generator = generatorOf(op, options);
  if (stratify !== undefined && groups !== undefined) {
    throw unexpected(op, 'stratify or groups', 'options', 'both');
  }
  if (!shuffle && (stratify !== undefined || groups !== undefined)) {
    throw unexpected(op, 'shuffle: true with stratify or groups', 'options', 'shuffle: false');
  }
  if (groups !== undefined) {
    const byGroup = [...rowsByValue(op, 'groups', rows, count, groups).values()];
    const order = shuffled(byGroup, generator);
    const size = sizeOf(testSize, order.length, 'groups');
    const ascending = (lists: number[][]): number[] => lists.flat().sort((a, b) => a - b);
    return [ascending(order.slice(size)), ascending(order.slice(0, size))];
  }
  const size = sizeOf(testSize, count, 'rows');
  if (stratify === undefined) {
    const order = shuffle ? shuffled(range(count), generator) : range(count);
    return [order.slice(0, count - size), order.slice(count - size)];
  }
  const strata = rowsByValue(op, 'stratify', rows, count, stratify);
  for (const [value, list] of strata) {
    if (list.length < 2) {
      throw unexpected(
        op,
        'at least two rows of each value',
        'stratify',
        `one of ${describe(value)}`,
      );
    }
  }
  if (Math.min(size, count - size) < strata.size) {
    const what = `at least ${strata.size} rows in each part, one for each value of stratify`;
    throw unexpected(op, what, 'testSize', String(Math.min(size, count - size)));
  }
  const lists = [...strata.values()];
  const sizes = proportional(lists.map((list) => list.length), size); // prettier-ignore
  const [train, test]: [number[], number[]] = [[], []];
  lists.forEach((list, i) => {
    const order = shuffled(list, generator);
    test.push(...order.slice(0, sizes[i]));
    train.push(...order.slice(sizes[i]));
  });
  return [shuffled(train, generator), shuffled(test, generator)];
}

/** The number of test rows, at least one and not all. */
function sizeOf(testSize: unknown, count: number, what: string): number {
  const given = requireNumber(op, 'testSize', testSize);
  const size = given < 1 ? Math.ceil(given * count - 1e-9) : given;
  if (given > 0 && Number.isInteger(size) && size < count) return size;
  const expected = `a share between 0 and 1, or an integer below the ${count} ${what},`;
  throw unexpected(op, expected, 'testSize', String(given));
}

/** Whole numbers with the sum `total` in proportion to counts; the largest remainders are rounded up. */
function proportional(counts: readonly number[], total: number): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (total * count) / all);
  const sizes = exact.map(Math.floor);
  const order = range(counts.length).sort((a, b) => exact[b] - sizes[b] - (exact[a] - sizes[a]));
  const left = total - sizes.reduce((sum, size) => sum + size, 0);
  for (const i of order.slice(0, left)) sizes[i]++;
  return sizes;
}

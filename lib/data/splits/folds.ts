/** Folds: several splits of the same rows. */
import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireOptions,
  unexpected,
} from '../../core/errors';
import type { Generator } from '../../core/generator';
import { generatorOf } from '../loader/generator';
import type { Table } from '../table/table';
import { range, rowsByValue, rowsIn, shuffled, type RowValues, type SeedOptions } from './rows';

/** The indices of the rows of one split. */
export interface Fold {
  /** Rows to train with, ascending. */
  readonly train: number[];
  /** Rows to test with, ascending. */
  readonly test: number[];
}

/** Makes folds of rows: KFold, StratifiedKFold, GroupKFold, TimeSeriesSplit, or your own. */
export interface Folds {
  /**
   * The folds.
   *
   * @param rows a table, or a number of rows
   * @param by the classes or groups, for folds that need them
   * @returns row indices of each fold
   */
  split(rows: Table | number, by?: RowValues): Fold[];
}

/** Options of folds. */
export interface FoldOptions extends SeedOptions {
  /** The number of folds, default 5. */
  nSplits?: number;
  /** Whether rows are assigned at random; default false, and true with `seed` or `generator`. */
  shuffle?: boolean;
}

/** Folds in which each row is in one test part. */
abstract class ShuffledFolds implements Folds {
  /** The number of folds. */
  readonly nSplits: number;
  protected readonly shuffle: boolean;
  protected readonly generator: () => Generator | undefined;

  constructor(
    protected readonly name: string,
    options: FoldOptions,
  ) {
    requireOptions(name, options, ['nSplits', 'shuffle', 'seed', 'generator']);
    const { seed, generator } = options;
    this.nSplits = requireInteger(name, 'nSplits', options.nSplits ?? 5, 2);
    const isRandom = seed !== undefined || generator !== undefined;
    this.shuffle = requireBoolean(name, 'shuffle', options.shuffle ?? isRandom);
    if (isRandom && !this.shuffle)
      throw unexpected(name, 'shuffle: true with a seed', 'shuffle', 'false');
    generatorOf(name, options);
    this.generator = () => generatorOf(name, options);
  }

  abstract split(rows: Table | number, by?: RowValues): Fold[];

  protected inOrder<Item>(
    items: readonly Item[],
    generator: Generator | undefined,
  ): readonly Item[] {
    return this.shuffle ? shuffled(items, generator) : items;
  }

  /** Folds of the fold of each row. */
  protected foldsOf(foldOf: ArrayLike<number>): Fold[] {
    const all = range(foldOf.length);
    return range(this.nSplits).map((fold) => ({
      train: all.filter((row) => foldOf[row] !== fold),
      test: all.filter((row) => foldOf[row] === fold),
    }));
  }
}

/**
 * Folds of consecutive rows, or of rows at random; sizes differ by one at most.
 *
 * @see sklearn.model_selection.KFold
 * @example
 * for (const { train, test } of new data.KFold({ nSplits: 5, seed: 1 }).split(table)) {
 *   fit(table.indexSelect(train), table.indexSelect(test));
 * }
 */
export class KFold extends ShuffledFolds {
  /** @param options number of folds, shuffling, seed */
  constructor(options: FoldOptions = {}) {
    requireArity('KFold', arguments.length, 1);
    super('KFold', options);
  }

  /**
   * The folds.
   *
   * @param rows a table, or a number of rows
   * @returns row indices of each fold
   */
  split(rows: Table | number): Fold[] {
    requireArity('KFold.split', arguments.length, 1);
    const count = rowsIn('KFold.split', rows, this.nSplits);
    const order = this.inOrder(range(count), this.generator());
    const foldOf = new Int32Array(count);
    const [size, more] = [Math.floor(count / this.nSplits), count % this.nSplits];
    order.forEach((row, i) => {
      const large = more * (size + 1); // the first folds have one row more
      foldOf[row] = i < large ? Math.floor(i / (size + 1)) : more + Math.floor((i - large) / size);
    });
    return this.foldsOf(foldOf);
  }
}

/**
 * Folds with the same share of each class.
 *
 * @see sklearn.model_selection.StratifiedKFold
 * @example new data.StratifiedKFold({ nSplits: 5, seed: 1 }).split(table, 'species')
 */
export class StratifiedKFold extends ShuffledFolds {
  /** @param options number of folds, shuffling, seed */
  constructor(options: FoldOptions = {}) {
    requireArity('StratifiedKFold', arguments.length, 1);
    super('StratifiedKFold', options);
  }

  /**
   * The folds.
   *
   * @param rows a table, or a number of rows
   * @param by the classes: a column or a value for each row
   * @returns row indices of each fold
   * @throws RangeError if a class has fewer rows than there are folds
   */
  split(rows: Table | number, by?: RowValues): Fold[] {
    requireArity('StratifiedKFold.split', arguments.length, 2);
    const op = 'StratifiedKFold.split';
    const count = rowsIn(op, rows, this.nSplits);
    const classes = rowsByValue(op, 'by', rows, count, by);
    const generator = this.generator();
    const foldOf = new Int32Array(count);
    let start = 0;
    for (const [value, list] of classes) {
      if (list.length < this.nSplits) {
        throw unexpected(op, `at least ${this.nSplits} rows of each class`, 'by', `${list.length} of '${value}'`); // prettier-ignore
      }
      // As many rows for each fold as a round robin over the sorted classes gives it (scikit-learn).
      const sizes = range(this.nSplits).map((fold) => {
        const first = (((fold - start) % this.nSplits) + this.nSplits) % this.nSplits;
        return Math.ceil((list.length - first) / this.nSplits);
      });
      const folds = sizes.flatMap((size, fold) => Array<number>(size).fill(fold));
      this.inOrder(folds, generator).forEach((fold, i) => (foldOf[list[i]] = fold));
      start += list.length;
    }
    return this.foldsOf(foldOf);
  }
}

/**
 * Folds in which all rows of a group are in the same part; sizes are balanced.
 *
 * @see sklearn.model_selection.GroupKFold
 * @example new data.GroupKFold({ nSplits: 3 }).split(table, 'patient')
 */
export class GroupKFold extends ShuffledFolds {
  /** @param options number of folds, shuffling, seed */
  constructor(options: FoldOptions = {}) {
    requireArity('GroupKFold', arguments.length, 1);
    super('GroupKFold', options);
  }

  /**
   * The folds.
   *
   * @param rows a table, or a number of rows
   * @param by the groups: a column or a value for each row
   * @returns row indices of each fold
   * @throws RangeError if there are fewer groups than folds
   */
  split(rows: Table | number, by?: RowValues): Fold[] {
    requireArity('GroupKFold.split', arguments.length, 2);
    const op = 'GroupKFold.split';
    const count = rowsIn(op, rows, this.nSplits);
    const groups = [...rowsByValue(op, 'by', rows, count, by).values()];
    if (groups.length < this.nSplits) {
      throw unexpected(op, `at least ${this.nSplits} groups`, 'by', String(groups.length));
    }
    const foldOf = new Int32Array(count);
    const sizes = Array<number>(this.nSplits).fill(0);
    // The largest groups first, each to the smallest fold.
    const order = [...this.inOrder(groups, this.generator())].sort((a, b) => b.length - a.length);
    for (const list of order) {
      const fold = sizes.indexOf(Math.min(...sizes));
      sizes[fold] += list.length;
      for (const row of list) foldOf[row] = fold;
    }
    return this.foldsOf(foldOf);
  }
}

/** Options of TimeSeriesSplit. */
export interface TimeSeriesSplitOptions {
  /** The number of splits, default 5. */
  nSplits?: number;
  /** Rows to test with in each split; default: rows / (nSplits + 1), rounded down. */
  testSize?: number;
  /** Rows that are left out between the parts, default 0. */
  gap?: number;
  /** At most this many rows to train with, the last ones; default: all. */
  maxTrainSize?: number;
}

/**
 * Splits of rows in the order of time: each trains with the past and tests with the rows after it.
 *
 * @see sklearn.model_selection.TimeSeriesSplit
 * @example new data.TimeSeriesSplit({ nSplits: 3, gap: 7 }).split(table)
 */
export class TimeSeriesSplit implements Folds {
  /** The number of splits. */
  readonly nSplits: number;
  private readonly options: TimeSeriesSplitOptions;

  /** @param options number of splits, sizes, gap */
  constructor(options: TimeSeriesSplitOptions = {}) {
    const op = 'TimeSeriesSplit';
    requireArity(op, arguments.length, 1);
    requireOptions(op, options, ['nSplits', 'testSize', 'gap', 'maxTrainSize']);
    this.nSplits = requireInteger(op, 'nSplits', options.nSplits ?? 5, 2);
    requireInteger(op, 'gap', options.gap ?? 0, 0);
    if (options.testSize !== undefined) requireInteger(op, 'testSize', options.testSize, 1);
    if (options.maxTrainSize !== undefined)
      requireInteger(op, 'maxTrainSize', options.maxTrainSize, 1);
    this.options = { ...options };
  }

  /**
   * The splits.
   *
   * @param rows a table, or a number of rows
   * @returns row indices of each split
   * @throws RangeError if there are too few rows
   */
  split(rows: Table | number): Fold[] {
    const op = 'TimeSeriesSplit.split';
    requireArity(op, arguments.length, 1);
    const count = rowsIn(op, rows, this.nSplits + 1);
    const { gap = 0, maxTrainSize = Infinity } = this.options;
    const { testSize = Math.floor(count / (this.nSplits + 1)) } = this.options;
    const least = gap + testSize * this.nSplits + 1;
    if (count < least) throw unexpected(op, `at least ${least} rows`, 'rows', String(count));
    const all = range(count);
    return range(this.nSplits).map((i) => {
      const start = count - (this.nSplits - i) * testSize;
      const end = start - gap;
      return { train: all.slice(Math.max(0, end - maxTrainSize), end), test: all.slice(start, start + testSize) }; // prettier-ignore
    });
  }
}

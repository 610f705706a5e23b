import { describe, requireArity, requireOptions, wrongType } from '../../core/errors';
import { Table } from '../table/table';
import type { Folds } from './folds';
import type { RowValues } from './rows';

/** Scores by name, or one score. */
export type Scores = number | Readonly<Record<string, number>>;

/** The result of `crossValidate`. */
export interface CrossValidation {
  /** The scores of each fold. */
  readonly folds: readonly Readonly<Record<string, number>>[];
  /** The mean of each score. */
  readonly mean: Readonly<Record<string, number>>;
  /** The population standard deviation of each score. */
  readonly std: Readonly<Record<string, number>>;
}

const op = 'crossValidate';

/**
 * Trains and tests once for each fold. Fit transformers inside `build`, to the training rows: otherwise the test rows
 * have an influence on what they are tested with.
 *
 * @param build trains with the first table, tests with the second, and returns scores
 * @param table the rows
 * @param folds KFold, StratifiedKFold, GroupKFold or TimeSeriesSplit
 * @param options `by`: the classes or groups of the folds
 * @returns the scores of each fold, with mean and standard deviation
 * @see sklearn.model_selection.cross_validate
 * @example
 * const { mean } = await data.crossValidate(build, table, new data.KFold({ seed: 1 }));
 * async function build(training: data.Table, test: data.Table) {
 *   return { rmse: 0.5 };
 * }
 */
export async function crossValidate(
  build: (training: Table, test: Table, fold: number) => Scores | Promise<Scores>,
  table: Table,
  folds: Folds,
  options: {
    /** The classes or groups: a column or a value for each row. */
    by?: RowValues;
  } = {},
): Promise<CrossValidation> {
  requireArity(op, arguments.length, 4);
  requireOptions(op, options, ['by']);
  const [fn, rows, split]: unknown[] = [build, table, folds];
  if (typeof fn !== 'function') throw wrongType(op, 'a function', 'build', fn);
  if (!(rows instanceof Table)) throw wrongType(op, 'a table', 'table', rows);
  if (typeof split !== 'object' || split === null || typeof (split as Folds).split !== 'function') {
    throw wrongType(op, 'folds such as a KFold', 'folds', split);
  }
  const results: Record<string, number>[] = [];
  const parts = options.by === undefined ? folds.split(table) : folds.split(table, options.by);
  for (const [i, { train, test }] of parts.entries()) {
    const scores = await build(table.indexSelect(train), table.indexSelect(test), i);
    results.push(scoresOf(scores, i));
  }
  const names = Object.keys(results[0] ?? {});
  const mean = Object.fromEntries(names.map((name) => [name, meanOf(results.map((one) => one[name]))])); // prettier-ignore
  const std = Object.fromEntries(names.map((name) => [name, Math.sqrt(meanOf(results.map((one) => (one[name] - mean[name]) ** 2)))])); // prettier-ignore
  return { folds: results, mean, std };
}

function scoresOf(scores: unknown, fold: number): Record<string, number> {
  if (typeof scores === 'number') return { score: scores };
  const place = `the result of build for fold ${fold}`;
  if (typeof scores !== 'object' || scores === null) {
    throw wrongType(op, 'a number or an object of numbers', place, scores);
  }
  for (const [name, score] of Object.entries(scores)) {
    if (typeof score !== 'number')
      throw wrongType(op, 'a number', `${place}[${describe(name)}]`, score);
  }
  return { ...(scores as Record<string, number>) };
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Figures of the whole confusion matrix: balanced accuracy, Matthews' and Cohen's coefficients, and a report. */
import { inspect } from 'node:util';
import {
  requireArity,
  requireInteger,
  requireList,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { requireReading, type ClassOptions, type Reading } from './classes';
import { Confusion } from './confusion';
import { ratio } from './metric';

/** Options of metrics of a given number of classes. */
export interface NumClassesOptions extends ClassOptions {
  /** Classes are 0 to numClasses - 1; default 2. */
  numClasses?: number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);
const columnsOf = (matrix: readonly (readonly number[])[]): number[] =>
  matrix.map((_, j) => sum(matrix.map((row) => row[j])));

/** One number of the confusion matrix. */
export class Agreement extends Confusion {
  readonly higherIsBetter = true;

  constructor(
    op: string,
    reading: Reading,
    private readonly formula: (matrix: readonly (readonly number[])[]) => number,
  ) {
    super(op, reading);
  }

  /**
   * Computes the value.
   *
   * @returns the value over all batches since the last `reset`; NaN if an output was
   */
  compute(): number {
    requireArity('compute', arguments.length, 0);
    const matrix = this.matrix();
    return this.nanCount > 0 ? NaN : this.formula(matrix);
  }
}

function agreement(
  op: string,
  options: NumClassesOptions,
  formula: (matrix: readonly (readonly number[])[]) => number,
): Agreement {
  requireOptions(op, options, ['numClasses', 'threshold', 'logits', 'ignoreIndex']);
  const numClasses = requireInteger(op, 'numClasses', options.numClasses ?? 2, 2);
  return new Agreement(op, requireReading(op, options, numClasses), formula);
}

/**
 * The mean of the recalls of the classes that occur. Outputs and targets as for `accuracy`.
 *
 * @param options classes, threshold, logits, and the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.balanced_accuracy_score
 * @example metrics.balancedAccuracy({ numClasses: 3 })
 */
export function balancedAccuracy(options: NumClassesOptions = {}): Agreement {
  requireArity('balancedAccuracy', arguments.length, 1);
  return agreement('balancedAccuracy', options, (matrix) => {
    const present = matrix.map((row, i) => [row[i], sum(row)]).filter(([, all]) => all > 0);
    return ratio(sum(present.map(([right, all]) => right / all)), present.length);
  });
}

/**
 * Matthews' correlation coefficient, from -1 to 1; 0 is no better than chance. Outputs and targets as for `accuracy`.
 *
 * @param options classes, threshold, logits, and the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.matthews_corrcoef
 * @example metrics.matthews()
 */
export function matthews(options: NumClassesOptions = {}): Agreement {
  requireArity('matthews', arguments.length, 1);
  return agreement('matthews', options, (matrix) => {
    const [actual, predicted] = [matrix.map(sum), columnsOf(matrix)];
    const [all, right] = [sum(actual), sum(matrix.map((row, i) => row[i]))];
    const covariance = (a: number[], b: number[]): number => sum(a.map((x, i) => x * b[i]));
    const spread = (a: number[]): number => all * all - covariance(a, a);
    return ratio(right * all - covariance(actual, predicted), Math.sqrt(spread(actual) * spread(predicted))); // prettier-ignore
  });
}

/**
 * Cohen's kappa: the agreement of predicted and actual classes beyond chance, at most 1. Outputs and targets as for
 * `accuracy`.
 *
 * @param options classes, threshold, logits, and the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.cohen_kappa_score
 * @example metrics.cohenKappa({ numClasses: 3 })
 */
export function cohenKappa(options: NumClassesOptions = {}): Agreement {
  requireArity('cohenKappa', arguments.length, 1);
  return agreement('cohenKappa', options, (matrix) => {
    const [actual, predicted] = [matrix.map(sum), columnsOf(matrix)];
    const all = sum(actual);
    const observed = sum(matrix.map((row, i) => row[i])) / all;
    const expected = sum(actual.map((count, i) => count * predicted[i])) / (all * all);
    return (observed - expected) / (1 - expected);
  });
}

/** Options of classReport. */
export interface ClassReportOptions extends NumClassesOptions {
  /** The names of the classes, in order; default: their numbers. */
  names?: readonly string[];
}

/** Precision, recall, F1 and support of each class; prints as a table. */
export class ClassReport extends Confusion {
  readonly higherIsBetter = undefined;

  constructor(
    reading: Reading,
    private readonly names: readonly string[],
  ) {
    super('classReport', reading);
  }

  /**
   * Precision, recall, f1 and support, the number of samples of the class.
   *
   * @returns a row for each class
   */
  compute(): number[][] {
    requireArity('compute', arguments.length, 0);
    const matrix = this.matrix();
    const predicted = columnsOf(matrix);
    return matrix.map((row, i) => {
      const [right, support] = [row[i], sum(row)];
      return [ratio(right, predicted[i]), ratio(right, support), ratio(2 * right, predicted[i] + support), support]; // prettier-ignore
    });
  }

  /**
   * The report as a table, with the accuracy and the averages below.
   *
   * @returns text for people
   */
  override toString(): string {
    const rows = this.compute();
    const support = sum(rows.map((row) => row[3]));
    const average = (weights: readonly number[]): number[] => [
      ...[0, 1, 2].map((j) => ratio(sum(rows.map((row, i) => row[j] * weights[i])), sum(weights))),
      support,
    ];
    const right = sum(rows.map((row) => row[1] * row[3]));
    const lines: [string, string[]][] = [
      ['', ['precision', 'recall', 'f1', 'support']],
      ...rows.map((row, i): [string, string[]] => [this.names[i], cells(row)]),
      ['', []],
      ['accuracy', ['', '', ratio(right, support).toFixed(3), String(support)]],
      ['macro avg', cells(average(rows.map(() => 1)))],
      ['weighted avg', cells(average(rows.map((row) => row[3])))],
    ];
    const width = Math.max(...lines.map(([name]) => name.length));
    return lines
      .map(([name, values]) =>
        [name.padStart(width), ...values.map((value) => value.padStart(9))].join('  ').trimEnd(),
      )
      .join('\n');
  }

  /** Prints the table in the console. */
  [inspect.custom](): string {
    return this.toString();
  }
}

function cells(row: readonly number[]): string[] {
  return row.map((value, j) => (j === 3 ? String(value) : value.toFixed(3)));
}

/**
 * Precision, recall, F1 and number of samples of each class. It prints as a table: `console.log(report)`.
 *
 * @param options classes and their names, threshold, logits, and the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.classification_report
 * @example metrics.classReport({ numClasses: 3, names: ['setosa', 'versicolor', 'virginica'] })
 */
export function classReport(options: ClassReportOptions = {}): ClassReport {
  requireArity('classReport', arguments.length, 1);
  const op = 'classReport';
  requireOptions(op, options, ['numClasses', 'names', 'threshold', 'logits', 'ignoreIndex']);
  const given = options.names === undefined ? null : requireList(op, 'an array of strings', 'names', options.names); // prettier-ignore
  const numClasses = requireInteger(op, 'numClasses', options.numClasses ?? given?.length ?? 2, 2);
  const names = given?.map(String) ?? Array.from({ length: numClasses }, (_, i) => String(i));
  if (names.length !== numClasses) {
    throw unexpected(op, `${numClasses} names`, 'names', String(names.length));
  }
  return new ClassReport(requireReading(op, options, numClasses), names);
}

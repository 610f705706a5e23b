/** The confusion matrix, and values computed from it; formulas and edge cases as in scikit-learn. */
import {
  requireArity,
  requireInteger,
  requireOneOf,
  requireOptions,
  unexpected,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { classesOf, requireReading, type ClassOptions, type Reading } from './classes';
import { CheckedMetric, ratio } from './metric';

/** How the values of the classes are averaged: `binary` returns the value of class 1, `none` returns all values. */
export type Average = 'binary' | 'macro' | 'micro' | 'weighted' | 'none';

/** Options of precision, recall and f1. */
export interface AverageOptions extends ClassOptions {
  /** Classes are 0 to numClasses - 1; default 2. */
  numClasses?: number;
  /**
   * `binary`: the value of class 1. `macro`: the mean over the classes that occur. `weighted`: the mean weighted by
   * how often a class is the actual one. `micro`: all classes counted together. `none`: a value for each class.
   * Default: `binary`, as in scikit-learn; more than two classes need another average.
   */
  average?: Average;
}

/** Rows are actual classes, columns are predicted ones. */
export abstract class Confusion extends CheckedMetric<'confusion'> {
  constructor(
    op: string,
    protected readonly reading: Reading,
  ) {
    super(op, { confusion: [reading.numClasses, reading.numClasses] });
  }

  protected add(output: Tensor, target: Tensor): void {
    const { predicted, actual, counted, scores } = classesOf(this.op, output, target, this.reading);
    if (scores !== undefined) {
      this.inspect(scores, counted, this.reading.isProbability && scores.ndim === actual.ndim);
    }
    const place = actual.mul(this.reading.numClasses).add(predicted).flatten();
    this.sum('confusion').view(-1).scatterAdd_(0, place, counted.flatten().to('float64'));
  }

  /** The counts; NaN if an output was. */
  protected matrix(): number[][] {
    const n = this.reading.numClasses;
    if (this.hasNan()) return Array.from({ length: n }, () => Array<number>(n).fill(NaN));
    const counts = this.numbers('confusion');
    return Array.from({ length: n }, (_, i) => Array.from(counts.subarray(i * n, (i + 1) * n)));
  }
}

/** How often each class was predicted for each actual class. */
export class ConfusionMatrix extends Confusion {
  readonly higherIsBetter = undefined;

  /**
   * Computes the matrix.
   *
   * @returns counts of samples since the last `reset`: a row for each actual class, a column for each predicted one
   */
  compute(): number[][] {
    requireArity('compute', arguments.length, 0);
    return this.matrix();
  }
}

/** How often a class was predicted correctly, was predicted, and was the actual one. */
interface Counts {
  readonly right: number;
  readonly predicted: number;
  readonly actual: number;
}

const formulas = {
  precision: ({ right, predicted }: Counts): number => ratio(right, predicted),
  recall: ({ right, actual }: Counts): number => ratio(right, actual),
  f1: ({ right, predicted, actual }: Counts): number => ratio(2 * right, predicted + actual),
} as const;

class AveragedFigure<Value extends number | number[]> extends Confusion {
  readonly higherIsBetter = true;

  constructor(
    private readonly name: keyof typeof formulas,
    reading: Reading,
    private readonly average: Average,
  ) {
    super(name, reading);
  }

  compute(): Value {
    requireArity('compute', arguments.length, 0);
    return this.averaged() as Value;
  }

  private averaged(): number | number[] {
    const matrix = this.matrix();
    const counts = matrix.map((row, i): Counts => {
      return {
        right: row[i],
        predicted: total(matrix.map((other) => other[i])),
        actual: total(row),
      };
    });
    const formula = formulas[this.name];
    if (this.nanCount > 0) return this.average === 'none' ? counts.map(() => NaN) : NaN;
    if (this.average === 'binary') return formula(counts[1]);
    if (this.average === 'micro') {
      return formula({
        right: total(counts.map(({ right }) => right)),
        predicted: total(counts.map(({ predicted }) => predicted)),
        actual: total(counts.map(({ actual }) => actual)),
      });
    }
    const all = counts.map(formula);
    if (this.average === 'none') return all;
    const weights = counts.map(({ predicted, actual }) => {
      if (this.average === 'weighted') return actual;
      return predicted + actual > 0 ? 1 : 0;
    });
    return ratio(total(all.map((value, i) => value * weights[i])), total(weights));
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/**
 * The result of precision, recall and f1: one value, or with `average: 'none'` one for each class; either of them if
 * the average is known at run time only.
 */
export type Figure<Options extends AverageOptions> = AveragedFigure<
  Options extends { average: infer Given } ? (Given extends 'none' ? number[] : number) : number
>;

function metricOf<Options extends AverageOptions>(
  op: keyof typeof formulas,
  options: Options,
): Figure<Options> {
  requireOptions(op, options, ['numClasses', 'average', 'threshold', 'logits', 'ignoreIndex']);
  const numClasses = requireInteger(op, 'numClasses', options.numClasses ?? 2, 2);
  const average = requireOneOf(op, 'average', options.average ?? 'binary', [
    ...(['binary', 'macro', 'micro', 'weighted', 'none'] as const),
  ]);
  if (average === 'binary' && numClasses !== 2) {
    const what = "'macro', 'micro', 'weighted' or 'none' of more than 2 classes";
    throw unexpected(op, what, 'average', options.average === undefined ? 'nothing' : "'binary'");
  }
  return new AveragedFigure(op, requireReading(op, options, numClasses), average);
}

/**
 * How often each class was predicted for each actual class: `compute` returns rows of actual classes and columns of
 * predicted ones. Outputs and targets as for `accuracy`.
 *
 * @param numClasses classes are 0 to numClasses - 1
 * @param options threshold, logits, and the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @throws RangeError in `update` if a label is not below numClasses
 * @see sklearn.metrics.confusion_matrix
 * @example metrics.confusionMatrix(3)
 */
export function confusionMatrix(numClasses: number, options: ClassOptions = {}): ConfusionMatrix {
  requireArity('confusionMatrix', arguments.length, 2);
  const op = 'confusionMatrix';
  requireOptions(op, options, ['threshold', 'logits', 'ignoreIndex']);
  requireInteger(op, 'numClasses', numClasses, 2);
  return new ConfusionMatrix(op, requireReading(op, options, numClasses));
}

/**
 * The fraction of predictions of a class that are correct. Outputs and targets as for `accuracy`; 0 if a class was
 * never predicted.
 *
 * @param options classes, average, threshold, logits, and the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @throws RangeError if there are more than two classes and no average
 * @see sklearn.metrics.precision_score
 * @example metrics.precision({ numClasses: 10, average: 'weighted' })
 */
export function precision<Options extends AverageOptions>(
  options: Options = {} as Options,
): Figure<Options> {
  requireArity('precision', arguments.length, 1);
  return metricOf('precision', options);
}

/**
 * The fraction of samples of a class that were predicted as that class. Edge cases as for `precision`.
 *
 * @param options classes, average, threshold, logits, and the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @throws RangeError if there are more than two classes and no average
 * @see sklearn.metrics.recall_score
 * @example metrics.recall({ numClasses: 10, average: 'weighted' })
 */
export function recall<Options extends AverageOptions>(
  options: Options = {} as Options,
): Figure<Options> {
  requireArity('recall', arguments.length, 1);
  return metricOf('recall', options);
}

/**
 * The harmonic mean of precision and recall. Edge cases as for `precision`.
 *
 * @param options classes, average, threshold, logits, and the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @throws RangeError if there are more than two classes and no average
 * @see sklearn.metrics.f1_score
 * @example metrics.f1({ numClasses: 10, average: 'weighted' })
 */
export function f1<Options extends AverageOptions>(
  options: Options = {} as Options,
): Figure<Options> {
  requireArity('f1', arguments.length, 1);
  return metricOf('f1', options);
}

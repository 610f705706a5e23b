/** Metrics of how well scores order two classes: ROC, precision-recall; formulas and edge cases as in scikit-learn. */
import { numbersOf } from '../../core/access';
import { requireArity, requireOptions, shapeText, unexpected } from '../../core/errors';
import { sameShape } from '../../core/shape';
import type { Tensor } from '../../core/tensor';
import { requireIgnoreIndex, type TargetOptions } from './classes';
import { CollectedMetric } from './collected';
import type { MetricValue } from './metric';

/** Counts of both classes from each score on, from the largest score. */
interface Counts {
  readonly thresholds: number[];
  /** Samples of class 1 with this score or a larger one. */
  readonly positives: number[];
  readonly negatives: number[];
}

/** A value of the order of all scores. */
export class Ranking<Value extends MetricValue> extends CollectedMetric {
  constructor(
    op: string,
    readonly higherIsBetter: boolean | undefined,
    private readonly ignoreIndex: number,
    private readonly formula: (counts: Counts) => Value,
    private readonly none: Value,
  ) {
    super(op);
  }

  protected read(output: Tensor, target: Tensor): [number[], number[]] {
    const isPair = output.ndim === 2 && target.ndim === 1 && output.shape[1] === 2;
    const isColumn = output.ndim === target.ndim + 1 && output.shape.at(-1) === 1;
    const flat = isPair ? output.select(1, 1).sub(output.select(1, 0)) : isColumn ? output.squeeze(-1) : output; // prettier-ignore
    if (!sameShape(flat.shape, target.shape)) {
      const what = `the shape of target ${shapeText(target.shape)}, or (n, 2),`;
      throw unexpected(this.op, what, 'output', shapeText(output.shape));
    }
    const [scores, labels] = [numbersOf(this.op, flat), numbersOf(this.op, target)];
    const kept = Array.from(labels.keys()).filter((i) => labels[i] !== this.ignoreIndex);
    for (const i of kept) {
      if (labels[i] === 0 || labels[i] === 1) continue;
      throw unexpected(this.op, 'labels 0 and 1', 'target', String(labels[i]));
    }
    return [kept.map((i) => scores[i]), kept.map((i) => labels[i])];
  }

  /**
   * Computes the value.
   *
   * @returns the value over all samples since the last `reset`
   */
  compute(): Value {
    requireArity('compute', arguments.length, 0);
    const { outputs, targets } = this.all();
    if (outputs.length === 0 || this.nanCount > 0) return this.none;
    const order = Array.from(outputs.keys()).sort((a, b) => outputs[b] - outputs[a]);
    const counts: Counts = { thresholds: [], positives: [], negatives: [] };
    let [positive, negative] = [0, 0];
    order.forEach((row, i) => {
      if (targets[row] === 1) positive++;
      else negative++;
      if (i + 1 < order.length && outputs[order[i + 1]] === outputs[row]) return;
      counts.thresholds.push(outputs[row]);
      counts.positives.push(positive);
      counts.negatives.push(negative);
    });
    return this.formula(counts);
  }
}

const share = (counts: readonly number[], total: number): number[] =>
  counts.map((count) => (total === 0 ? NaN : count / total));

/** Rates of false and of true positives, from 0. */
function rates({ positives, negatives }: Counts): [number[], number[]] {
  const [allPositive, allNegative] = [positives.at(-1) ?? 0, negatives.at(-1) ?? 0];
  return [share([0, ...negatives], allNegative), share([0, ...positives], allPositive)];
}

function area(x: readonly number[], y: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < x.length; i++) sum += ((x[i] - x[i - 1]) * (y[i] + y[i - 1])) / 2;
  return sum;
}

/** Without places on a straight line between their neighbours, as scikit-learn drops them. */
function corners({ thresholds, positives, negatives }: Counts): Counts {
  const last = thresholds.length - 1;
  const keep = thresholds.map((_, i) => {
    if (i === 0 || i === last) return true;
    const bend = (counts: readonly number[]): number =>
      counts[i + 1] - 2 * counts[i] + counts[i - 1];
    return bend(positives) !== 0 || bend(negatives) !== 0;
  });
  const kept = (list: readonly number[]): number[] => list.filter((_, i) => keep[i]);
  return { thresholds: kept(thresholds), positives: kept(positives), negatives: kept(negatives) };
}

/** Precision and recall from each threshold on, the largest threshold first. */
function precisionsOf({ positives, negatives }: Counts): [number[], number[]] {
  const total = positives.at(-1) ?? 0;
  const precision = positives.map((right, i) => right / (right + negatives[i]));
  return [precision, positives.map((right) => (total === 0 ? 1 : right / total))];
}

function ranking<Value extends MetricValue>(
  op: string,
  options: TargetOptions,
  higherIsBetter: boolean | undefined,
  none: Value,
  formula: (counts: Counts) => Value,
): Ranking<Value> {
  requireOptions(op, options, ['ignoreIndex']);
  return new Ranking(op, higherIsBetter, requireIgnoreIndex(op, options), formula, none);
}

/**
 * The area under the ROC curve: the probability that a sample of class 1 has a larger score than one of class 0. NaN if
 * only one class occurs. Scores may be probabilities or logits.
 *
 * Outputs are scores in the shape of the targets, (n, 1), or (n, 2) for two classes. The metric keeps all scores, 16 bytes
 * each.
 *
 * @param options the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @throws RangeError in `update` if a label is not 0 or 1
 * @see sklearn.metrics.roc_auc_score
 * @example metrics.rocAuc()
 */
export function rocAuc(options: TargetOptions = {}): Ranking<number> {
  requireArity('rocAuc', arguments.length, 1);
  return ranking('rocAuc', options, true, NaN, (counts) => area(...rates(counts)));
}

/**
 * The ROC curve: `compute` returns the rates of false positives, those of true positives, and the thresholds, the largest
 * (Infinity) first. Places on a straight line are left out. Inputs and memory as for `rocAuc`.
 *
 * @param options the label that is ignored
 * @returns a metric for `update` and `compute`
 * @see sklearn.metrics.roc_curve
 * @example const [falsePositive, truePositive, thresholds] = metrics.rocCurve().compute();
 */
export function rocCurve(options: TargetOptions = {}): Ranking<number[][]> {
  requireArity('rocCurve', arguments.length, 1);
  return ranking<number[][]>('rocCurve', options, undefined, [[], [], []], (counts) => {
    const some = corners(counts);
    return [...rates(some), [Infinity, ...some.thresholds]];
  });
}

/**
 * The mean of precisions, weighted by the increase in recall: sum of (recall[i] - recall[i - 1]) precision[i]. Inputs and
 * memory as for `rocAuc`.
 *
 * @param options the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.average_precision_score
 * @example metrics.averagePrecision()
 */
export function averagePrecision(options: TargetOptions = {}): Ranking<number> {
  requireArity('averagePrecision', arguments.length, 1);
  return ranking('averagePrecision', options, true, NaN, (counts) => {
    if (counts.positives.at(-1) === 0) return 0;
    const [precision, recall] = precisionsOf(counts);
    return precision.reduce(
      (sum, p, i) => sum + (recall[i] - (i === 0 ? 0 : recall[i - 1])) * p,
      0,
    );
  });
}

/**
 * Precision and recall for each threshold: `compute` returns precisions, recalls and thresholds, the smallest threshold
 * first; the last precision is 1, the last recall 0. Inputs and memory as for `rocAuc`.
 *
 * @param options the label that is ignored
 * @returns a metric for `update` and `compute`
 * @see sklearn.metrics.precision_recall_curve
 * @example const [precision, recall, thresholds] = metrics.precisionRecallCurve().compute();
 */
export function precisionRecallCurve(options: TargetOptions = {}): Ranking<number[][]> {
  requireArity('precisionRecallCurve', arguments.length, 1);
  return ranking<number[][]>(
    'precisionRecallCurve',
    options,
    undefined,
    [[1], [0], []],
    (counts) => {
      const [precision, recall] = precisionsOf(counts);
      return [
        [...precision.reverse(), 1],
        [...recall.reverse(), 0],
        [...counts.thresholds].reverse(),
      ];
    },
  );
}

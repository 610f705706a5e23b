import {
  requireArity,
  requireInteger,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import {
  classesOf,
  requireClasses,
  requireIgnoreIndex,
  requireReading,
  targetsOf,
  type ClassOptions,
  type Reading,
  type TargetOptions,
} from './classes';
import { CheckedMetric, ratio } from './metric';

/** Correct answers and their total. */
abstract class Share extends CheckedMetric<'correct' | 'total'> {
  readonly higherIsBetter = true;

  constructor(op: string) {
    super(op, { correct: [], total: [] });
  }

  protected count(hits: Tensor, counted: Tensor): void {
    this.sum('correct').add_(hits.logicalAnd(counted).to('float64').sum());
    this.sum('total').add_(counted.to('float64').sum());
  }

  compute(): number {
    requireArity('compute', arguments.length, 0);
    if (this.hasNan()) return NaN;
    return ratio(this.number('correct'), this.number('total'));
  }
}

/** The fraction of correct classes. */
export class Accuracy extends Share {
  constructor(private readonly reading: Reading) {
    super('accuracy');
  }

  protected add(output: Tensor, target: Tensor): void {
    const { predicted, actual, counted, scores } = classesOf(this.op, output, target, this.reading);
    if (scores !== undefined) {
      this.inspect(scores, counted, this.reading.isProbability && scores.ndim === actual.ndim);
    }
    this.count(predicted.eq(actual), counted);
  }
}

/** The fraction of samples whose class is among the largest outputs. */
export class TopK extends Share {
  constructor(
    private readonly k: number,
    private readonly ignoreIndex: number,
  ) {
    super('topK');
  }

  protected add(output: Tensor, target: Tensor): void {
    if (output.ndim !== 2 || target.ndim !== 1 || output.shape[0] !== target.shape[0]) {
      const what = `(n, classes) for target ${shapeText(target.shape)}`;
      throw unexpected(this.op, what, 'output', shapeText(output.shape));
    }
    const { indices } = output.topk(Math.min(this.k, output.shape[1]), 1);
    const { actual, counted } = targetsOf(target, this.ignoreIndex);
    requireClasses(this.op, 'target', actual, output.shape[1]);
    this.inspect(output, counted, false);
    this.count(indices.eq(actual.unsqueeze(1)).any(1), counted);
  }
}

/**
 * The fraction of correct classes, from 0 to 1.
 *
 * Outputs are (n, classes, ...), where the largest number is at the predicted class; or, in the shape of the targets,
 * probabilities of class 1, logits (`logits: true`), or classes. NaN in an output makes the value NaN; `nanCount` says
 * in how many samples.
 *
 * @param options threshold, logits, and the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @throws RangeError in `compute` if outputs in the shape of the targets were outside [0, 1]
 * @see sklearn.metrics.accuracy_score
 * @example
 * const accuracy = metrics.accuracy();
 * accuracy.update(tensor([[0.2, 0.8], [0.9, 0.1]]), tensor([1, 1], { dtype: 'int32' }));
 * console.log(accuracy.compute()); // 0.5
 */
export function accuracy(options: ClassOptions = {}): Accuracy {
  requireArity('accuracy', arguments.length, 1);
  requireOptions('accuracy', options, ['threshold', 'logits', 'ignoreIndex']);
  return new Accuracy(requireReading('accuracy', options));
}

/**
 * The fraction of samples whose class is among the `k` largest outputs: (n, classes) for targets (n).
 *
 * @param k how many outputs count
 * @param options the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.top_k_accuracy_score
 * @example metrics.topK(5)
 */
export function topK(k: number, options: TargetOptions = {}): TopK {
  requireArity('topK', arguments.length, 2);
  requireOptions('topK', options, ['ignoreIndex']);
  return new TopK(requireInteger('topK', 'k', k, 1), requireIgnoreIndex('topK', options));
}

/** The median of errors. */
import { numbersOf } from '../../core/access';
import { requireArity } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { CollectedMetric } from './collected';
import { pair } from './regression';

/** The median absolute error. */
export class MedianError extends CollectedMetric {
  readonly higherIsBetter = false;

  constructor() {
    super('medianAbsoluteError');
  }

  protected read(output: Tensor, target: Tensor): [ArrayLike<number>, ArrayLike<number>] {
    const [predicted, actual] = pair(this.op, output, target);
    return [numbersOf(this.op, predicted), numbersOf(this.op, actual)];
  }

  /**
   * Computes the value.
   *
   * @returns the median over all elements since the last `reset`; NaN if there are none
   */
  compute(): number {
    requireArity('compute', arguments.length, 0);
    const { outputs, targets } = this.all();
    if (outputs.length === 0 || this.nanCount > 0) return NaN;
    const errors = outputs.map((output, i) => Math.abs(output - targets[i])).sort();
    const middle = errors.length >> 1;
    return errors.length % 2 === 1 ? errors[middle] : (errors[middle - 1] + errors[middle]) / 2;
  }
}

/**
 * The median of |output - target| over all elements. The metric keeps all of them, 16 bytes each.
 *
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.median_absolute_error
 * @example metrics.medianAbsoluteError()
 */
export function medianAbsoluteError(): MedianError {
  requireArity('medianAbsoluteError', arguments.length, 0);
  return new MedianError();
}

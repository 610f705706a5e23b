/** Metrics of numbers. */
import {
  requireArity,
  requireInteger,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { sameShape } from '../../core/shape';
import type { Tensor } from '../../core/tensor';
import { ratio, SumMetric } from './metric';

/** Both in float64 and of one shape; an output (n, 1) fits a target (n). */
export function pair(op: string, output: Tensor, target: Tensor): [Tensor, Tensor] {
  const column = output.ndim === target.ndim + 1 && output.shape.at(-1) === 1;
  const flat = column ? output.squeeze(-1) : output;
  if (!sameShape(flat.shape, target.shape)) {
    throw unexpected(op, shapeText(target.shape), 'output', shapeText(output.shape));
  }
  return [flat.to('float64'), target.to('float64')];
}

/** The mean of a function of each difference. */
export class MeanError extends SumMetric<'error' | 'total'> {
  readonly higherIsBetter = false;

  constructor(
    op: string,
    private readonly size: (distance: Tensor) => Tensor,
  ) {
    super(op, { error: [], total: [] });
  }

  protected add(output: Tensor, target: Tensor): void {
    const [predicted, actual] = pair(this.op, output, target);
    this.sum('error').add_(this.size(predicted.sub(actual)).sum());
    this.sum('total').add_(predicted.numel());
  }

  /**
   * Computes the value.
   *
   * @returns the value over all elements since the last `reset`
   */
  compute(): number {
    requireArity('compute', arguments.length, 0);
    return ratio(this.number('error'), this.number('total'));
  }
}

/** The coefficient of determination. */
export class R2 extends SumMetric<'count' | 'mean' | 'spread' | 'error'> {
  readonly higherIsBetter = true;

  constructor(private readonly numOutputs: number) {
    const each = [numOutputs];
    super('r2', { count: [], mean: each, spread: each, error: each });
  }

  // The mean and the squares around it are combined from both parts (Chan, Golub, LeVeque 1979). Sums of squares would
  // lose digits of targets far from 0.
  protected add(output: Tensor, target: Tensor): void {
    const [predicted, actual] = pair(this.op, output, target).map((tensor) => this.columns(tensor));
    const n = actual.shape[0];
    if (n === 0) return;
    const [count, mean] = [this.sum('count'), this.sum('mean')];
    const own = actual.mean(0);
    const distance = own.sub(mean);
    const share = count.add(n).reciprocal().mul(n);
    const between = distance.square().mul(count.mul(share));
    this.sum('spread').add_(actual.sub(own).square().sum(0).add(between));
    this.sum('error').add_(actual.sub(predicted).square().sum(0));
    mean.add_(distance.mul(share));
    count.add_(n);
  }

  private columns(values: Tensor): Tensor {
    const columns = this.numOutputs;
    if (columns === 1) return values.reshape([-1, 1]);
    if (values.ndim === 2 && values.shape[1] === columns) return values;
    throw unexpected(this.op, `(n, ${columns})`, 'output', shapeText(values.shape));
  }

  /**
   * Computes the value.
   *
   * @returns the value over all elements since the last `reset`
   */
  compute(): number {
    requireArity('compute', arguments.length, 0);
    if (this.number('count') < 2) return NaN;
    const spread = this.numbers('spread');
    const scores = Array.from(this.numbers('error'), (error, i) => {
      if (spread[i] === 0) return error === 0 ? 1 : 0;
      return 1 - error / spread[i];
    });
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }
}

/** The square root of the mean squared error. */
export class RootMeanSquare extends MeanError {
  constructor() {
    super('rmse', (distance) => distance.square());
  }

  /**
   * Computes the value.
   *
   * @returns the value over all elements since the last `reset`
   */
  override compute(): number {
    requireArity('compute', arguments.length, 0);
    return Math.sqrt(super.compute());
  }
}

/** The mean of errors relative to the targets. */
export class RelativeError extends SumMetric<'error' | 'total'> {
  readonly higherIsBetter = false;

  constructor() {
    super('mape', { error: [], total: [] });
  }

  protected add(output: Tensor, target: Tensor): void {
    const [predicted, actual] = pair(this.op, output, target);
    const size = actual.abs().clamp({ min: Number.EPSILON });
    this.sum('error').add_(predicted.sub(actual).abs().div(size).sum());
    this.sum('total').add_(predicted.numel());
  }

  /**
   * Computes the value.
   *
   * @returns the value over all elements since the last `reset`
   */
  compute(): number {
    requireArity('compute', arguments.length, 0);
    return ratio(this.number('error'), this.number('total'));
  }
}

/**
 * The mean absolute error over all elements.
 *
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.mean_absolute_error
 * @example metrics.mae()
 */
export function mae(): MeanError {
  requireArity('mae', arguments.length, 0);
  return new MeanError('mae', (distance) => distance.abs());
}

/**
 * The mean squared error over all elements.
 *
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.mean_squared_error
 * @example metrics.mse()
 */
export function mse(): MeanError {
  requireArity('mse', arguments.length, 0);
  return new MeanError('mse', (distance) => distance.square());
}

/**
 * The square root of the mean squared error over all elements.
 *
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.root_mean_squared_error
 * @example metrics.rmse()
 */
export function rmse(): RootMeanSquare {
  requireArity('rmse', arguments.length, 0);
  return new RootMeanSquare();
}

/**
 * The mean of |output - target| / |target| over all elements, as a share: 0.1 is 10 %. Targets near 0 make it very large.
 *
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.mean_absolute_percentage_error
 * @example metrics.mape()
 */
export function mape(): RelativeError {
  requireArity('mape', arguments.length, 0);
  return new RelativeError();
}

/** Options of r2. */
export interface R2Options {
  /** Columns whose scores are averaged; default 1: all elements together. */
  numOutputs?: number;
}

/**
 * The coefficient of determination: 1 minus the squared error divided by the squares of the targets around their mean,
 * averaged over columns. 1 is perfect, 0 is as good as predicting the mean. As in scikit-learn, targets that are all
 * equal give 1 if they are predicted and 0 otherwise, and fewer than two samples give NaN.
 *
 * @param options the number of columns
 * @returns a metric for `train`, or for `update` and `compute`
 * @see sklearn.metrics.r2_score
 * @example metrics.r2({ numOutputs: 2 })
 */
export function r2(options: R2Options = {}): R2 {
  requireArity('r2', arguments.length, 1);
  requireOptions('r2', options, ['numOutputs']);
  return new R2(requireInteger('r2', 'numOutputs', options.numOutputs ?? 1, 1));
}

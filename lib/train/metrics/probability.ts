/** Metrics of probabilities: log loss, perplexity, Brier score, calibration error. */
import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { sameShape } from '../../core/shape';
import type { Tensor } from '../../core/tensor';
import { stack } from '../../ops/shape/join';
import { requireClasses, requireIgnoreIndex, targetsOf, type TargetOptions } from './classes';
import { CheckedMetric, ratio } from './metric';

/** Options of metrics of probabilities. */
export interface ProbabilityOptions extends TargetOptions {
  /** Whether outputs are logits; default false: they are probabilities, and others are refused in `compute`. */
  logits?: boolean;
}

interface Read {
  /** (n, classes), float64. */
  readonly values: Tensor;
  readonly actual: Tensor;
  readonly counted: Tensor;
}

/** What a metric of probabilities sums up. */
abstract class ProbabilityMetric<Name extends string> extends CheckedMetric<Name> {
  readonly higherIsBetter: boolean = false;

  constructor(
    op: string,
    shapes: Readonly<Record<Name, readonly number[]>>,
    protected readonly logits: boolean,
    private readonly ignoreIndex: number,
  ) {
    super(op, shapes);
  }

  /** Outputs (n, classes, ...), or in the shape of the targets for two classes, as (samples, classes). */
  protected read(output: Tensor, target: Tensor): Read {
    const isColumn = output.ndim === target.ndim + 1 && output.shape[1] === 1;
    const flat = isColumn ? output.squeeze(1) : output;
    const { actual, counted } = targetsOf(target, this.ignoreIndex);
    let values: Tensor;
    if (sameShape(flat.shape, target.shape)) {
      this.inspect(flat, counted, !this.logits);
      const one = flat.flatten().to('float64');
      values = this.logits ? stack([one.mul(0), one], 1) : stack([one.neg().add(1), one], 1);
    } else {
      const rest = output.shape.filter((_, dim) => dim !== 1);
      if (output.ndim !== target.ndim + 1 || !sameShape(rest, target.shape)) {
        const what = `(n, classes, ...) for target ${shapeText(target.shape)}, or its shape,`;
        throw unexpected(this.op, what, 'output', shapeText(output.shape));
      }
      this.inspect(output, counted, !this.logits);
      values = output.movedim(1, -1).reshape([-1, output.shape[1]]).to('float64');
    }
    requireClasses(this.op, 'target', actual, values.shape[1]);
    return { values, actual: actual.flatten().to('int64'), counted: counted.flatten() };
  }

  protected probabilities({ values }: Read): Tensor {
    return this.logits ? values.softmax(1) : values;
  }
}

/** The mean negative logarithm of the probability of the actual class. */
export class LogLoss extends ProbabilityMetric<'loss' | 'total'> {
  constructor(
    op: string,
    logits: boolean,
    ignoreIndex: number,
    private readonly finish: (mean: number) => number,
  ) {
    super(op, { loss: [], total: [] }, logits, ignoreIndex);
  }

  protected add(output: Tensor, target: Tensor): void {
    const read = this.read(output, target);
    const { values, actual, counted } = read;
    const tiny = output.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
    const logs = this.logits
      ? values.logSoftmax(1)
      : values.clamp({ min: tiny, max: 1 - tiny }).log();
    const weight = counted.to('float64');
    const losses = logs.gather(1, actual.unsqueeze(1)).squeeze(1).neg();
    this.sum('loss').add_(losses.maskedFill(counted.logicalNot(), 0).sum());
    this.sum('total').add_(weight.sum());
  }

  /**
   * Computes the value.
   *
   * @returns the value over all samples since the last `reset`; NaN if an output was
   */
  compute(): number {
    requireArity('compute', arguments.length, 0);
    if (this.hasNan()) return NaN;
    const total = this.number('total');
    return total === 0 ? NaN : this.finish(this.number('loss') / total);
  }
}

/** The mean squared difference of probabilities and classes. */
export class Brier extends ProbabilityMetric<'error' | 'total'> {
  constructor(logits: boolean, ignoreIndex: number) {
    super('brier', { error: [], total: [] }, logits, ignoreIndex);
  }

  protected add(output: Tensor, target: Tensor): void {
    const read = this.read(output, target);
    const probabilities = this.probabilities(read);
    const { actual, counted } = read;
    const own = probabilities.gather(1, actual.unsqueeze(1)).squeeze(1);
    // sum (p - y)^2 = sum p^2 - 2 p[actual] + 1; of two classes one is counted.
    let errors = probabilities.square().sum(1).sub(own.mul(2)).add(1);
    if (probabilities.shape[1] === 2) errors = own.sub(1).square();
    this.sum('error').add_(errors.maskedFill(counted.logicalNot(), 0).sum());
    this.sum('total').add_(counted.to('float64').sum());
  }

  /**
   * Computes the value.
   *
   * @returns the value over all samples since the last `reset`; NaN if an output was
   */
  compute(): number {
    requireArity('compute', arguments.length, 0);
    return this.hasNan() ? NaN : ratio(this.number('error'), this.number('total'));
  }
}

/** The difference of confidence and accuracy, over bins of confidence. */
export class CalibrationError extends ProbabilityMetric<'count' | 'confidence' | 'correct'> {
  constructor(
    private readonly bins: number,
    logits: boolean,
    ignoreIndex: number,
  ) {
    super(
      'calibrationError',
      { count: [bins], confidence: [bins], correct: [bins] },
      logits,
      ignoreIndex,
    );
  }

  protected add(output: Tensor, target: Tensor): void {
    const read = this.read(output, target);
    const probabilities = this.probabilities(read);
    const weight = read.counted.to('float64');
    const confidence = probabilities.amax(1).maskedFill(read.counted.logicalNot(), 0);
    const isNan = confidence.isnan();
    const known = confidence.maskedFill(isNan, 0);
    const bin = known
      .mul(this.bins)
      .floor()
      .clamp({ min: 0, max: this.bins - 1 })
      .to('int64');
    const hits = probabilities.argmax(1).eq(read.actual).to('float64').mul(weight);
    this.sum('count').scatterAdd_(0, bin, weight);
    this.sum('confidence').scatterAdd_(0, bin, known);
    this.sum('correct').scatterAdd_(0, bin, hits);
  }

  /**
   * Computes the value.
   *
   * @returns the value over all samples since the last `reset`; NaN if an output was
   */
  compute(): number {
    requireArity('compute', arguments.length, 0);
    if (this.hasNan()) return NaN;
    const [count, confidence, correct] = [
      this.numbers('count'),
      this.numbers('confidence'),
      this.numbers('correct'),
    ];
    const gap = confidence.reduce((total, sum, i) => total + Math.abs(sum - correct[i]), 0);
    return ratio(gap, count.reduce((total, n) => total + n, 0)); // prettier-ignore
  }
}

function requireProbability(op: string, options: ProbabilityOptions, more: readonly string[] = []) {
  requireOptions(op, options, ['logits', 'ignoreIndex', ...more]);
  const logits = requireBoolean(op, 'logits', options.logits ?? false);
  return { logits, ignoreIndex: requireIgnoreIndex(op, options) };
}

/**
 * The mean negative logarithm of the probability of the actual class (cross-entropy). Probabilities are limited to
 * [eps, 1 - eps], with the eps of their dtype.
 *
 * @param options logits, and the label that is ignored
 * @returns a metric of outputs (n, classes, ...), or, for two classes, in the shape of the targets
 * @throws RangeError in `compute` if outputs were not probabilities
 * @see sklearn.metrics.log_loss
 * @example metrics.logLoss({ logits: true })
 */
export function logLoss(options: ProbabilityOptions = {}): LogLoss {
  requireArity('logLoss', arguments.length, 1);
  const { logits, ignoreIndex } = requireProbability('logLoss', options);
  return new LogLoss('logLoss', logits, ignoreIndex, (mean) => mean);
}

/**
 * The exponential of the mean negative logarithm of the probability of the actual class, for language models: outputs
 * (n, classes, ...) are logits, unless `logits` is false.
 *
 * @param options logits (default true), and the label that is ignored
 * @returns a metric for `train`, or for `update` and `compute`
 * @example metrics.perplexity({ ignoreIndex: 0 })
 */
export function perplexity(options: ProbabilityOptions = {}): LogLoss {
  requireArity('perplexity', arguments.length, 1);
  requireOptions('perplexity', options, ['logits', 'ignoreIndex']);
  const { logits, ignoreIndex } = requireProbability('perplexity', { logits: true, ...options });
  return new LogLoss('perplexity', logits, ignoreIndex, Math.exp);
}

/**
 * The mean squared difference of probabilities and classes (Brier 1950): of class 1 for two classes, else summed over the
 * classes.
 *
 * @param options logits, and the label that is ignored
 * @returns a metric of outputs (n, classes), or, for two classes, in the shape of the targets
 * @see sklearn.metrics.brier_score_loss
 * @example metrics.brier()
 */
export function brier(options: ProbabilityOptions = {}): Brier {
  requireArity('brier', arguments.length, 1);
  const { logits, ignoreIndex } = requireProbability('brier', options);
  return new Brier(logits, ignoreIndex);
}

/** Options of calibrationError. */
export interface CalibrationOptions extends ProbabilityOptions {
  /** Bins of equal width, default 10. */
  bins?: number;
}

/**
 * The mean difference of the probability of the predicted class and the share of correct predictions, over bins of this
 * probability (expected calibration error, Guo et al. 2017).
 *
 * @param options bins, logits, and the label that is ignored
 * @returns a metric of outputs (n, classes), or, for two classes, in the shape of the targets
 * @example metrics.calibrationError({ bins: 15, logits: true })
 */
export function calibrationError(options: CalibrationOptions = {}): CalibrationError {
  requireArity('calibrationError', arguments.length, 1);
  const { logits, ignoreIndex } = requireProbability('calibrationError', options, ['bins']);
  const bins = requireInteger('calibrationError', 'bins', options.bins ?? 10, 1);
  return new CalibrationError(bins, logits, ignoreIndex);
}

/**
 * Metrics over batches, for `train` and on their own: `update(output, target)` adds a batch, `compute()` returns the
 * figure.
 *
 * @module
 */
export { accuracy, topK, type Accuracy, type TopK } from './accuracy';
export type { ClassOptions, TargetOptions } from './classes';
export {
  confusionMatrix,
  f1,
  precision,
  recall,
  type ConfusionMatrix,
  type Figure,
  type Average,
  type AverageOptions,
} from './confusion';
export type { Metric, MetricValue } from './metric';
export { mae, mse, r2, type MeanError, type R2, type R2Options } from './regression';

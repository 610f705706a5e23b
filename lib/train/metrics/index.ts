/**
 * Metrics over batches, for `train` and on their own: `update(output, target)` adds a batch, `compute()` returns the
 * value.
 *
 * @module
 */
export { accuracy, topK, type Accuracy, type TopK } from './accuracy';
export {
  balancedAccuracy,
  classReport,
  cohenKappa,
  matthews,
  type Agreement,
  type ClassReport,
  type ClassReportOptions,
  type NumClassesOptions,
} from './agreement';
export type { ClassOptions, TargetOptions } from './classes';
export type { CollectedMetric } from './collected';
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
export { medianAbsoluteError, type MedianError } from './median';
export type { Metric, MetricValue } from './metric';
export {
  brier,
  calibrationError,
  logLoss,
  perplexity,
  type Brier,
  type CalibrationError,
  type CalibrationOptions,
  type LogLoss,
  type ProbabilityOptions,
} from './probability';
export { averagePrecision, precisionRecallCurve, rocAuc, rocCurve, type Ranking } from './ranking';
export {
  mae,
  mape,
  mse,
  r2,
  rmse,
  type MeanError,
  type R2,
  type R2Options,
  type RelativeError,
  type RootMeanSquare,
} from './regression';

/** Splits of rows into parts to train and to test with (sklearn.model_selection). */
export { classWeights } from './classWeights';
export { crossValidate, type CrossValidation, type Scores } from './crossValidate';
export {
  GroupKFold,
  KFold,
  StratifiedKFold,
  TimeSeriesSplit,
  type Fold,
  type FoldOptions,
  type Folds,
  type TimeSeriesSplitOptions,
} from './folds';
export type { RowValues, SeedOptions } from './rows';
export { trainTestSplit, type TrainTestSplitOptions } from './trainTestSplit';

export type { OnNonFinite } from './nonFinite';
export { train } from './train';
export type {
  Batches,
  BatchLoss,
  BatchResult,
  Callbacks,
  CheckpointPlan,
  EpochResult,
  PassResult,
  History,
  StopReason,
  TrainOptions,
} from './types';

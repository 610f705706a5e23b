export { train } from './train';
export type {
  Batches,
  BatchLoss,
  BatchResult,
  Callbacks,
  CheckpointPlan,
  EpochResult,
  Figures,
  History,
  StopReason,
  TrainOptions,
} from './types';

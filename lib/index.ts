/** The public names. */
import './ops';

export { AnomalyError, detectAnomaly } from './anomaly';
export { enableGrad, isGradEnabled, noGrad, type Hook } from './autograd';
export * as backend from './backend';
export {
  arange,
  empty,
  eye,
  fromArray,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from './creation';
export {
  compile,
  type Compiled,
  type CompileStats,
  type Output,
  type Progress,
  type RunOptions,
  type ScanOptions,
} from './compile';
export type { Options, SizesAnd, TensorOptions } from './creationOptions';
export type { DType, TypedArray } from './dtype';
export * as data from './data';
export * as F from './functional';
export * as io from './io';
export type { NestedArray, NumberArray, TensorData } from './nested';
export type { Phase } from './observer';
export { grad, type GradOptions } from './grad';
export * as metrics from './train/metrics';
export * as nn from './nn';
export { where, type Operand } from './ops/binary';
export { einsum } from './ops/einsum';
export type { ValuesAndIndices } from './ops/extreme';
export type { Dims, KeepDim } from './ops/reduction';
export type { SortOptions } from './ops/sort';
export type { NormOptions, VarianceOptions } from './ops/statistics';
export type { Sizes } from './ops/view';
export type { Shape } from './shape';
export { slice, type Index, type Slice } from './ops/indexing';
export { cat, meshgrid, stack } from './ops/join';
export { addmm } from './ops/matmul';
export * as optim from './optim';
export { Generator, manualSeed, type RandomOptions } from './random';
export { rand, randint, randLike, randn, randnLike, randperm } from './sampling';
export { Tensor } from './tensor';
export {
  train,
  type Batches,
  type BatchLoss,
  type BatchResult,
  type Callbacks,
  type CheckpointPlan,
  type EpochResult,
  type Figures,
  type History,
  type StopReason,
  type TrainOptions,
} from './train';

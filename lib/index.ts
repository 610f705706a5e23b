/** The public names. */
import './core/layout';
import './core/print';
import './core/values';
import './ops';
import './autograd/methods';

export { AnomalyError, detectAnomaly } from './autograd/anomaly';
export { grad, type GradOptions } from './autograd/grad';
export * as backend from './backend';
export {
  empty,
  eye,
  fromArray,
  full,
  fullLike,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
  type FillValue,
} from './creation/filled';
export {
  AbortError,
  compile,
  type Compiled,
  type CompileOptions,
  type CompileStats,
  type OrNumbers,
  type OrRows,
  type Output,
  type Progress,
  type RunOptions,
  type ScanOptions,
  type Unfinished,
} from './compile';
export type { Options, SizesAnd, TensorOptions } from './creation/options';
export type { DType, TypedArray } from './core/dtype';
export { scalarInput, type ScalarInput } from './core/scalarInput';
export { enableGrad, isGradEnabled, noGrad } from './core/gradMode';
export * as data from './data';
export * as F from './functional';
export { channelShuffle, pixelShuffle, pixelUnshuffle } from './functional/shuffle';
export * as io from './io';
export type { NestedArray, NumberArray, TensorData } from './core/nested';
export type { TransferableTensor } from './core/transfer';
export type { Hook } from './core/node';
export type { Phase } from './core/observer';
export * as metrics from './train/metrics';
export * as nn from './nn';
export type { Operand } from './ops/define';
export type { AlphaOptions, DivOptions, RoundOptions } from './ops/elementwise/arithmetic';
export type { Bound, ClampBounds } from './ops/elementwise/clamp';
export { where } from './ops/elementwise/select';
export { einsum } from './ops/matrix/einsum';
export type { ValuesAndIndices } from './ops/reduce/extreme';
export type { ScatterOptions } from './ops/index/gather';
export type { Dims, KeepDim, ReduceOptions } from './ops/reduce/reductionShape';
export type { SortOptions, TopkOptions } from './ops/reduce/sort';
export type { NormOptions, VarianceOptions } from './ops/reduce/statistics';
export type { Sizes } from './ops/shape/view';
export type { Shape } from './core/shape';
export type { Index } from './ops/index/indexing';
export { slice, type Slice } from './ops/index/sliceRange';
export { cat, meshgrid, stack } from './ops/shape/join';
export { addmm } from './ops/matrix/matmul';
export {
  canCast,
  finfo,
  iinfo,
  promoteTypes,
  resultType,
  type FloatInfo,
  type IntegerInfo,
} from './ops/typeInfo';
export * as optim from './optim';
export { Generator, manualSeed, type RandomOptions } from './core/generator';
export { arange, linspace, type Limit } from './creation/range';
export { rand, randint, randLike, randn, randnLike, randperm } from './creation/random';
export { Tensor } from './core/tensor';
export {
  train,
  type Batches,
  type BatchLoss,
  type BatchResult,
  type Callbacks,
  type CheckpointPlan,
  type EpochResult,
  type PassResult,
  type History,
  type OnNonFinite,
  type StopReason,
  type TrainOptions,
} from './train';
export * as tune from './tune';

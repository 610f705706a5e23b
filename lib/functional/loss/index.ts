export * from './binary';
export * from './classes';
export * from './likelihood';
export * from './margin';
export * from './regression';
export * from './triplet';
export type { Reduction, ReductionOption, WeightOption } from './reduction';

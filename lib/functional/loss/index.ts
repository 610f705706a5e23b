export * from './binary';
export * from './classes';
export * from './margin';
export * from './regression';
export type { Reduction, ReductionOption, WeightOption } from './reduction';

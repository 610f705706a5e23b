/** The public names. */
export * from './ops';
export * from './creation';
export * from './sampling';
export type { SizesAnd, TensorOptions } from './creationOptions';
export type { NumberArray, TensorData } from './nested';
export type { DType, TypedArray } from './dtype';
export { Generator, manualSeed, type RandomOptions } from './random';
export { Tensor, grad } from './tensor';

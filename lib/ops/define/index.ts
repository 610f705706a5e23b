/** Functions that all families of ops use. */
export { isFloating } from '../../core/dtype';
export { isGradEnabled } from '../../core/gradMode';
export { recordInPlace } from '../../core/inPlace';
export { record, type Node, type OpAttrs, type OpName, type Rule } from '../../core/node';
export { sameShape, type Shape } from '../../core/shape';
export { Tensor } from '../../core/tensor';
export * from './dtypes';
export * from './inPlace';
export * from './layout';
export * from './named';
export * from './ops';
export * from './results';

/**
 * Functions of tensors (torch.nn.functional). Where no shape is named, x is any tensor, each element is worked on
 * for itself, and the result has the shape of x. Losses compare elements of `input` and `target`, which broadcast; `reduction`
 * makes one number of theirs. TypeError for what is no tensor, RangeError for shapes, dtypes and options that do not fit.
 *
 * @module
 */
export * from '../ops/elementwise/activation';
export { linear } from '../ops/matrix/matmul';
export * from '../ops/reduce/softmax';
export { dropout, featureDropout } from '../ops/random/random';
export { oneHot } from '../ops/index/mask';
export * from './bilinear';
export * from './distance';
export * from './embedding';
export * from './glu';
export * from './loss';
export * from './prelu';

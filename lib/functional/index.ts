/**
 * Functions of tensors (torch.nn.functional). Where no shape is named, x is any tensor, each element is worked on
 * for itself, and the result has the shape of x. Losses compare elements of `input` and `target`, which broadcast; `reduction`
 * makes one number of theirs. TypeError for what is no tensor, RangeError for shapes, dtypes and options that do not fit.
 *
 * @module
 */
export * from '../ops/activation';
export { linear } from '../ops/matmul';
export * from '../ops/softmax';
export { dropout, featureDropout } from '../ops/random';
export { oneHot } from '../ops/mask';
export * from './distance';
export * from './gated';
export * from './loss';

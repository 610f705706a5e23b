/**
 * Functions on tensors (torch.nn.functional). If no shape is named, x is any tensor, the function is elementwise, and
 * the result has the shape of x. Losses compare elements of `input` and `target`, which broadcast; `reduction` reduces
 * them to one number. TypeError for arguments that are not tensors, RangeError for invalid shapes, dtypes and options.
 *
 * @module
 */
export {
  celu,
  elu,
  gelu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  logsigmoid,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softshrink,
  softsign,
  tanh,
  tanhshrink,
  threshold,
  type InplaceOption,
} from '../ops/elementwise/activation';
export { linear } from '../ops/matrix/linear';
export { logSoftmax, softmax, softmin, type SoftmaxOptions } from '../ops/reduce/softmax';
export { dropout, featureDropout, type DropoutOptions } from '../ops/random/random';
export { oneHot } from '../ops/index/mask';
export * from './bilinear';
export * from './distance';
export * from './embedding';
export * from './glu';
export * from './loss';
export * from './prelu';

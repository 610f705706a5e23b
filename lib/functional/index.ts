/**
 * Functions on tensors without state: activations, losses, distances, embedding (torch.nn.functional).
 *
 * If a function names no shape, its input has any shape, the function is elementwise, and the result has the
 * shape of the input. Functions throw a TypeError for arguments of the wrong kind, such as values that are not
 * tensors, and a RangeError for invalid shapes, dtypes and option values.
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

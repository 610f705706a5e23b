/**
 * Functions on tensors without state: activations, losses, distances, embedding, pooling (torch.nn.functional).
 *
 * If a function names no shape, its input has any shape, the function is elementwise, and the result has the
 * shape of the input. Functions throw a TypeError for arguments of the wrong kind, such as values that are not
 * tensors, and a RangeError for invalid shapes, dtypes and option values.
 *
 * @module
 */
export type { InplaceOption } from '../ops/elementwise/activationCall';
export {
  gelu,
  logsigmoid,
  mish,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
  tanhshrink,
} from '../ops/elementwise/activation';
export {
  celu,
  elu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  relu,
  relu6,
  selu,
  softshrink,
  threshold,
} from '../ops/elementwise/rectifier';
export { linear } from '../ops/matrix/linear';
export { logSoftmax, softmax, softmin, type SoftmaxOptions } from '../ops/reduce/softmax';
export { dropout, featureDropout, type DropoutOptions } from '../ops/random/random';
export { oneHot } from '../ops/index/mask';
export { alphaDropout, featureAlphaDropout } from './alphaDropout';
export * from './bilinear';
export * from './convolution';
export * from './distance';
export * from './embedding';
export * from './glu';
export * from './gridSample';
export {
  interpolate,
  upsample,
  type InterpolateMode,
  type InterpolateOptions,
} from './interpolate';
export * from './loss';
export { pad, type PadMode, type PadOptions } from './pad';
export * from './pooling';
export {
  batchNorm,
  groupNorm,
  instanceNorm,
  type BatchNormOptions,
  type InstanceNormOptions,
} from './normalization';
export * from './layerNorm';
export type { AffineOptions } from './normalizationInputs';
export * from './prelu';
export * from './shuffle';
export { fold, unfold, type UnfoldOptions } from './unfold';
export * from './rrelu';

/** The namespace F: functions of tensors (torch.nn.functional). */
export * from '../ops/activation';
export { linear } from '../ops/matmul';
export * from '../ops/softmax';
export { dropout, featureDropout } from '../ops/random';
export { oneHot } from '../ops/mask';
export * from './distance';
export * from './gated';
export * from './loss';

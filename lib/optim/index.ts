/**
 * Optimizers (torch.optim): create one with parameters and options; `step()` updates the parameters from their
 * gradients.
 *
 * @module
 */
export { Adadelta, type AdadeltaOptions } from './adadelta';
export { Adagrad, type AdagradOptions } from './adagrad';
export { Adam, AdamW, type AdamOptions } from './adam';
export { Adamax, type AdamaxOptions } from './adamax';
export { NAdam, type NAdamOptions } from './nadam';
export { Optimizer } from './optimizer';
export type {
  GroupBase,
  GroupSpec,
  InitialOptions,
  LearningRate,
  ParamGroup,
  Params,
} from './paramGroup';
export { RAdam, type RAdamOptions } from './radam';
export { RMSprop, type RMSpropOptions } from './rmsprop';
export { SGD, type SGDOptions } from './sgd';
export type { OptimizerState } from './stateDict';
export * as lrScheduler from './lrScheduler';

/**
 * Learning-rate schedulers (torch.optim.lr_scheduler): create one with an optimizer; `step()` sets its next
 * learning rates. Call it after `optimizer.step()`.
 *
 * @module
 */
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from './cosine';
export { CyclicLR, type CyclicOptions } from './cyclic';
export { ExponentialLR, MultiStepLR, PolynomialLR, StepLR } from './decay';
export { LambdaLR, MultiplicativeLR, type RateFactor } from './lambda';
export { OneCycleLR, type OneCycleOptions } from './oneCycle';
export { ReduceLROnPlateau, type PlateauOptions } from './plateau';
export { LRScheduler, type Schedule, type SchedulerState } from './scheduler';
export { ChainedScheduler, SequentialLR } from './sequence';
export { ConstantLR, LinearLR } from './warmup';

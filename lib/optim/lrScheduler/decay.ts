/** Schedulers that decay the learning rate. */
import {
  requireArity,
  requireInteger,
  requireList,
  requireNumber,
  requireOptions,
} from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { LRScheduler, requireSteps } from './scheduler';

/**
 * Multiplies the learning rate by `gamma` every `stepSize` steps.
 *
 * @see torch.optim.lr_scheduler.StepLR
 * @example new optim.lrScheduler.StepLR(optimizer, 30, { gamma: 0.1 })
 */
export class StepLR extends LRScheduler {
  /** Number of steps between two changes. */
  readonly stepSize: number;
  /** Factor of each change; default 0.1. */
  readonly gamma: number;

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param stepSize number of steps between two changes, at least 1
   * @param options.gamma factor of each change; default 0.1
   */
  constructor(optimizer: Optimizer, stepSize: number, options: { gamma?: number } = {}) {
    requireArity('StepLR', arguments.length, 3);
    super(optimizer);
    requireOptions('StepLR', options, ['gamma']);
    this.stepSize = requireSteps('StepLR', 'stepSize', stepSize);
    this.gamma = requireNumber('StepLR', 'gamma', options.gamma ?? 0.1);
    this.begin();
  }

  override getLr(): number[] {
    const decays = this.lastEpoch > 0 && this.lastEpoch % this.stepSize === 0;
    return this.each((lr) => (decays ? lr * this.gamma : lr));
  }
}

/**
 * Multiplies the learning rate by `gamma` at each milestone.
 *
 * @see torch.optim.lr_scheduler.MultiStepLR
 * @example new optim.lrScheduler.MultiStepLR(optimizer, [30, 80], { gamma: 0.1 })
 */
export class MultiStepLR extends LRScheduler {
  /** Steps at which the learning rate changes. */
  readonly milestones: readonly number[];
  /** Factor of each change; default 0.1. */
  readonly gamma: number;

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param milestones steps at which the learning rate changes
   * @param options.gamma factor of each change; default 0.1
   */
  constructor(
    optimizer: Optimizer,
    milestones: readonly number[],
    options: { gamma?: number } = {},
  ) {
    requireArity('MultiStepLR', arguments.length, 3);
    super(optimizer);
    requireOptions('MultiStepLR', options, ['gamma']);
    const what = 'an array of step numbers';
    const list = requireList('MultiStepLR', what, 'milestones', milestones);
    this.milestones = list.map((milestone, i) =>
      requireInteger('MultiStepLR', `milestones[${i}]`, milestone, 0),
    );
    this.gamma = requireNumber('MultiStepLR', 'gamma', options.gamma ?? 0.1);
    this.begin();
  }

  override getLr(): number[] {
    const times = this.milestones.filter((milestone) => milestone === this.lastEpoch).length;
    return this.each((lr) => lr * this.gamma ** times);
  }
}

/**
 * Multiplies the learning rate by `gamma` at every step.
 *
 * @see torch.optim.lr_scheduler.ExponentialLR
 * @example new optim.lrScheduler.ExponentialLR(optimizer, 0.9)
 */
export class ExponentialLR extends LRScheduler {
  /** Factor of each step. */
  readonly gamma: number;

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param gamma factor of each step
   */
  constructor(optimizer: Optimizer, gamma: number) {
    requireArity('ExponentialLR', arguments.length, 2);
    super(optimizer);
    this.gamma = requireNumber('ExponentialLR', 'gamma', gamma);
    this.begin();
  }

  override getLr(): number[] {
    return this.each((lr) => (this.lastEpoch === 0 ? lr : lr * this.gamma));
  }
}

/**
 * Decreases the learning rate to 0 in `totalIters` steps: lr = initial lr * (1 - step / totalIters)^power.
 *
 * @see torch.optim.lr_scheduler.PolynomialLR
 * @example new optim.lrScheduler.PolynomialLR(optimizer, { totalIters: 100, power: 2 })
 */
export class PolynomialLR extends LRScheduler {
  /** Number of steps until the learning rate is 0; default 5. */
  readonly totalIters: number;
  /** Exponent; default 1. */
  readonly power: number;

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param options.totalIters number of steps until the learning rate is 0; default 5
   * @param options.power exponent; default 1
   */
  constructor(optimizer: Optimizer, options: { totalIters?: number; power?: number } = {}) {
    requireArity('PolynomialLR', arguments.length, 2);
    super(optimizer);
    requireOptions('PolynomialLR', options, ['totalIters', 'power']);
    this.totalIters = requireInteger('PolynomialLR', 'totalIters', options.totalIters ?? 5, 0);
    this.power = requireNumber('PolynomialLR', 'power', options.power ?? 1);
    this.begin();
  }

  override getLr(): number[] {
    const { lastEpoch: step, totalIters: total } = this;
    const decays = step > 0 && step <= total;
    const factor = decays ? ((total - step) / (total - step + 1)) ** this.power : 1;
    return this.each((lr) => lr * factor);
  }
}

/** Schedulers that only lower the rate. */
import {
  requireArity,
  requireInteger,
  requireList,
  requireNumber,
  requireOptions,
} from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { LRScheduler, requireSteps } from './scheduler';

/** Multiplies the rate by `gamma` (default 0.1) every `stepSize` steps (torch.optim.lr_scheduler.StepLR). */
export class StepLR extends LRScheduler {
  /** Steps between two changes. */
  readonly stepSize: number;
  /** The factor. */
  readonly gamma: number;

  constructor(optimizer: Optimizer, stepSize: number, options: { gamma?: number } = {}) {
    requireArity('StepLR', arguments.length, 3);
    super(optimizer);
    requireOptions('StepLR', options, ['gamma']);
    this.stepSize = requireSteps('StepLR', 'stepSize', stepSize);
    this.gamma = requireNumber('StepLR', 'gamma', options.gamma ?? 0.1);
    this.begin();
  }

  override getLr(): number[] {
    const falls = this.lastEpoch > 0 && this.lastEpoch % this.stepSize === 0;
    return this.each((lr) => (falls ? lr * this.gamma : lr));
  }
}

/** Multiplies the rate by `gamma` (default 0.1) at each milestone (torch.optim.lr_scheduler.MultiStepLR). */
export class MultiStepLR extends LRScheduler {
  /** The steps of the changes. */
  readonly milestones: readonly number[];
  /** The factor. */
  readonly gamma: number;

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

/** Multiplies the rate by `gamma` at every step (torch.optim.lr_scheduler.ExponentialLR). */
export class ExponentialLR extends LRScheduler {
  /** The factor. */
  readonly gamma: number;

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
 * Lowers the rate to 0 in `totalIters` steps (default 5), as (1 - step / totalIters)^power, default power 1
 * (torch.optim.lr_scheduler.PolynomialLR).
 */
export class PolynomialLR extends LRScheduler {
  /** Steps until the rate is 0. */
  readonly totalIters: number;
  /** The exponent. */
  readonly power: number;

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
    const moves = step > 0 && step <= total;
    const factor = moves ? ((total - step) / (total - step + 1)) ** this.power : 1;
    return this.each((lr) => lr * factor);
  }
}

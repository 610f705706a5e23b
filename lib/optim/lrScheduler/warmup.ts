/** Schedulers that start with a reduced learning rate. */
import { requireArity, requireInRange, requireInteger, requireOptions } from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { LRScheduler, requirePositive } from './scheduler';

/**
 * Multiplies the learning rate by `factor` until step `totalIters`, then uses the full rate.
 *
 * @see torch.optim.lr_scheduler.ConstantLR
 * @example new optim.lrScheduler.ConstantLR(optimizer, { factor: 0.5, totalIters: 4 })
 */
export class ConstantLR extends LRScheduler {
  /** Factor until step `totalIters`; default 1/3. */
  readonly factor: number;
  /** Step from which the full rate is used; default 5. */
  readonly totalIters: number;

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param options.factor factor until step `totalIters`, above 0 and at most 1; default 1/3
   * @param options.totalIters step from which the full rate is used; default 5
   */
  constructor(optimizer: Optimizer, options: { factor?: number; totalIters?: number } = {}) {
    requireArity('ConstantLR', arguments.length, 2);
    super(optimizer);
    requireOptions('ConstantLR', options, ['factor', 'totalIters']);
    this.factor = requirePositive('ConstantLR', 'factor', options.factor ?? 1 / 3, 1);
    this.totalIters = requireInteger('ConstantLR', 'totalIters', options.totalIters ?? 5, 0);
    this.begin();
  }

  override getLr(): number[] {
    if (this.lastEpoch === 0) return this.each((lr) => lr * this.factor);
    return this.each((lr) => (this.lastEpoch === this.totalIters ? lr / this.factor : lr));
  }
}

/**
 * Multiplies the learning rate by a factor that changes linearly from `startFactor` to `endFactor` in
 * `totalIters` steps.
 *
 * @see torch.optim.lr_scheduler.LinearLR
 * @example new optim.lrScheduler.LinearLR(optimizer, { startFactor: 0.1, totalIters: 10 })
 */
export class LinearLR extends LRScheduler {
  /** Factor of the first step; default 1/3. */
  readonly startFactor: number;
  /** Factor from step `totalIters` on; default 1. */
  readonly endFactor: number;
  /** Number of steps in which the factor changes; default 5. */
  readonly totalIters: number;

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param options.startFactor factor of the first step, above 0 and at most 1; default 1/3
   * @param options.endFactor factor from step `totalIters` on, in [0, 1]; default 1
   * @param options.totalIters number of steps in which the factor changes; default 5
   */
  constructor(
    optimizer: Optimizer,
    options: { startFactor?: number; endFactor?: number; totalIters?: number } = {},
  ) {
    requireArity('LinearLR', arguments.length, 2);
    super(optimizer);
    requireOptions('LinearLR', options, ['startFactor', 'endFactor', 'totalIters']);
    this.startFactor = requirePositive('LinearLR', 'startFactor', options.startFactor ?? 1 / 3, 1);
    this.endFactor = requireInRange('LinearLR', 'endFactor', options.endFactor ?? 1, 0, 1);
    this.totalIters = requireInteger('LinearLR', 'totalIters', options.totalIters ?? 5, 0);
    this.begin();
  }

  override getLr(): number[] {
    const { lastEpoch: step, startFactor: start, totalIters: total } = this;
    if (step === 0) return this.each((lr) => lr * start);
    if (step > total) return this.each((lr) => lr);
    const rise = this.endFactor - start;
    return this.each((lr) => lr * (1 + rise / (total * start + (step - 1) * rise)));
  }
}

/** Schedulers that start with a low rate. */
import { requireArity, requireInRange, requireInteger, requireOptions } from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { LRScheduler, requirePositive } from './scheduler';

/**
 * Multiplies the rate by `factor` (default 1/3) until step `totalIters` (default 5), then uses the full rate
 * (torch.optim.lr_scheduler.ConstantLR).
 */
export class ConstantLR extends LRScheduler {
  /** The factor until that step. */
  readonly factor: number;
  /** Steps until the full rate. */
  readonly totalIters: number;

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
 * Multiplies the rate by a factor that changes linearly from `startFactor` (default 1/3) to `endFactor` (default 1) in
 * `totalIters` steps (default 5) (torch.optim.lr_scheduler.LinearLR).
 */
export class LinearLR extends LRScheduler {
  /** The factor of the first step. */
  readonly startFactor: number;
  /** The factor at the end. */
  readonly endFactor: number;
  /** Steps until the end. */
  readonly totalIters: number;

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

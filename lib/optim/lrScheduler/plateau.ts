/** A scheduler that depends on a metric. */
import {
  methodName,
  requireArity,
  requireInRange,
  requireInteger,
  requireMethodArity,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { Tensor } from '../../core/tensor';
import type { Optimizer } from '../optimizer';
import { perGroup, Schedule } from './scheduler';

/** Options of ReduceLROnPlateau. */
export interface PlateauOptions {
  /** Whether the metric should decrease ('min', the default) or increase ('max'). */
  mode?: 'min' | 'max';
  /** Factor of the learning rate, below 1; default 0.1. */
  factor?: number;
  /** Number of steps without improvement before the learning rate is reduced; default 10. */
  patience?: number;
  /** Smallest change that counts as an improvement; default 1e-4. */
  threshold?: number;
  /** Whether the threshold is relative to the best value ('rel', the default) or absolute ('abs'). */
  thresholdMode?: 'rel' | 'abs';
  /** Number of steps after a reduction in which steps without improvement are not counted; default 0. */
  cooldown?: number;
  /** Lowest learning rate, one number or one for each parameter group; default 0. */
  minLr?: number | readonly number[];
  /** Smaller changes of the learning rate are not made; default 1e-8. */
  eps?: number;
}

const keys = 'mode factor patience threshold thresholdMode cooldown minLr eps'.split(' ');

/**
 * Multiplies the learning rate by `factor` when a metric has stopped improving.
 *
 * @see torch.optim.lr_scheduler.ReduceLROnPlateau
 * @example new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 5 })
 */
export class ReduceLROnPlateau extends Schedule {
  private readonly mode: 'min' | 'max';
  private readonly factor: number;
  private readonly patience: number;
  private readonly threshold: number;
  private readonly thresholdMode: 'rel' | 'abs';
  private readonly cooldown: number;
  private readonly minLrs: readonly number[];
  private readonly eps: number;
  private best: number;
  private badSteps = 0;
  private cooldownLeft = 0;

  /**
   * Creates the scheduler.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param options what counts as an improvement, and how to reduce the rate, see `PlateauOptions`
   * @throws RangeError if `factor` is not below 1
   */
  constructor(optimizer: Optimizer, options: PlateauOptions = {}) {
    requireArity('ReduceLROnPlateau', arguments.length, 2);
    super(optimizer);
    const op = 'ReduceLROnPlateau';
    requireOptions(op, options, keys);
    this.mode = requireOneOf(op, 'mode', options.mode ?? 'min', ['min', 'max']);
    this.factor = requireInRange(op, 'factor', options.factor ?? 0.1, 0, 1);
    if (this.factor === 1) throw unexpected(op, 'a number below 1', 'factor', '1');
    this.patience = requireInteger(op, 'patience', options.patience ?? 10, 0);
    this.threshold = requireInRange(op, 'threshold', options.threshold ?? 1e-4, 0, Infinity);
    const thresholdMode = options.thresholdMode ?? 'rel';
    this.thresholdMode = requireOneOf(op, 'thresholdMode', thresholdMode, ['rel', 'abs']);
    this.cooldown = requireInteger(op, 'cooldown', options.cooldown ?? 0, 0);
    this.minLrs = perGroup(op, 'minLr', options.minLr ?? 0, this.groups.length);
    this.eps = requireInRange(op, 'eps', options.eps ?? 1e-8, 0, Infinity);
    this.best = this.mode === 'min' ? Infinity : -Infinity;
    this.lastEpoch = 0;
  }

  /**
   * Compares the metric of an epoch with the best one, and reduces the learning rate if necessary.
   *
   * @param metric a number, or a tensor of one element
   * @throws TypeError if `metric` is neither a number nor a tensor
   */
  step(metric: number | Tensor): void {
    requireMethodArity(this, 'step', arguments.length, 1);
    const value = metric instanceof Tensor ? metric.item() : metric;
    if (typeof value !== 'number') {
      throw wrongType(methodName(this, 'step'), 'a number or a tensor', 'metric', value);
    }
    this.optimizer._requireUnused(methodName(this, 'step'));
    this.lastEpoch++;
    if (this.improves(value)) {
      this.best = value;
      this.badSteps = 0;
    } else {
      this.badSteps++;
    }
    if (this.cooldownLeft > 0) {
      this.cooldownLeft--;
      this.badSteps = 0;
    }
    if (this.badSteps > this.patience) {
      this.reduce();
      this.cooldownLeft = this.cooldown;
      this.badSteps = 0;
    }
    this.lastLr = this.groups.map((group) => group.lr);
  }

  private improves(value: number): boolean {
    const sign = this.mode === 'min' ? -1 : 1;
    const change = sign * this.threshold;
    const limit = this.thresholdMode === 'rel' ? this.best * (1 + change) : this.best + change;
    return this.mode === 'min' ? value < limit : value > limit;
  }

  private reduce(): void {
    this.groups.forEach((group, i) => {
      const lr = Math.max(group.lr * this.factor, this.minLrs[i] ?? 0);
      if (group.lr - lr > this.eps) group.lr = lr;
    });
  }
}

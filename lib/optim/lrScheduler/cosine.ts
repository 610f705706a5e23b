/** Cosine schedulers (Loshchilov and Hutter 2017). */
import { refuseInCapture } from '../../core/capture';
import {
  methodName,
  requireArity,
  requireInRange,
  requireMethodArity,
  requireNumber,
  requireOptions,
} from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { LRScheduler, requireSteps } from './scheduler';

/**
 * Decreases the learning rate to `etaMin` in `tMax` steps along a cosine, then increases it again.
 *
 * lr = etaMin + (initial lr - etaMin) * (1 + cos(pi * step / tMax)) / 2
 *
 * @see torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov and Hutter 2017, SGDR
 * @example new optim.lrScheduler.CosineAnnealingLR(optimizer, 100)
 */
export class CosineAnnealingLR extends LRScheduler {
  /** Number of steps to the lowest learning rate. */
  readonly tMax: number;
  /** Lowest learning rate; default 0. */
  readonly etaMin: number;

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param tMax number of steps to the lowest learning rate, at least 1
   * @param options.etaMin lowest learning rate; default 0
   */
  constructor(optimizer: Optimizer, tMax: number, options: { etaMin?: number } = {}) {
    requireArity('CosineAnnealingLR', arguments.length, 3);
    super(optimizer);
    requireOptions('CosineAnnealingLR', options, ['etaMin']);
    this.tMax = requireSteps('CosineAnnealingLR', 'tMax', tMax);
    this.etaMin = requireNumber('CosineAnnealingLR', 'etaMin', options.etaMin ?? 0);
    this.begin();
  }

  // Derived from the current rate, because other schedulers may change it as well.
  override getLr(): number[] {
    const { lastEpoch: step, tMax, etaMin } = this;
    if (step === 0) return this.each((lr) => lr);
    const fraction = (step: number): number => (1 + Math.cos((Math.PI * step) / tMax)) / 2;
    if ((step - 1 - tMax) % (2 * tMax) === 0) {
      return this.each((lr, i) => lr + (this.baseLrs[i] - etaMin) * (1 - fraction(1)));
    }
    return this.each((lr) => (fraction(step) / fraction(step - 1)) * (lr - etaMin) + etaMin);
  }
}

/**
 * Decreases the learning rate to `etaMin` along a cosine and restarts from the initial rate, with longer
 * periods if `tMult` is above 1.
 *
 * @see torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; Loshchilov and Hutter 2017, SGDR
 * @example new optim.lrScheduler.CosineAnnealingWarmRestarts(optimizer, 10, { tMult: 2 })
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  /** Number of steps to the first restart. */
  readonly t0: number;
  /** Factor by which each period is longer than the previous one; default 1. */
  readonly tMult: number;
  /** Lowest learning rate; default 0. */
  readonly etaMin: number;
  private period: number;
  private stepInPeriod = -1;

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param t0 number of steps to the first restart, at least 1
   * @param options.tMult factor by which each period is longer than the previous one, at least 1; default 1
   * @param options.etaMin lowest learning rate; default 0
   */
  constructor(optimizer: Optimizer, t0: number, options: { tMult?: number; etaMin?: number } = {}) {
    requireArity('CosineAnnealingWarmRestarts', arguments.length, 3);
    super(optimizer);
    const op = 'CosineAnnealingWarmRestarts';
    requireOptions(op, options, ['tMult', 'etaMin']);
    this.t0 = this.period = requireSteps(op, 't0', t0);
    this.tMult = requireSteps(op, 'tMult', options.tMult ?? 1);
    this.etaMin = requireNumber(op, 'etaMin', options.etaMin ?? 0);
    this.begin();
  }

  override getLr(): number[] {
    const height = (1 + Math.cos((Math.PI * this.stepInPeriod) / this.period)) / 2;
    return this.each((_lr, i) => this.etaMin + (this.baseLrs[i] - this.etaMin) * height);
  }

  /**
   * Takes the next step, or jumps to `epoch`.
   *
   * @param epoch position in epochs, at least 0; may have a fraction, such as epoch + batch / batches
   * @throws RangeError if `epoch` is negative
   * @throws Error if `epoch` is passed in a compiled function
   */
  override step(epoch?: number): void {
    requireMethodArity(this, 'step', arguments.length, 1);
    if (epoch === undefined) {
      super.step();
      return;
    }
    const op = methodName(this, 'step');
    refuseInCapture(op, 'the epoch');
    this.jump(requireInRange(op, 'epoch', epoch, 0, Infinity));
    this.setLrs(this.getLr());
  }

  protected override advance(): void {
    if (this.lastEpoch < 0) {
      this.jump(0);
    } else {
      this.lastEpoch++;
      this.stepInPeriod++;
      if (this.stepInPeriod >= this.period) {
        this.stepInPeriod -= this.period;
        this.period *= this.tMult;
      }
    }
    this.setLrs(this.getLr());
  }

  private jump(epoch: number): void {
    let [start, period] = [0, this.t0];
    if (this.tMult === 1) {
      start = Math.floor(epoch / period) * period;
    } else {
      for (; epoch - start >= period; period *= this.tMult) start += period;
    }
    this.lastEpoch = Math.floor(epoch);
    this.stepInPeriod = epoch - start;
    this.period = period;
  }
}

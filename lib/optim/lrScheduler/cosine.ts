/** Cosine schedulers (Loshchilov and Hutter 2017). */
import { refuseInCapture } from '../../core/capture';
import {
  requireArity,
  requireInRange,
  requireMethodArity,
  requireNumber,
  requireOptions,
} from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { LRScheduler, requireSteps } from './scheduler';

/**
 * Anneals the rate to `etaMin` (default 0) in `tMax` steps along a cosine, and up again (torch's CosineAnnealingLR).
 */
export class CosineAnnealingLR extends LRScheduler {
  /** Steps to the lowest rate. */
  readonly tMax: number;
  /** The lowest rate. */
  readonly etaMin: number;

  constructor(optimizer: Optimizer, tMax: number, options: { etaMin?: number } = {}) {
    requireArity('CosineAnnealingLR', arguments.length, 3);
    super(optimizer);
    requireOptions('CosineAnnealingLR', options, ['etaMin']);
    this.tMax = requireSteps('CosineAnnealingLR', 'tMax', tMax);
    this.etaMin = requireNumber('CosineAnnealingLR', 'etaMin', options.etaMin ?? 0);
    this.begin();
  }

  // Computed from the current rate, so that other schedulers may change it too.
  override getLr(): number[] {
    const { lastEpoch: step, tMax, etaMin } = this;
    if (step === 0) return this.each((lr) => lr);
    const height = (step: number): number => (1 + Math.cos((Math.PI * step) / tMax)) / 2;
    if ((step - 1 - tMax) % (2 * tMax) === 0) {
      return this.each((lr, i) => lr + (this.baseLrs[i] - etaMin) * (1 - height(1)));
    }
    return this.each((lr) => (height(step) / height(step - 1)) * (lr - etaMin) + etaMin);
  }
}

/**
 * Anneals the rate to `etaMin` (default 0) in `t0` steps along a cosine and restarts from the top, each time with
 * `tMult` (default 1) times as many steps (torch's CosineAnnealingWarmRestarts).
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  /** Steps to the first restart. */
  readonly t0: number;
  /** By how much each period is longer than the one before. */
  readonly tMult: number;
  /** The lowest rate. */
  readonly etaMin: number;
  private period: number;
  private stepInPeriod = -1;

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

  /** Takes the next step, or moves to `epoch`, which may have a fraction: `epoch + batch / batches`. */
  override step(epoch?: number): void {
    requireMethodArity(this, 'step', arguments.length, 1);
    if (epoch === undefined) {
      super.step();
      return;
    }
    refuseInCapture('step', 'the epoch');
    this.jump(requireInRange('step', 'epoch', epoch, 0, Infinity));
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

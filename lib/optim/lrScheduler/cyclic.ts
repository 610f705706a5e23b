/** Cyclical learning rates (Smith 2017). */
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireNumber,
  requireOneOf,
  requireOptions,
  wrongType,
} from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { requireMomentum, setMomentum } from './momentum';
import { LRScheduler, perGroup, requireSteps } from './scheduler';

const modes = ['triangular', 'triangular2', 'exp_range'] as const;

/** Options of CyclicLR. */
export interface CyclicOptions {
  /** Number of steps in which the learning rate rises; default 2000. */
  stepSizeUp?: number;
  /** Number of steps in which it falls; default `stepSizeUp`. */
  stepSizeDown?: number;
  /**
   * Height of the cycles: constant ('triangular', the default), halved each time ('triangular2'), or
   * gamma^step ('exp_range').
   */
  mode?: (typeof modes)[number];
  /** Factor of the height for each step in mode 'exp_range'; default 1. */
  gamma?: number;
  /** Computes the height of the cycles, in [0, 1], instead of `mode`; not part of the state dict. */
  scaleFn?: (x: number) => number;
  /**
   * Argument of `scaleFn`: the number of the cycle from 1 ('cycle', the default), or of the step
   * ('iterations').
   */
  scaleMode?: 'cycle' | 'iterations';
  /** Whether the momentum falls while the learning rate rises, and rises while it falls; default true. */
  cycleMomentum?: boolean;
  /** Lowest momentum, one number or one for each parameter group; default 0.8. */
  baseMomentum?: number | readonly number[];
  /** Highest momentum, one number or one for each parameter group; default 0.9. */
  maxMomentum?: number | readonly number[];
}

const keys = [
  ...['stepSizeUp', 'stepSizeDown', 'mode', 'gamma', 'scaleFn', 'scaleMode'],
  ...['cycleMomentum', 'baseMomentum', 'maxMomentum'],
];

/**
 * Cycles the learning rate between `baseLr` and `maxLr`. Call `step()` after every batch.
 *
 * @see torch.optim.lr_scheduler.CyclicLR; Smith 2017, Cyclical Learning Rates for Training Neural Networks
 * @example new optim.lrScheduler.CyclicLR(optimizer, 0.001, 0.1, { stepSizeUp: 100 })
 */
export class CyclicLR extends LRScheduler {
  private readonly maxLrs: readonly number[];
  private readonly up: number;
  private readonly down: number;
  private readonly mode: (typeof modes)[number];
  private readonly gamma: number;
  private readonly scaleMode: 'cycle' | 'iterations';
  readonly #scaleFn: ((x: number) => number) | undefined;
  private readonly cycleMomentum: boolean;
  private readonly baseMomenta: readonly number[];
  private readonly maxMomenta: readonly number[];

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param baseLr lowest learning rate, one number or one for each parameter group
   * @param maxLr highest learning rate of the first cycle, one number or one for each parameter group
   * @param options length and height of the cycles, and momentum, see `CyclicOptions`
   * @throws RangeError if the optimizer has no momentum and `cycleMomentum` is true
   */
  constructor(
    optimizer: Optimizer,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    options: CyclicOptions = {},
  ) {
    requireArity('CyclicLR', arguments.length, 4);
    super(optimizer);
    const op = 'CyclicLR';
    requireOptions(op, options, keys);
    const count = this.groups.length;
    perGroup(op, 'baseLr', baseLr, count).forEach((lr, i) => {
      requireInRange(op, 'baseLr', lr, 0, Infinity);
      this.groups[i].initialLr = this.baseLrs[i] = lr;
    });
    this.maxLrs = perGroup(op, 'maxLr', maxLr, count);
    this.up = requireSteps(op, 'stepSizeUp', options.stepSizeUp ?? 2000);
    this.down = requireSteps(op, 'stepSizeDown', options.stepSizeDown ?? this.up);
    this.mode = requireOneOf(op, 'mode', options.mode ?? 'triangular', modes);
    this.gamma = requireNumber(op, 'gamma', options.gamma ?? 1);
    const { scaleFn }: { scaleFn?: unknown } = options;
    if (scaleFn !== undefined && typeof scaleFn !== 'function') {
      throw wrongType(op, 'a function', 'scaleFn', scaleFn);
    }
    this.#scaleFn = options.scaleFn;
    const scaleMode = options.scaleMode ?? 'cycle';
    this.scaleMode = requireOneOf(op, 'scaleMode', scaleMode, ['cycle', 'iterations']);
    this.cycleMomentum = requireBoolean(op, 'cycleMomentum', options.cycleMomentum ?? true);
    this.baseMomenta = perGroup(op, 'baseMomentum', options.baseMomentum ?? 0.8, count);
    this.maxMomenta = perGroup(op, 'maxMomentum', options.maxMomentum ?? 0.9, count);
    if (this.cycleMomentum) for (const group of this.groups) requireMomentum(op, group);
    this.begin();
  }

  override getLr(): number[] {
    const height = this.height();
    return this.each((_lr, i) => this.baseLrs[i] + (this.maxLrs[i] - this.baseLrs[i]) * height);
  }

  protected override advance(): void {
    super.advance();
    if (!this.cycleMomentum) return;
    const height = this.height();
    this.groups.forEach((group, i) => {
      const max = this.maxMomenta[i];
      setMomentum(group, max - (max - this.baseMomenta[i]) * height);
    });
  }

  /** The position in the cycle: 0 at the base, 1 at the top of the first cycle. */
  private height(): number {
    const length = this.up + this.down;
    const cycle = Math.floor(this.lastEpoch / length);
    const position = this.lastEpoch % length;
    const height = position <= this.up ? position / this.up : (length - position) / this.down;
    if (this.#scaleFn !== undefined) {
      const scale = this.#scaleFn(this.scaleMode === 'cycle' ? cycle + 1 : this.lastEpoch);
      return height * requireNumber('CyclicLR', 'the result of scaleFn', scale);
    }
    if (this.mode === 'triangular') return height;
    return height * (this.mode === 'triangular2' ? 0.5 ** cycle : this.gamma ** this.lastEpoch);
  }
}

/** The 1cycle policy (Smith and Topin 2019). */
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { requireMomentum, setMomentum } from './momentum';
import { LRScheduler, perGroup, requirePositive, requireSteps } from './scheduler';

/** Options of OneCycleLR. */
export interface OneCycleOptions {
  /** The highest rate, one for all groups or one for each. */
  maxLr: number | readonly number[];
  /** Steps of the cycle; or give `epochs` and `stepsPerEpoch`. */
  totalSteps?: number;
  /** Epochs of the cycle. */
  epochs?: number;
  /** Batches in an epoch. */
  stepsPerEpoch?: number;
  /** The fraction of the cycle in which the rate rises; default 0.3. */
  pctStart?: number;
  /** Whether to anneal along a cosine (`cos`, the default) or a line (`linear`). */
  annealStrategy?: 'cos' | 'linear';
  /** Whether to lower the momentum while the rate rises, and raise it while the rate falls; default true. */
  cycleMomentum?: boolean;
  /** The lowest momentum, one for all groups or one for each; default 0.85. */
  baseMomentum?: number | readonly number[];
  /** The highest momentum, one for all groups or one for each; default 0.95. */
  maxMomentum?: number | readonly number[];
  /** The initial rate is maxLr / divFactor; default 25. */
  divFactor?: number;
  /** The final rate is the initial rate / finalDivFactor; default 10000. */
  finalDivFactor?: number;
  /** Whether the rate falls to the initial rate as fast as it rose, and then to the final rate. */
  threePhase?: boolean;
}

/** A phase of the cycle: its last step, and the rate and momentum at its end. */
interface Phase {
  readonly end: number;
  readonly lr: 'initial' | 'max' | 'min';
  readonly momentum: 'base' | 'max';
}

const keys = (
  'maxLr totalSteps epochs stepsPerEpoch pctStart annealStrategy cycleMomentum baseMomentum maxMomentum divFactor ' +
  'finalDivFactor threePhase'
).split(' ');

/**
 * The 1cycle policy: the rate rises to `maxLr`, then falls far below the initial rate; the momentum changes in the
 * opposite direction (torch.optim.lr_scheduler.OneCycleLR). Step it after every batch.
 *
 * @example new optim.lrScheduler.OneCycleLR(optimizer, { maxLr: 0.1, epochs: 10, stepsPerEpoch: 100 })
 */
export class OneCycleLR extends LRScheduler {
  /** Steps of the cycle. */
  readonly totalSteps: number;
  private readonly phases: readonly Phase[];
  private readonly linear: boolean;
  private readonly cycleMomentum: boolean;
  private readonly lrs: Readonly<Record<Phase['lr'], number[]>>;
  private readonly momenta: Readonly<Record<Phase['momentum'], number[]>>;

  constructor(optimizer: Optimizer, options: OneCycleOptions) {
    requireArity('OneCycleLR', arguments.length, 2);
    super(optimizer);
    const op = 'OneCycleLR';
    if ((options as unknown) === undefined) throw wrongType(op, 'an object', 'options', options);
    requireOptions(op, options, keys);
    this.totalSteps = stepsOf(op, options);
    const rise = requireInRange(op, 'pctStart', options.pctStart ?? 0.3, 0, 1) * this.totalSteps;
    const last = { end: this.totalSteps - 1, lr: 'min', momentum: 'max' } as const;
    const up = { end: rise - 1, lr: 'max', momentum: 'base' } as const;
    const down = { end: 2 * rise - 2, lr: 'initial', momentum: 'max' } as const;
    const threePhase = requireBoolean(op, 'threePhase', options.threePhase ?? false);
    this.phases = threePhase ? [up, down, last] : [up, last];
    const strategy = options.annealStrategy ?? 'cos';
    this.linear = requireOneOf(op, 'annealStrategy', strategy, ['cos', 'linear']) === 'linear';

    const count = this.groups.length;
    const max = perGroup(op, 'maxLr', options.maxLr, count);
    const divFactor = requirePositive(op, 'divFactor', options.divFactor ?? 25);
    const finalDivFactor = requirePositive(op, 'finalDivFactor', options.finalDivFactor ?? 1e4);
    const initial = max.map((lr) => lr / divFactor);
    this.lrs = { initial, max, min: initial.map((lr) => lr / finalDivFactor) };
    initial.forEach((lr, i) => (this.groups[i].initialLr = this.baseLrs[i] = lr));

    this.cycleMomentum = requireBoolean(op, 'cycleMomentum', options.cycleMomentum ?? true);
    this.momenta = {
      base: perGroup(op, 'baseMomentum', options.baseMomentum ?? 0.85, count),
      max: perGroup(op, 'maxMomentum', options.maxMomentum ?? 0.95, count),
    };
    if (this.cycleMomentum) for (const group of this.groups) requireMomentum(op, group);
    this.begin();
  }

  override getLr(): number[] {
    const { from, to, part } = this.place();
    return this.each((_lr, i) => this.between(this.lrs[from.lr][i], this.lrs[to.lr][i], part));
  }

  protected override advance(): void {
    if (this.lastEpoch + 1 > this.totalSteps) {
      throw unexpected('step', `at most ${this.totalSteps} steps`, 'OneCycleLR', 'one more');
    }
    super.advance();
    if (!this.cycleMomentum) return;
    const { from, to, part } = this.place();
    this.groups.forEach((group, i) => {
      const [start, end] = [this.momenta[from.momentum][i], this.momenta[to.momentum][i]];
      setMomentum(group, this.between(start, end, part));
    });
  }

  /** The phase of the current step, the phase before it, and the fraction of it that is done. */
  private place(): { from: Phase; to: Phase; part: number } {
    let from: Phase = { end: 0, lr: 'initial', momentum: 'max' };
    for (const to of this.phases) {
      if (this.lastEpoch <= to.end || to === this.phases.at(-1)) {
        const length = to.end - from.end;
        // A loop that steps after every batch takes one step more than there are rates: the last rate stays.
        const part = length > 0 ? Math.min((this.lastEpoch - from.end) / length, 1) : 1;
        return { from, to, part };
      }
      from = to;
    }
    throw new Error('OneCycleLR: expected a phase, got none');
  }

  private between(start: number, end: number, part: number): number {
    if (this.linear) return start + (end - start) * part;
    return end + ((start - end) / 2) * (1 + Math.cos(Math.PI * part));
  }
}

function stepsOf(op: string, { totalSteps, epochs, stepsPerEpoch }: OneCycleOptions): number {
  if (totalSteps !== undefined) return requireSteps(op, 'totalSteps', totalSteps);
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw unexpected(op, 'totalSteps, or epochs and stepsPerEpoch', 'options', 'neither');
  }
  return requireSteps(op, 'epochs', epochs) * requireSteps(op, 'stepsPerEpoch', stepsPerEpoch);
}

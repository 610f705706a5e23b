/** The 1cycle policy (Smith and Topin 2019). */
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireOneOf,
  requireOptions,
  wrongType,
} from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { requireMomentum, setMomentum } from './momentum';
import { LRScheduler, perGroup, requirePositive, requireSteps } from './scheduler';

/** Options of OneCycleLR. */
export interface OneCycleOptions {
  /** Highest learning rate, one number or one for each parameter group. */
  maxLr: number | readonly number[];
  /** Number of steps of the cycle. Required unless you pass `epochs` and `stepsPerEpoch`. */
  totalSteps?: number;
  /** Number of epochs of the cycle, with `stepsPerEpoch`. */
  epochs?: number;
  /** Number of batches in an epoch, with `epochs`. */
  stepsPerEpoch?: number;
  /** Fraction of the cycle in which the learning rate rises, in [0, 1]; default 0.3. */
  pctStart?: number;
  /** Whether the learning rate follows a cosine ('cos', the default) or a line ('linear'). */
  annealStrategy?: 'cos' | 'linear';
  /** Whether the momentum falls while the learning rate rises, and rises while it falls; default true. */
  cycleMomentum?: boolean;
  /** Lowest momentum, one number or one for each parameter group; default 0.85. */
  baseMomentum?: number | readonly number[];
  /** Highest momentum, one number or one for each parameter group; default 0.95. */
  maxMomentum?: number | readonly number[];
  /** The initial learning rate is maxLr / divFactor; default 25. */
  divFactor?: number;
  /** The final learning rate is the initial one / finalDivFactor; default 10000. */
  finalDivFactor?: number;
  /**
   * Whether the learning rate falls to the initial one as fast as it rose, and then to the final one; default
   * false.
   */
  threePhase?: boolean;
}

/** A phase of the cycle: its last step, and the rate and momentum at its end. */
interface Phase {
  readonly end: number;
  readonly lr: 'initial' | 'max' | 'min';
  readonly momentum: 'base' | 'max';
}

/** The state before the first phase. */
const start: Phase = { end: 0, lr: 'initial', momentum: 'max' };

const keys = (
  'maxLr totalSteps epochs stepsPerEpoch pctStart annealStrategy cycleMomentum baseMomentum maxMomentum divFactor ' +
  'finalDivFactor threePhase'
).split(' ');

/**
 * The 1cycle policy: raises the learning rate to `maxLr`, then decreases it far below the initial one. The
 * momentum changes in the opposite direction. Call `step()` after every batch.
 *
 * @see torch.optim.lr_scheduler.OneCycleLR; Smith and Topin 2019, Super-Convergence
 * @example new optim.lrScheduler.OneCycleLR(optimizer, { maxLr: 0.1, epochs: 10, stepsPerEpoch: 100 })
 */
export class OneCycleLR extends LRScheduler {
  /** Number of steps of the cycle. */
  readonly totalSteps: number;
  private readonly phases: readonly Phase[];
  private readonly linear: boolean;
  private readonly cycleMomentum: boolean;
  private readonly lrs: Readonly<Record<Phase['lr'], number[]>>;
  private readonly momenta: Readonly<Record<Phase['momentum'], number[]>>;

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param options highest rate, length and form of the cycle, see `OneCycleOptions`
   * @throws RangeError if the number of steps is missing, or the optimizer has no momentum and `cycleMomentum`
   * is true
   */
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
    const { from, to, fraction } = this.position();
    return this.each((_lr, i) => this.anneal(this.lrs[from.lr][i], this.lrs[to.lr][i], fraction));
  }

  protected override advance(): void {
    if (this.lastEpoch + 1 > this.totalSteps) {
      throw new RangeError(
        `OneCycleLR.step: all ${this.totalSteps} steps are done; raise totalSteps, or stop calling step()`,
      );
    }
    super.advance();
    if (!this.cycleMomentum) return;
    const { from, to, fraction } = this.position();
    this.groups.forEach((group, i) => {
      const [first, last] = [this.momenta[from.momentum][i], this.momenta[to.momentum][i]];
      setMomentum(group, this.anneal(first, last, fraction));
    });
  }

  /** The phase of the current step, the phase before it, and the fraction of the phase that is done. */
  private position(): { from: Phase; to: Phase; fraction: number } {
    const current = this.phases.findIndex(({ end }) => this.lastEpoch <= end);
    const index = current < 0 ? this.phases.length - 1 : current;
    const from = index === 0 ? start : this.phases[index - 1];
    const to = this.phases[index];
    const length = to.end - from.end;
    // A loop that steps after every batch takes one step more than there are rates: the last rate stays.
    const fraction = length > 0 ? Math.min((this.lastEpoch - from.end) / length, 1) : 1;
    return { from, to, fraction };
  }

  private anneal(from: number, to: number, fraction: number): number {
    if (this.linear) return from + (to - from) * fraction;
    return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * fraction));
  }
}

function stepsOf(op: string, { totalSteps, epochs, stepsPerEpoch }: OneCycleOptions): number {
  if (totalSteps !== undefined) return requireSteps(op, 'totalSteps', totalSteps);
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw new RangeError(`${op}: pass totalSteps, or both epochs and stepsPerEpoch`);
  }
  return requireSteps(op, 'epochs', epochs) * requireSteps(op, 'stepsPerEpoch', stepsPerEpoch);
}

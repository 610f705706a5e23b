/** Schedulers whose factors a function computes. */
import { describe, requireArity, requireNumber, unexpected, wrongType } from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { LRScheduler } from './scheduler';

/** Computes the factor of a learning rate from the number of the step. */
export type RateFactor = (step: number) => number;

abstract class FunctionLR extends LRScheduler {
  private readonly factors: (i: number) => number;

  /**
   * Creates the scheduler and takes its initial step.
   *
   * @param optimizer the optimizer whose learning rates change
   * @param lrLambda computes the factor from the number of the step; one function, or one for each parameter
   * group
   * @throws TypeError if `lrLambda` is not a function or an array of functions
   */
  constructor(optimizer: Optimizer, lrLambda: RateFactor | readonly RateFactor[]) {
    requireArity(new.target.name, arguments.length, 2);
    super(optimizer);
    const op = this.constructor.name;
    const list: readonly unknown[] = Array.isArray(lrLambda)
      ? lrLambda
      : this.groups.map(() => lrLambda);
    if (list.length !== this.groups.length) {
      const what = `a function, or an array of ${this.groups.length} (one for each parameter group)`;
      throw unexpected(op, what, 'lrLambda', describe(lrLambda));
    }
    for (const fn of list) {
      if (typeof fn !== 'function') throw wrongType(op, 'a function', 'lrLambda', fn);
    }
    this.factors = (i) =>
      requireNumber(op, 'the result of lrLambda', (list as RateFactor[])[i](this.lastEpoch));
    this.begin();
  }

  protected factor(i: number): number {
    return this.factors(i);
  }
}

/**
 * Sets the learning rate to the initial rate times `lrLambda(step)`.
 *
 * @see torch.optim.lr_scheduler.LambdaLR
 * @example new optim.lrScheduler.LambdaLR(optimizer, (step) => 1 / (1 + step))
 */
export class LambdaLR extends FunctionLR {
  override getLr(): number[] {
    return this.each((_lr, i) => this.baseLrs[i] * this.factor(i));
  }
}

/**
 * Multiplies the current learning rate by `lrLambda(step)` at every step.
 *
 * @see torch.optim.lr_scheduler.MultiplicativeLR
 * @example new optim.lrScheduler.MultiplicativeLR(optimizer, () => 0.95)
 */
export class MultiplicativeLR extends FunctionLR {
  override getLr(): number[] {
    return this.each((lr, i) => (this.lastEpoch === 0 ? lr : lr * this.factor(i)));
  }
}

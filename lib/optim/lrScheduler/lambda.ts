/** Schedulers from a function. */
import { describe, requireArity, requireNumber, unexpected, wrongType } from '../../core/errors';
import type { Optimizer } from '../optimizer';
import { LRScheduler } from './scheduler';

/** Returns a factor for the rate, given the number of the step. */
export type RateFactor = (step: number) => number;

abstract class FunctionLR extends LRScheduler {
  private readonly factors: (i: number) => number;

  constructor(optimizer: Optimizer, lrLambda: RateFactor | readonly RateFactor[]) {
    requireArity(new.target.name, arguments.length, 2);
    super(optimizer);
    const op = this.constructor.name;
    const list: readonly unknown[] = Array.isArray(lrLambda)
      ? lrLambda
      : this.groups.map(() => lrLambda);
    if (list.length !== this.groups.length) {
      const what = `a function, or ${this.groups.length} of them`;
      throw unexpected(op, what, 'lrLambda', describe(lrLambda));
    }
    for (const fn of list) {
      if (typeof fn !== 'function') throw wrongType(op, 'a function', 'lrLambda', fn);
    }
    this.factors = (i) => requireNumber(op, 'lrLambda', (list as RateFactor[])[i](this.lastEpoch));
    this.begin();
  }

  protected factor(i: number): number {
    return this.factors(i);
  }
}

/**
 * The initial rate of each group times `lrLambda(step)`; one function for all groups or one for each
 * (torch.optim.lr_scheduler.LambdaLR).
 *
 * @example new optim.lrScheduler.LambdaLR(optimizer, (epoch) => 1 / (1 + epoch))
 */
export class LambdaLR extends FunctionLR {
  override getLr(): number[] {
    return this.each((_lr, i) => this.baseLrs[i] * this.factor(i));
  }
}

/** Multiplies the current rate by `lrLambda(step)` (torch.optim.lr_scheduler.MultiplicativeLR). */
export class MultiplicativeLR extends FunctionLR {
  override getLr(): number[] {
    return this.each((lr, i) => (this.lastEpoch === 0 ? lr : lr * this.factor(i)));
  }
}

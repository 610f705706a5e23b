import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { betas, flag, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of RAdam and of its groups. */
export interface RAdamOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /**
   * Decay rates of the running averages of the gradient and of its square, each in [0, 1); default [0.9,
   * 0.999].
   */
  betas: readonly [number, number];
  /** Added to the divisor, for stability; default 1e-8. */
  eps: number;
  /** Weight decay; default 0. */
  weightDecay: number;
  /** Whether to maximize the loss instead of minimizing it; default false. */
  maximize: boolean;
  /**
   * Whether to multiply the parameter by 1 - lr * weightDecay instead of adding a penalty to the gradient;
   * default false.
   */
  decoupledWeightDecay: boolean;
}

const definition: Definition<RAdamOptions> = {
  options: {
    lr: rate(1e-3),
    betas: betas(0.9, 0.999),
    eps: real(1e-8),
    weightDecay: real(0),
    maximize: flag(false),
    decoupledWeightDecay: flag(false),
  },
  state: [step, { name: 'expAvg' }, { name: 'expAvgSq' }],
  update: updates.radam,
};

/**
 * RAdam: Adam that divides by the average of squares only after enough steps to estimate its variance.
 *
 * In earlier steps it is SGD with momentum.
 *
 * @see torch.optim.RAdam; Liu et al. 2020, On the Variance of the Adaptive Learning Rate and Beyond
 * @example new optim.RAdam(model.parameters(), { lr: 1e-3 })
 */
export class RAdam extends Optimizer<RAdamOptions> {
  /**
   * Creates the optimizer.
   *
   * @param params tensors to optimize, or groups `{ params, lr, ... }` of them with options of their own
   * @param options options for groups that do not set them, see `RAdamOptions`
   * @throws RangeError if an option is out of range, or a parameter is listed twice or is not a leaf
   * @throws TypeError if `params` contains no tensors
   */
  constructor(params: Params<RAdamOptions>, options: InitialOptions<RAdamOptions> = {}) {
    requireArity('RAdam', arguments.length, 2);
    super(params, options, definition);
  }
}

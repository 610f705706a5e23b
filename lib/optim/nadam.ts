import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { betas, flag, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of NAdam and of its groups. */
export interface NAdamOptions {
  /** Learning rate; default 0.002. */
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
  /** How fast the momentum approaches beta1; default 0.004. */
  momentumDecay: number;
  /** Whether to maximize the loss instead of minimizing it; default false. */
  maximize: boolean;
  /**
   * Whether to multiply the parameter by 1 - lr * weightDecay instead of adding a penalty to the gradient;
   * default false.
   */
  decoupledWeightDecay: boolean;
}

const definition: Definition<NAdamOptions> = {
  options: {
    lr: rate(2e-3),
    betas: betas(0.9, 0.999),
    eps: real(1e-8),
    weightDecay: real(0),
    momentumDecay: real(4e-3),
    maximize: flag(false),
    decoupledWeightDecay: flag(false),
  },
  state: [
    step,
    { name: 'expAvg' },
    { name: 'expAvgSq' },
    { name: 'muProduct', isScalar: true, initial: () => 1 },
  ],
  update: updates.nadam,
};

/**
 * NAdam: Adam with Nesterov momentum.
 *
 * In step t the momentum is mu = beta1 * (1 - 0.5 * 0.96^(t * momentumDecay)).
 *
 * @see torch.optim.NAdam; Dozat 2016, Incorporating Nesterov Momentum into Adam
 * @example new optim.NAdam(model.parameters(), { lr: 2e-3 })
 */
export class NAdam extends Optimizer<NAdamOptions> {
  /**
   * Creates the optimizer.
   *
   * @param params tensors to optimize, or groups `{ params, lr, ... }` of them with options of their own
   * @param options options for groups that do not set them, see `NAdamOptions`
   * @throws RangeError if an option is out of range, or a parameter is listed twice or is not a leaf
   * @throws TypeError if `params` contains no tensors
   */
  constructor(params: Params<NAdamOptions>, options: InitialOptions<NAdamOptions> = {}) {
    requireArity('NAdam', arguments.length, 2);
    super(params, options, definition);
  }
}

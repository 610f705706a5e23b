import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { betas, flag, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of Adamax and of its groups. */
export interface AdamaxOptions {
  /** Learning rate; default 0.002. */
  lr: number;
  /**
   * Decay rates of the running average of the gradient, and of the maximum of its absolute value, each in [0,
   * 1); default [0.9, 0.999].
   */
  betas: readonly [number, number];
  /** Added to the absolute gradient, for stability; default 1e-8. */
  eps: number;
  /** L2 penalty: weightDecay * parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** Whether to maximize the loss instead of minimizing it; default false. */
  maximize: boolean;
}

const definition: Definition<AdamaxOptions> = {
  options: {
    lr: rate(2e-3),
    betas: betas(0.9, 0.999),
    eps: real(1e-8),
    weightDecay: real(0),
    maximize: flag(false),
  },
  state: [step, { name: 'expAvg' }, { name: 'expInf' }],
  update: updates.adamax,
};

/**
 * Adamax: Adam with a decaying maximum of absolute gradients instead of the average of squares.
 *
 * m = beta1 * m + (1 - beta1) * g; u = max(beta2 * u, |g| + eps); p = p - lr / (1 - beta1^t) * m / u
 *
 * @see torch.optim.Adamax; Kingma and Ba 2015, Adam: A Method for Stochastic Optimization
 * @example new optim.Adamax(model.parameters(), { lr: 2e-3 })
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  /**
   * Creates the optimizer.
   *
   * @param params tensors to optimize, or groups `{ params, lr, ... }` of them with options of their own
   * @param options options for groups that do not set them, see `AdamaxOptions`
   * @throws RangeError if an option is out of range, or a parameter is listed twice or is not a leaf
   * @throws TypeError if `params` contains no tensors
   */
  constructor(params: Params<AdamaxOptions>, options: InitialOptions<AdamaxOptions> = {}) {
    requireArity('Adamax', arguments.length, 2);
    super(params, options, definition);
  }
}

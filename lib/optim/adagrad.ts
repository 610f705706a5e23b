import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { flag, initial, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of Adagrad and of its groups. */
export interface AdagradOptions {
  /** Learning rate; default 0.01. */
  lr: number;
  /** Decay of the learning rate: in step t it is lr / (1 + (t - 1) * lrDecay); default 0. */
  lrDecay: number;
  /** L2 penalty: weightDecay * parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** Initial value of the sum of squares; default 0. */
  initialAccumulatorValue: number;
  /** Added to the divisor, for stability; default 1e-10. */
  eps: number;
  /** Whether to maximize the loss instead of minimizing it; default false. */
  maximize: boolean;
}

const definition: Definition<AdagradOptions> = {
  options: {
    lr: rate(0.01),
    lrDecay: real(0),
    weightDecay: real(0),
    initialAccumulatorValue: initial(0),
    eps: real(1e-10),
    maximize: flag(false),
  },
  state: [step, { name: 'sum', initial: (options) => options.initialAccumulatorValue }],
  update: updates.adagrad,
};

/**
 * Adagrad: divides the gradient by the root of the sum of all its squares.
 *
 * s = s + g^2; p = p - lr / (1 + (t - 1) * lrDecay) * g / (sqrt(s) + eps)
 *
 * @see torch.optim.Adagrad; Duchi et al. 2011, Adaptive Subgradient Methods for Online Learning
 * @example new optim.Adagrad(model.parameters(), { lr: 0.01 })
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  /**
   * Creates the optimizer.
   *
   * @param params tensors to optimize, or groups `{ params, lr, ... }` of them with options of their own
   * @param options options for groups that do not set them, see `AdagradOptions`
   * @throws RangeError if an option is out of range, or a parameter is listed twice or is not a leaf
   * @throws TypeError if `params` contains no tensors
   */
  constructor(params: Params<AdagradOptions>, options: InitialOptions<AdagradOptions> = {}) {
    requireArity('Adagrad', arguments.length, 2);
    super(params, options, definition);
  }
}

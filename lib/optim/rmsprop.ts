import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { flag, rate, real, structure } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of RMSprop and of its groups. */
export interface RMSpropOptions {
  /** Learning rate; default 0.01. */
  lr: number;
  /** Decay rate of the running averages; default 0.99. */
  alpha: number;
  /** Added to the divisor, for stability; default 1e-8. */
  eps: number;
  /** L2 penalty: weightDecay * parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** Momentum factor; default 0, no momentum. */
  momentum: number;
  /**
   * Whether to divide by the standard deviation of the gradient instead of its root mean square; default
   * false.
   */
  centered: boolean;
  /** Whether to maximize the loss instead of minimizing it; default false. */
  maximize: boolean;
}

const definition: Definition<RMSpropOptions> = {
  options: {
    lr: rate(0.01),
    alpha: real(0.99, 0),
    eps: real(1e-8),
    weightDecay: real(0),
    momentum: real(0),
    centered: structure(false),
    maximize: flag(false),
  },
  state: [
    step,
    { name: 'squareAvg' },
    { name: 'gradAvg', when: ({ centered }) => centered },
    { name: 'momentumBuffer', when: ({ momentum }) => momentum !== 0 },
  ],
  update: updates.rmsprop,
};

/**
 * RMSprop: divides the gradient by its running root mean square.
 *
 * v = alpha * v + (1 - alpha) * g^2; p = p - lr * g / (sqrt(v) + eps)
 *
 * @see torch.optim.RMSprop; Tieleman and Hinton 2012, Lecture 6.5 of Neural Networks for Machine Learning
 * @example new optim.RMSprop(model.parameters(), { lr: 0.01 })
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  /**
   * Creates the optimizer.
   *
   * @param params tensors to optimize, or groups `{ params, lr, ... }` of them with options of their own
   * @param options options for groups that do not set them, see `RMSpropOptions`
   * @throws RangeError if an option is out of range, or a parameter is listed twice or is not a leaf
   * @throws TypeError if `params` contains no tensors
   */
  constructor(params: Params<RMSpropOptions>, options: InitialOptions<RMSpropOptions> = {}) {
    requireArity('RMSprop', arguments.length, 2);
    super(params, options, definition);
  }
}

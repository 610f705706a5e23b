import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { flag, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of Adadelta. */
export interface AdadeltaOptions {
  /** Learning rate, a factor of every update; default 1. */
  lr: number;
  /** Decay rate of the running averages, in [0, 1]; default 0.9. */
  rho: number;
  /** Added under the square roots, for stability; default 1e-6. */
  eps: number;
  /** L2 penalty: weightDecay * parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** Whether to maximize the loss instead of minimizing it; default false. */
  maximize: boolean;
}

const definition: Definition<AdadeltaOptions> = {
  options: {
    lr: rate(1),
    rho: real(0.9, 0, 1),
    eps: real(1e-6),
    weightDecay: real(0),
    maximize: flag(false),
  },
  state: [step, { name: 'squareAvg' }, { name: 'accDelta' }],
  update: updates.adadelta,
};

/**
 * Adadelta: scales the gradient by the ratio of the running averages of past updates and past gradients.
 *
 * v = rho * v + (1 - rho) * g^2; d = g * sqrt(u + eps) / sqrt(v + eps); u = rho * u + (1 - rho) * d^2; p = p -
 * lr * d
 *
 * @see torch.optim.Adadelta; Zeiler 2012, ADADELTA: An Adaptive Learning Rate Method
 * @example new optim.Adadelta(model.parameters())
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  /**
   * Creates the optimizer.
   *
   * @param params tensors to optimize, or groups `{ params, lr, ... }` of them with options of their own
   * @param options options for groups that do not set them, see `AdadeltaOptions`
   * @throws RangeError if an option is out of range, or a parameter is listed twice or is not a leaf
   * @throws TypeError if `params` contains no tensors
   */
  constructor(params: Params<AdadeltaOptions>, options: InitialOptions<AdadeltaOptions> = {}) {
    requireArity('Adadelta', arguments.length, 2);
    super(params, options, definition);
  }
}

import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { flag, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of SGD and of its groups. */
export interface SGDOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Momentum factor; default 0, no momentum. */
  momentum: number;
  /** Fraction of the gradient that does not enter the momentum; default 0. */
  dampening: number;
  /** L2 penalty: weightDecay * parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** Whether to use Nesterov momentum, which requires momentum above 0 and dampening 0; default false. */
  nesterov: boolean;
  /** Whether to maximize the loss instead of minimizing it; default false. */
  maximize: boolean;
}

const hasMomentum = ({ momentum }: SGDOptions): boolean => momentum !== 0;

const definition: Definition<SGDOptions> = {
  options: {
    lr: rate(1e-3),
    momentum: real(0),
    dampening: real(0, -Infinity),
    weightDecay: real(0),
    nesterov: flag(false),
    maximize: flag(false),
  },
  state: [
    { ...step, when: hasMomentum },
    { name: 'momentumBuffer', when: hasMomentum },
  ],
  update: updates.sgd,
  check: ({ nesterov, momentum, dampening }) => {
    if (!nesterov || (momentum !== 0 && dampening === 0)) return;
    throw new RangeError(
      `SGD: nesterov requires momentum above 0 and dampening 0, got momentum ${momentum} and dampening ${dampening}`,
    );
  },
};

/**
 * Stochastic gradient descent, optionally with momentum.
 *
 * b = momentum * b + (1 - dampening) * g; p = p - lr * b
 *
 * @see torch.optim.SGD; Sutskever et al. 2013, On the Importance of Initialization and Momentum
 * @example new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 */
export class SGD extends Optimizer<SGDOptions> {
  /**
   * Creates the optimizer.
   *
   * @param params tensors to optimize, or groups `{ params, lr, ... }` of them with options of their own
   * @param options options for groups that do not set them, see `SGDOptions`
   * @throws RangeError if an option is out of range, or a parameter is listed twice or is not a leaf
   * @throws TypeError if `params` contains no tensors
   */
  constructor(params: Params<SGDOptions>, options: InitialOptions<SGDOptions> = {}) {
    requireArity('SGD', arguments.length, 2);
    super(params, options, definition);
  }
}

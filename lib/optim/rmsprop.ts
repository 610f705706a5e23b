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
  /** Added to the divisor; default 1e-8. */
  eps: number;
  /** L2 penalty: this times the parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** The momentum factor; default 0. */
  momentum: number;
  /** Divide by the standard deviation of the gradient instead of its root mean square. */
  centered: boolean;
  /** Maximize instead of minimize. */
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

/** RMSprop: divides the gradient by its running root mean square (torch.optim.RMSprop; Tieleman and Hinton 2012). */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: Params<RMSpropOptions>, options: InitialOptions<RMSpropOptions> = {}) {
    requireArity('RMSprop', arguments.length, 2);
    super(params, options, definition);
  }
}

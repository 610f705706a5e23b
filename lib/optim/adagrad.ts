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
  /** After t steps the rate is lr / (1 + t lrDecay); default 0. */
  lrDecay: number;
  /** L2 penalty: this times the parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** Initial value of the sum of squares; default 0. */
  initialAccumulatorValue: number;
  /** Added to the divisor; default 1e-10. */
  eps: number;
  /** Maximize instead of minimize. */
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
 * Adagrad: divides the gradient by the square root of the sum of all its squares (torch.optim.Adagrad; Duchi et al.
 * 2011).
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, options: InitialOptions<AdagradOptions> = {}) {
    requireArity('Adagrad', arguments.length, 2);
    super(params, options, definition);
  }
}

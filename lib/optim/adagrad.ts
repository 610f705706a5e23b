import { updates } from '../ops/optim';
import { flag, initial, real } from './options';
import { Optimizer } from './optimizer';
import type { Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of Adagrad and of its groups. */
export interface AdagradOptions {
  /** Learning rate; default 0.01. */
  lr: number;
  /** After t steps the rate is lr / (1 + t lrDecay); default 0. */
  lrDecay: number;
  /** Times the parameter, added to its gradient; default 0. */
  weightDecay: number;
  /** What the sum of squares starts from; default 0. */
  initialAccumulatorValue: number;
  /** Added to the divisor; default 1e-10. */
  eps: number;
  /** Ascend instead of descending. */
  maximize: boolean;
}

const definition: Definition<AdagradOptions> = {
  options: {
    lr: real(0.01),
    lrDecay: real(0),
    weightDecay: real(0),
    initialAccumulatorValue: initial(0),
    eps: real(1e-10),
    maximize: flag(false),
  },
  state: [step, { name: 'sum', initial: (options) => options.initialAccumulatorValue }],
  update: updates.adagrad,
};

/** Divides the gradient by the root of the sum of all its squares (torch.optim.Adagrad; Duchi et al. 2011). */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    super(params, options, definition);
  }
}

import { updates } from '../ops/optim';
import { betas, flag, real } from './options';
import { Optimizer } from './optimizer';
import type { Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of RAdam and of its groups. */
export interface RAdamOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Factors of the running averages of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the divisor; default 1e-8. */
  eps: number;
  /** Times the parameter, added to its gradient; default 0. */
  weightDecay: number;
  /** Ascend instead of descending. */
  maximize: boolean;
}

const definition: Definition<RAdamOptions> = {
  options: {
    lr: real(1e-3),
    betas: betas(0.9, 0.999),
    eps: real(1e-8),
    weightDecay: real(0),
    maximize: flag(false),
  },
  state: [step, { name: 'expAvg' }, { name: 'expAvgSq' }],
  update: updates.radam,
};

/** Adam that trusts the average of squares only once it rests on enough steps (torch.optim.RAdam; Liu et al. 2020). */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(params: Params<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    super(params, options, definition);
  }
}

import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { betas, flag, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of RAdam and of its groups. */
export interface RAdamOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Decay rates of the running averages of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the divisor; default 1e-8. */
  eps: number;
  /** L2 penalty: this times the parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** Maximize instead of minimize. */
  maximize: boolean;
  /** Multiply the parameter by 1 - lr weightDecay instead of adding a penalty to the gradient. */
  decoupledWeightDecay: boolean;
}

const definition: Definition<RAdamOptions> = {
  options: {
    lr: rate(1e-3),
    betas: betas(0.9, 0.999),
    eps: real(1e-8),
    weightDecay: real(0),
    maximize: flag(false),
    decoupledWeightDecay: flag(false),
  },
  state: [step, { name: 'expAvg' }, { name: 'expAvgSq' }],
  update: updates.radam,
};

/** Adam that uses the average of squares only when it is based on enough steps (torch.optim.RAdam; Liu et al. 2020). */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(params: Params<RAdamOptions>, options: InitialOptions<RAdamOptions> = {}) {
    requireArity('RAdam', arguments.length, 2);
    super(params, options, definition);
  }
}

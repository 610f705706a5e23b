import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { betas, flag, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of NAdam and of its groups. */
export interface NAdamOptions {
  /** Learning rate; default 0.002. */
  lr: number;
  /** Decay rates of the running averages of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the divisor; default 1e-8. */
  eps: number;
  /** L2 penalty: this times the parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** How fast the momentum grows to its limit; default 0.004. */
  momentumDecay: number;
  /** Maximize instead of minimize. */
  maximize: boolean;
  /** Multiply the parameter by 1 - lr weightDecay instead of adding a penalty to the gradient. */
  decoupledWeightDecay: boolean;
}

const definition: Definition<NAdamOptions> = {
  options: {
    lr: rate(2e-3),
    betas: betas(0.9, 0.999),
    eps: real(1e-8),
    weightDecay: real(0),
    momentumDecay: real(4e-3),
    maximize: flag(false),
    decoupledWeightDecay: flag(false),
  },
  state: [
    step,
    { name: 'expAvg' },
    { name: 'expAvgSq' },
    { name: 'muProduct', single: true, initial: () => 1 },
  ],
  update: updates.nadam,
};

/** Adam with Nesterov momentum (torch.optim.NAdam; Dozat 2016). */
export class NAdam extends Optimizer<NAdamOptions> {
  constructor(params: Params<NAdamOptions>, options: InitialOptions<NAdamOptions> = {}) {
    requireArity('NAdam', arguments.length, 2);
    super(params, options, definition);
  }
}

import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { alwaysTrue, betas, flag, rate, real, structure, type OptionSpec } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of Adam and AdamW and of their groups. */
export interface AdamOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Decay rates of the running averages of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the divisor; default 1e-8. */
  eps: number;
  /** L2 penalty: this times the parameter is added to the gradient; default 0, AdamW 0.01. */
  weightDecay: number;
  /** Divide by the largest average of squares so far (AMSGrad, Reddi et al. 2018). */
  amsgrad: boolean;
  /** Maximize instead of minimize. */
  maximize: boolean;
  /** Multiply the parameter by 1 - lr weightDecay instead of adding a penalty to the gradient; always true for AdamW. */
  decoupledWeightDecay: boolean;
}

const define = (weightDecay: number, decoupled: OptionSpec<boolean>): Definition<AdamOptions> => ({
  options: {
    lr: rate(1e-3),
    betas: betas(0.9, 0.999),
    eps: real(1e-8),
    weightDecay: real(weightDecay),
    amsgrad: structure(false),
    maximize: flag(false),
    decoupledWeightDecay: decoupled,
  },
  state: [
    step,
    { name: 'expAvg' },
    { name: 'expAvgSq' },
    { name: 'maxExpAvgSq', when: ({ amsgrad }) => amsgrad },
  ],
  update: updates.adam,
});

const adam = define(0, flag(false));
const adamW = define(0.01, alwaysTrue);

/**
 * Adam (torch.optim.Adam; Kingma and Ba 2015).
 *
 * @example new optim.Adam(model.parameters(), { lr: 1e-3 })
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: InitialOptions<AdamOptions> = {}) {
    requireArity('Adam', arguments.length, 2);
    super(params, options, adam);
  }
}

/** Adam with decoupled weight decay (torch.optim.AdamW; Loshchilov and Hutter 2019). */
export class AdamW extends Optimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: InitialOptions<AdamOptions> = {}) {
    requireArity('AdamW', arguments.length, 2);
    super(params, options, adamW);
  }
}

import { updates } from '../ops/optim';
import { betas, flag, real, structure } from './options';
import { Optimizer } from './optimizer';
import type { Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of Adam and AdamW and of their groups. */
export interface AdamOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Decay rates of the running averages of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the divisor; default 1e-8. */
  eps: number;
  /**
   * Adam: L2 penalty, this times the parameter is added to the gradient; default 0. AdamW: decoupled weight decay;
   * default 0.01.
   */
  weightDecay: number;
  /** Divide by the largest average of squares so far (AMSGrad, Reddi et al. 2018). */
  amsgrad: boolean;
  /** Maximize instead of minimize. */
  maximize: boolean;
}

const define = (weightDecay: number, decoupled: 0 | 1): Definition<AdamOptions> => ({
  options: {
    lr: real(1e-3),
    betas: betas(0.9, 0.999),
    eps: real(1e-8),
    weightDecay: real(weightDecay),
    amsgrad: structure(false),
    maximize: flag(false),
  },
  state: [
    step,
    { name: 'expAvg' },
    { name: 'expAvgSq' },
    { name: 'maxExpAvgSq', when: ({ amsgrad }) => amsgrad },
  ],
  update: updates.adam,
  attrs: { decoupled },
});

const coupled = define(0, 0);
const decoupled = define(0.01, 1);

/**
 * Adam (torch.optim.Adam; Kingma and Ba 2015).
 *
 * @example new optim.Adam(model.parameters(), { lr: 1e-3 })
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, options, coupled);
  }
}

/** Adam with decoupled weight decay (torch.optim.AdamW; Loshchilov and Hutter 2019). */
export class AdamW extends Optimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, options, decoupled);
  }
}

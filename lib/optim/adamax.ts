import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { betas, flag, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of Adamax and of its groups. */
export interface AdamaxOptions {
  /** Learning rate; default 0.002. */
  lr: number;
  /** Decay rates of the running average of the gradient, and of its largest absolute value; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the largest absolute value; default 1e-8. */
  eps: number;
  /** L2 penalty: this times the parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** Maximize instead of minimize. */
  maximize: boolean;
}

const definition: Definition<AdamaxOptions> = {
  options: {
    lr: rate(2e-3),
    betas: betas(0.9, 0.999),
    eps: real(1e-8),
    weightDecay: real(0),
    maximize: flag(false),
  },
  state: [step, { name: 'expAvg' }, { name: 'expInf' }],
  update: updates.adamax,
};

/**
 * Adam with the largest absolute gradient instead of the average of squares (torch.optim.Adamax; Kingma and Ba 2015).
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  constructor(params: Params<AdamaxOptions>, options: InitialOptions<AdamaxOptions> = {}) {
    requireArity('Adamax', arguments.length, 2);
    super(params, options, definition);
  }
}

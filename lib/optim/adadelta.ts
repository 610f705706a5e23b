import { requireArity } from '../core/errors';
import { updates } from '../ops/optim';
import { flag, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of Adadelta. */
export interface AdadeltaOptions {
  /** A factor for every update; default 1. */
  lr: number;
  /** The decay rate of the running averages; default 0.9. */
  rho: number;
  /** Added under the square roots; default 1e-6. */
  eps: number;
  /** L2 penalty: this times the parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** Maximize instead of minimize. */
  maximize: boolean;
}

const definition: Definition<AdadeltaOptions> = {
  options: {
    lr: rate(1),
    rho: real(0.9, 0, 1),
    eps: real(1e-6),
    weightDecay: real(0),
    maximize: flag(false),
  },
  state: [step, { name: 'squareAvg' }, { name: 'accDelta' }],
  update: updates.adadelta,
};

/** Adadelta: scales updates by past updates, so that their units agree (torch.optim.Adadelta; Zeiler 2012). */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(params: Params<AdadeltaOptions>, options: InitialOptions<AdadeltaOptions> = {}) {
    requireArity('Adadelta', arguments.length, 2);
    super(params, options, definition);
  }
}

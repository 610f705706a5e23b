import { requireArity, unexpected } from '../core/errors';
import { updates } from '../ops/optim';
import { flag, rate, real } from './options';
import { Optimizer } from './optimizer';
import type { InitialOptions, Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of SGD and of its groups. */
export interface SGDOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** The momentum factor; default 0. */
  momentum: number;
  /** The fraction of the gradient that does not enter the momentum; default 0. */
  dampening: number;
  /** L2 penalty: this times the parameter is added to the gradient; default 0. */
  weightDecay: number;
  /** Nesterov momentum; requires momentum without dampening. */
  nesterov: boolean;
  /** Maximize instead of minimize. */
  maximize: boolean;
}

const hasMomentum = ({ momentum }: SGDOptions): boolean => momentum !== 0;

const definition: Definition<SGDOptions> = {
  options: {
    lr: rate(1e-3),
    momentum: real(0),
    dampening: real(0, -Infinity),
    weightDecay: real(0),
    nesterov: flag(false),
    maximize: flag(false),
  },
  state: [
    { ...step, when: hasMomentum },
    { name: 'momentumBuffer', when: hasMomentum },
  ],
  update: updates.sgd,
  check: ({ nesterov, momentum, dampening }) => {
    if (!nesterov || (momentum !== 0 && dampening === 0)) return;
    const actual = `momentum ${momentum} and dampening ${dampening}`;
    throw unexpected('SGD', 'momentum and no dampening', 'nesterov', actual);
  },
};

/**
 * Stochastic gradient descent, optionally with momentum (torch.optim.SGD; Sutskever et al. 2013).
 *
 * @example new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: InitialOptions<SGDOptions> = {}) {
    requireArity('SGD', arguments.length, 2);
    super(params, options, definition);
  }
}

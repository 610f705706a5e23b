import { unexpected } from '../core/errors';
import { updates } from '../ops/optim';
import { flag, real } from './options';
import { Optimizer } from './optimizer';
import type { Params } from './paramGroup';
import { step, type Definition } from './paramState';

/** Options of SGD and of its groups. */
export interface SGDOptions {
  /** Learning rate. */
  lr: number;
  /** Part of the last move that goes into the next one; default 0. */
  momentum: number;
  /** Part of the gradient that stays out of the momentum; default 0. */
  dampening: number;
  /** Times the parameter, added to its gradient; default 0. */
  weightDecay: number;
  /** Nesterov momentum; needs momentum without dampening. */
  nesterov: boolean;
  /** Ascend instead of descending. */
  maximize: boolean;
}

const hasMomentum = ({ momentum }: SGDOptions): boolean => momentum !== 0;

const definition: Definition<SGDOptions> = {
  options: {
    lr: real(),
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
 * Stochastic gradient descent, with momentum (torch.optim.SGD; Sutskever et al. 2013).
 *
 * @example new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: Partial<SGDOptions> & { lr: number }) {
    super(params, options, definition);
  }
}

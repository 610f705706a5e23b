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
  /**
   * Decay rates of the running averages of the gradient and of its square, each in [0, 1); default [0.9,
   * 0.999].
   */
  betas: readonly [number, number];
  /** Added to the divisor, for stability; default 1e-8. */
  eps: number;
  /** Weight decay; default 0, for AdamW 0.01. */
  weightDecay: number;
  /**
   * Whether to divide by the largest average of squares so far (AMSGrad, Reddi et al. 2018); default false.
   */
  amsgrad: boolean;
  /** Whether to maximize the loss instead of minimizing it; default false. */
  maximize: boolean;
  /**
   * Whether to multiply the parameter by 1 - lr * weightDecay instead of adding weightDecay * parameter to the
   * gradient; default false; always true for AdamW.
   */
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
 * Adam: divides a running average of the gradient by the root of a running average of its square.
 *
 * m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g^2; p = p - lr * mhat / (sqrt(vhat) + eps),
 * with bias-corrected mhat and vhat
 *
 * @see torch.optim.Adam; Kingma and Ba 2015, Adam: A Method for Stochastic Optimization
 * @example new optim.Adam(model.parameters(), { lr: 1e-3 })
 */
export class Adam extends Optimizer<AdamOptions> {
  /**
   * Creates the optimizer.
   *
   * @param params tensors to optimize, or groups `{ params, lr, ... }` of them with options of their own
   * @param options options for groups that do not set them, see `AdamOptions`
   * @throws RangeError if an option is out of range, or a parameter is listed twice or is not a leaf
   * @throws TypeError if `params` contains no tensors
   */
  constructor(params: Params<AdamOptions>, options: InitialOptions<AdamOptions> = {}) {
    requireArity('Adam', arguments.length, 2);
    super(params, options, adam);
  }
}

/**
 * Adam with decoupled weight decay: parameters shrink by lr * weightDecay in every step.
 *
 * The default of `weightDecay` is 0.01.
 *
 * @see torch.optim.AdamW; Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization
 * @example new optim.AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.05 })
 */
export class AdamW extends Optimizer<AdamOptions> {
  /**
   * Creates the optimizer.
   *
   * @param params tensors to optimize, or groups `{ params, lr, ... }` of them with options of their own
   * @param options options for groups that do not set them, see `AdamOptions`
   * @throws RangeError if an option is out of range, or a parameter is listed twice or is not a leaf
   * @throws TypeError if `params` contains no tensors
   */
  constructor(params: Params<AdamOptions>, options: InitialOptions<AdamOptions> = {}) {
    requireArity('AdamW', arguments.length, 2);
    super(params, options, adamW);
  }
}

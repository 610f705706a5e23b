/** Losses for numbers. */
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { noGrad } from '../../core/gradMode';
import { record, requireNumbers, scalar, type Rule } from '../../ops/define';
import { where } from '../../ops/elementwise/select';
import { sameShape } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';
import { roundedOnce } from '../dtypes';
import { xlogy } from '../xlogy';
import {
  reduced,
  requireSimilar,
  weighted,
  type Reduction,
  type ReductionOption,
  type WeightOption,
} from './reduction';

/** (input - target)^2 (torch.nn.functional.mse_loss). */
export function mseLoss(input: Tensor, target: Tensor, options: WeightOption = {}): Tensor {
  requireArity('mseLoss', arguments.length, 3);
  requireOptions('mseLoss', options, ['reduction', 'weight']);
  const [x, goal] = requireSimilar('mseLoss', input, target);
  return weighted('mseLoss', x.sub(goal).square(), input, options);
}

/** |input - target| (torch.nn.functional.l1_loss). */
export function l1Loss(input: Tensor, target: Tensor, options: WeightOption = {}): Tensor {
  requireArity('l1Loss', arguments.length, 3);
  requireOptions('l1Loss', options, ['reduction', 'weight']);
  const [x, goal] = requireSimilar('l1Loss', input, target);
  return weighted('l1Loss', x.sub(goal).abs(), input, options);
}

/** A loss of a difference that is a parabola up to `limit`, and a line with this slope beyond. */
interface LineBeyond {
  readonly limit: number;
  readonly slope: number;
}

declare module '../../core/node' {
  interface OpAttrs {
    smoothL1Loss: LineBeyond;
    huberLoss: LineBeyond;
  }
}

/** A rule of its own: the derivative of |x| is 0 at 0, so the second derivative of the composition would be 0 there. */
function lineBeyondRule<K extends 'smoothL1Loss' | 'huberLoss'>(name: K): Rule<K> {
  return {
    name,
    grad: (dy, { saved, attrs: { limit, slope } }) => {
      const bounded = saved[0].clamp({ min: -limit, max: limit });
      // A quotient, since the product of limit and 1 / limit can differ from 1.
      return [dy.mul(slope === limit ? bounded : bounded.div(limit / slope))];
    },
  };
}

const smoothL1Rule = lineBeyondRule('smoothL1Loss');
const huberRule = lineBeyondRule('huberLoss');

/** Options of `smoothL1Loss`. */
export interface SmoothL1Options extends ReductionOption {
  /** The distance from which on the loss is linear; 1 if missing. */
  beta?: number;
}

/**
 * d^2 / (2 beta) where d = |input - target| is below beta, d - beta / 2 elsewhere
 * (torch.nn.functional.smooth_l1_loss).
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  requireArity('smoothL1Loss', arguments.length, 3);
  requireOptions('smoothL1Loss', options, ['reduction', 'beta']);
  const beta = requireInRange('smoothL1Loss', 'beta', options.beta ?? 1, 0, Infinity);
  if (beta === 0) return l1Loss(input, target, { reduction: options.reduction });
  const pair = requireSimilar('smoothL1Loss', input, target);
  return roundedOnce(pair, (x, goal) => {
    const difference = x.sub(goal);
    const losses = noGrad(() => {
      const d = difference.abs();
      return where(d.lt(beta), d.square().mul(0.5 / beta), d.sub(0.5 * beta));
    });
    record(losses, smoothL1Rule, [difference], [difference], { limit: beta, slope: 1 });
    return reduced('smoothL1Loss', losses, options.reduction);
  });
}

/** Options of `huberLoss`. */
export interface HuberOptions extends WeightOption {
  /** The distance from which on the loss is linear, above 0; 1 if missing. */
  delta?: number;
}

/**
 * d^2 / 2 where d = |input - target| is at most delta, delta (d - delta / 2) elsewhere (Huber 1964,
 * torch.nn.functional.huber_loss).
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  requireArity('huberLoss', arguments.length, 3);
  requireOptions('huberLoss', options, ['reduction', 'weight', 'delta']);
  const delta = requireInRange('huberLoss', 'delta', options.delta ?? 1, 0, Infinity);
  if (delta === 0) throw unexpected('huberLoss', 'a number above 0', 'delta', '0');
  const pair = requireSimilar('huberLoss', input, target);
  return roundedOnce(pair, (x, goal) => {
    const difference = x.sub(goal);
    const losses = noGrad(() => {
      const d = difference.abs();
      return where(d.lt(delta), d.square().mul(0.5), d.sub(0.5 * delta).mul(delta));
    });
    record(losses, huberRule, [difference], [difference], { limit: delta, slope: delta });
    return weighted('huberLoss', losses, input, options);
  });
}

/** Options of `klDiv`. */
export interface KlDivOptions {
  /** 'mean' (the default), 'sum', 'none', or 'batchmean': the sum divided by the first size. */
  reduction?: Reduction | 'batchmean';
  /** Whether the target holds logarithms of probabilities; false if missing. */
  logTarget?: boolean;
}

/**
 * The Kullback-Leibler divergence target (log target - input) of log-probabilities `input` from probabilities `target`,
 * which are logarithms too with `logTarget`. 'batchmean' divides the sum by the first size
 * (torch.nn.functional.kl_div).
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  requireArity('klDiv', arguments.length, 3);
  requireOptions('klDiv', options, ['reduction', 'logTarget']);
  const { reduction = 'mean', logTarget = false } = options;
  requireOneOf('klDiv', 'reduction', reduction, ['mean', 'batchmean', 'sum', 'none']);
  requireBoolean('klDiv', 'logTarget', logTarget);
  const [x, goal] = requireSimilar('klDiv', input, target);
  const losses = logTarget ? goal.exp().mul(goal.sub(x)) : xlogy(goal, goal).sub(goal.mul(x));
  if (reduction !== 'batchmean') return reduced('klDiv', losses, reduction);
  return losses.sum().div(input.ndim === 0 ? 1 : input.shape[0]);
}

/** Options of `poissonNllLoss`. */
export interface PoissonNllOptions extends ReductionOption {
  /** Whether the input is the logarithm of the rate; true if missing. */
  logInput?: boolean;
  /** Whether to add Stirling's approximation of log target!; false if missing. */
  full?: boolean;
  /** Added to the rate before its logarithm is taken, without `logInput`; 1e-8 if missing. */
  eps?: number;
}

/**
 * The Poisson negative log-likelihood e^input - target input of the logarithm of a rate, or with `logInput: false`
 * input - target log(input + eps) of the rate itself; `full` adds Stirling's approximation of log target!
 * (torch.nn.functional.poisson_nll_loss).
 */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  options: PoissonNllOptions = {},
): Tensor {
  requireArity('poissonNllLoss', arguments.length, 3);
  requireOptions('poissonNllLoss', options, ['reduction', 'logInput', 'full', 'eps']);
  const { logInput = true, full = false, eps = 1e-8 } = options;
  requireBoolean('poissonNllLoss', 'logInput', logInput);
  requireBoolean('poissonNllLoss', 'full', full);
  requireInRange('poissonNllLoss', 'eps', eps, 0, Infinity);
  const [x, goal] = requireSimilar('poissonNllLoss', input, target);
  const losses = logInput ? x.exp().sub(goal.mul(x)) : x.sub(goal.mul(x.add(eps).log()));
  return reduced('poissonNllLoss', full ? losses.add(stirling(goal)) : losses, options.reduction);
}

/** n log n - n + log(2 pi n) / 2 where n is above 1, else 0. */
function stirling(target: Tensor): Tensor {
  const half = target
    .mul(2 * Math.PI)
    .log()
    .mul(0.5);
  const terms = target.mul(target.log()).sub(target).add(half);
  return where(target.gt(1), terms, 0);
}

/** Options of `gaussianNllLoss`. */
export interface GaussianNllOptions extends ReductionOption {
  /** Whether to add log(2 pi) / 2; false if missing. */
  full?: boolean;
  /** The smallest variance; 1e-6 if missing. */
  eps?: number;
}

/**
 * The negative log-likelihood (log v + (input - target)^2 / v) / 2 of a normal distribution with mean `input` and
 * variance `v`, which is at least `eps`: a number, or a tensor of the shape of `input`, in which one dimension may have size 1
 * or the last one may be missing. `full` adds log(2 pi) / 2 (Nix and Weigend 1994, torch.nn.functional.gaussian_nll_loss).
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  options: GaussianNllOptions = {},
): Tensor {
  requireArity('gaussianNllLoss', arguments.length, 4);
  requireOptions('gaussianNllLoss', options, ['reduction', 'full', 'eps']);
  const { full = false, eps = 1e-6 } = options;
  requireBoolean('gaussianNllLoss', 'full', full);
  requireInRange('gaussianNllLoss', 'eps', eps, 0, Infinity);
  const [x, goal] = requireSimilar('gaussianNllLoss', input, target);
  const v = variancesFor(input, variance, eps);
  const losses = v.log().add(x.sub(goal).square().div(v)).mul(0.5);
  const shifted = full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses;
  return reduced('gaussianNllLoss', shifted, options.reduction);
}

/** Variances in a shape that broadcasts with the input, at least eps; gradients pass as if they were not limited. */
function variancesFor(input: Tensor, variance: Tensor | number, eps: number): Tensor {
  if (typeof variance === 'number') {
    const value = requireInRange('gaussianNllLoss', 'var', variance, 0, Infinity);
    return scalar(Math.max(value, eps), input.dtype);
  }
  const given = requireTensor('gaussianNllLoss', 'var', variance);
  requireNumbers('gaussianNllLoss', 'var', given);
  const { shape } = input;
  const sharedByLast = !sameShape(given.shape, shape) && sameShape(given.shape, shape.slice(0, -1));
  // One dimension may be 1 instead.
  const differing = shape.filter((size, i) => size !== given.shape[i]).length;
  const ones = given.shape.filter((size, i) => size !== shape[i] && size === 1).length;
  const fits = given.ndim === input.ndim && differing <= 1 && ones === differing;
  if (!sharedByLast && !fits) {
    const what = `${shapeText(shape)}, with one size 1, or without the last`;
    throw unexpected('gaussianNllLoss', what, 'var', shapeText(given.shape));
  }
  const v = sharedByLast ? given.unsqueeze(-1) : given;
  return v.add(noGrad(() => v.neg().add(eps).clamp({ min: 0 })));
}

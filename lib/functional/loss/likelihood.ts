/** Losses that compare distributions: divergence and negative log-likelihoods. */
import { calledAs } from '../../core/caller';
import { isFloating } from '../../core/dtype';
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
import { sameShape } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';
import { kernels, requireNumbers, scalar } from '../../ops/define';
import { where } from '../../ops/elementwise/select';
import { roundedOnce } from '../dtypes';
import { xlogy } from '../xlogy';
import { reduced, requireBroadcastable, type Reduction, type ReductionOption } from './reduction';

/** Options of `klDiv`. */
export interface KlDivOptions {
  /**
   * 'mean' (default) or 'sum' of the losses, 'batchmean' for the sum divided by the batch size, or 'none'.
   */
  reduction?: Reduction | 'batchmean';
  /** Whether the target holds log-probabilities instead of probabilities; default false. */
  logTarget?: boolean;
}

/**
 * Kullback-Leibler divergence of predicted log-probabilities from target probabilities.
 *
 * loss = target * (log(target) - input), 0 where target is 0
 *
 * @param input log-probabilities, any shape
 * @param target probabilities, or log-probabilities with `logTarget`; a shape that broadcasts with `input`
 * @param options.logTarget whether the target holds log-probabilities; default false
 * @param options.reduction 'mean' (default), 'sum', 'none', or 'batchmean': the sum divided by the first size
 * of `input`, which is the mathematical divergence
 * @returns a 0-dim tensor, or the broadcast shape for 'none'
 * @throws RangeError if the shapes do not broadcast
 * @see torch.nn.functional.kl_div
 * @example F.klDiv(tensor([[-0.5, -1]]), tensor([[0.5, 0.5]]), { reduction: 'batchmean' }).item() // 0.0569
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  requireArity('klDiv', arguments.length, 3);
  requireOptions('klDiv', options, ['reduction', 'logTarget']);
  const { reduction = 'mean', logTarget = false } = options;
  requireOneOf('klDiv', 'reduction', reduction, ['mean', 'batchmean', 'sum', 'none']);
  requireBoolean('klDiv', 'logTarget', logTarget);
  const [x, t] = requireBroadcastable('klDiv', input, target);
  const losses = logTarget ? t.exp().mul(t.sub(x)) : xlogy(t, t).sub(t.mul(x));
  if (reduction !== 'batchmean') return reduced('klDiv', losses, reduction);
  return losses.sum().div(input.ndim === 0 ? 1 : input.shape[0]);
}

/** Options of `poissonNllLoss`. */
export interface PoissonNllOptions extends ReductionOption {
  /** Whether the input is the logarithm of the rate; default true. */
  logInput?: boolean;
  /**
   * Whether to add Stirling's approximation of log(target!), which does not depend on the input; default
   * false.
   */
  full?: boolean;
  /** Added to the rate before taking its logarithm, if `logInput` is false; default 1e-8. */
  eps?: number;
}

/**
 * Negative log-likelihood of counts under a Poisson distribution.
 *
 * loss = exp(input) - target * input; with `logInput: false`, input - target * log(input + eps)
 *
 * @param input logarithm of the rate, or the rate with `logInput: false`; any shape
 * @param target counts; a shape that broadcasts with `input`
 * @param options.logInput whether `input` is the logarithm of the rate; default true
 * @param options.full whether to add Stirling's approximation of log(target!) where target > 1; default false
 * @param options.eps added to the rate before taking its logarithm; default 1e-8
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the broadcast shape for 'none'
 * @throws RangeError if the shapes do not broadcast, or `eps` is negative
 * @see torch.nn.functional.poisson_nll_loss
 * @example F.poissonNllLoss(tensor([0.5]), tensor([2])).item() // 0.6487
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
  const [x, t] = requireBroadcastable('poissonNllLoss', input, target);
  const losses = logInput ? x.exp().sub(t.mul(x)) : x.sub(t.mul(x.add(eps).log()));
  return reduced('poissonNllLoss', full ? losses.add(stirling(t)) : losses, options.reduction);
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
  /** Whether to add log(2 pi) / 2, which does not depend on the input; default false. */
  full?: boolean;
  /** Smallest variance, for stability: smaller ones count as this; default 1e-6. */
  eps?: number;
}

/**
 * Negative log-likelihood of targets under a normal distribution with predicted mean and variance.
 *
 * loss = (log(v) + (input - target)^2 / v) / 2, with v = max(variance, eps); gradients pass through the
 * maximum unchanged
 *
 * @param input means, any shape
 * @param target a shape that broadcasts with `input`
 * @param variance a number; or a tensor of the shape of `input`, in which one size may be 1 or the last one
 * left out
 * @param options.full whether to add log(2 pi) / 2; default false
 * @param options.eps smallest variance; default 1e-6
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the broadcast shape for 'none'
 * @throws RangeError if the shapes do not fit together, or a variance is negative
 * @see torch.nn.functional.gaussian_nll_loss; Nix and Weigend 1994, Estimating the Mean and Variance of the
 * Target Probability Distribution
 * @example F.gaussianNllLoss(tensor([1]), tensor([2]), tensor([0.5])).item() // 0.6534
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
  const [x, t] = requireBroadcastable('gaussianNllLoss', input, target);
  const v = requireVariance(input, variance, eps);
  const losses = roundedOnce([x, t, v], (mean, values, variances) => {
    const half = variances.log().add(mean.sub(values).square().div(variances)).mul(0.5);
    return full ? half.add(0.5 * Math.log(2 * Math.PI)) : half;
  });
  return reduced('gaussianNllLoss', losses, options.reduction);
}

/**
 * Variances in a shape that broadcasts with the input, raised to eps where they are smaller. Gradients ignore that
 * limit, as in PyTorch.
 */
function requireVariance(input: Tensor, variance: Tensor | number, eps: number): Tensor {
  if (typeof variance === 'number') {
    const value = requireInRange('gaussianNllLoss', 'variance', variance, 0, Infinity);
    return scalar(Math.max(value, eps), input.dtype);
  }
  const op = 'gaussianNllLoss';
  requireNumbers(op, 'variance', requireTensor(op, 'variance', variance));
  const { shape } = input;
  const { shape: own } = variance;
  const lacksLast = !sameShape(own, shape) && sameShape(own, shape.slice(0, -1));
  const differing = shape.filter((size, i) => size !== own[i]).length;
  const ones = own.filter((size, i) => size !== shape[i] && size === 1).length;
  const broadcasts = variance.ndim === input.ndim && differing <= 1 && ones === differing;
  if (!lacksLast && !broadcasts) {
    const what = `${shapeText(shape)} (one size may be 1, or the last one left out)`;
    throw unexpected('gaussianNllLoss', what, 'variance', shapeText(own));
  }
  requireNonNegative(variance);
  const v = lacksLast ? variance.unsqueeze(-1) : variance;
  return v.add(noGrad(() => v.neg().add(eps).clamp({ min: 0 })));
}

const nonNegative = kernels('nonNegative');

/** Throws if an element is negative. A native op does it, so that every replay checks its own values. */
function requireNonNegative(variance: Tensor): void {
  const { dtype } = variance;
  const values = variance.detach().contiguous();
  const floats = isFloating(dtype) ? values : values.to('float64');
  calledAs('gaussianNllLoss', () => nonNegative[floats.dtype](floats._flat, floats.numel()), [
    'x',
    'variance',
  ]);
}

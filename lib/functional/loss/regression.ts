/** Regression losses. */
import { requireArity, requireInRange, requireOptions, unexpected } from '../../core/errors';
import { noGrad } from '../../core/gradMode';
import type { Tensor } from '../../core/tensor';
import { record, type Rule } from '../../ops/define';
import { where } from '../../ops/elementwise/select';
import { roundedOnce } from '../dtypes';
import {
  reduced,
  requireBroadcastable,
  weighted,
  type ReductionOption,
  type WeightOption,
} from './reduction';

/**
 * Mean squared error.
 *
 * loss = (input - target)^2
 *
 * @param input any shape
 * @param target the shape of `input`; another shape that broadcasts prints a warning
 * @param options.weight multiplies the losses of the elements, the shape of `input`; 'mean' divides by the sum
 * of the weights
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the broadcast shape for 'none'
 * @throws RangeError if the shapes do not broadcast
 * @see torch.nn.functional.mse_loss
 * @example F.mseLoss(tensor([1, 3]), tensor([1, 1])).item() // 2
 */
export function mseLoss(input: Tensor, target: Tensor, options: WeightOption = {}): Tensor {
  requireArity('mseLoss', arguments.length, 3);
  requireOptions('mseLoss', options, ['reduction', 'weight']);
  const [x, t] = requireBroadcastable('mseLoss', input, target);
  return weighted('mseLoss', x.sub(t).square(), input, options);
}

/**
 * Mean absolute error.
 *
 * loss = |input - target|
 *
 * @param input any shape
 * @param target the shape of `input`; another shape that broadcasts prints a warning
 * @param options.weight multiplies the losses of the elements, the shape of `input`; 'mean' divides by the sum
 * of the weights
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the broadcast shape for 'none'
 * @throws RangeError if the shapes do not broadcast
 * @see torch.nn.functional.l1_loss
 * @example F.l1Loss(tensor([1, 3]), tensor([1, 1])).item() // 1
 */
export function l1Loss(input: Tensor, target: Tensor, options: WeightOption = {}): Tensor {
  requireArity('l1Loss', arguments.length, 3);
  requireOptions('l1Loss', options, ['reduction', 'weight']);
  const [x, t] = requireBroadcastable('l1Loss', input, target);
  return weighted('l1Loss', x.sub(t).abs(), input, options);
}

/** A loss that is quadratic for differences up to `limit`, and linear with this slope beyond. */
interface LinearTail {
  readonly limit: number;
  readonly slope: number;
}

declare module '../../core/node' {
  interface OpAttrs {
    smoothL1Loss: LinearTail;
    huberLoss: LinearTail;
  }
}

/** The derivative of |x| is 0 at 0, so the composition would have a second derivative of 0 there. */
function linearTailRule<K extends 'smoothL1Loss' | 'huberLoss'>(name: K): Rule<K> {
  return {
    name,
    grad: (dy, { saved, attrs: { limit, slope } }) => {
      const bounded = saved[0].clamp({ min: -limit, max: limit });
      // A division, because limit times 1 / limit can differ from 1.
      return [dy.mul(slope === limit ? bounded : bounded.div(limit / slope))];
    },
  };
}

const smoothL1Rule = linearTailRule('smoothL1Loss');
const huberRule = linearTailRule('huberLoss');

/** Options of `smoothL1Loss`. */
export interface SmoothL1Options extends ReductionOption {
  /** Difference from which the loss is linear, at least 0; default 1. */
  beta?: number;
}

/**
 * Squared error for small differences, absolute error for large ones, whose derivative is 1 or -1.
 *
 * loss = d^2 / (2 * beta) if d < beta, else d - beta / 2, with d = |input - target|
 *
 * @param input any shape
 * @param target the shape of `input`; another shape that broadcasts prints a warning
 * @param options.beta difference from which the loss is linear, at least 0; default 1; 0 gives `l1Loss`
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the broadcast shape for 'none'
 * @throws RangeError if the shapes do not broadcast, or `beta` is negative
 * @see torch.nn.functional.smooth_l1_loss; Girshick 2015, Fast R-CNN
 * @example F.smoothL1Loss(tensor([0.5, 3]), tensor([0, 0])).item() // 1.3125
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  requireArity('smoothL1Loss', arguments.length, 3);
  requireOptions('smoothL1Loss', options, ['reduction', 'beta']);
  const beta = requireInRange('smoothL1Loss', 'beta', options.beta ?? 1, 0, Infinity);
  if (beta === 0) return l1Loss(input, target, { reduction: options.reduction });
  const pair = requireBroadcastable('smoothL1Loss', input, target);
  return roundedOnce(pair, (x, t) => {
    const difference = x.sub(t);
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
  /** Difference from which the loss is linear, above 0; default 1. */
  delta?: number;
}

/**
 * Squared error for small differences, linear error for large ones, whose derivative is `delta` or -`delta`.
 *
 * loss = d^2 / 2 if d < delta, else delta * (d - delta / 2), with d = |input - target|
 *
 * @param input any shape
 * @param target the shape of `input`; another shape that broadcasts prints a warning
 * @param options.delta difference from which the loss is linear, above 0; default 1
 * @param options.weight multiplies the losses of the elements, the shape of `input`; 'mean' divides by the sum
 * of the weights
 * @param options.reduction 'mean' (default), 'sum' or 'none'
 * @returns a 0-dim tensor, or the broadcast shape for 'none'
 * @throws RangeError if the shapes do not broadcast, or `delta` is not above 0
 * @see torch.nn.functional.huber_loss; Huber 1964, Robust Estimation of a Location Parameter
 * @example F.huberLoss(tensor([0.5, 3]), tensor([0, 0]), { delta: 2 }).item() // 2.0625
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  requireArity('huberLoss', arguments.length, 3);
  requireOptions('huberLoss', options, ['reduction', 'weight', 'delta']);
  const delta = requireInRange('huberLoss', 'delta', options.delta ?? 1, 0, Infinity);
  if (delta === 0) throw unexpected('huberLoss', 'a number above 0', 'delta', '0');
  const pair = requireBroadcastable('huberLoss', input, target);
  return roundedOnce(pair, (x, t) => {
    const difference = x.sub(t);
    const losses = noGrad(() => {
      const d = difference.abs();
      return where(d.lt(delta), d.square().mul(0.5), d.sub(0.5 * delta).mul(delta));
    });
    record(losses, huberRule, [difference], [difference], { limit: delta, slope: delta });
    return weighted('huberLoss', losses, input, options);
  });
}

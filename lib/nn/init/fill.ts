/** Initial values that do not depend on fans. */
import { noGrad } from '../../core/gradMode';
import { isFloating } from '../../core/dtype';
import {
  requireArity,
  requireInRange,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import { truncatedNormal } from './truncated';

/** Runs `set` on a floating tensor without gradients, and returns the tensor. */
export function fill<T extends Tensor>(op: string, tensor: T, set: (tensor: T) => void): T {
  requireTensor(op, 'tensor', tensor);
  if (!isFloating(tensor.dtype)) throw unexpected(op, 'a floating dtype', 'tensor', tensor.dtype);
  noGrad(() => {
    set(tensor);
  });
  return tensor;
}

/**
 * Fills a tensor with uniform values in [a, b).
 *
 * @param tensor floating tensor to fill in place, any shape
 * @param a lowest value; default 0
 * @param b upper limit, at least `a`; default 1
 * @returns `tensor`
 * @throws RangeError if `b` is below `a`, or the tensor has no floating dtype
 * @see torch.nn.init.uniform_
 * @example nn.init.uniform_(empty(3), -0.1, 0.1).shape // [3]
 */
export function uniform_<T extends Tensor>(tensor: T, a = 0, b = 1): T {
  requireArity('uniform_', arguments.length, 3);
  requireNumber('uniform_', 'a', a);
  requireInRange('uniform_', 'b', b, a, Infinity);
  return fill('uniform_', tensor, (t) => t.uniform_(a, b));
}

/**
 * Fills a tensor with normal values.
 *
 * @param tensor floating tensor to fill in place, any shape
 * @param mean mean of the distribution; default 0
 * @param std standard deviation, at least 0; default 1
 * @returns `tensor`
 * @throws RangeError if `std` is negative, or the tensor has no floating dtype
 * @see torch.nn.init.normal_
 * @example nn.init.normal_(empty(3), 0, 0.02).shape // [3]
 */
export function normal_<T extends Tensor>(tensor: T, mean = 0, std = 1): T {
  requireArity('normal_', arguments.length, 3);
  requireNumber('normal_', 'mean', mean);
  requireInRange('normal_', 'std', std, 0, Infinity);
  return fill('normal_', tensor, (t) => t.normal_(mean, std));
}

/**
 * Fills a tensor with normal values, truncated to [a, b].
 *
 * @param tensor floating tensor to fill in place, any shape
 * @param options.mean mean of the normal distribution; default 0
 * @param options.std standard deviation, at least 0; default 1
 * @param options.a lowest value (not a multiple of `std`); default -2
 * @param options.b highest value, at least `a`; default 2
 * @returns `tensor`
 * @throws RangeError if `std` is negative, `b` is below `a`, or the tensor has no floating dtype
 * @see torch.nn.init.trunc_normal_
 * @example nn.init.truncNormal_(empty(100), { std: 5 }).abs().max().item() <= 2 // true
 */
export function truncNormal_<T extends Tensor>(
  tensor: T,
  options: { mean?: number; std?: number; a?: number; b?: number } = {},
): T {
  requireArity('truncNormal_', arguments.length, 2);
  requireOptions('truncNormal_', options, ['mean', 'std', 'a', 'b']);
  const { mean = 0, std = 1, a = -2, b = 2 } = options;
  requireNumber('truncNormal_', 'mean', mean);
  requireInRange('truncNormal_', 'std', std, 0, Infinity);
  requireNumber('truncNormal_', 'a', a);
  requireInRange('truncNormal_', 'b', b, a, Infinity);
  return fill('truncNormal_', tensor, (t) => t.copy_(truncatedNormal(t.shape, mean, std, a, b)));
}

/**
 * Fills a tensor with one value.
 *
 * @param tensor floating tensor to fill in place, any shape
 * @param value the value of all elements
 * @returns `tensor`
 * @throws RangeError if the tensor has no floating dtype
 * @see torch.nn.init.constant_
 * @example nn.init.constant_(zeros(2), 0.5) // tensor([0.5000, 0.5000])
 */
export function constant_<T extends Tensor>(tensor: T, value: number): T {
  requireArity('constant_', arguments.length, 2);
  requireNumber('constant_', 'value', value);
  return fill('constant_', tensor, (t) => t.fill_(value));
}

/**
 * Fills a tensor with ones.
 *
 * @param tensor floating tensor to fill in place, any shape
 * @returns `tensor`
 * @throws RangeError if the tensor has no floating dtype
 * @see torch.nn.init.ones_
 * @example nn.init.ones_(zeros(2)) // tensor([1., 1.])
 */
export function ones_<T extends Tensor>(tensor: T): T {
  requireArity('ones_', arguments.length, 1);
  return fill('ones_', tensor, (t) => t.fill_(1));
}

/**
 * Fills a tensor with zeros.
 *
 * @param tensor floating tensor to fill in place, any shape
 * @returns `tensor`
 * @throws RangeError if the tensor has no floating dtype
 * @see torch.nn.init.zeros_
 * @example nn.init.zeros_(ones(2)) // tensor([0., 0.])
 */
export function zeros_<T extends Tensor>(tensor: T): T {
  requireArity('zeros_', arguments.length, 1);
  return fill('zeros_', tensor, (t) => t.fill_(0));
}

/**
 * Fills a matrix with ones on the diagonal and zeros elsewhere, so that a layer without bias preserves its
 * input.
 *
 * @param tensor floating matrix (out, in) to fill in place
 * @returns `tensor`
 * @throws RangeError if the tensor does not have 2 dimensions or has no floating dtype
 * @see torch.nn.init.eye_
 * @example nn.init.eye_(zeros(1, 2)) // tensor([[1., 0.]])
 */
export function eye_<T extends Tensor>(tensor: T): T {
  requireArity('eye_', arguments.length, 1);
  return fill('eye_', tensor, (t) => {
    if (t.ndim !== 2) throw unexpected('eye_', 'a matrix', 'tensor', shapeText(t.shape));
    t.fill_(0);
    for (let i = 0; i < Math.min(...t.shape); i++) t.select(0, i).select(0, i).fill_(1);
  });
}

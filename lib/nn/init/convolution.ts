/** Initial values of convolutions that preserve their input, and of sparse matrices. */
import {
  requireArity,
  requireInRange,
  requireInteger,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import type { RandomOptions } from '../../core/generator';
import { Tensor } from '../../core/tensor';
import { fill } from './fill';

/**
 * Fills the weight of a convolution so that it copies its first input channels to its output channels.
 *
 * @param tensor floating weight (out, in / groups, ...) with 3 to 5 dimensions, filled in place
 * @param groups number of groups of the convolution; default 1
 * @returns `tensor`
 * @throws RangeError if the number of dimensions is another one, or `groups` does not divide the first size
 * @see torch.nn.init.dirac_
 * @example nn.init.dirac_(zeros(1, 1, 3)) // tensor([[[0., 1., 0.]]])
 */
export function dirac_<T extends Tensor>(tensor: T, groups = 1): T {
  requireArity('dirac_', arguments.length, 2);
  requireInteger('dirac_', 'groups', groups, 1);
  return fill('dirac_', tensor, (t) => {
    if (t.ndim < 3 || t.ndim > 5) {
      throw unexpected('dirac_', '3, 4 or 5 dimensions', 'tensor', shapeText(t.shape));
    }
    const [out, channels, ...kernel] = t.shape;
    if (out % groups !== 0) {
      const what = `a first size that is divisible by groups (${groups})`;
      throw unexpected('dirac_', what, 'tensor', shapeText(t.shape));
    }
    t.fill_(0);
    if (t.numel() === 0) return;
    const perGroup = out / groups;
    for (let g = 0; g < groups; g++) {
      for (let d = 0; d < Math.min(perGroup, channels); d++) {
        let element: Tensor = t.select(0, g * perGroup + d).select(0, d);
        for (const size of kernel) element = element.select(0, Math.floor(size / 2));
        element.fill_(1);
      }
    }
  });
}

/**
 * Fills a matrix with normally distributed numbers, and sets a fraction of each column to 0.
 *
 * @param tensor floating matrix to fill in place
 * @param sparsity fraction of zeros in each column, from 0 to 1
 * @param options `std`, the standard deviation, default 0.01; `generator`
 * @returns `tensor`
 * @throws RangeError if the tensor does not have 2 dimensions or has no floating dtype
 * @see torch.nn.init.sparse_; Martens 2010, Deep Learning via Hessian-Free Optimization
 * @example nn.init.sparse_(ones(2, 3), 1) // tensor([[0., 0., 0.], [0., 0., 0.]])
 */
export function sparse_<T extends Tensor>(
  tensor: T,
  sparsity: number,
  options: { std?: number } & RandomOptions = {},
): T {
  requireArity('sparse_', arguments.length, 3);
  requireOptions('sparse_', options, ['std', 'generator']);
  requireInRange('sparse_', 'sparsity', sparsity, 0, 1);
  const std = requireInRange('sparse_', 'std', options.std ?? 0.01, 0, Infinity);
  const { generator } = options;
  const random = generator === undefined ? {} : { generator };
  return fill('sparse_', tensor, (t) => {
    if (t.ndim !== 2) throw unexpected('sparse_', 'a matrix', 'tensor', shapeText(t.shape));
    t.normal_(0, std, random);
    if (t.numel() === 0) return;
    // Each column of argsort is a random order of the rows.
    const order = Tensor._empty('float64', t.shape).uniform_(0, 1, random).argsort(0);
    t.copy_(t.maskedFill(order.lt(Math.ceil(sparsity * t.shape[0])), 0));
  });
}

/** Random orthogonal matrices as initial values. */
import { requireArity, requireNumber, requireOptions } from '../../core/errors';
import { Tensor } from '../../core/tensor';
import { fans } from './fans';
import { fill } from './fill';

/**
 * Fills a weight with a random orthogonal matrix; dimensions after the first are merged.
 *
 * The rows are orthonormal; if there are more rows than columns, the columns are.
 *
 * @param tensor weight (out, in, ...) to fill in place, at least 2 dimensions
 * @param options.gain factor for all elements; default 1
 * @returns `tensor`
 * @throws RangeError if the tensor has fewer than 2 dimensions or no floating dtype
 * @see torch.nn.init.orthogonal_; Saxe et al. 2014, Exact Solutions to the Nonlinear Dynamics of Learning in
 * Deep Linear Networks
 * @example nn.init.orthogonal_(empty(2, 3)).shape // [2, 3]
 */
export function orthogonal_<T extends Tensor>(tensor: T, options: { gain?: number } = {}): T {
  requireArity('orthogonal_', arguments.length, 2);
  requireOptions('orthogonal_', options, ['gain']);
  const gain = requireNumber('orthogonal_', 'gain', options.gain ?? 1);
  fans('orthogonal_', tensor);
  return fill('orthogonal_', tensor, (t) => {
    if (t.numel() === 0) return;
    const rows = t.shape[0];
    const columns = t.numel() / rows;
    const vectors = orthogonalRows(Math.min(rows, columns), Math.max(rows, columns));
    t.copy_((rows > columns ? vectors.T : vectors).reshape([...t.shape]).mul(gain));
  });
}

/**
 * `count` orthonormal rows of `length` elements in float64, uniformly distributed. The Gram-Schmidt process makes normal
 * vectors orthogonal; two passes are enough to reach rounding errors (Giraud et al. 2005).
 */
function orthogonalRows(count: number, length: number): Tensor {
  const rows = Tensor._empty('float64', [count, length]).normal_();
  for (let i = 0; i < count; i++) {
    const vector = rows.select(0, i);
    const previous = rows.narrow(0, 0, i);
    for (let pass = 0; pass < 2 && i > 0; pass++) {
      vector.sub_(previous.t().matmul(previous.matmul(vector)));
    }
    vector.div_(vector.dot(vector).sqrt());
  }
  return rows;
}

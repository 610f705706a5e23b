/** Random orthonormal vectors as initial values. */
import { requireArity, requireNumber, requireOptions } from '../../core/errors';
import { Tensor } from '../../core/tensor';
import { fans } from './fans';
import { fill } from './fill';

/**
 * Orthonormal rows, or columns if there are fewer of them, times `gain`. Dimensions after the first are merged (Saxe et
 * al. 2013).
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
    const short = orthogonalRows(Math.min(rows, columns), Math.max(rows, columns));
    t.copy_((rows > columns ? short.T : short).reshape([...t.shape]).mul(gain));
  });
}

/**
 * `count` orthonormal vectors of `length` elements, uniformly distributed over all such sets, as rows in float64. They
 * are normal vectors, each made orthogonal to those before it by the Gram-Schmidt process, twice, which is enough to
 * reach rounding errors (Giraud et al. 2005).
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

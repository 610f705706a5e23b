/** Random orthonormal vectors. */
import { Tensor } from '../../core/tensor';

/**
 * `count` orthonormal vectors of `length` elements, evenly distributed over all such sets, as rows in float64: normal
 * vectors, each made orthogonal to those before it by Gram and Schmidt's method, twice, which is enough to reach
 * rounding (Giraud et al. 2005).
 */
export function orthogonalRows(count: number, length: number): Tensor {
  const rows = Tensor._empty('float64', [count, length]).normal_();
  for (let i = 0; i < count; i++) {
    const row = rows.select(0, i);
    const before = rows.narrow(0, 0, i);
    for (let pass = 0; pass < 2 && i > 0; pass++) {
      row.sub_(before.t().matmul(before.matmul(row)));
    }
    row.div_(row.dot(row).sqrt());
  }
  return rows;
}

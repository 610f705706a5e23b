/** The matrix product of `backend`. */
import { backend, type Tensor } from 'blasgrad';
import { at, build, type OpCase } from '../../harness';

type Floats = Float32Array;

/** alpha op(a) op(b) + beta c, with c's memory written. */
function gemm(transA: boolean, transB: boolean, alpha: number, beta: number): OpCase {
  const [m, n, k] = [3, 4, 2];
  return {
    name: `gemm${transA ? ', a transposed' : ''}${transB ? ', b transposed' : ''}, ${alpha} and ${beta}`,
    ops: ['gemm'],
    inputs: [
      { shape: transA ? [k, m] : [m, k] },
      { shape: transB ? [n, k] : [k, n] },
      { shape: [m, n] },
    ],
    run: (a: Tensor, b: Tensor, c: Tensor) => {
      const out = c.clone();
      const [left, right, result] = [a, b, out].map((x) => x.contiguous().data as Floats);
      backend.gemm(transA, transB, m, n, k, alpha, left, right, beta, result);
      return out;
    },
    reference: (a, b, c) =>
      build([m, n], ([i, j]) => {
        let sum = 0;
        for (let p = 0; p < k; p++) {
          sum += at(a, transA ? [p, i] : [i, p]) * at(b, transB ? [j, p] : [p, j]);
        }
        return alpha * sum + beta * at(c, [i, j]);
      }),
    gradient: false,
  };
}

export const cases: OpCase[] = [
  gemm(false, false, 1, 0),
  gemm(true, false, 1, 1),
  gemm(false, true, 0.5, 0),
  gemm(true, true, -2, 0.25),
  gemm(false, false, 0, 3),
];

/** The native matrix products, all of them GEMM calls. */
import { namedKernels, type Attrs, type Operands } from '../define';

/** c = alpha op(a) op(b) + beta c. */
export const gemmKernels = namedKernels(
  'gemm',
  (
    call,
    o: Operands<'a' | 'b' | 'c'>,
    a: Attrs<'transA' | 'transB' | 'm' | 'n' | 'k' | 'alpha' | 'beta'>,
  ) => {
    call(o.a, o.b, o.c, a.transA, a.transB, a.m, a.n, a.k, a.alpha, a.beta);
  },
);

/** (m, k) times (k, n), `batch` times: rows every `rowStride` elements, matrices every `batchStride`. */
type MatmulAttrs = Attrs<
  | 'transA'
  | 'transB'
  | 'm'
  | 'n'
  | 'k'
  | 'rowStrideA'
  | 'rowStrideB'
  | 'batch'
  | 'batchStrideA'
  | 'batchStrideB'
>;
export const matmulKernels = namedKernels(
  'matmul',
  (call, o: Operands<'a' | 'b' | 'out'>, a: MatmulAttrs) => {
    call(o.a, o.b, o.out, a.transA, a.transB, a.m, a.n, a.k, a.rowStrideA, a.rowStrideB, a.batch, a.batchStrideA, a.batchStrideB); // prettier-ignore
  },
);

/** y = x weight^T + bias. */
type LinearAttrs = Attrs<'batch' | 'inFeatures' | 'outFeatures'>;
export const linearKernels = namedKernels(
  'linearForward',
  (call, o: Operands<'x' | 'weight' | 'bias' | 'y'>, a: LinearAttrs) => {
    call(o.x, o.weight, o.bias, o.y, a.batch, a.inFeatures, a.outFeatures);
  },
);
export const linearBackwardKernels = namedKernels(
  'linearBackward',
  (call, o: Operands<'x' | 'weight' | 'dy' | 'dx' | 'dWeight' | 'dBias'>, a: LinearAttrs) => {
    call(o.x, o.weight, o.dy, o.dx, o.dWeight, o.dBias, a.batch, a.inFeatures, a.outFeatures);
  },
);

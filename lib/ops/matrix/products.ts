/** The native matrix products, all of them GEMM calls. */
import { namedKernels, type Attrs, type NamedKernels, type Operands } from '../define';

// The types are written out, because inferred ones would put the names of array classes in the declarations.
type Products<Operand extends string, Attr extends string> = NamedKernels<
  Operands<Operand>,
  Attrs<Attr>
>;

/** c = alpha op(a) op(b) + beta c. */
export const gemmKernels: Products<
  'a' | 'b' | 'c',
  'transA' | 'transB' | 'm' | 'n' | 'k' | 'alpha' | 'beta'
> = namedKernels('gemm', (call, o, a) => {
  call(o.a, o.b, o.c, a.transA, a.transB, a.m, a.n, a.k, a.alpha, a.beta);
});

/** (m, k) times (k, n), `batch` times: rows every `rowStride` elements, matrices every `batchStride`. */
export const matmulKernels: Products<
  'a' | 'b' | 'out',
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
> = namedKernels('matmul', (call, o, a) => {
  call(o.a, o.b, o.out, a.transA, a.transB, a.m, a.n, a.k, a.rowStrideA, a.rowStrideB, a.batch, a.batchStrideA, a.batchStrideB); // prettier-ignore
});

type LinearAttrs = 'batch' | 'inFeatures' | 'outFeatures';
/** y = x weight^T + bias. */
export const linearKernels: Products<'x' | 'weight' | 'bias' | 'y', LinearAttrs> = namedKernels(
  'linearForward',
  (call, o, a) => {
    call(o.x, o.weight, o.bias, o.y, a.batch, a.inFeatures, a.outFeatures);
  },
);
export const linearBackwardKernels: Products<
  'x' | 'weight' | 'dy' | 'dx' | 'dWeight' | 'dBias',
  LinearAttrs
> = namedKernels('linearBackward', (call, o, a) => {
  call(o.x, o.weight, o.dy, o.dx, o.dWeight, o.dBias, a.batch, a.inFeatures, a.outFeatures);
});

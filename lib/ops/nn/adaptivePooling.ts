/** Pooling by windows that differ in size or begin at random: adaptive maxima and averages, fractional maxima. */
import { namedKernels, record, reportResult, Tensor, type Operands, type Rule } from '../define';
import type { PoolSizes } from './poolGeometry';
import { spreadToIndices } from './pooling';

/** Windows of fixed size that begin at random. */
export interface FractionalPooling extends PoolSizes {
  readonly kernelD: number;
  readonly kernelH: number;
  readonly kernelW: number;
  /** The number of random samples of a plane. */
  readonly columns: number;
}

declare module '../../core/node' {
  interface OpAttrs {
    adaptiveMaxPool: PoolSizes;
    /** The indices of the maxima, as a result. */
    adaptiveMaxPoolIndices: PoolSizes;
    adaptiveAveragePool: PoolSizes;
    adaptiveAveragePoolBackward: PoolSizes;
    fractionalMaxPool: FractionalPooling;
    /** The indices of the maxima, as a result. */
    fractionalMaxPoolIndices: FractionalPooling;
  }
}

type Sizes = Omit<PoolSizes, 'shape' | 'pooled'>;

const maxKernels = namedKernels(
  'adaptiveMaxPool',
  (call, o: Operands<'x' | 'y' | 'indices'>, a: Sizes) => {
    call(o.x, o.y, o.indices, a.planes, a.inD, a.inH, a.inW, a.outD, a.outH, a.outW);
  },
);
const averageKernels = namedKernels(
  'adaptiveAveragePool',
  (call, o: Operands<'x' | 'y'>, a: Sizes) => {
    call(o.x, o.y, a.planes, a.inD, a.inH, a.inW, a.outD, a.outH, a.outW);
  },
);
const averageBackwardKernels = namedKernels(
  'adaptiveAveragePoolBackward',
  (call, o: Operands<'dy' | 'dx'>, a: Sizes) => {
    call(o.dy, o.dx, a.planes, a.inD, a.inH, a.inW, a.outD, a.outH, a.outW);
  },
);
const fractionalKernels = namedKernels(
  'fractionalMaxPool',
  (
    call,
    o: Operands<'x' | 'samples' | 'y' | 'indices'>,
    a: Omit<FractionalPooling, 'shape' | 'pooled'>,
  ) => {
    call(o.x, o.samples, o.y, o.indices, a.planes, a.inD, a.inH, a.inW, a.outD, a.outH, a.outW, a.kernelD, a.kernelH, a.kernelW, a.columns); // prettier-ignore
  },
);

const maxRule: Rule<'adaptiveMaxPool'> = {
  name: 'adaptiveMaxPool',
  grad: (dy, node) => [spreadToIndices(dy, node.saved[0], node.attrs)],
};
const fractionalRule: Rule<'fractionalMaxPool'> = {
  name: 'fractionalMaxPool',
  grad: (dy, node) => [spreadToIndices(dy, node.saved[0], node.attrs)],
};
const averageRule: Rule<'adaptiveAveragePool'> = {
  name: 'adaptiveAveragePool',
  grad: (dy, node) => [averageBackward(dy, node.attrs)],
};
const averageBackwardRule: Rule<'adaptiveAveragePoolBackward'> = {
  name: 'adaptiveAveragePoolBackward',
  grad: (dy, node) => [adaptiveAveragePool(dy, node.attrs)],
};

/** The largest element of each window, and its index in its plane, int32. */
export function adaptiveMaxPool(x: Tensor, sizes: PoolSizes): [Tensor, Tensor] {
  const y = Tensor._empty(x.dtype, sizes.pooled);
  const indices = Tensor._empty('int32', sizes.pooled);
  const operands = { x: x.detach().contiguous()._flat, y: y._flat, indices: indices._flat };
  maxKernels[x.dtype](operands, sizes);
  const result = record(y, maxRule, [x], [indices], sizes);
  reportResult('adaptiveMaxPoolIndices', [indices], [x], sizes);
  return [result, indices];
}

/** The average of each window. */
export function adaptiveAveragePool(x: Tensor, sizes: PoolSizes): Tensor {
  const y = Tensor._empty(x.dtype, sizes.pooled);
  averageKernels[x.dtype]({ x: x.detach().contiguous()._flat, y: y._flat }, sizes);
  return record(y, averageRule, [x], [], sizes);
}

function averageBackward(dy: Tensor, sizes: PoolSizes): Tensor {
  const dx = Tensor._empty(dy.dtype, sizes.shape);
  averageBackwardKernels[dy.dtype]({ dy: dy.detach().contiguous()._flat, dx: dx._flat }, sizes);
  return record(dx, averageBackwardRule, [dy], [], sizes);
}

/** The largest element of each window, and its index in its plane, int32; `samples` (planes, columns) in [0, 1). */
export function fractionalMaxPool(
  x: Tensor,
  samples: Tensor,
  pooling: FractionalPooling,
): [Tensor, Tensor] {
  const y = Tensor._empty(x.dtype, pooling.pooled);
  const indices = Tensor._empty('int32', pooling.pooled);
  fractionalKernels[x.dtype](
    {
      x: x.detach().contiguous()._flat,
      samples: samples.detach().contiguous()._flat,
      y: y._flat,
      indices: indices._flat,
    },
    pooling,
  );
  const result = record(y, fractionalRule, [x], [indices], pooling);
  reportResult('fractionalMaxPoolIndices', [indices], [x], pooling);
  return [result, indices];
}

/** Pooling by regular windows: maxima and averages. */
import type { DType } from '../../core/dtype';
import { namedKernelPairs, namedKernels, record, reportResult, Tensor, type Operands, type Rule } from '../define'; // prettier-ignore
import { gatherBackward } from '../index/gather';
import type { PoolGeometry, PoolSizes } from './poolGeometry';

/** Averages of windows. */
export interface AveragePooling extends PoolGeometry {
  /** Whether padding counts as elements. */
  readonly countIncludePad: boolean;
  /** Divides the sums instead of the number of elements; 0 for none. */
  readonly divisor: number;
}

declare module '../../core/node' {
  interface OpAttrs {
    maxPool: PoolGeometry;
    maxPoolBackward: PoolGeometry;
    maxPoolPick: PoolGeometry;
    /** The indices of the maxima, as a result. */
    maxPoolIndices: PoolGeometry;
    averagePool: AveragePooling;
    averagePoolBackward: AveragePooling;
  }
}

type Geometry = Omit<PoolGeometry, 'shape' | 'pooled'>;
type Averaging = Omit<AveragePooling, 'shape' | 'pooled'>;

const maxPoolKernels = namedKernelPairs(
  'maxPool',
  (call, o: Operands<'x' | 'y' | 'which'>, a: Geometry) => {
    call(o.x, o.y, o.which, a.planes, a.inD, a.inH, a.inW, a.outD, a.outH, a.outW, a.kernelD, a.kernelH, a.kernelW, a.strideD, a.strideH, a.strideW, a.lowD, a.lowH, a.lowW, a.dilationD, a.dilationH, a.dilationW); // prettier-ignore
  },
);
const maxPoolBackwardKernels = namedKernels(
  'maxPoolBackward',
  (call, o: Operands<'dy' | 'which' | 'dx'>, a: Geometry) => {
    call(o.dy, o.which, o.dx, a.planes, a.inD, a.inH, a.inW, a.outD, a.outH, a.outW, a.kernelD, a.kernelH, a.kernelW, a.strideD, a.strideH, a.strideW, a.lowD, a.lowH, a.lowW, a.dilationD, a.dilationH, a.dilationW); // prettier-ignore
  },
);
const maxPoolPickKernels = namedKernels(
  'maxPoolPick',
  (call, o: Operands<'x' | 'which' | 'y'>, a: Geometry) => {
    call(o.x, o.which, o.y, a.planes, a.inD, a.inH, a.inW, a.outD, a.outH, a.outW, a.kernelD, a.kernelH, a.kernelW, a.strideD, a.strideH, a.strideW, a.lowD, a.lowH, a.lowW, a.dilationD, a.dilationH, a.dilationW); // prettier-ignore
  },
);
const averagePoolKernels = namedKernels(
  'averagePool',
  (call, o: Operands<'x' | 'y'>, a: Averaging) => {
    call(o.x, o.y, a.planes, a.inD, a.inH, a.inW, a.outD, a.outH, a.outW, a.kernelD, a.kernelH, a.kernelW, a.strideD, a.strideH, a.strideW, a.lowD, a.lowH, a.lowW, a.dilationD, a.dilationH, a.dilationW, a.highD, a.highH, a.highW, a.countIncludePad, a.divisor); // prettier-ignore
  },
);
const averagePoolBackwardKernels = namedKernels(
  'averagePoolBackward',
  (call, o: Operands<'dy' | 'dx'>, a: Averaging) => {
    call(o.dy, o.dx, a.planes, a.inD, a.inH, a.inW, a.outD, a.outH, a.outW, a.kernelD, a.kernelH, a.kernelW, a.strideD, a.strideH, a.strideW, a.lowD, a.lowH, a.lowW, a.dilationD, a.dilationH, a.dilationW, a.highD, a.highH, a.highW, a.countIncludePad, a.divisor); // prettier-ignore
  },
);

/** The gradient of maxima whose indices in their planes are known: zeros of the input's shape with `dy` added there. */
export function spreadToIndices(dy: Tensor, indices: Tensor, sizes: PoolSizes): Tensor {
  const { planes, shape } = sizes;
  const along = { dim: 1, shape: [planes, sizes.inD * sizes.inH * sizes.inW] };
  const pooled = [planes, sizes.outD * sizes.outH * sizes.outW];
  return gatherBackward(dy.reshape(pooled), along, indices.reshape(pooled)).reshape([...shape]);
}

const maxPoolRule: Rule<'maxPool'> = {
  name: 'maxPool',
  grad: (dy, node) => {
    const [which] = node.saved;
    return [
      which.dtype === 'uint8'
        ? maxPoolBackward(dy, which, node.attrs)
        : spreadToIndices(dy, which, node.attrs),
    ];
  },
};
const maxPoolBackwardRule: Rule<'maxPoolBackward'> = {
  name: 'maxPoolBackward',
  grad: (dy, node) => [maxPoolPick(dy, node.saved[0], node.attrs)],
};
const maxPoolPickRule: Rule<'maxPoolPick'> = {
  name: 'maxPoolPick',
  grad: (dy, node) => [maxPoolBackward(dy, node.saved[0], node.attrs)],
};

function maxPoolBackward(dy: Tensor, which: Tensor, geometry: PoolGeometry): Tensor {
  const dx = Tensor._empty(dy.dtype, geometry.shape);
  const operands = { dy: dy.detach().contiguous()._flat, which: which._flat, dx: dx._flat };
  maxPoolBackwardKernels[dy.dtype](operands, geometry);
  return record(dx, maxPoolBackwardRule, [dy], [which], geometry);
}

function maxPoolPick(x: Tensor, which: Tensor, geometry: PoolGeometry): Tensor {
  const y = Tensor._empty(x.dtype, geometry.pooled);
  const operands = { x: x.detach().contiguous()._flat, which: which._flat, y: y._flat };
  maxPoolPickKernels[x.dtype](operands, geometry);
  return record(y, maxPoolPickRule, [x], [which], geometry);
}

/** A byte holds the tap of a maximum in windows of at most so many elements. */
const mostTaps = 256;

function compute(x: Tensor, geometry: PoolGeometry, dtype: DType): [Tensor, Tensor] {
  const y = Tensor._empty(x.dtype, geometry.pooled);
  const which = Tensor._empty(dtype, geometry.pooled);
  const source = x._contiguous ? x : x.detach().contiguous();
  const operands = { x: source._flat, y: y._flat, which: which._flat };
  maxPoolKernels[x.dtype][dtype](operands, geometry);
  return [record(y, maxPoolRule, [x], [which], geometry), which];
}

/** The largest element of each window: the first of equal ones, or the last NaN. */
export function maxPool(x: Tensor, geometry: PoolGeometry): Tensor {
  const { kernelD, kernelH, kernelW } = geometry;
  return compute(x, geometry, kernelD * kernelH * kernelW <= mostTaps ? 'uint8' : 'int32')[0];
}

/** The same, with the index of each maximum in its plane, int32. */
export function maxPoolWithIndices(x: Tensor, geometry: PoolGeometry): [Tensor, Tensor] {
  const [y, indices] = compute(x, geometry, 'int32');
  reportResult('maxPoolIndices', [indices], [x], geometry);
  return [y, indices];
}

const averagePoolRule: Rule<'averagePool'> = {
  name: 'averagePool',
  grad: (dy, node) => [averagePoolBackward(dy, node.attrs)],
};
const averagePoolBackwardRule: Rule<'averagePoolBackward'> = {
  name: 'averagePoolBackward',
  grad: (dy, node) => [averagePool(dy, node.attrs)],
};

function averagePoolBackward(dy: Tensor, pooling: AveragePooling): Tensor {
  const dx = Tensor._empty(dy.dtype, pooling.shape);
  averagePoolBackwardKernels[dy.dtype](
    { dy: dy.detach().contiguous()._flat, dx: dx._flat },
    pooling,
  );
  return record(dx, averagePoolBackwardRule, [dy], [], pooling);
}

/** The average of each window. */
export function averagePool(x: Tensor, pooling: AveragePooling): Tensor {
  const y = Tensor._empty(x.dtype, pooling.pooled);
  const source = x._contiguous ? x : x.detach().contiguous();
  averagePoolKernels[x.dtype]({ x: source._flat, y: y._flat }, pooling);
  return record(y, averagePoolRule, [x], [], pooling);
}

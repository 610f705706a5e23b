/** ONNX operators that pool. */
import * as F from '../../../functional';
import { numelOf } from '../../../core/shape';
import type { Tensor } from '../../../core/tensor';
import {
  poolGeometry,
  windowsAlong,
  type PoolGeometry,
  type PoolWindow,
} from '../../../ops/nn/poolGeometry';
import { averagePool, maxPool, maxPoolWithIndices } from '../../../ops/nn/pooling';
import { positions } from '../../../ops/reduce/reduce';
import { tensorOf } from './datum';
import { tensors } from './elementwise';
import { Unsupported } from './elements';
import type { GraphNode, Operator } from './node';
import { InvalidPart } from './tensor';

/** Reads the attributes of windows; returns a function that gives the geometry for an input. */
function windowsOf(node: GraphNode): (x: Tensor) => PoolGeometry {
  const kernel = node.ints('kernel_shape');
  if (kernel === null) throw new InvalidPart(`${node.type} without kernel_shape`);
  const dims = kernel.length;
  if (dims < 1 || dims > 3) throw new Unsupported(`${node.type} in ${dims} dimensions`);
  const list = (name: string, fill: number, count = dims): readonly number[] => {
    const values = node.ints(name) ?? Array.from({ length: count }, () => fill);
    if (values.length === count && values.every((value) => value >= fill)) return values;
    throw new InvalidPart(`${node.type} with ${name} [${values.join(', ')}]`);
  };
  const [strides, dilations, pads] = [list('strides', 1), list('dilations', 1), list('pads', 0, 2 * dims)]; // prettier-ignore
  const ceilMode = node.int('ceil_mode', 0) !== 0;
  const autoPad = node.string('auto_pad', 'NOTSET');
  if (!['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'].includes(autoPad))
    throw new InvalidPart(`${node.type} with auto_pad ${autoPad}`);
  return (x) => {
    if (x.ndim !== dims + 2) {
      throw new RangeError(
        `OnnxModule: ${node.type} with windows of ${dims} dimensions has an input of ${x.ndim}`,
      );
    }
    const out: number[] = [];
    const windows = kernel.map((size, i): PoolWindow => {
      const [stride, dilation, length] = [strides[i], dilations[i], x.shape[i + 2]];
      const window = { kernel: size, stride, dilation, low: pads[i], high: pads[dims + i] };
      if (autoPad === 'VALID') [window.low, window.high] = [0, 0];
      if (autoPad.startsWith('SAME')) {
        const last = (Math.ceil(length / stride) - 1) * stride;
        const total = Math.max(last + (size - 1) * dilation + 1 - length, 0);
        window.low = autoPad === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
        window.high = total - window.low;
      }
      out.push(windowsAlong(length, window, ceilMode));
      return window;
    });
    if (out.some((count) => count < 1)) {
      throw new RangeError(
        `OnnxModule: ${node.type} has windows of [${kernel.join(', ')}], which do not fit into ` +
          `the input of shape [${x.shape.join(', ')}]`,
      );
    }
    return poolGeometry(x, out, windows);
  };
}

/** ONNX counts indices from the start of the tensor, the library from the start of each plane. */
const maxPoolNode: Operator = (node) => {
  const geometryOf = windowsOf(node);
  node.only('storage_order', 0);
  if (node.outputs < 2) return tensors((x) => maxPool(x, geometryOf(x)));
  return ([input]) => {
    const x = tensorOf(input);
    const [values, indices] = maxPoolWithIndices(x, geometryOf(x));
    const column = [x.shape[0], x.shape[1], ...x.shape.slice(2).map(() => 1)];
    const starts = positions(x.shape[0] * x.shape[1])
      .to('int64')
      .mul(numelOf(x.shape.slice(2)));
    return [values, indices.to('int64').add(starts.reshape(column))];
  };
};

const averagePoolNode: Operator = (node) => {
  if (node.ints('dilations')?.some((dilation) => dilation !== 1) === true)
    throw new Unsupported('AveragePool with dilations');
  const geometryOf = windowsOf(node);
  const countIncludePad = node.int('count_include_pad', 0) !== 0;
  return tensors((x) => averagePool(x, { ...geometryOf(x), countIncludePad, divisor: 0 }));
};

/** (sum of |x|^p)^(1/p) */
const lpPoolNode: Operator = (node) => {
  const geometryOf = windowsOf(node);
  const p = node.int('p', 2);
  return tensors((x) => {
    const sums = { ...geometryOf(x), countIncludePad: true, divisor: 1 };
    return averagePool(x.abs().pow(p), sums).pow(1 / p);
  });
};

/** Pools over all dimensions but the first two. */
const globalPool =
  (pools: readonly ((x: Tensor, size: number) => Tensor)[]): Operator =>
  (node) =>
    tensors((x) => {
      const dims = x.ndim - 2;
      if (dims >= 1 && dims <= 3) return pools[dims - 1](x, 1);
      throw new RangeError(`OnnxModule: ${node.type} has an input of ${x.ndim} dimensions`);
    });

export const pooling: Readonly<Record<string, Operator>> = {
  MaxPool: maxPoolNode,
  AveragePool: averagePoolNode,
  LpPool: lpPoolNode,
  GlobalAveragePool: globalPool([F.adaptiveAvgPool1d, F.adaptiveAvgPool2d, F.adaptiveAvgPool3d]),
  GlobalMaxPool: globalPool([
    (x, size) => F.adaptiveMaxPool1d(x, size),
    (x, size) => F.adaptiveMaxPool2d(x, size),
    (x, size) => F.adaptiveMaxPool3d(x, size),
  ]),
  GlobalLpPool: (node) => {
    const p = node.int('p', 2);
    return tensors((x) => x.norm({ p, dim: x.shape.slice(2).map((_, i) => i + 2), keepdim: true }));
  },
};

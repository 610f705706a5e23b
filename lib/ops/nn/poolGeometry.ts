/** The windows of pooling, always in three dimensions. */
import { requireInteger, requireList, shapeText, unexpected, wrongType } from '../../core/errors';
import { numelOf, type Shape } from '../../core/shape';
import type { Tensor } from '../define';

type Axes<Name extends string> = { readonly [N in `${Name}${'D' | 'H' | 'W'}`]: number };

/** Planes, and the sizes of input and output; in one or two dimensions the others are 1. */
export interface PoolSizes extends Axes<'in'>, Axes<'out'> {
  readonly planes: number;
  /** The number of dimensions that are pooled, 1 to 3. */
  readonly dims: number;
  /** The shape of the input. */
  readonly shape: Shape;
  /** The shape of the output. */
  readonly pooled: Shape;
}

/** Regular windows: tap k of output o is at o * stride - low + k * dilation of the input. */
export interface PoolGeometry
  extends PoolSizes, Axes<'kernel'>, Axes<'stride'>, Axes<'dilation'>, Axes<'low'>, Axes<'high'> {}

/** One number for all pooled dimensions, or one for each. */
export type PoolSize = number | readonly number[];

/** The windows of one dimension. */
export interface PoolWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before and behind the input. */
  readonly low: number;
  readonly high: number;
}

/** Values of the last dimensions as those of three: missing ones in front get `fill`. */
const three = (values: readonly number[], fill: number): readonly number[] =>
  values.length === 3 ? values : values.length === 2 ? [fill, ...values] : [fill, fill, ...values];

/** The sizes for pooling the last `out.length` dimensions of `x` to `out`. */
export function poolSizes(x: Tensor, out: readonly number[]): PoolSizes {
  const dims = out.length;
  const lead = x.shape.slice(0, -dims);
  const [inD, inH, inW] = three(x.shape.slice(-dims), 1);
  const [outD, outH, outW] = three(out, 1);
  const planes = numelOf(lead);
  const pooled = [...lead, ...out];
  return { planes, dims, shape: x.shape, pooled, inD, inH, inW, outD, outH, outW };
}

/** The geometry of regular windows. */
export function poolGeometry(
  x: Tensor,
  out: readonly number[],
  windows: readonly PoolWindow[],
): PoolGeometry {
  const of = (name: keyof PoolWindow, fill: number): readonly number[] =>
    three(
      windows.map((window) => window[name]),
      fill,
    );
  const [kernelD, kernelH, kernelW] = of('kernel', 1);
  const [strideD, strideH, strideW] = of('stride', 1);
  const [dilationD, dilationH, dilationW] = of('dilation', 1);
  const [lowD, lowH, lowW] = of('low', 0);
  const [highD, highH, highW] = of('high', 0);
  return {
    ...poolSizes(x, out),
    ...{ kernelD, kernelH, kernelW, strideD, strideH, strideW },
    ...{ dilationD, dilationH, dilationW, lowD, lowH, lowW, highD, highH, highW },
  };
}

/** The number of windows along a dimension of `size`; windows that would begin behind the input are left out. */
export function windowsAlong(size: number, window: PoolWindow, ceilMode: boolean): number {
  const { kernel, stride, dilation, low, high } = window;
  const rest = size + low + high - dilation * (kernel - 1) - 1;
  const count = Math.floor((rest + (ceilMode ? stride - 1 : 0)) / stride) + 1;
  return ceilMode && (count - 1) * stride >= size + low ? count - 1 : count;
}

/** One integer for each of `dims` dimensions, from a number or an array. */
export function eachDim(
  op: string,
  name: string,
  value: unknown,
  dims: number,
  least: number,
): number[] {
  if (typeof value === 'number') {
    requireInteger(op, name, value, least);
    return Array.from({ length: dims }, () => value);
  }
  const what = dims === 1 ? 'a number' : `a number or ${dims} numbers`;
  if (!Array.isArray(value)) throw wrongType(op, what, name, value);
  const list = requireList(op, what, name, value, 64);
  if (list.length !== dims && list.length !== 1) {
    throw unexpected(op, what, name, `an array of ${list.length} elements`);
  }
  const sizes = list.map((size, i) => requireInteger(op, `${name}[${i}]`, size, least));
  return sizes.length === dims ? sizes : Array.from({ length: dims }, () => sizes[0]);
}

/**
 * Throws unless the input has channels and `dims` further dimensions, perhaps behind the batch, and only the batch is
 * empty.
 */
export function requirePoolable(op: string, x: Tensor, dims: number): void {
  const sizes = ['L', 'H, W', 'D, H, W'][dims - 1];
  const what = `(C, ${sizes}) or (N, C, ${sizes})`;
  if (x.ndim !== dims + 1 && x.ndim !== dims + 2) {
    throw unexpected(op, what, 'input', shapeText(x.shape));
  }
  if (x.shape.slice(-dims).includes(0)) {
    throw unexpected(op, `${what} with sizes of at least 1`, 'input', shapeText(x.shape));
  }
}

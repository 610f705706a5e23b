/** The arguments of pooling. */
import {
  requireBoolean,
  requireInteger,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import {
  eachDim,
  poolGeometry,
  windowsAlong,
  type PoolGeometry,
  type PoolSize,
  type PoolWindow,
} from '../../ops/nn/poolGeometry';

export type { PoolSize } from '../../ops/nn/poolGeometry';

/** Options of regular windows. Each is one number for all dimensions, or one for each. */
export interface PoolOptions {
  /** Distance of the windows; default null: the size of a window. */
  stride?: PoolSize | null;
  /** Positions added on both sides of the input, at most half a window; default 0. */
  padding?: PoolSize;
  /** Distance of the elements of a window; default 1. */
  dilation?: PoolSize;
  /** Whether a window at the end may reach beyond the padded input; default false. */
  ceilMode?: boolean;
}

/** Checked arguments, one number for each dimension. */
export interface PoolArguments {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;
}

/** Checks the arguments of regular windows in `dims` dimensions. */
export function poolArguments(
  op: string,
  dims: number,
  kernelSize: unknown,
  options: PoolOptions,
): PoolArguments {
  const kernel = eachDim(op, 'kernelSize', kernelSize, dims, 1);
  const { stride = null, padding = 0, dilation = 1, ceilMode = false } = options;
  const spread = dilation === 1 ? kernel.map(() => 1) : eachDim(op, 'dilation', dilation, dims, 1);
  const pads = padding === 0 ? kernel.map(() => 0) : eachDim(op, 'padding', padding, dims, 0);
  if (pads.some((pad, i) => pad > kernel[i] / 2)) {
    const what = `at most half of kernelSize ${shapeText(kernel)}`;
    throw unexpected(op, what, 'padding', shapeText(pads));
  }
  return {
    kernel,
    // As in PyTorch, an empty array is the default too.
    stride:
      stride === null || (Array.isArray(stride) && stride.length === 0)
        ? kernel
        : eachDim(op, 'stride', stride, dims, 1),
    padding: pads,
    dilation: spread,
    ceilMode: requireBoolean(op, 'ceilMode', ceilMode),
  };
}

/** The geometry for an input, whose last dimensions are pooled. Throws if no window fits. */
export function geometryFor(op: string, x: Tensor, args: PoolArguments): PoolGeometry {
  const { kernel, stride, padding, dilation, ceilMode } = args;
  const sizes = x.shape.slice(-kernel.length);
  const out: number[] = [];
  const windows = sizes.map((size, i): PoolWindow => {
    const window = {
      kernel: kernel[i],
      stride: stride[i],
      dilation: kernel[i] === 1 ? 1 : dilation[i],
      low: padding[i],
      high: padding[i],
    };
    out.push(windowsAlong(size, window, ceilMode));
    // A stride beyond the input does not matter, nor does the dilation of a single element.
    return { ...window, stride: Math.min(window.stride, size + 2 * padding[i]) };
  });
  if (out.some((count) => count < 1)) {
    const padded = sizes.map((size, i) => size + 2 * padding[i]);
    const extent = kernel.map((size, i) => (size - 1) * dilation[i] + 1);
    const what = `windows of at most ${shapeText(padded)}, the padded input`;
    throw unexpected(op, `${what},`, 'kernelSize', shapeText(extent));
  }
  return poolGeometry(x, out, windows);
}

/** The output size of an adaptive pool: null stands for the size of the input. */
export type AdaptiveSize = number | null | readonly (number | null)[];

/** Checks an output size, one for each dimension. */
export function adaptiveArguments(
  op: string,
  dims: number,
  outputSize: unknown,
): (number | null)[] {
  const what = dims === 1 ? 'a number or null' : `a number, null, or an array of ${dims} of them`;
  const one = (size: unknown, name: string): number | null =>
    size === null ? null : requireInteger(op, name, size, 0);
  if (typeof outputSize === 'number' || outputSize === null) {
    const size = one(outputSize, 'outputSize');
    return Array.from({ length: dims }, () => size);
  }
  if (!Array.isArray(outputSize)) throw wrongType(op, what, 'outputSize', outputSize);
  if (outputSize.length !== dims) {
    throw unexpected(op, what, 'outputSize', `an array of ${outputSize.length} elements`);
  }
  return Array.from({ length: dims }, (_, i) => one(outputSize[i], `outputSize[${i}]`));
}

/** The shapes of reductions, and their native calls. */
import { isHalf, type DType } from '../../core/dtype';
import {
  isOptions,
  requireBoolean,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { normalizeDims } from '../../core/shape';
import { isGradEnabled, Tensor, type Kernels, type Shape } from '../define';

/** The dimensions to reduce: one, several, or all for null; negative numbers count from the end. */
export type Dims = number | readonly number[] | null;

/** Options of reductions. */
export interface KeepDim {
  /** Whether to keep the reduced dimensions with size 1; default false. */
  keepdim?: boolean;
}

/** Options of `sum`, `mean` and `prod`. */
export interface ReduceOptions extends KeepDim {
  /** The dtype that the elements are converted to first, and that of the result. */
  dtype?: DType;
}

/** Whether options were passed in place of an omitted dimension: `x.sum({ keepdim: true })`. */
export function leadsWithOptions(dim: unknown, options: unknown): boolean {
  return typeof dim === 'object' && options === undefined && isOptions(dim);
}

/** The shape of the input, the same with reduced dimensions of size 1, and the shape of the result. */
export interface Reduction {
  readonly shape: Shape;
  readonly kept: Shape;
  readonly out: Shape;
}

const keepdimOnly = ['keepdim'] as const;

/** The reduction of a tensor of `shape` over `dim`; an empty list means all dimensions, as in PyTorch. */
export function reductionOf(
  op: string,
  shape: Shape,
  dim: Dims | undefined,
  options?: KeepDim,
  known: readonly string[] = keepdimOnly,
): Reduction {
  requireOptions(op, options, known);
  const keepdim = requireBoolean(op, 'keepdim', options?.keepdim ?? false);
  if (dim === undefined || dim === null || (Array.isArray(dim) && dim.length === 0)) {
    const kept = shape.map(() => 1);
    return { shape, kept, out: keepdim ? kept : [] };
  }
  const dims = normalizeDims(op, dim, shape.length);
  const kept = shape.map((size, i) => (dims.includes(i) ? 1 : size));
  return { shape, kept, out: keepdim ? kept : shape.filter((_, i) => !dims.includes(i)) };
}

/** Throws if a reduced dimension has no elements. */
export function requireElements(op: string, { shape, kept }: Reduction): void {
  if (!kept.some((size, i) => size === 1 && shape[i] === 0)) return;
  throw unexpected(op, 'at least one element', 'this', shapeText(shape));
}

/** A contiguous tensor as (outer, n, inner). */
export interface Line {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** The sizes before, at and after dimension `dim`; a tensor without dimensions counts as [1]. */
export function lineOf(shape: Shape, dim: number): Line {
  let outer = 1;
  let inner = 1;
  for (let i = 0; i < dim; i++) outer *= shape[i];
  for (let i = dim + 1; i < shape.length; i++) inner *= shape[i];
  return { outer, n: shape.length === 0 ? 1 : shape[dim], inner };
}

/** Runs of adjacent reduced dimensions, innermost first, each after the reduction of those inside it. */
export function linesOf({ shape, kept }: Reduction): Line[] {
  const lines: Line[] = [];
  let inner = 1;
  let i = shape.length - 1;
  for (;;) {
    for (; i >= 0 && kept[i] === shape[i]; i--) inner *= shape[i];
    if (i < 0 && lines.length > 0) return lines;
    let n = 1;
    for (; i >= 0 && kept[i] === 1; i--) n *= shape[i];
    let outer = 1;
    for (let k = 0; k <= i; k++) outer *= shape[k];
    lines.push({ outer, n, inner });
  }
}

/**
 * Runs a native reduction. Dimensions that are not adjacent are reduced in several passes, so that no elements are
 * moved: the sum of sums is the sum, and the mean of means of equally many elements is the mean. The result has
 * dtype `dtype`.
 */
export function runReduction(
  kernels: Kernels,
  x: Tensor,
  reduction: Reduction,
  dtype: DType = x.dtype,
): Tensor {
  const out = Tensor._empty(dtype, reduction.out);
  if (isHalf(x.dtype)) return runOnce(kernels, x.detach(), reduction, out);
  let source = x._contiguous ? x : x.detach().contiguous();
  if (reduction.out.length === 0) {
    kernels[source.dtype](source._flat, out._flat, 1, source.numel(), 1);
    return out;
  }
  const lines = linesOf(reduction);
  lines.forEach(({ outer, n, inner }, i) => {
    const target = i === lines.length - 1 ? out : Tensor._empty(dtype, [outer, inner]);
    kernels[source.dtype](source._flat, target._flat, outer, n, inner);
    source = target;
  });
  return out;
}

/** Reduces in one pass, with the reduced dimensions moved together, so that halves are rounded once. */
function runOnce(kernels: Kernels, x: Tensor, { shape, kept }: Reduction, out: Tensor): Tensor {
  const lines = linesOf({ shape, kept, out: out.shape });
  const dims = shape.map((_, i) => i);
  const reduced = dims.filter((i) => kept[i] === 1);
  const order = [...dims.filter((i) => kept[i] !== 1), ...reduced];
  const source = (lines.length > 1 ? x.permute(order) : x).contiguous();
  const n = reduced.reduce((product, i) => product * shape[i], 1);
  const line = lines.length > 1 ? { outer: out.numel(), n, inner: 1 } : lines[0];
  kernels[x.dtype](source._flat, out._flat, line.outer, line.n, line.inner);
  return out;
}

/** The gradient of a reduction's result, expanded to the shape of the input. */
export function spread(dy: Tensor, { shape, kept }: Reduction): Tensor {
  if (isGradEnabled()) return (dy.ndim === 0 ? dy : dy.reshape(kept)).expand(shape);
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = kept[i] === 1 ? 0 : step;
    step *= kept[i];
  }
  return dy.contiguous()._view(shape, strides);
}

/** Padding and cropping. */
import { isHalf, type TypedArray } from '../../core/dtype';
import type { Element } from '../../core/element';
import { numelOf } from '../../core/shape';
import { kernels, record, scalar, Tensor, type Rule, type Shape } from '../define';

const padKernels = kernels('pad');
const adjointKernels = kernels('padAdjoint');

/** What padding adds: one value, mirrored elements, copies of the edge, or elements of the other side. */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

const modeCodes: Readonly<Record<PadMode, number>> = {
  constant: 0,
  reflect: 1,
  replicate: 2,
  circular: 3,
};

/** How a tensor is padded. */
export interface Padding {
  readonly mode: PadMode;
  /** Elements to add before and after, for each dimension of the input; negative widths crop. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}
interface Padded extends Padding {
  /** The shape of the unpadded tensor. */
  readonly shape: Shape;
  readonly value: Element;
}

declare module '../../core/node' {
  interface OpAttrs {
    pad: Padded;
    padAdjoint: Padded;
  }
}

const padRule: Rule<'pad'> = {
  name: 'pad',
  grad: (dy, node) => {
    const { mode, before, after } = node.attrs;
    if (mode !== 'constant') return [adjoint(dy, node.attrs)];
    const negative = (widths: readonly number[]): number[] => widths.map((width) => -width);
    return [pad(dy, { mode, before: negative(before), after: negative(after) })];
  },
};
const adjointRule: Rule<'padAdjoint'> = {
  name: 'padAdjoint',
  grad: (dx, node) => [pad(dx, node.attrs)],
};

/** The number of axes of the native op. */
const mostAxes = 4;

/** The attributes of the native op: the sizes before, along and after the padded dimensions. */
function attrsOf(shape: Shape, { mode, before, after }: Padding): number[] {
  const pads = shape.map((_, dim) => before[dim] !== 0 || after[dim] !== 0);
  const last = pads.lastIndexOf(true);
  const first = last - mostAxes + 1;
  const attrs = [modeCodes[mode], numelOf(shape.slice(0, Math.max(first, 0)))];
  for (let dim = first; dim <= last; dim++) {
    if (dim >= 0) attrs.push(shape[dim], before[dim], after[dim]);
    else attrs.push(1, 0, 0);
  }
  attrs.push(numelOf(shape.slice(last + 1)));
  return attrs;
}

/**
 * Adds elements along dimensions, or removes them. The caller checks the widths. Constant padding takes any number of
 * dimensions, the other modes up to four adjacent ones.
 */
export function pad(input: Tensor, padding: Padding, value: Element = 0): Tensor {
  const x = input.contiguous();
  const { mode, before, after } = padding;
  const fill = value === 0 ? null : scalar(value, x.dtype)._flat;
  let from: TypedArray = x._flat;
  let { shape } = x;
  let out = x;
  // Each round pads four adjacent dimensions, from the last one.
  for (let end = x.ndim; end === x.ndim || end > 0; end -= mostAxes) {
    const inRound = (widths: readonly number[]): number[] =>
      widths.map((width, dim) => (dim < end && dim >= end - mostAxes ? width : 0));
    const round = { mode, before: inRound(before), after: inRound(after) };
    const isPadded = (dim: number): boolean => round.before[dim] !== 0 || round.after[dim] !== 0;
    if (end < x.ndim && !shape.some((_, dim) => isPadded(dim))) continue;
    const grown = shape.map((size, dim) => size + round.before[dim] + round.after[dim]);
    out = Tensor._empty(x.dtype, grown);
    padKernels[x.dtype](from, fill, out._flat, ...attrsOf(shape, round));
    from = out._flat;
    shape = grown;
  }
  return record(out, padRule, [x], [], { mode, before, after, value, shape: x.shape });
}

/** Sums over the positions that each element is padded to. Sums of halves are computed in float32. */
function adjoint(input: Tensor, attrs: Padded): Tensor {
  if (isHalf(input.dtype)) return adjoint(input.to('float32'), attrs).to(input.dtype);
  const dy = input.contiguous();
  const dx = Tensor._empty(dy.dtype, attrs.shape);
  adjointKernels[dy.dtype](dy._flat, dx._flat, ...attrsOf(attrs.shape, attrs));
  return record(dx, adjointRule, [dy], [], attrs);
}

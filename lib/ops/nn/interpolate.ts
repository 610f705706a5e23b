/** Interpolation to other sizes along the spatial dimensions of (N, C, ...). */
import { isHalf } from '../../core/dtype';
import { numelOf } from '../../core/shape';
import { kernels, record, Tensor, type Rule, type Shape } from '../define';

const sumKernels = kernels('interpolate');
const adjointKernels = kernels('interpolateAdjoint');
const nearestKernels = kernels('interpolateNearest');
const byteKernels = kernels('interpolateBytes');

const modeCodes = { nearest: 1, 'nearest-exact': 2, linear: 3, cubic: 4, area: 5, lanczos: 6 };
/** How elements between positions of the input are computed, along each dimension. */
export type ResampleMode = keyof typeof modeCodes;

/** How a tensor is interpolated. */
export interface Resampling {
  readonly mode: ResampleMode;
  readonly alignCorners: boolean;
  readonly antialias: boolean;
  /** Spatial sizes of the result. */
  readonly size: readonly number[];
  /** The factor of each dimension that the user gave, which need not be the quotient of the sizes; null for that. */
  readonly scales: readonly number[] | null;
}
interface Resampled extends Resampling {
  /** The shape of the input. */
  readonly shape: Shape;
}

declare module '../../core/node' {
  interface OpAttrs {
    interpolate: Resampled;
    interpolateAdjoint: Resampled;
  }
}

const interpolateRule: Rule<'interpolate'> = {
  name: 'interpolate',
  grad: (dy, node) => [adjoint(dy, node.attrs)],
};
// Interpolation is linear: the gradient of its adjoint is the interpolation itself.
const adjointRule: Rule<'interpolateAdjoint'> = {
  name: 'interpolateAdjoint',
  grad: (dx, node) => [interpolate(dx, node.attrs)],
};

/** Whether the mode copies elements. */
const isNearest = (mode: ResampleMode): boolean => mode === 'nearest' || mode === 'nearest-exact';

/** One call of a native op: (outer, height, width) with the spatial dimensions that are rows and columns, or null. */
interface Pass {
  readonly outer: number;
  readonly height: number;
  readonly width: number;
  readonly row: number | null;
  readonly column: number | null;
}

/** The calls for one to three spatial dimensions. `sizes` are those of the tensor before the first call. */
function passesOf({ shape, size }: Resampled): readonly Pass[] {
  const planes = shape[0] * shape[1];
  const [n, h, w] = shape.slice(2);
  if (size.length === 1) return [{ outer: 1, height: planes, width: n, row: null, column: 0 }];
  if (size.length === 2) return [{ outer: planes, height: n, width: h, row: 0, column: 1 }];
  return [
    { outer: planes, height: n, width: h * w, row: 0, column: null },
    { outer: planes * size[0], height: h, width: w, row: 1, column: 2 },
  ];
}

function attrsOf(attrs: Resampled, pass: Pass): (number | boolean)[] {
  const axis = (dim: number | null, n: number): number[] =>
    dim === null || (attrs.antialias && n === attrs.size[dim])
      ? [0, n, n, 0]
      : [modeCodes[attrs.mode], n, attrs.size[dim], attrs.scales?.[dim] ?? 0];
  return [
    pass.outer,
    ...axis(pass.row, pass.height),
    ...axis(pass.column, pass.width),
    attrs.alignCorners,
    attrs.antialias,
  ];
}

/** The number of elements after a call. */
function sizeAfter(attrs: Resampled, { outer, height, width, row, column }: Pass): number {
  const along = (dim: number | null, n: number): number => (dim === null ? n : attrs.size[dim]);
  return outer * along(row, height) * along(column, width);
}

/** Interpolates (N, C, ...) with one to three spatial dimensions. The caller checks shape and dtype. */
export function interpolate(input: Tensor, resampling: Resampling): Tensor {
  const nearest = isNearest(resampling.mode);
  if (!nearest && isHalf(input.dtype)) {
    return interpolate(input.to('float32'), resampling).to(input.dtype);
  }
  const { mode, alignCorners, antialias, size, scales } = resampling;
  const x = input.contiguous();
  const attrs: Resampled = { mode, alignCorners, antialias, size, scales, shape: x.shape };
  const shape = [...x.shape.slice(0, 2), ...size];
  let out = x;
  if (x.dtype === 'uint8' && !nearest) out = interpolateBytes(x, attrs);
  else {
    const passes = passesOf(attrs);
    passes.forEach((pass, i) => {
      const from = out;
      const isLast = i === passes.length - 1;
      out = Tensor._empty(x.dtype, isLast ? shape : [sizeAfter(attrs, pass)]);
      (nearest ? nearestKernels : sumKernels)[x.dtype](
        from._flat,
        out._flat,
        ...attrsOf(attrs, pass),
      );
    });
  }
  return record(out, interpolateRule, [x], [], attrs);
}

function adjoint(input: Tensor, attrs: Resampled): Tensor {
  if (isHalf(input.dtype)) return adjoint(input.to('float32'), attrs).to(input.dtype);
  const dy = input.contiguous();
  const { shape } = attrs;
  let dx = dy;
  passesOf(attrs)
    .toReversed()
    .forEach((pass, i, passes) => {
      const from = dx;
      const isLast = i === passes.length - 1;
      dx = Tensor._empty(dy.dtype, isLast ? shape : [pass.outer * pass.height * pass.width]);
      adjointKernels[dy.dtype](from._flat, dx._flat, ...attrsOf(attrs, pass));
    });
  return record(dx, adjointRule, [dy], [], attrs);
}

/** Bytes are interpolated along the width, rounded, and then along the height, as in PyTorch. */
function interpolateBytes(x: Tensor, attrs: Resampled): Tensor {
  const { mode, alignCorners, antialias, size, scales } = attrs;
  let out = x;
  for (const dim of [1, 0]) {
    const n = out.shape[dim + 2];
    if (n === size[dim]) continue;
    const from = out;
    const shape = from.shape.with(dim + 2, size[dim]);
    out = Tensor._empty('uint8', shape);
    const outer = numelOf(shape.slice(0, dim + 2));
    const inner = numelOf(shape.slice(dim + 3));
    byteKernels.uint8(
      from._flat,
      out._flat,
      outer,
      inner,
      modeCodes[mode],
      n,
      size[dim],
      scales?.[dim] ?? 0,
      alignCorners,
      antialias,
    );
  }
  return out === x ? x.clone() : out;
}

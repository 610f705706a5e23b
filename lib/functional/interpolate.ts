/** Interpolation of signals, images and volumes to other sizes. */
import { isFloating } from '../core/dtype';
import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireList,
  requireNumber,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../core/errors';
import { requireShape } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { unsupportedDType } from '../ops/define';
import { interpolate as interpolateOp, type ResampleMode } from '../ops/nn/interpolate';

/** How `interpolate` computes elements. */
export type InterpolateMode =
  | 'nearest'
  | 'nearest-exact'
  | 'linear'
  | 'bilinear'
  | 'bicubic'
  | 'trilinear'
  | 'lanczos'
  | 'area';

interface ModeRule {
  readonly along: ResampleMode;
  readonly dims: readonly number[];
  readonly aligns: boolean;
}

/** Modes by name: the mode of each dimension, the numbers of spatial dimensions, and whether corners may be aligned. */
const modes: Readonly<Record<InterpolateMode, ModeRule>> = {
  nearest: { along: 'nearest', dims: [1, 2, 3], aligns: false },
  'nearest-exact': { along: 'nearest-exact', dims: [1, 2, 3], aligns: false },
  linear: { along: 'linear', dims: [1], aligns: true },
  bilinear: { along: 'linear', dims: [2], aligns: true },
  bicubic: { along: 'cubic', dims: [2], aligns: true },
  trilinear: { along: 'linear', dims: [3], aligns: true },
  lanczos: { along: 'lanczos', dims: [2], aligns: false },
  area: { along: 'area', dims: [1, 2, 3], aligns: false },
};
const modeNames = Object.keys(modes) as InterpolateMode[];

/** Options of `interpolate`. */
export interface InterpolateOptions {
  /** Spatial sizes of the result: one integer for all dimensions, or one for each. */
  size?: number | readonly number[] | null;
  /** Factors of the spatial sizes, instead of `size`: one number for all dimensions, or one for each. */
  scaleFactor?: number | readonly number[] | null;
  /**
   * 'nearest' (default), 'nearest-exact' (the nearest element by its center), 'linear' (3-d input), 'bilinear' and
   * 'bicubic' (4-d), 'trilinear' (5-d), 'lanczos' (4-d, with `antialias`), or 'area' (means of the elements that an output
   * covers).
   */
  mode?: InterpolateMode;
  /**
   * Whether the first and last elements keep their places, for the linear and cubic modes; default false, by which edges
   * keep theirs.
   */
  alignCorners?: boolean | null;
  /** Whether to compute positions from the integer sizes instead of `scaleFactor`; default false. */
  recomputeScaleFactor?: boolean | null;
  /** Whether to widen the filter when an image shrinks, for 'bilinear', 'bicubic' and 'lanczos'; default false. */
  antialias?: boolean;
}

const optionNames = [
  'size',
  'scaleFactor',
  'mode',
  'alignCorners',
  'recomputeScaleFactor',
  'antialias',
] as const;

/**
 * Resizes the spatial dimensions of a batch of signals, images or volumes.
 *
 * @param input (N, C, W), (N, C, H, W) or (N, C, D, H, W), floating; 'nearest' takes every dtype, and 'bilinear',
 * 'bicubic' and 'lanczos' also take uint8
 * @param options `size` or `scaleFactor`, the mode, and how positions are computed; see InterpolateOptions
 * @returns (N, C, ...) with the new spatial sizes, in the dtype of `input`
 * @throws RangeError if both or none of `size` and `scaleFactor` are given, the mode needs another number of dimensions, or
 * a size is 0
 * @see torch.nn.functional.interpolate
 * @example F.interpolate(tensor([[[1, 2]]]), { scaleFactor: 2 }) // tensor([[[1., 1., 2., 2.]]])
 */
export function interpolate(input: Tensor, options: InterpolateOptions = {}): Tensor {
  requireArity('interpolate', arguments.length, 2);
  return interpolateWith('interpolate', input, options);
}

/**
 * The former name of `interpolate`, for code that uses it.
 *
 * @param input (N, C, W), (N, C, H, W) or (N, C, D, H, W)
 * @param options `size` or `scaleFactor`, `mode` and `alignCorners`, as for `interpolate`
 * @returns (N, C, ...) with the new spatial sizes
 * @throws RangeError where `interpolate` does
 * @see torch.nn.functional.upsample
 * @example F.upsample(zeros(1, 3, 8, 8), { size: 16 }).shape // [ 1, 3, 16, 16 ]
 */
export function upsample(
  input: Tensor,
  options: Pick<InterpolateOptions, 'size' | 'scaleFactor' | 'mode' | 'alignCorners'> = {},
): Tensor {
  requireArity('upsample', arguments.length, 2);
  requireOptions('upsample', options, ['size', 'scaleFactor', 'mode', 'alignCorners']);
  return interpolateWith('upsample', input, options);
}

/** `interpolate`, for the function or layer `op`. */
export function interpolateWith(op: string, input: Tensor, options: InterpolateOptions): Tensor {
  requireOptions(op, options, optionNames);
  const x = requireTensor(op, 'input', input);
  const mode = requireOneOf(op, 'mode', options.mode ?? 'nearest', modeNames);
  const { along, dims, aligns } = modes[mode];
  const spatial = x.ndim - 2;
  if (!dims.includes(spatial)) {
    const counts = dims.map((count) => count + 2).join(' or ');
    throw unexpected(op, `${counts} dimensions for mode '${mode}'`, 'input', shapeText(x.shape));
  }
  if (options.alignCorners !== undefined && options.alignCorners !== null && !aligns) {
    const what = `no alignCorners for mode '${mode}'`;
    throw unexpected(op, what, 'options', `alignCorners: ${String(options.alignCorners)}`);
  }
  const alignCorners = requireBoolean(op, 'alignCorners', options.alignCorners ?? false);
  const antialias = requireBoolean(op, 'antialias', options.antialias ?? false);
  if (antialias !== (mode === 'lanczos') && !(antialias && /^bi/.test(mode))) {
    const what = antialias ? "'bilinear', 'bicubic' or 'lanczos' for antialias" : 'antialias: true';
    throw unexpected(op, what, 'mode', `'${mode}'`);
  }
  requireDTypeFor(op, x, along, spatial);
  const { size, scales } = sizesOf(op, x, mode, options);
  const positive = x.shape.slice(1).every((n) => n > 0);
  if (!positive || (mode !== 'area' && size.includes(0))) {
    const what = `sizes of at least 1 for input ${shapeText(x.shape)}`;
    throw positive
      ? unexpected(op, what, 'size', shapeText(size))
      : unexpected(op, 'sizes of at least 1', 'input', shapeText(x.shape));
  }
  requireShape(op, [...x.shape.slice(0, 2), ...size], 'result');
  return interpolateOp(x, { mode: along, alignCorners, antialias, size, scales });
}

function requireDTypeFor(op: string, x: Tensor, along: ResampleMode, spatial: number): void {
  if (isFloating(x.dtype) || along.startsWith('nearest')) return;
  if (x.dtype === 'uint8' && spatial === 2 && along !== 'area') return;
  throw unsupportedDType(op, 'dtype of input', ['a floating dtype'], x.dtype);
}

/** The spatial sizes of the result, and the factors by which positions are computed, if these are not the quotients. */
function sizesOf(op: string, x: Tensor, mode: InterpolateMode, options: InterpolateOptions) {
  const { size: givenSize = null, scaleFactor = null } = options;
  const recompute = requireBoolean(
    op,
    'recomputeScaleFactor',
    options.recomputeScaleFactor ?? false,
  );
  if ((givenSize === null) === (scaleFactor === null)) {
    const got = givenSize === null ? 'none' : 'both';
    throw unexpected(op, 'either size or scaleFactor', 'options', got);
  }
  const spatial = x.shape.slice(2);
  if (givenSize !== null) {
    if (recompute) {
      throw unexpected(op, 'recomputeScaleFactor only with scaleFactor', 'options', 'size');
    }
    const size = each(op, 'size', givenSize, x, (n) => requireInteger(op, 'size', n, 0));
    return { size, scales: null };
  }
  const factors = each(op, 'scaleFactor', scaleFactor, x, (n) => {
    const factor = requireNumber(op, 'scaleFactor', n);
    if (factor > 0) return factor;
    throw unexpected(op, 'numbers above 0', 'scaleFactor', String(factor));
  });
  const size = spatial.map((n, i) => Math.floor(n * factors[i]));
  return { size, scales: recompute || mode === 'area' ? null : factors };
}

/** One number for each spatial dimension. */
function each(
  op: string,
  name: string,
  given: unknown,
  x: Tensor,
  check: (value: unknown) => number,
): number[] {
  const count = x.ndim - 2;
  if (!Array.isArray(given)) return new Array<number>(count).fill(check(given));
  const list = requireList(op, 'numbers', name, given, 64).map(check);
  if (list.length === count) return list;
  const what = `a number or ${count} numbers for input ${shapeText(x.shape)}`;
  throw unexpected(op, what, name, shapeText(list));
}

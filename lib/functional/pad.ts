/** Padding of tensors. */
import {
  requireArity,
  requireInteger,
  requireList,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../core/errors';
import { requireElement } from '../core/element';
import { requireShape } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { pad as padOp, type PadMode } from '../ops/shape/pad';

export type { PadMode } from '../ops/shape/pad';

const modes = ['constant', 'reflect', 'replicate', 'circular'] as const;

/** Options of `pad`. */
export interface PadOptions {
  /**
   * What to add: 'constant' (default) adds `value`, 'reflect' mirrors the input without repeating its edge,
   * 'replicate' repeats the edge, and 'circular' continues with the other side.
   */
  mode?: PadMode;
  /** The value that 'constant' adds; default 0. */
  value?: number | bigint;
}

/**
 * Adds elements at both sides of the last dimensions; negative widths remove elements.
 *
 * The modes other than 'constant' pad the last dimension of 2 or 3, the last two of 3 or 4, or the last three of 4 or 5.
 *
 * @param input any shape and dtype
 * @param pad widths before and after the last dimension, then the one before it, and so on
 * @param options.mode 'constant' (default), 'reflect', 'replicate' or 'circular'
 * @param options.value the value that 'constant' adds; default 0
 * @returns a copy of `input` with other sizes along the padded dimensions
 * @throws RangeError if 'reflect' adds as many elements as a dimension has, or 'circular' more, or a size would be
 * negative
 * @see torch.nn.functional.pad
 * @example F.pad(tensor([1, 2, 3]), [1, 2], { value: 9 }) // tensor([9., 1., 2., 3., 9., 9.])
 */
export function pad(input: Tensor, pad: readonly number[], options: PadOptions = {}): Tensor {
  requireArity('pad', arguments.length, 3);
  return padWith('pad', input, pad, options);
}

/** `pad`, for the function or layer `op`. */
export function padWith(
  op: string,
  input: Tensor,
  pad: readonly number[],
  options: PadOptions,
): Tensor {
  requireOptions(op, options, ['mode', 'value']);
  const x = requireTensor(op, 'input', input);
  const mode = requireOneOf(op, 'mode', options.mode ?? 'constant', modes);
  const value = valueOf(op, x, options.value ?? 0);
  const widths = requireList(op, 'an array of integers', 'pad', pad, 128).map((width) =>
    requireInteger(op, 'pad', width),
  );
  if (widths.length % 2 !== 0 || widths.length > 2 * x.ndim) {
    const what = `an even number of at most ${2 * x.ndim} widths for input ${shapeText(x.shape)}`;
    throw unexpected(op, what, 'pad', shapeText(widths));
  }
  const [before, after] = [0, 1].map((side) =>
    x.shape.map((_, dim) => widths[2 * (x.ndim - 1 - dim) + side] ?? 0),
  );
  const left = x.shape.map(
    (size, dim) => size + Math.min(before[dim], 0) + Math.min(after[dim], 0),
  );
  if ((mode === 'constant' || mode === 'circular') && left.some((size) => size < 0)) {
    const what = `widths that remove at most the elements of ${shapeText(x.shape)}`;
    throw unexpected(op, what, 'pad', shapeText(widths));
  }
  const shape = x.shape.map((size, dim) => size + before[dim] + after[dim]);
  if (mode === 'constant') {
    requireShape(op, shape, 'result');
    return padOp(x, { mode, before, after }, value);
  }
  if (Number(value) !== 0) {
    throw unexpected(op, `no value for mode '${mode}'`, 'value', String(value));
  }
  requireSources(op, x, widths, mode, left);
  requireShape(op, shape, 'result');
  if (mode !== 'circular') return padOp(x, { mode, before, after });
  // The other side is that of the cropped tensor.
  const added = (all: readonly number[]): number[] => all.map((width) => Math.max(width, 0));
  return padOp(cropOf(x, before, left), { mode, before: added(before), after: added(after) });
}

function valueOf(op: string, x: Tensor, value: unknown): number | bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw wrongType(op, 'a number', 'value', value);
  }
  return requireElement(op, 'value', x.dtype, value);
}

/**
 * Throws unless the input has the elements that a mode other than 'constant' copies; `left` has the sizes after
 * negative widths.
 */
function requireSources(
  op: string,
  x: Tensor,
  widths: readonly number[],
  mode: PadMode,
  left: readonly number[],
): void {
  const dims = widths.length / 2;
  if (dims < 1 || dims > 3) {
    throw unexpected(op, `2, 4 or 6 widths for mode '${mode}'`, 'pad', shapeText(widths));
  }
  const of = `for mode '${mode}' and ${2 * dims} widths`;
  if (x.ndim < dims + 1 || x.ndim > dims + 2) {
    const what = `${dims + 1} or ${dims + 2} dimensions ${of}`;
    throw unexpected(op, what, 'input', shapeText(x.shape));
  }
  if (mode !== 'circular' && x.shape.slice(x.ndim === dims + 2 ? 1 : 0).includes(0)) {
    throw unexpected(op, `sizes of at least 1 ${of}`, 'input', shapeText(x.shape));
  }
  for (let i = 0; i < dims; i++) {
    const dim = x.ndim - 1 - i;
    const size = x.shape[dim];
    const most = { reflect: size - 1, circular: left[dim] }[mode as string] ?? Infinity;
    const [before, after] = [widths[2 * i], widths[2 * i + 1]];
    if (before > most || after > most) {
      const limit = `widths of at most ${most} for dimension ${dim} of ${shapeText(x.shape)} in mode '${mode}'`;
      throw unexpected(op, limit, 'pad', shapeText(widths));
    }
    if (mode !== 'circular' && size + before + after < 1) {
      const limit = `widths that leave sizes of at least 1 of ${shapeText(x.shape)}`;
      throw unexpected(op, limit, 'pad', shapeText(widths));
    }
  }
}

/** The part of `x` that negative widths leave. */
function cropOf(x: Tensor, before: readonly number[], left: readonly number[]): Tensor {
  let cropped = x;
  for (let dim = 0; dim < x.ndim; dim++) {
    const start = Math.max(-before[dim], 0);
    if (left[dim] < x.shape[dim]) cropped = cropped.narrow(dim, start, left[dim]);
  }
  return cropped;
}

/** Padding layers. */
import {
  requireArity,
  requireInteger,
  requireList,
  requireMethodArity,
  unexpected,
  wrongType,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { padWith, type PadMode } from '../../functional/pad';
import { pythonTuple } from '../module/describe';
import { Module } from '../module/module';

/** Widths of a padding layer: one number for all sides, or a number for each side. */
export type PaddingWidths = number | readonly number[];

/** A layer that pads its input. */
class AnyPad extends Module {
  /** Widths before and after the last dimension, then the one before it, and so on. */
  readonly padding: readonly number[];

  constructor(
    padding: unknown,
    dims: number,
    private readonly mode: PadMode,
  ) {
    super();
    this.padding = widthsOf(this.constructor.name, padding, 2 * dims);
  }

  /**
   * Pads the last dimensions.
   *
   * @param input (N, C, ...) or (C, ...)
   * @returns a copy of `input` with other sizes along the padded dimensions
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return padWith(this.constructor.name, input, this.padding, { mode: this.mode });
  }

  override extraRepr(): string {
    return pythonTuple(this.padding);
  }
}

function widthsOf(op: string, padding: unknown, sides: number): readonly number[] {
  if (typeof padding === 'number') {
    return new Array<number>(sides).fill(requireInteger(op, 'padding', padding));
  }
  const what = `an integer or ${sides} integers`;
  const widths = requireList(op, what, 'padding', padding, 64);
  if (widths.length !== sides) {
    throw unexpected(op, what, 'padding', `an array of ${widths.length} elements`);
  }
  return widths.map((width) => requireInteger(op, 'padding', width));
}

/** The base class of layers that pad `dims` dimensions in this mode. */
function padding(dims: number, mode: PadMode): new (padding: PaddingWidths) => AnyPad {
  return class extends AnyPad {
    constructor(widths: PaddingWidths) {
      requireArity(new.target.name, arguments.length, 1);
      super(widths, dims, mode);
    }
  };
}

class AnyConstantPad extends AnyPad {
  constructor(
    padding: unknown,
    dims: number,
    /** The value of the added elements. */
    readonly value: number,
  ) {
    super(padding, dims, 'constant');
    if (typeof value !== 'number')
      throw wrongType(this.constructor.name, 'a number', 'value', value);
  }

  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return padWith(this.constructor.name, input, this.padding, { value: this.value });
  }

  /**
   * The widths and the value, as printed.
   *
   * @returns the text in the parentheses
   */
  override extraRepr(): string {
    return `padding=${pythonTuple(this.padding)}, value=${this.value}`;
  }
}

/** The base class of layers that pad `dims` dimensions with a value. */
function constantPadding(
  dims: number,
): new (padding: PaddingWidths, value: number) => AnyConstantPad {
  return class extends AnyConstantPad {
    constructor(widths: PaddingWidths, value: number) {
      requireArity(new.target.name, arguments.length, 2);
      super(widths, dims, value);
    }
  };
}

/**
 * Pads the last dimension with `value`.
 *
 * Shape: (N, C, W) -> (N, C, W + left + right), or without N
 *
 * @see torch.nn.ConstantPad1d, F.pad
 * @example new nn.ConstantPad1d(1, 9).forward(tensor([[1, 2, 3]])) // tensor([[9., 1., 2., 3., 9.]])
 */
export class ConstantPad1d extends constantPadding(1) {}

/**
 * Pads the last two dimensions with `value`.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.ConstantPad2d, F.pad
 * @example new nn.ConstantPad2d(1, 9).forward(zeros(1, 3, 3)).shape // [ 1, 5, 5 ]
 */
export class ConstantPad2d extends constantPadding(2) {}

/**
 * Pads the last three dimensions with `value`.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.ConstantPad3d, F.pad
 * @example new nn.ConstantPad3d(1, 9).forward(zeros(1, 3, 3, 3)).shape // [ 1, 5, 5, 5 ]
 */
export class ConstantPad3d extends constantPadding(3) {}

/**
 * Pads the last dimension with zeros.
 *
 * Shape: (N, C, W) -> (N, C, W + left + right), or without N
 *
 * @see torch.nn.ZeroPad1d, F.pad
 * @example new nn.ZeroPad1d(1).forward(tensor([[1, 2, 3]])) // tensor([[0., 1., 2., 3., 0.]])
 */
export class ZeroPad1d extends padding(1, 'constant') {}

/**
 * Pads the last two dimensions with zeros.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.ZeroPad2d, F.pad
 * @example new nn.ZeroPad2d(1).forward(zeros(1, 3, 3)).shape // [ 1, 5, 5 ]
 */
export class ZeroPad2d extends padding(2, 'constant') {}

/**
 * Pads the last three dimensions with zeros.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.ZeroPad3d, F.pad
 * @example new nn.ZeroPad3d(1).forward(zeros(1, 3, 3, 3)).shape // [ 1, 5, 5, 5 ]
 */
export class ZeroPad3d extends padding(3, 'constant') {}

/**
 * Pads the last dimension with mirrored elements; the edge is not repeated.
 *
 * Shape: (N, C, W) -> (N, C, W + left + right), or without N
 *
 * @see torch.nn.ReflectionPad1d, F.pad
 * @example new nn.ReflectionPad1d(1).forward(tensor([[1, 2, 3]])) // tensor([[2., 1., 2., 3., 2.]])
 */
export class ReflectionPad1d extends padding(1, 'reflect') {}

/**
 * Pads the last two dimensions with mirrored elements; the edge is not repeated.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.ReflectionPad2d, F.pad
 * @example new nn.ReflectionPad2d(1).forward(zeros(1, 3, 3)).shape // [ 1, 5, 5 ]
 */
export class ReflectionPad2d extends padding(2, 'reflect') {}

/**
 * Pads the last three dimensions with mirrored elements; the edge is not repeated.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.ReflectionPad3d, F.pad
 * @example new nn.ReflectionPad3d(1).forward(zeros(1, 3, 3, 3)).shape // [ 1, 5, 5, 5 ]
 */
export class ReflectionPad3d extends padding(3, 'reflect') {}

/**
 * Pads the last dimension with copies of the edge.
 *
 * Shape: (N, C, W) -> (N, C, W + left + right), or without N
 *
 * @see torch.nn.ReplicationPad1d, F.pad
 * @example new nn.ReplicationPad1d(1).forward(tensor([[1, 2, 3]])) // tensor([[1., 1., 2., 3., 3.]])
 */
export class ReplicationPad1d extends padding(1, 'replicate') {}

/**
 * Pads the last two dimensions with copies of the edge.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.ReplicationPad2d, F.pad
 * @example new nn.ReplicationPad2d(1).forward(zeros(1, 3, 3)).shape // [ 1, 5, 5 ]
 */
export class ReplicationPad2d extends padding(2, 'replicate') {}

/**
 * Pads the last three dimensions with copies of the edge.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.ReplicationPad3d, F.pad
 * @example new nn.ReplicationPad3d(1).forward(zeros(1, 3, 3, 3)).shape // [ 1, 5, 5, 5 ]
 */
export class ReplicationPad3d extends padding(3, 'replicate') {}

/**
 * Pads the last dimension with elements of the other side.
 *
 * Shape: (N, C, W) -> (N, C, W + left + right), or without N
 *
 * @see torch.nn.CircularPad1d, F.pad
 * @example new nn.CircularPad1d(1).forward(tensor([[1, 2, 3]])) // tensor([[3., 1., 2., 3., 1.]])
 */
export class CircularPad1d extends padding(1, 'circular') {}

/**
 * Pads the last two dimensions with elements of the other side.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.CircularPad2d, F.pad
 * @example new nn.CircularPad2d(1).forward(zeros(1, 3, 3)).shape // [ 1, 5, 5 ]
 */
export class CircularPad2d extends padding(2, 'circular') {}

/**
 * Pads the last three dimensions with elements of the other side.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.CircularPad3d, F.pad
 * @example new nn.CircularPad3d(1).forward(zeros(1, 3, 3, 3)).shape // [ 1, 5, 5, 5 ]
 */
export class CircularPad3d extends padding(3, 'circular') {}

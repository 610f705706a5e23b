/** Layers of maximum pooling. */
import {
  requireArity,
  requireBoolean,
  requireMethodArity,
  requireOptions,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import {
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type MaxPoolOptions,
  type Pooled,
  type PoolSize,
} from '../../functional';
import { poolArguments } from '../../functional/pooling/arguments';
import { maxPoolOptions } from '../../functional/pooling/max';
import { pythonBoolean, pythonSize } from '../module/describe';
import { Module } from '../module/module';

abstract class AnyMaxPool<Indices extends boolean> extends Module<
  [input: Tensor],
  Pooled<Indices>
> {
  /** Distance of the windows. */
  readonly stride: PoolSize;
  /** Positions added on both sides of the input. */
  readonly padding: PoolSize;
  /** Distance of the elements of a window. */
  readonly dilation: PoolSize;
  /** Whether `forward` returns the indices of the maxima too. */
  readonly returnIndices: Indices;
  /** Whether a window at the end may reach beyond the padded input. */
  readonly ceilMode: boolean;
  protected readonly options: MaxPoolOptions & { returnIndices: Indices };

  constructor(
    dims: number,
    /** Size of a window. */
    readonly kernelSize: PoolSize,
    options: MaxPoolOptions & { returnIndices?: Indices },
  ) {
    super();
    const op = new.target.name;
    requireOptions(op, options, maxPoolOptions);
    poolArguments(op, dims, kernelSize, options);
    this.stride = options.stride ?? kernelSize;
    this.padding = options.padding ?? 0;
    this.dilation = options.dilation ?? 1;
    const indices = requireBoolean(op, 'returnIndices', options.returnIndices ?? false);
    this.returnIndices = indices as Indices;
    this.ceilMode = options.ceilMode ?? false;
    this.options = {
      stride: this.stride,
      padding: this.padding,
      dilation: this.dilation,
      ceilMode: this.ceilMode,
      returnIndices: this.returnIndices,
    };
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation } = this;
    const sizes = { kernel_size: kernelSize, stride, padding, dilation };
    const text = Object.entries(sizes).map(([name, size]) => `${name}=${pythonSize(size)}`);
    return [...text, `ceil_mode=${pythonBoolean(this.ceilMode)}`].join(', ');
  }
}

/**
 * Largest elements of the windows of sequences.
 *
 * Shape: (N, C, L) -> (N, C, L'), or without N
 *
 * @see torch.nn.MaxPool1d, F.maxPool1d
 * @example new nn.MaxPool1d(2).forward(tensor([[1, 3, 2, 4]])) // tensor([[3., 4.]])
 */
export class MaxPool1d<Indices extends boolean = false> extends AnyMaxPool<Indices> {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.padding positions added on both sides, at most half a window; default 0
   * @param options.dilation distance of the elements of a window; default 1
   * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
   * @param options.returnIndices whether `forward` returns the indices of the maxima too; default false
   * @throws RangeError if an option is out of range
   */
  constructor(kernelSize: PoolSize, options: MaxPoolOptions & { returnIndices?: Indices } = {}) {
    requireArity('MaxPool1d', arguments.length, 2);
    super(1, kernelSize, options);
  }

  /**
   * Finds the maxima.
   *
   * @param input (N, C, L) or (C, L)
   * @returns the maxima, or [values, indices] with `returnIndices`
   * @throws RangeError if no window fits into the padded input
   */
  override forward(input: Tensor): Pooled<Indices> {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return maxPool1d(input, this.kernelSize, this.options);
  }
}

/**
 * Largest elements of the windows of images.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.MaxPool2d, F.maxPool2d
 * @example new nn.MaxPool2d(2).forward(zeros(8, 3, 32, 32)).shape // [ 8, 3, 16, 16 ]
 */
export class MaxPool2d<Indices extends boolean = false> extends AnyMaxPool<Indices> {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number or one for each dimension
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.padding positions added on both sides, at most half a window; default 0
   * @param options.dilation distance of the elements of a window; default 1
   * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
   * @param options.returnIndices whether `forward` returns the indices of the maxima too; default false
   * @throws RangeError if an option is out of range
   */
  constructor(kernelSize: PoolSize, options: MaxPoolOptions & { returnIndices?: Indices } = {}) {
    requireArity('MaxPool2d', arguments.length, 2);
    super(2, kernelSize, options);
  }

  /**
   * Finds the maxima.
   *
   * @param input (N, C, H, W) or (C, H, W)
   * @returns the maxima, or [values, indices] with `returnIndices`
   * @throws RangeError if no window fits into the padded input
   */
  override forward(input: Tensor): Pooled<Indices> {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return maxPool2d(input, this.kernelSize, this.options);
  }
}

/**
 * Largest elements of the windows of volumes.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.MaxPool3d, F.maxPool3d
 * @example new nn.MaxPool3d(2).forward(zeros(3, 4, 4, 4)).shape // [ 3, 2, 2, 2 ]
 */
export class MaxPool3d<Indices extends boolean = false> extends AnyMaxPool<Indices> {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number or one for each dimension
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.padding positions added on both sides, at most half a window; default 0
   * @param options.dilation distance of the elements of a window; default 1
   * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
   * @param options.returnIndices whether `forward` returns the indices of the maxima too; default false
   * @throws RangeError if an option is out of range
   */
  constructor(kernelSize: PoolSize, options: MaxPoolOptions & { returnIndices?: Indices } = {}) {
    requireArity('MaxPool3d', arguments.length, 2);
    super(3, kernelSize, options);
  }

  /**
   * Finds the maxima.
   *
   * @param input (N, C, D, H, W) or (C, D, H, W)
   * @returns the maxima, or [values, indices] with `returnIndices`
   * @throws RangeError if no window fits into the padded input
   */
  override forward(input: Tensor): Pooled<Indices> {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return maxPool3d(input, this.kernelSize, this.options);
  }
}

/** Layers of pooling to an output of a given size. */
import {
  requireArity,
  requireBoolean,
  requireMethodArity,
  requireOptions,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  type AdaptiveMaxPoolOptions,
  type AdaptiveSize,
  type Pooled,
} from '../../functional';
import { adaptiveArguments } from '../../functional/pooling/arguments';
import { pythonSize } from '../module/describe';
import { Module } from '../module/module';

abstract class AnyAdaptivePool<Output> extends Module<[input: Tensor], Output> {
  constructor(
    dims: number,
    /** Sizes of the output; null for the size of the input. */
    readonly outputSize: AdaptiveSize,
  ) {
    super();
    adaptiveArguments(new.target.name, dims, outputSize);
  }

  override extraRepr(): string {
    return `output_size=${pythonSize(this.outputSize)}`;
  }
}

abstract class AnyAdaptiveMaxPool<Indices extends boolean> extends AnyAdaptivePool<
  Pooled<Indices>
> {
  /** Whether `forward` returns the indices of the maxima too. */
  readonly returnIndices: Indices;

  constructor(
    dims: number,
    outputSize: AdaptiveSize,
    options: AdaptiveMaxPoolOptions & { returnIndices?: Indices },
  ) {
    super(dims, outputSize);
    requireOptions(new.target.name, options, ['returnIndices']);
    const indices = options.returnIndices ?? false;
    this.returnIndices = requireBoolean(new.target.name, 'returnIndices', indices) as Indices;
  }
}

/**
 * Largest elements of `outputSize` windows that cover sequences.
 *
 * Shape: (N, C, L) -> (N, C, L'), or without N
 *
 * @see torch.nn.AdaptiveMaxPool1d, F.adaptiveMaxPool1d
 * @example new nn.AdaptiveMaxPool1d(2).forward(tensor([[1, 3, 2, 4, 5]])) // tensor([[3., 5.]])
 */
export class AdaptiveMaxPool1d<
  Indices extends boolean = false,
> extends AnyAdaptiveMaxPool<Indices> {
  /**
   * Creates the layer.
   *
   * @param outputSize number of windows, or null for L
   * @param options.returnIndices whether `forward` returns the indices of the maxima too; default false
   * @throws RangeError if a size is negative or not an integer
   */
  constructor(
    outputSize: AdaptiveSize,
    options: AdaptiveMaxPoolOptions & { returnIndices?: Indices } = {},
  ) {
    requireArity('AdaptiveMaxPool1d', arguments.length, 2);
    super(1, outputSize, options);
  }

  /**
   * Finds the maxima.
   *
   * @param input (N, C, L) or (C, L)
   * @returns the maxima, or [values, indices] with `returnIndices`
   * @throws RangeError if a size other than that of the batch is 0
   */
  override forward(input: Tensor): Pooled<Indices> {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { returnIndices } = this;
    return adaptiveMaxPool1d(input, this.outputSize, { returnIndices });
  }
}

/**
 * Largest elements of `outputSize` windows that cover images.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.AdaptiveMaxPool2d, F.adaptiveMaxPool2d
 * @example new nn.AdaptiveMaxPool2d([2, null]).forward(zeros(1, 5, 7)).shape // [ 1, 2, 7 ]
 */
export class AdaptiveMaxPool2d<
  Indices extends boolean = false,
> extends AnyAdaptiveMaxPool<Indices> {
  /**
   * Creates the layer.
   *
   * @param outputSize number of windows, or (height, width); null for the size of the input
   * @param options.returnIndices whether `forward` returns the indices of the maxima too; default false
   * @throws RangeError if a size is negative or not an integer
   */
  constructor(
    outputSize: AdaptiveSize,
    options: AdaptiveMaxPoolOptions & { returnIndices?: Indices } = {},
  ) {
    requireArity('AdaptiveMaxPool2d', arguments.length, 2);
    super(2, outputSize, options);
  }

  /**
   * Finds the maxima.
   *
   * @param input (N, C, H, W) or (C, H, W)
   * @returns the maxima, or [values, indices] with `returnIndices`
   * @throws RangeError if a size other than that of the batch is 0
   */
  override forward(input: Tensor): Pooled<Indices> {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { returnIndices } = this;
    return adaptiveMaxPool2d(input, this.outputSize, { returnIndices });
  }
}

/**
 * Largest elements of `outputSize` windows that cover volumes.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.AdaptiveMaxPool3d, F.adaptiveMaxPool3d
 * @example new nn.AdaptiveMaxPool3d(2).forward(zeros(1, 5, 6, 7)).shape // [ 1, 2, 2, 2 ]
 */
export class AdaptiveMaxPool3d<
  Indices extends boolean = false,
> extends AnyAdaptiveMaxPool<Indices> {
  /**
   * Creates the layer.
   *
   * @param outputSize number of windows, or (depth, height, width); null for the size of the input
   * @param options.returnIndices whether `forward` returns the indices of the maxima too; default false
   * @throws RangeError if a size is negative or not an integer
   */
  constructor(
    outputSize: AdaptiveSize,
    options: AdaptiveMaxPoolOptions & { returnIndices?: Indices } = {},
  ) {
    requireArity('AdaptiveMaxPool3d', arguments.length, 2);
    super(3, outputSize, options);
  }

  /**
   * Finds the maxima.
   *
   * @param input (N, C, D, H, W) or (C, D, H, W)
   * @returns the maxima, or [values, indices] with `returnIndices`
   * @throws RangeError if a size other than that of the batch is 0
   */
  override forward(input: Tensor): Pooled<Indices> {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { returnIndices } = this;
    return adaptiveMaxPool3d(input, this.outputSize, { returnIndices });
  }
}

/**
 * Averages of `outputSize` windows that cover sequences.
 *
 * Shape: (N, C, L) -> (N, C, L'), or without N
 *
 * @see torch.nn.AdaptiveAvgPool1d, F.adaptiveAvgPool1d
 * @example new nn.AdaptiveAvgPool1d(2).forward(tensor([[1, 3, 2, 4, 5]])) // tensor([[2.0000, 3.6667]])
 */
export class AdaptiveAvgPool1d extends AnyAdaptivePool<Tensor> {
  /**
   * Creates the layer.
   *
   * @param outputSize number of windows, or null for L
   * @throws RangeError if a size is negative or not an integer
   */
  constructor(outputSize: AdaptiveSize) {
    requireArity('AdaptiveAvgPool1d', arguments.length, 1);
    super(1, outputSize);
  }

  /**
   * Computes the averages.
   *
   * @param input (N, C, L) or (C, L)
   * @returns the shape of `input` with the sizes of the output
   * @throws RangeError if a size other than that of the batch is 0
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return adaptiveAvgPool1d(input, this.outputSize);
  }
}

/**
 * Averages of `outputSize` windows that cover images.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.AdaptiveAvgPool2d, F.adaptiveAvgPool2d
 * @example new nn.AdaptiveAvgPool2d([2, null]).forward(zeros(1, 5, 7)).shape // [ 1, 2, 7 ]
 */
export class AdaptiveAvgPool2d extends AnyAdaptivePool<Tensor> {
  /**
   * Creates the layer.
   *
   * @param outputSize number of windows, or (height, width); null for the size of the input
   * @throws RangeError if a size is negative or not an integer
   */
  constructor(outputSize: AdaptiveSize) {
    requireArity('AdaptiveAvgPool2d', arguments.length, 1);
    super(2, outputSize);
  }

  /**
   * Computes the averages.
   *
   * @param input (N, C, H, W) or (C, H, W)
   * @returns the shape of `input` with the sizes of the output
   * @throws RangeError if a size other than that of the batch is 0
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return adaptiveAvgPool2d(input, this.outputSize);
  }
}

/**
 * Averages of `outputSize` windows that cover volumes.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.AdaptiveAvgPool3d, F.adaptiveAvgPool3d
 * @example new nn.AdaptiveAvgPool3d(2).forward(zeros(1, 5, 6, 7)).shape // [ 1, 2, 2, 2 ]
 */
export class AdaptiveAvgPool3d extends AnyAdaptivePool<Tensor> {
  /**
   * Creates the layer.
   *
   * @param outputSize number of windows, or (depth, height, width); null for the size of the input
   * @throws RangeError if a size is negative or not an integer
   */
  constructor(outputSize: AdaptiveSize) {
    requireArity('AdaptiveAvgPool3d', arguments.length, 1);
    super(3, outputSize);
  }

  /**
   * Computes the averages.
   *
   * @param input (N, C, D, H, W) or (C, D, H, W)
   * @returns the shape of `input` with the sizes of the output
   * @throws RangeError if a size other than that of the batch is 0
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return adaptiveAvgPool3d(input, this.outputSize);
  }
}

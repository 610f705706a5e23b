/** Layers of maximum pooling by windows that begin at random, and the reverse of maximum pooling. */
import {
  requireArity,
  requireBoolean,
  requireMethodArity,
  requireOptions,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import {
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
  type FractionalMaxPoolOptions,
  type MaxUnpoolOptions,
  type Pooled,
  type PoolSize,
} from '../../functional';
import { poolArguments } from '../../functional/pooling/arguments';
import { fractionsOf } from '../../functional/pooling/fractional';
import { eachDim } from '../../ops/nn/poolGeometry';
import { pythonTuple } from '../module/describe';
import { Module } from '../module/module';
import { registerOption } from './lossBases';

/** Options of the layers that reverse maximum pooling. */
export interface MaxUnpoolLayerOptions {
  /** Distance of the windows; default null: the size of a window. */
  stride?: PoolSize | null;
  /** Positions that the pool added on both sides; default 0. */
  padding?: PoolSize;
}

abstract class AnyMaxUnpool extends Module<
  [input: Tensor, indices: Tensor, options?: Pick<MaxUnpoolOptions, 'outputSize'>]
> {
  /** Size of a window, for each dimension. */
  readonly kernelSize: readonly number[];
  /** Distance of the windows, for each dimension. */
  readonly stride: readonly number[];
  /** Positions that the pool added on both sides, for each dimension. */
  readonly padding: readonly number[];

  constructor(dims: number, kernelSize: PoolSize, options: MaxUnpoolLayerOptions) {
    super();
    requireOptions(new.target.name, options, ['stride', 'padding']);
    const { kernel, stride, padding } = poolArguments(new.target.name, dims, kernelSize, options);
    this.kernelSize = kernel;
    this.stride = stride;
    this.padding = padding;
  }

  override extraRepr(): string {
    const [kernel, stride, padding] = [this.kernelSize, this.stride, this.padding].map(pythonTuple);
    return `kernel_size=${kernel}, stride=${stride}, padding=${padding}`;
  }
}

/**
 * Writes the maxima of a `MaxPool1d` layer back to their places; all other elements are 0.
 *
 * Shape: (N, C, L) -> (N, C, L'), or without N
 *
 * @see torch.nn.MaxUnpool1d, F.maxUnpool1d
 * @example new nn.MaxUnpool1d(2).forward(tensor([[3]]), tensor([[1]], { dtype: 'int32' })) // tensor([[0., 3.]])
 */
export class MaxUnpool1d extends AnyMaxUnpool {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.padding positions that the pool added on both sides; default 0
   * @throws RangeError if an option is out of range
   */
  constructor(kernelSize: PoolSize, options: MaxUnpoolLayerOptions = {}) {
    requireArity('MaxUnpool1d', arguments.length, 2);
    super(1, kernelSize, options);
  }

  /**
   * Writes the maxima to their places.
   *
   * @param input (N, C, L) or (C, L)
   * @param indices the indices of the pool, the shape of `input`
   * @param options.outputSize sizes of the output, where several are possible; default: computed
   * @returns the shape of `input` with the sizes of the output
   * @throws RangeError if an index lies outside the output
   */
  override forward(
    input: Tensor,
    indices: Tensor,
    options: Pick<MaxUnpoolOptions, 'outputSize'> = {},
  ): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 3);
    requireOptions('MaxUnpool1d.forward', options, ['outputSize']);
    const { stride, padding } = this;
    return maxUnpool1d(input, indices, this.kernelSize, { stride, padding, ...options });
  }
}

/**
 * Writes the maxima of a `MaxPool2d` layer back to their places; all other elements are 0.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.MaxUnpool2d, F.maxUnpool2d
 * @example new nn.MaxUnpool2d(2).forward(ones(1, 1, 1), tensor([[[3]]], { dtype: 'int32' })).shape // [ 1, 2, 2 ]
 */
export class MaxUnpool2d extends AnyMaxUnpool {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number or one for each dimension
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.padding positions that the pool added on both sides; default 0
   * @throws RangeError if an option is out of range
   */
  constructor(kernelSize: PoolSize, options: MaxUnpoolLayerOptions = {}) {
    requireArity('MaxUnpool2d', arguments.length, 2);
    super(2, kernelSize, options);
  }

  /**
   * Writes the maxima to their places.
   *
   * @param input (N, C, H, W) or (C, H, W)
   * @param indices the indices of the pool, the shape of `input`
   * @param options.outputSize sizes of the output, where several are possible; default: computed
   * @returns the shape of `input` with the sizes of the output
   * @throws RangeError if an index lies outside the output
   */
  override forward(
    input: Tensor,
    indices: Tensor,
    options: Pick<MaxUnpoolOptions, 'outputSize'> = {},
  ): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 3);
    requireOptions('MaxUnpool2d.forward', options, ['outputSize']);
    const { stride, padding } = this;
    return maxUnpool2d(input, indices, this.kernelSize, { stride, padding, ...options });
  }
}

/**
 * Writes the maxima of a `MaxPool3d` layer back to their places; all other elements are 0.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.MaxUnpool3d, F.maxUnpool3d
 * @example new nn.MaxUnpool3d(2).forward(ones(1, 1, 1, 1), tensor([[[[7]]]], { dtype: 'int32' })).shape // [ 1, 2, 2, 2 ]
 */
export class MaxUnpool3d extends AnyMaxUnpool {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number or one for each dimension
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.padding positions that the pool added on both sides; default 0
   * @throws RangeError if an option is out of range
   */
  constructor(kernelSize: PoolSize, options: MaxUnpoolLayerOptions = {}) {
    requireArity('MaxUnpool3d', arguments.length, 2);
    super(3, kernelSize, options);
  }

  /**
   * Writes the maxima to their places.
   *
   * @param input (N, C, D, H, W) or (C, D, H, W)
   * @param indices the indices of the pool, the shape of `input`
   * @param options.outputSize sizes of the output, where several are possible; default: computed
   * @returns the shape of `input` with the sizes of the output
   * @throws RangeError if an index lies outside the output
   */
  override forward(
    input: Tensor,
    indices: Tensor,
    options: Pick<MaxUnpoolOptions, 'outputSize'> = {},
  ): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 3);
    requireOptions('MaxUnpool3d.forward', options, ['outputSize']);
    const { stride, padding } = this;
    return maxUnpool3d(input, indices, this.kernelSize, { stride, padding, ...options });
  }
}

abstract class AnyFractionalMaxPool<Indices extends boolean> extends Module<
  [input: Tensor],
  Pooled<Indices>
> {
  /** Sizes of the output, or null. */
  readonly outputSize: PoolSize | null;
  /** Sizes of the output divided by those of the input, or null. */
  readonly outputRatio: number | readonly number[] | null;
  /** Whether `forward` returns the indices of the maxima too. */
  readonly returnIndices: Indices;
  /** @internal The option `randomSamples`, a buffer as in PyTorch; null if it is missing. */
  declare readonly _random_samples: Tensor | null;

  constructor(
    dims: number,
    /** Size of a window. */
    readonly kernelSize: PoolSize,
    options: FractionalMaxPoolOptions & { returnIndices?: Indices },
  ) {
    super();
    const op = new.target.name;
    requireOptions(op, options, ['outputSize', 'outputRatio', 'returnIndices', 'randomSamples']);
    eachDim(op, 'kernelSize', kernelSize, dims, 1);
    fractionsOf(op, dims, options);
    this.outputSize = options.outputSize ?? null;
    this.outputRatio = options.outputRatio ?? null;
    const indices = requireBoolean(op, 'returnIndices', options.returnIndices ?? false);
    this.returnIndices = indices as Indices;
    registerOption(this, '_random_samples', options.randomSamples);
  }

  /** The options of the function. */
  protected settings(): FractionalMaxPoolOptions & { returnIndices: Indices } {
    const { outputSize, outputRatio, returnIndices } = this;
    return { outputSize, outputRatio, returnIndices, randomSamples: this._random_samples };
  }
}

/**
 * Largest elements of windows of images that begin at random, at distances whose mean gives the size of the output.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.FractionalMaxPool2d, F.fractionalMaxPool2d
 * @example new nn.FractionalMaxPool2d(3, { outputRatio: 0.5 }).forward(zeros(1, 8, 8)).shape // [ 1, 4, 4 ]
 */
export class FractionalMaxPool2d<
  Indices extends boolean = false,
> extends AnyFractionalMaxPool<Indices> {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number or one for each dimension
   * @param options.outputSize sizes of the output
   * @param options.outputRatio sizes of the output divided by those of the input; either this or `outputSize` is needed
   * @param options.returnIndices whether `forward` returns the indices of the maxima too; default false
   * @param options.randomSamples numbers in [0, 1) for (N, C, 2) that decide where windows begin; default random in each
   * call
   * @throws RangeError if an option is out of range
   */
  constructor(
    kernelSize: PoolSize,
    options: FractionalMaxPoolOptions & { returnIndices?: Indices } = {},
  ) {
    requireArity('FractionalMaxPool2d', arguments.length, 2);
    super(2, kernelSize, options);
  }

  /**
   * Finds the maxima.
   *
   * @param input (N, C, H, W) or (C, H, W)
   * @returns the maxima, or [values, indices] with `returnIndices`
   * @throws RangeError if the windows do not fit
   */
  override forward(input: Tensor): Pooled<Indices> {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return fractionalMaxPool2d(input, this.kernelSize, this.settings());
  }
}

/**
 * Largest elements of windows of volumes that begin at random, at distances whose mean gives the size of the output.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.FractionalMaxPool3d, F.fractionalMaxPool3d
 * @example new nn.FractionalMaxPool3d(3, { outputSize: 4 }).forward(zeros(1, 8, 8, 8)).shape // [ 1, 4, 4, 4 ]
 */
export class FractionalMaxPool3d<
  Indices extends boolean = false,
> extends AnyFractionalMaxPool<Indices> {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number or one for each dimension
   * @param options.outputSize sizes of the output
   * @param options.outputRatio sizes of the output divided by those of the input; either this or `outputSize` is needed
   * @param options.returnIndices whether `forward` returns the indices of the maxima too; default false
   * @param options.randomSamples numbers in [0, 1) for (N, C, 3) that decide where windows begin; default random in each
   * call
   * @throws RangeError if an option is out of range
   */
  constructor(
    kernelSize: PoolSize,
    options: FractionalMaxPoolOptions & { returnIndices?: Indices } = {},
  ) {
    requireArity('FractionalMaxPool3d', arguments.length, 2);
    super(3, kernelSize, options);
  }

  /**
   * Finds the maxima.
   *
   * @param input (N, C, D, H, W) or (C, D, H, W)
   * @returns the maxima, or [values, indices] with `returnIndices`
   * @throws RangeError if the windows do not fit
   */
  override forward(input: Tensor): Pooled<Indices> {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return fractionalMaxPool3d(input, this.kernelSize, this.settings());
  }
}

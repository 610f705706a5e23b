/** Layers of average pooling, and of p-norms of windows. */
import { requireArity, requireMethodArity, requireOptions } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import {
  avgPool1d,
  avgPool2d,
  avgPool3d,
  lpPool1d,
  lpPool2d,
  lpPool3d,
  type AvgPool1dOptions,
  type AvgPoolOptions,
  type LPPoolOptions,
  type PoolSize,
} from '../../functional';
import { poolArguments } from '../../functional/pooling/arguments';
import { avgPoolOptions, requireDivisor } from '../../functional/pooling/average';
import { requireNormType } from '../../functional/pooling/norms';
import { pythonBoolean, pythonSize } from '../module/describe';
import { Module } from '../module/module';

abstract class AnyAvgPool extends Module {
  /** Distance of the windows. */
  readonly stride: PoolSize;
  /** Zeros added on both sides of the input. */
  readonly padding: PoolSize;
  /** Whether a window at the end may reach beyond the padded input. */
  readonly ceilMode: boolean;
  /** Whether padding counts as elements of a window. */
  readonly countIncludePad: boolean;
  protected readonly options: AvgPoolOptions;

  constructor(
    dims: number,
    /** Size of a window. */
    readonly kernelSize: PoolSize,
    options: AvgPoolOptions,
  ) {
    super();
    requireOptions(new.target.name, options, avgPoolOptions(dims));
    poolArguments(new.target.name, dims, kernelSize, options);
    requireDivisor(new.target.name, options.divisorOverride);
    this.stride = options.stride ?? kernelSize;
    this.padding = options.padding ?? 0;
    this.ceilMode = options.ceilMode ?? false;
    this.countIncludePad = options.countIncludePad ?? true;
    this.options = { ...options };
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    const sizes = { kernel_size: kernelSize, stride, padding };
    return Object.entries(sizes)
      .map(([name, size]) => `${name}=${this.sizeText(size)}`)
      .join(', ');
  }

  /** A size as the layer prints it. */
  protected sizeText(size: PoolSize): string {
    return pythonSize(size);
  }
}

/**
 * Averages of the windows of sequences.
 *
 * Shape: (N, C, L) -> (N, C, L'), or without N
 *
 * @see torch.nn.AvgPool1d, F.avgPool1d
 * @example new nn.AvgPool1d(2).forward(tensor([[1, 3, 2, 4]])) // tensor([[2., 3.]])
 */
export class AvgPool1d extends AnyAvgPool {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.padding zeros added on both sides, at most half a window; default 0
   * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
   * @param options.countIncludePad whether padding counts as elements; default true
   * @throws RangeError if an option is out of range
   */
  constructor(kernelSize: PoolSize, options: AvgPool1dOptions = {}) {
    requireArity('AvgPool1d', arguments.length, 2);
    super(1, kernelSize, options);
  }

  /**
   * Computes the averages.
   *
   * @param input (N, C, L) or (C, L)
   * @returns the shape of `input` with the number of windows
   * @throws RangeError if no window fits into the padded input
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return avgPool1d(input, this.kernelSize, this.options);
  }

  protected override sizeText(size: PoolSize): string {
    return pythonSize(typeof size === 'number' ? [size] : size);
  }
}

/**
 * Averages of the windows of images.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.AvgPool2d, F.avgPool2d
 * @example new nn.AvgPool2d(2).forward(zeros(8, 3, 32, 32)).shape // [ 8, 3, 16, 16 ]
 */
export class AvgPool2d extends AnyAvgPool {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number or one for each dimension
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.padding zeros added on both sides, at most half a window; default 0
   * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
   * @param options.countIncludePad whether padding counts as elements; default true
   * @param options.divisorOverride divides the sums instead of the number of elements; default null
   * @throws RangeError if an option is out of range
   */
  constructor(kernelSize: PoolSize, options: AvgPoolOptions = {}) {
    requireArity('AvgPool2d', arguments.length, 2);
    super(2, kernelSize, options);
  }

  /**
   * Computes the averages.
   *
   * @param input (N, C, H, W) or (C, H, W)
   * @returns the shape of `input` with the number of windows
   * @throws RangeError if no window fits into the padded input
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return avgPool2d(input, this.kernelSize, this.options);
  }
}

/**
 * Averages of the windows of volumes.
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.AvgPool3d, F.avgPool3d
 * @example new nn.AvgPool3d(2).forward(zeros(3, 4, 4, 4)).shape // [ 3, 2, 2, 2 ]
 */
export class AvgPool3d extends AnyAvgPool {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of a window, one number or one for each dimension
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.padding zeros added on both sides, at most half a window; default 0
   * @param options.ceilMode whether a window at the end may reach beyond the padded input; default false
   * @param options.countIncludePad whether padding counts as elements; default true
   * @param options.divisorOverride divides the sums instead of the number of elements; default null
   * @throws RangeError if an option is out of range
   */
  constructor(kernelSize: PoolSize, options: AvgPoolOptions = {}) {
    requireArity('AvgPool3d', arguments.length, 2);
    super(3, kernelSize, options);
  }

  /**
   * Computes the averages.
   *
   * @param input (N, C, D, H, W) or (C, D, H, W)
   * @returns the shape of `input` with the number of windows
   * @throws RangeError if no window fits into the padded input
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return avgPool3d(input, this.kernelSize, this.options);
  }
}

abstract class AnyLPPool extends Module {
  /** Distance of the windows; null: the size of a window. */
  readonly stride: PoolSize | null;
  /** Whether a window at the end may reach beyond the input. */
  readonly ceilMode: boolean;

  constructor(
    dims: number,
    /** Order of the norm. */
    readonly normType: number,
    /** Size of a window. */
    readonly kernelSize: PoolSize,
    options: LPPoolOptions,
  ) {
    super();
    requireOptions(new.target.name, options, ['stride', 'ceilMode']);
    requireNormType(new.target.name, normType);
    this.ceilMode = poolArguments(new.target.name, dims, kernelSize, options).ceilMode;
    this.stride = options.stride ?? null;
  }

  override extraRepr(): string {
    const { normType, kernelSize, stride } = this;
    const sizes = `kernel_size=${pythonSize(kernelSize)}, stride=${stride === null ? 'None' : pythonSize(stride)}`;
    return `norm_type=${normType}, ${sizes}, ceil_mode=${pythonBoolean(this.ceilMode)}`;
  }
}

/**
 * p-norms of the windows of sequences, (sum of x^p)^(1/p).
 *
 * Shape: (N, C, L) -> (N, C, L'), or without N
 *
 * @see torch.nn.LPPool1d, F.lpPool1d
 * @example new nn.LPPool1d(2, 2).forward(tensor([[3, 4, 6, 8]])) // tensor([[ 5., 10.]])
 */
export class LPPool1d extends AnyLPPool {
  /**
   * Creates the layer.
   *
   * @param normType the order p, not 0
   * @param kernelSize size of a window, one number
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.ceilMode whether a window at the end may reach beyond the input; default false
   * @throws RangeError if an option is out of range
   */
  constructor(normType: number, kernelSize: PoolSize, options: LPPoolOptions = {}) {
    requireArity('LPPool1d', arguments.length, 3);
    super(1, normType, kernelSize, options);
  }

  /**
   * Computes the norms.
   *
   * @param input (N, C, L) or (C, L)
   * @returns the shape of `input` with the number of windows
   * @throws RangeError if no window fits into the input
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool1d(input, normType, kernelSize, { stride, ceilMode });
  }
}

/**
 * p-norms of the windows of images, (sum of x^p)^(1/p).
 *
 * Shape: (N, C, H, W) -> (N, C, H', W'), or without N
 *
 * @see torch.nn.LPPool2d, F.lpPool2d
 * @example new nn.LPPool2d(2, 3).forward(zeros(8, 3, 9, 9)).shape // [ 8, 3, 3, 3 ]
 */
export class LPPool2d extends AnyLPPool {
  /**
   * Creates the layer.
   *
   * @param normType the order p, not 0
   * @param kernelSize size of a window, one number or one for each dimension
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.ceilMode whether a window at the end may reach beyond the input; default false
   * @throws RangeError if an option is out of range
   */
  constructor(normType: number, kernelSize: PoolSize, options: LPPoolOptions = {}) {
    requireArity('LPPool2d', arguments.length, 3);
    super(2, normType, kernelSize, options);
  }

  /**
   * Computes the norms.
   *
   * @param input (N, C, H, W) or (C, H, W)
   * @returns the shape of `input` with the number of windows
   * @throws RangeError if no window fits into the input
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool2d(input, normType, kernelSize, { stride, ceilMode });
  }
}

/**
 * p-norms of the windows of volumes, (sum of x^p)^(1/p).
 *
 * Shape: (N, C, D, H, W) -> (N, C, D', H', W'), or without N
 *
 * @see torch.nn.LPPool3d, F.lpPool3d
 * @example new nn.LPPool3d(2, 2).forward(zeros(3, 4, 4, 4)).shape // [ 3, 2, 2, 2 ]
 */
export class LPPool3d extends AnyLPPool {
  /**
   * Creates the layer.
   *
   * @param normType the order p, not 0
   * @param kernelSize size of a window, one number or one for each dimension
   * @param options.stride distance of the windows; default: the size of a window
   * @param options.ceilMode whether a window at the end may reach beyond the input; default false
   * @throws RangeError if an option is out of range
   */
  constructor(normType: number, kernelSize: PoolSize, options: LPPoolOptions = {}) {
    requireArity('LPPool3d', arguments.length, 3);
    super(3, normType, kernelSize, options);
  }

  /**
   * Computes the norms.
   *
   * @param input (N, C, D, H, W) or (C, D, H, W)
   * @returns the shape of `input` with the number of windows
   * @throws RangeError if no window fits into the input
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool3d(input, normType, kernelSize, { stride, ceilMode });
  }
}

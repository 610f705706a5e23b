/** Convolution layers. */
import type { DType } from '../../core/dtype';
import { requireArity, requireMethodArity, requireOneOf, requireOptions } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { conv1d, conv2d, conv3d, type ConvOptions, type Size } from '../../functional';
import { paddingOf } from '../../functional/convolution/conv';
import { padWith } from '../../functional/pad';
import { AnyConvolution } from './convolutionBase';

/** Options of `Conv1d`, `Conv2d` and `Conv3d`; an array has a number for each dimension. */
export interface ConvLayerOptions extends ConvOptions {
  /** Whether the layer has a bias; default true. */
  bias?: boolean;
  /**
   * What `padding` adds: 'zeros' (default), 'reflect' mirrors the input, 'replicate' repeats its edge, and 'circular'
   * continues with the other side.
   */
  paddingMode?: 'zeros' | 'reflect' | 'replicate' | 'circular';
  /** Dtype of the parameters; default 'float32'. */
  dtype?: DType;
}

const known = ['stride', 'padding', 'dilation', 'groups', 'bias', 'paddingMode', 'dtype'] as const;
const paddingModes = ['zeros', 'reflect', 'replicate', 'circular'] as const;

type Convolve = (
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvOptions,
) => Tensor;

abstract class Convolution extends AnyConvolution<[input: Tensor]> {
  /** Elements added at both ends of each dimension, 'same' or 'valid'. */
  readonly padding: readonly number[] | 'same' | 'valid';
  /** What `padding` adds: 'zeros', 'reflect', 'replicate' or 'circular'. */
  readonly paddingMode: 'zeros' | 'reflect' | 'replicate' | 'circular';
  /** Widths for `F.pad`; null for zeros, which the convolution adds. */
  readonly #widths: readonly number[] | null;

  protected constructor(
    op: string,
    dims: number,
    sizes: readonly [inChannels: number, outChannels: number, kernelSize: Size],
    options: ConvLayerOptions,
  ) {
    requireOptions(op, options, known);
    super(op, dims, sizes, options, false);
    const { kernelSize, stride, dilation } = this;
    const { padding = 0, paddingMode = 'zeros' } = options;
    const { before, after } = paddingOf(op, padding, kernelSize, stride, dilation);
    this.padding = typeof padding === 'string' ? padding : before;
    this.paddingMode = requireOneOf(op, 'paddingMode', paddingMode, paddingModes);
    const widths = before.flatMap((width, i) => [width, after[i]]);
    // F.pad begins with the last dimension.
    const reversed = before.flatMap((_, i) => widths.slice(2 * (dims - 1 - i), 2 * (dims - i)));
    this.#widths = paddingMode === 'zeros' ? null : reversed;
  }

  protected convolve(convolution: Convolve, input: Tensor): Tensor {
    const { weight, bias, stride, padding, dilation, groups, paddingMode } = this;
    if (this.#widths === null || paddingMode === 'zeros') {
      return convolution(input, weight, bias, { stride, padding, dilation, groups });
    }
    const padded = padWith(this.constructor.name, input, this.#widths, { mode: paddingMode });
    return convolution(padded, weight, bias, { stride, dilation, groups });
  }

  override extraRepr(): string {
    const { padding, paddingMode } = this;
    const mode = paddingMode === 'zeros' ? '' : `padding_mode=${paddingMode}`;
    return this.describeWith(padding, '', mode);
  }
}

/**
 * Convolution of signals with learned kernels.
 *
 * Shape: (N, inChannels, L) or (inChannels, L) -> (N, outChannels, L') or (outChannels, L')
 *
 * @see torch.nn.Conv1d
 * @example new nn.Conv1d(2, 4, 3, { padding: 1 }).forward(zeros(8, 2, 100)).shape // [ 8, 4, 100 ]
 */
export class Conv1d extends Convolution {
  /**
   * Creates the layer and initializes its parameters.
   *
   * @param inChannels number of channels of the input
   * @param outChannels number of channels of the result
   * @param kernelSize length of the kernels
   * @param options.stride distance between two positions of the kernel; default 1
   * @param options.padding elements added at both ends, 'same' or 'valid'; default 0
   * @param options.paddingMode 'zeros' (default), 'reflect', 'replicate' or 'circular'
   * @param options.dilation distance between two elements of the kernel; default 1
   * @param options.groups number of groups of channels that are convolved separately; default 1
   * @param options.bias whether the layer has a bias; default true
   * @param options.dtype dtype of the parameters; default 'float32'
   * @throws RangeError if a size is less than 1, or `groups` does not divide the channels
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size,
    options: ConvLayerOptions = {},
  ) {
    requireArity('Conv1d', arguments.length, 4);
    super('Conv1d', 1, [inChannels, outChannels, kernelSize], options);
  }

  /**
   * Applies the layer.
   *
   * @param input (N, inChannels, L) or (inChannels, L)
   * @returns (N, outChannels, L') or (outChannels, L'), see `F.conv1d`
   * @throws RangeError if the input has another number of channels, or is smaller than the kernel
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return this.convolve(conv1d, input);
  }
}

/**
 * Convolution of images with learned kernels.
 *
 * Shape: (N, inChannels, H, W) or (inChannels, H, W) -> (N, outChannels, H', W') or (outChannels, H', W')
 *
 * @see torch.nn.Conv2d
 * @example new nn.Conv2d(3, 16, 3, { stride: 2, padding: 1 }).forward(zeros(8, 3, 32, 32)).shape // [ 8, 16, 16, 16 ]
 */
export class Conv2d extends Convolution {
  /**
   * Creates the layer and initializes its parameters.
   *
   * @param inChannels number of channels of the input
   * @param outChannels number of channels of the result
   * @param kernelSize size of the kernels: a number, or [height, width]
   * @param options.stride distance between two positions of the kernel; default 1
   * @param options.padding elements added at both ends of each dimension, 'same' or 'valid'; default 0
   * @param options.paddingMode 'zeros' (default), 'reflect', 'replicate' or 'circular'
   * @param options.dilation distance between two elements of the kernel; default 1
   * @param options.groups number of groups of channels that are convolved separately; default 1
   * @param options.bias whether the layer has a bias; default true
   * @param options.dtype dtype of the parameters; default 'float32'
   * @throws RangeError if a size is less than 1, or `groups` does not divide the channels
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size,
    options: ConvLayerOptions = {},
  ) {
    requireArity('Conv2d', arguments.length, 4);
    super('Conv2d', 2, [inChannels, outChannels, kernelSize], options);
  }

  /**
   * Applies the layer.
   *
   * @param input (N, inChannels, H, W) or (inChannels, H, W)
   * @returns (N, outChannels, H', W') or (outChannels, H', W'), see `F.conv2d`
   * @throws RangeError if the input has another number of channels, or is smaller than the kernel
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return this.convolve(conv2d, input);
  }
}

/**
 * Convolution of volumes with learned kernels.
 *
 * Shape: (N, inChannels, D, H, W) or (inChannels, D, H, W) -> (N, outChannels, D', H', W') or
 * (outChannels, D', H', W')
 *
 * @see torch.nn.Conv3d
 * @example new nn.Conv3d(1, 2, 3).forward(zeros(4, 1, 8, 8, 8)).shape // [ 4, 2, 6, 6, 6 ]
 */
export class Conv3d extends Convolution {
  /**
   * Creates the layer and initializes its parameters.
   *
   * @param inChannels number of channels of the input
   * @param outChannels number of channels of the result
   * @param kernelSize size of the kernels: a number, or [depth, height, width]
   * @param options.stride distance between two positions of the kernel; default 1
   * @param options.padding elements added at both ends of each dimension, 'same' or 'valid'; default 0
   * @param options.paddingMode 'zeros' (default), 'reflect', 'replicate' or 'circular'
   * @param options.dilation distance between two elements of the kernel; default 1
   * @param options.groups number of groups of channels that are convolved separately; default 1
   * @param options.bias whether the layer has a bias; default true
   * @param options.dtype dtype of the parameters; default 'float32'
   * @throws RangeError if a size is less than 1, or `groups` does not divide the channels
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size,
    options: ConvLayerOptions = {},
  ) {
    requireArity('Conv3d', arguments.length, 4);
    super('Conv3d', 3, [inChannels, outChannels, kernelSize], options);
  }

  /**
   * Applies the layer.
   *
   * @param input (N, inChannels, D, H, W) or (inChannels, D, H, W)
   * @returns (N, outChannels, D', H', W') or (outChannels, D', H', W'), see `F.conv3d`
   * @throws RangeError if the input has another number of channels, or is smaller than the kernel
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return this.convolve(conv3d, input);
  }
}

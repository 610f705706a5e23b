/** Transposed convolution layers. */
import type { DType } from '../../core/dtype';
import {
  requireArity,
  requireMethodArity,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { requireShape } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';
import { requireTuple } from '../../core/tuple';
import {
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type ConvTransposeOptions,
  type Size,
} from '../../functional';
import { pythonTuple } from '../module/describe';
import { AnyConvolution } from './convolutionBase';

/**
 * Options of `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d`; an array has a number for each dimension.
 */
export interface ConvTransposeLayerOptions extends ConvTransposeOptions {
  /** Whether the layer has a bias; default true. */
  bias?: boolean;
  /** Only 'zeros', the default. */
  paddingMode?: 'zeros';
  /** Dtype of the parameters; default 'float32'. */
  dtype?: DType;
}

/** Options of `forward` of transposed convolutions. */
export interface OutputSizeOptions {
  /**
   * Sizes of the result after the channels, or all its sizes; default null: those that `outputPadding` of the layer
   * gives.
   */
  outputSize?: readonly number[] | null;
}

const known = ['stride', 'padding', 'outputPadding', 'groups', 'bias', 'dilation', 'paddingMode', 'dtype'] as const; // prettier-ignore

type Convolve = (
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions,
) => Tensor;

abstract class TransposedConvolution extends AnyConvolution<
  [input: Tensor, options?: OutputSizeOptions]
> {
  /** Elements removed at both ends of each dimension of the result. */
  readonly padding: readonly number[];
  /** Elements added at the end of each dimension of the result. */
  readonly outputPadding: readonly number[];
  /** What `padding` stands for: always 'zeros'. */
  readonly paddingMode: 'zeros';

  protected constructor(
    op: string,
    dims: number,
    sizes: readonly [inChannels: number, outChannels: number, kernelSize: Size],
    options: ConvTransposeLayerOptions,
  ) {
    requireOptions(op, options, known);
    super(op, dims, sizes, options, true);
    this.padding = requireTuple(op, 'padding', options.padding ?? 0, dims, 0);
    this.outputPadding = requireTuple(op, 'outputPadding', options.outputPadding ?? 0, dims, 0);
    this.paddingMode = requireOneOf(op, 'paddingMode', options.paddingMode ?? 'zeros', ['zeros']);
  }

  protected convolve(convolution: Convolve, input: Tensor, options: OutputSizeOptions): Tensor {
    const op = this.constructor.name;
    requireOptions(op, options, ['outputSize']);
    const { weight, bias, stride, padding, groups, dilation } = this;
    const outputSize = options.outputSize ?? null;
    const outputPadding =
      outputSize === null ? this.outputPadding : this.#paddingFor(op, input, outputSize);
    return convolution(input, weight, bias, { stride, padding, outputPadding, groups, dilation });
  }

  /** The output padding that gives these sizes. */
  #paddingFor(op: string, input: Tensor, outputSize: unknown): number[] {
    const { kernelSize, stride, padding, dilation } = this;
    const dims = kernelSize.length;
    const { shape } = requireTensor(op, 'input', input);
    const sizes = requireShape(op, outputSize, 'outputSize');
    if (sizes.length !== dims && (sizes.length !== shape.length || shape.length < dims)) {
      const what = `${dims} or ${shape.length} sizes for input ${shapeText(shape)}`;
      throw unexpected(op, what, 'outputSize', shapeText(sizes));
    }
    const wanted = sizes.slice(-dims);
    const least = shape.slice(-dims).map((size, i) => {
      return (size - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernelSize[i] - 1) + 1;
    });
    const added = wanted.map((size, i) => size - least[i]);
    if (added.some((width, i) => width < 0 || width >= stride[i])) {
      const most = least.map((size, i) => size + stride[i] - 1);
      const what = `sizes from ${shapeText(least)} to ${shapeText(most)} for input ${shapeText(shape)}`;
      throw unexpected(op, what, 'outputSize', shapeText(wanted));
    }
    return added;
  }

  override extraRepr(): string {
    const { padding, outputPadding } = this;
    const added = outputPadding.some((width) => width !== 0);
    return this.describeWith(padding, added ? `output_padding=${pythonTuple(outputPadding)}` : '');
  }
}

/**
 * Transposed convolution of signals with learned kernels, which enlarges its input: the gradient of `Conv1d` for its
 * input.
 *
 * Shape: (N, inChannels, L) or (inChannels, L) -> (N, outChannels, L') or (outChannels, L')
 *
 * @see torch.nn.ConvTranspose1d
 * @example new nn.ConvTranspose1d(4, 2, 4, { stride: 2, padding: 1 }).forward(zeros(8, 4, 50)).shape // [ 8, 2, 100 ]
 */
export class ConvTranspose1d extends TransposedConvolution {
  /**
   * Creates the layer and initializes its parameters.
   *
   * @param inChannels number of channels of the input
   * @param outChannels number of channels of the result
   * @param kernelSize length of the kernels
   * @param options.stride distance between the results of two neighbouring inputs; default 1
   * @param options.padding elements removed at both ends of each dimension of the result; default 0
   * @param options.outputPadding elements added at the end of each dimension, less than `stride` or `dilation`;
   * default 0
   * @param options.groups number of groups of channels that are convolved separately; default 1
   * @param options.bias whether the layer has a bias; default true
   * @param options.dilation distance between two elements of the kernel; default 1
   * @param options.paddingMode only 'zeros', the default
   * @param options.dtype dtype of the parameters; default 'float32'
   * @throws RangeError if a size is less than 1, or `groups` does not divide the channels
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size,
    options: ConvTransposeLayerOptions = {},
  ) {
    requireArity('ConvTranspose1d', arguments.length, 4);
    super('ConvTranspose1d', 1, [inChannels, outChannels, kernelSize], options);
  }

  /**
   * Applies the layer.
   *
   * @param input (N, inChannels, L) or (inChannels, L)
   * @param options.outputSize sizes of the result after the channels, or all its sizes; default null: those that
   * `outputPadding` gives
   * @returns (N, outChannels, L') or (outChannels, L'), see `F.convTranspose1d`
   * @throws RangeError if the input has another number of channels, or cannot give `outputSize`
   */
  override forward(input: Tensor, options: OutputSizeOptions = {}): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 2);
    return this.convolve(convTranspose1d, input, options);
  }
}

/**
 * Transposed convolution of images with learned kernels, which enlarges its input: the gradient of `Conv2d` for its
 * input.
 *
 * Shape: (N, inChannels, H, W) or (inChannels, H, W) -> (N, outChannels, H', W') or (outChannels, H', W')
 *
 * @see torch.nn.ConvTranspose2d
 * @example new nn.ConvTranspose2d(4, 2, 2, { stride: 2 }).forward(zeros(8, 4, 7, 7)).shape // [ 8, 2, 14, 14 ]
 */
export class ConvTranspose2d extends TransposedConvolution {
  /**
   * Creates the layer and initializes its parameters.
   *
   * @param inChannels number of channels of the input
   * @param outChannels number of channels of the result
   * @param kernelSize size of the kernels: a number, or [height, width]
   * @param options.stride distance between the results of two neighbouring inputs; default 1
   * @param options.padding elements removed at both ends of each dimension of the result; default 0
   * @param options.outputPadding elements added at the end of each dimension, less than `stride` or `dilation`;
   * default 0
   * @param options.groups number of groups of channels that are convolved separately; default 1
   * @param options.bias whether the layer has a bias; default true
   * @param options.dilation distance between two elements of the kernel; default 1
   * @param options.paddingMode only 'zeros', the default
   * @param options.dtype dtype of the parameters; default 'float32'
   * @throws RangeError if a size is less than 1, or `groups` does not divide the channels
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size,
    options: ConvTransposeLayerOptions = {},
  ) {
    requireArity('ConvTranspose2d', arguments.length, 4);
    super('ConvTranspose2d', 2, [inChannels, outChannels, kernelSize], options);
  }

  /**
   * Applies the layer.
   *
   * @param input (N, inChannels, H, W) or (inChannels, H, W)
   * @param options.outputSize sizes of the result after the channels, or all its sizes; default null: those that
   * `outputPadding` gives
   * @returns (N, outChannels, H', W') or (outChannels, H', W'), see `F.convTranspose2d`
   * @throws RangeError if the input has another number of channels, or cannot give `outputSize`
   */
  override forward(input: Tensor, options: OutputSizeOptions = {}): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 2);
    return this.convolve(convTranspose2d, input, options);
  }
}

/**
 * Transposed convolution of volumes with learned kernels, which enlarges its input: the gradient of `Conv3d` for its
 * input.
 *
 * Shape: (N, inChannels, D, H, W) or (inChannels, D, H, W) ->
 * (N, outChannels, D', H', W') or (outChannels, D', H', W')
 *
 * @see torch.nn.ConvTranspose3d
 * @example new nn.ConvTranspose3d(2, 1, 2, { stride: 2 }).forward(zeros(1, 2, 4, 4, 4)).shape // [ 1, 1, 8, 8, 8 ]
 */
export class ConvTranspose3d extends TransposedConvolution {
  /**
   * Creates the layer and initializes its parameters.
   *
   * @param inChannels number of channels of the input
   * @param outChannels number of channels of the result
   * @param kernelSize size of the kernels: a number, or [depth, height, width]
   * @param options.stride distance between the results of two neighbouring inputs; default 1
   * @param options.padding elements removed at both ends of each dimension of the result; default 0
   * @param options.outputPadding elements added at the end of each dimension, less than `stride` or `dilation`;
   * default 0
   * @param options.groups number of groups of channels that are convolved separately; default 1
   * @param options.bias whether the layer has a bias; default true
   * @param options.dilation distance between two elements of the kernel; default 1
   * @param options.paddingMode only 'zeros', the default
   * @param options.dtype dtype of the parameters; default 'float32'
   * @throws RangeError if a size is less than 1, or `groups` does not divide the channels
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size,
    options: ConvTransposeLayerOptions = {},
  ) {
    requireArity('ConvTranspose3d', arguments.length, 4);
    super('ConvTranspose3d', 3, [inChannels, outChannels, kernelSize], options);
  }

  /**
   * Applies the layer.
   *
   * @param input (N, inChannels, D, H, W) or (inChannels, D, H, W)
   * @param options.outputSize sizes of the result after the channels, or all its sizes; default null: those that
   * `outputPadding` gives
   * @returns (N, outChannels, D', H', W') or (outChannels, D', H', W'), see `F.convTranspose3d`
   * @throws RangeError if the input has another number of channels, or cannot give `outputSize`
   */
  override forward(input: Tensor, options: OutputSizeOptions = {}): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 2);
    return this.convolve(convTranspose3d, input, options);
  }
}

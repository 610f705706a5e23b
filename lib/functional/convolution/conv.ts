/** Convolutions of 1 to 3 dimensions. */
import { requireArity, requireOneOf, shapeText, unexpected } from '../../core/errors';
import { requireShape } from '../../core/shape';
import type { Tensor } from '../../core/tensor';
import { requireTuple } from '../../core/tuple';
import { convolveNumbers } from './integers';
import {
  requireArguments,
  requireBias,
  requireChannels,
  triple,
  type ConvArguments,
  type Size,
} from './arguments';

/** Options of `conv1d`, `conv2d` and `conv3d`; an array has a number for each dimension. */
export interface ConvOptions {
  /** Distance between two positions of the kernel; default 1. */
  stride?: Size;
  /**
   * Zeros added at both ends of each dimension; 'valid' for none, 'same' for as many as keep the sizes; default 0.
   */
  padding?: Size | 'same' | 'valid';
  /** Distance between two elements of the kernel; default 1. */
  dilation?: Size;
  /** Number of groups of channels that are convolved separately; default 1. */
  groups?: number;
}

const known = ['stride', 'padding', 'dilation', 'groups'] as const;

/** Zeros before and after each dimension. */
export interface Padding {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The padding that an option means. */
export function paddingOf(
  op: string,
  padding: unknown,
  kernel: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): Padding {
  if (typeof padding !== 'string') {
    const widths = requireTuple(op, 'padding', padding, kernel.length, 0);
    return { before: widths, after: widths };
  }
  const zeros = kernel.map(() => 0);
  if (requireOneOf(op, 'padding', padding, ['same', 'valid']) === 'valid') {
    return { before: zeros, after: zeros };
  }
  if (stride.some((step) => step !== 1)) {
    throw unexpected(op, "a stride of 1 for padding 'same'", 'stride', shapeText(stride));
  }
  const total = kernel.map((size, i) => dilation[i] * (size - 1));
  const before = total.map((width) => Math.floor(width / 2));
  return { before, after: total.map((width, i) => width - before[i]) };
}

function outputOf(
  op: string,
  { x, weight, batched, stride, dilation }: ConvArguments,
  { before, after }: Padding,
): number[] {
  const kernel = weight.shape.slice(2);
  const padded = kernel.map((_, i) => x.shape[i + 2] + before[i] + after[i]);
  const reach = kernel.map((size, i) => dilation[i] * (size - 1) + 1);
  if (reach.some((size, i) => size > padded[i])) {
    const dilated = dilation.some((step) => step > 1)
      ? ` with dilation ${shapeText(dilation)}`
      : '';
    const what = `a padded size of at least the kernel of weight ${shapeText(weight.shape)}${dilated}`;
    const shape = shapeText(batched ? x.shape : x.shape.slice(1));
    throw unexpected(op, what, 'input', `${shape}, padded ${shapeText(padded)}`);
  }
  return padded.map((size, i) => Math.floor((size - reach[i]) / stride[i]) + 1);
}

/** The sizes of which the padding is a function. */
interface Steps {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** A convolution for the function `op`, with any padding. */
export function convolutionWith(
  op: string,
  dims: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvOptions,
  paddingFor: (steps: Steps) => Padding,
): Tensor {
  const given = requireArguments(op, dims, input, weight, bias, options, known);
  const { x, groups, stride, dilation } = given;
  const [outChannels, perGroup, ...kernel] = weight.shape;
  requireChannels(op, given, perGroup * groups);
  requireBias(op, given, outChannels);
  const padding = paddingFor({ kernel, stride, dilation });
  const output = outputOf(op, given, padding);
  const [batch, inChannels, ...sizes] = x.shape;
  requireShape(op, [batch, outChannels, ...output], 'result');
  const y = convolveNumbers(x, weight, bias, {
    dims,
    batch,
    inChannels,
    outChannels,
    groups,
    input: triple(sizes, 1),
    output: triple(output, 1),
    kernel: triple(kernel, 1),
    stride: triple(stride, 1),
    padding: triple(padding.before, 0),
    dilation: triple(dilation, 1),
  });
  return given.batched ? y : y.squeeze(0);
}

function convolution(
  op: string,
  dims: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvOptions,
): Tensor {
  return convolutionWith(op, dims, input, weight, bias, options, ({ kernel, stride, dilation }) =>
    paddingOf(op, options.padding ?? 0, kernel, stride, dilation),
  );
}

/**
 * Convolution (cross-correlation) of signals with kernels.
 *
 * @param input (N, C, L) or (C, L)
 * @param weight (K, C / groups, kernel)
 * @param bias (K), or null (default) for none
 * @param options.stride distance between two positions of the kernel; default 1
 * @param options.padding zeros added at both ends, 'same' or 'valid'; default 0
 * @param options.dilation distance between two elements of the kernel; default 1
 * @param options.groups number of groups of channels that are convolved separately; default 1
 * @returns (N, K, L') or (K, L') with L' = floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1
 * @throws RangeError if shapes or dtypes do not fit together, or the kernel is larger than the padded input
 * @see torch.nn.functional.conv1d
 * @example F.conv1d(tensor([[1, 2, 4]]), tensor([[[1, 1]]])) // tensor([[3., 6.]])
 */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  requireArity('conv1d', arguments.length, 4);
  return convolution('conv1d', 1, input, weight, bias, options);
}

/**
 * Convolution (cross-correlation) of images with kernels.
 *
 * @param input (N, C, H, W) or (C, H, W)
 * @param weight (K, C / groups, kernelHeight, kernelWidth)
 * @param bias (K), or null (default) for none
 * @param options.stride distance between two positions of the kernel; default 1
 * @param options.padding zeros added at both ends of each dimension, 'same' or 'valid'; default 0
 * @param options.dilation distance between two elements of the kernel; default 1
 * @param options.groups number of groups of channels that are convolved separately; default 1
 * @returns (N, K, H', W') or (K, H', W') with H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1
 * @throws RangeError if shapes or dtypes do not fit together, or the kernel is larger than the padded input
 * @see torch.nn.functional.conv2d
 * @example F.conv2d(ones(1, 3, 8, 8), ones(4, 3, 3, 3), null, { padding: 1 }).shape // [ 1, 4, 8, 8 ]
 */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  requireArity('conv2d', arguments.length, 4);
  return convolution('conv2d', 2, input, weight, bias, options);
}

/**
 * Convolution (cross-correlation) of volumes with kernels.
 *
 * @param input (N, C, D, H, W) or (C, D, H, W)
 * @param weight (K, C / groups, kernelDepth, kernelHeight, kernelWidth)
 * @param bias (K), or null (default) for none
 * @param options.stride distance between two positions of the kernel; default 1
 * @param options.padding zeros added at both ends of each dimension, 'same' or 'valid'; default 0
 * @param options.dilation distance between two elements of the kernel; default 1
 * @param options.groups number of groups of channels that are convolved separately; default 1
 * @returns (N, K, D', H', W') or (K, D', H', W'), with sizes as those of `conv2d`
 * @throws RangeError if shapes or dtypes do not fit together, or the kernel is larger than the padded input
 * @see torch.nn.functional.conv3d
 * @example F.conv3d(ones(1, 1, 4, 4, 4), ones(2, 1, 3, 3, 3)).shape // [ 1, 2, 2, 2, 2 ]
 */
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  requireArity('conv3d', arguments.length, 4);
  return convolution('conv3d', 3, input, weight, bias, options);
}

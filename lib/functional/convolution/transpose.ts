/** Transposed convolutions of 1 to 3 dimensions: the gradients of convolutions for their inputs. */
import { requireArity, shapeText, unexpected } from '../../core/errors';
import { requireShape } from '../../core/shape';
import type { Tensor } from '../../core/tensor';
import { requireTuple } from '../../core/tuple';
import { convolveInputNumbers } from './integers';
import {
  requireArguments,
  requireBias,
  requireChannels,
  triple,
  type ConvArguments,
  type Size,
} from './arguments';

/**
 * Options of `convTranspose1d`, `convTranspose2d` and `convTranspose3d`; an array has a number for each dimension.
 */
export interface ConvTransposeOptions {
  /** Distance between the results of two neighbouring inputs; default 1. */
  stride?: Size;
  /** Elements removed at both ends of each dimension of the result; default 0. */
  padding?: Size;
  /** Elements added at the end of each dimension, less than `stride` or `dilation`; default 0. */
  outputPadding?: Size;
  /** Number of groups of channels that are convolved separately; default 1. */
  groups?: number;
  /** Distance between two elements of the kernel; default 1. */
  dilation?: Size;
}

const known = ['stride', 'padding', 'outputPadding', 'groups', 'dilation'] as const;

/** Throws unless each added size is less than stride or dilation: more has no convolution that gives the input's size. */
function requireOutputPadding(
  op: string,
  { weight, x, stride, dilation }: ConvArguments,
  added: readonly number[],
): void {
  if (added.every((width, i) => width < Math.max(stride[i], dilation[i]))) return;
  const limits = `stride ${shapeText(stride)} or dilation ${shapeText(dilation)}`;
  const what = `less than ${limits} for input ${shapeText(x.shape)} and weight ${shapeText(weight.shape)}`;
  throw unexpected(op, what, 'outputPadding', shapeText(added));
}

/** Where the result begins in that without padding, and its sizes. */
interface Result {
  readonly before: readonly number[];
  readonly sizes: readonly number[];
}

/**
 * A transposed convolution for the function `op`. `resultOf` gives the sizes of the result from those without
 * padding, to which `outputPadding` is added.
 */
export function transposedWith(
  op: string,
  dims: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions,
  resultOf: (full: readonly number[], stride: readonly number[]) => Result,
): Tensor {
  const given = requireArguments(op, dims, input, weight, bias, options, known);
  const { x, groups, stride, dilation } = given;
  const [channels, perGroup, ...kernel] = weight.shape;
  if (perGroup === 0) {
    const what = `sizes of at least 1 for input ${shapeText(x.shape)}`;
    throw unexpected(op, what, 'weight', shapeText(weight.shape));
  }
  requireChannels(op, given, channels);
  requireBias(op, given, perGroup * groups);
  const added = requireTuple(op, 'outputPadding', options.outputPadding ?? 0, dims, 0);
  requireOutputPadding(op, given, added);
  const [batch, , ...sizes] = x.shape;
  const full = sizes.map((size, i) => {
    return (size - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 + added[i];
  });
  const result = resultOf(full, stride);
  if (result.sizes.some((size) => size < 0)) {
    const what = `at most ${shapeText(full)}, for weight ${shapeText(weight.shape)} and input ${shapeText(input.shape)},`;
    const removed = full.map((size, i) => size - result.sizes[i]);
    throw unexpected(op, what, 'padding at both ends together', shapeText(removed));
  }
  requireShape(op, [batch, perGroup * groups, ...result.sizes], 'result');
  const y = convolveInputNumbers(x, weight, bias, {
    dims,
    batch,
    inChannels: perGroup * groups,
    outChannels: channels,
    groups,
    input: triple(result.sizes, 1),
    output: triple(sizes, 1),
    kernel: triple(kernel, 1),
    stride: triple(stride, 1),
    padding: triple(result.before, 0),
    dilation: triple(dilation, 1),
  });
  return given.batched ? y : y.squeeze(0);
}

function transposed(
  op: string,
  dims: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions,
): Tensor {
  return transposedWith(op, dims, input, weight, bias, options, (full) => {
    const before = requireTuple(op, 'padding', options.padding ?? 0, dims, 0);
    return { before, sizes: full.map((size, i) => size - 2 * before[i]) };
  });
}

/**
 * Transposed convolution of signals: the gradient of `conv1d` for its input.
 *
 * @param input (N, C, L) or (C, L)
 * @param weight (C, K / groups, kernel)
 * @param bias (K), or null (default) for none
 * @param options.stride distance between the results of two neighbouring inputs; default 1
 * @param options.padding elements removed at both ends of the result; default 0
 * @param options.outputPadding elements added at the end, less than `stride` or `dilation`; default 0
 * @param options.groups number of groups of channels that are convolved separately; default 1
 * @param options.dilation distance between two elements of the kernel; default 1
 * @returns (N, K, L') or (K, L') with L' = (L - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1
 * @throws RangeError if shapes or dtypes do not fit together, or `outputPadding` is too large
 * @see torch.nn.functional.conv_transpose1d
 * @example F.convTranspose1d(tensor([[1, 2]]), tensor([[[1, 1]]])) // tensor([[1., 3., 2.]])
 */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  requireArity('convTranspose1d', arguments.length, 4);
  return transposed('convTranspose1d', 1, input, weight, bias, options);
}

/**
 * Transposed convolution of images: the gradient of `conv2d` for its input.
 *
 * @param input (N, C, H, W) or (C, H, W)
 * @param weight (C, K / groups, kernelHeight, kernelWidth)
 * @param bias (K), or null (default) for none
 * @param options.stride distance between the results of two neighbouring inputs; default 1
 * @param options.padding elements removed at both ends of each dimension of the result; default 0
 * @param options.outputPadding elements added at the end of each dimension, less than `stride` or `dilation`;
 * default 0
 * @param options.groups number of groups of channels that are convolved separately; default 1
 * @param options.dilation distance between two elements of the kernel; default 1
 * @returns (N, K, H', W') or (K, H', W') with
 * H' = (H - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1
 * @throws RangeError if shapes or dtypes do not fit together, or `outputPadding` is too large
 * @see torch.nn.functional.conv_transpose2d
 * @example F.convTranspose2d(ones(1, 4, 8, 8), ones(4, 3, 2, 2), null, { stride: 2 }).shape // [ 1, 3, 16, 16 ]
 */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  requireArity('convTranspose2d', arguments.length, 4);
  return transposed('convTranspose2d', 2, input, weight, bias, options);
}

/**
 * Transposed convolution of volumes: the gradient of `conv3d` for its input.
 *
 * @param input (N, C, D, H, W) or (C, D, H, W)
 * @param weight (C, K / groups, kernelDepth, kernelHeight, kernelWidth)
 * @param bias (K), or null (default) for none
 * @param options.stride distance between the results of two neighbouring inputs; default 1
 * @param options.padding elements removed at both ends of each dimension of the result; default 0
 * @param options.outputPadding elements added at the end of each dimension, less than `stride` or `dilation`;
 * default 0
 * @param options.groups number of groups of channels that are convolved separately; default 1
 * @param options.dilation distance between two elements of the kernel; default 1
 * @returns (N, K, D', H', W') or (K, D', H', W'), with sizes as those of `convTranspose2d`
 * @throws RangeError if shapes or dtypes do not fit together, or `outputPadding` is too large
 * @see torch.nn.functional.conv_transpose3d
 * @example F.convTranspose3d(ones(1, 2, 2, 2, 2), ones(2, 1, 3, 3, 3)).shape // [ 1, 1, 4, 4, 4 ]
 */
export function convTranspose3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  requireArity('convTranspose3d', arguments.length, 4);
  return transposed('convTranspose3d', 3, input, weight, bias, options);
}

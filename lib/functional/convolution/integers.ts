/** Convolutions of integers, as a sum of matrix products over the taps of the kernel; sums wrap around. */
import { isFloating } from '../../core/dtype';
import { numelOf } from '../../core/shape';
import { Tensor } from '../../core/tensor';
import { convolve, convolveInput, type ConvGeometry } from '../../ops/nn/convolution';

/** The sizes of the last dimensions, with those of the input as the kernel reads it. */
function sizesOf(geometry: ConvGeometry) {
  const { dims, output, kernel, stride, dilation, padding, input } = geometry;
  const own = <T>(values: readonly T[]): T[] => values.slice(3 - dims);
  const read = output.map((size, i) => {
    const end = (size - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1;
    return size === 0 ? 0 : end;
  });
  return {
    output: own(output),
    kernel: own(kernel),
    stride: own(stride),
    dilation: own(dilation),
    padding: own(padding),
    input: own(input),
    /** At least as long as the padded input. */
    padded: own(read.map((size, i) => Math.max(size, input[i] + padding[i]))),
  };
}

/** The elements of the padded input that one tap reads, as a view (batch, channels, ...output). */
function readBy(x: Tensor, tap: readonly number[], sizes: ReturnType<typeof sizesOf>): Tensor {
  return tap.reduce((view, index, i) => {
    const first = index * sizes.dilation[i];
    const last = first + (sizes.output[i] - 1) * sizes.stride[i] + 1;
    return view.slice(i + 2, first, Math.max(last, first), sizes.stride[i]);
  }, x);
}

function eachTap(kernel: readonly number[], visit: (tap: number[], index: number) => void): void {
  for (let index = 0; index < numelOf(kernel); index++) {
    let rest = index;
    const tap = kernel.map(() => 0);
    for (let i = kernel.length - 1; i >= 0; i--) {
      tap[i] = rest % kernel[i];
      rest = Math.floor(rest / kernel[i]);
    }
    visit(tap, index);
  }
}

const zeros = (dtype: Tensor['dtype'], shape: readonly number[]): Tensor =>
  Tensor._empty(dtype, shape).zero_();

/** The padded input of zeros, and the view of the input in it. */
function paddedInput(dtype: Tensor['dtype'], geometry: ConvGeometry) {
  const sizes = sizesOf(geometry);
  const padded = zeros(dtype, [geometry.batch, geometry.inChannels, ...sizes.padded]);
  const inside = sizes.input.reduce(
    (view, size, i) => view.narrow(i + 2, sizes.padding[i], size),
    padded,
  );
  return { sizes, padded, inside };
}

/** A bias for each channel of a result. */
const withBias = (y: Tensor, bias: Tensor | null, dims: number): Tensor =>
  bias === null ? y : y.add(bias.reshape([-1, ...new Array<number>(dims).fill(1)]));

/** `convolve` of any dtype of numbers. */
export function convolveNumbers(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  geometry: ConvGeometry,
): Tensor {
  if (isFloating(x.dtype)) return convolve(x, weight, bias, geometry);
  const { batch, groups, inChannels, outChannels, dims } = geometry;
  const { sizes, padded, inside } = paddedInput(x.dtype, geometry);
  inside.copy_(x);
  const length = numelOf(sizes.output);
  const taps = weight.reshape([groups, outChannels / groups, inChannels / groups, -1]);
  const y = zeros(x.dtype, [batch, groups, outChannels / groups, length]);
  eachTap(sizes.kernel, (tap, index) => {
    const columns = readBy(padded, tap, sizes).reshape([
      batch,
      groups,
      inChannels / groups,
      length,
    ]);
    y.add_(taps.select(3, index).matmul(columns));
  });
  return withBias(y.reshape([batch, outChannels, ...sizes.output]), bias, dims);
}

/** `convolveInput` of any dtype of numbers. */
export function convolveInputNumbers(
  dy: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  geometry: ConvGeometry,
): Tensor {
  if (isFloating(dy.dtype)) return convolveInput(dy, weight, bias, geometry);
  const { batch, groups, inChannels, outChannels, dims } = geometry;
  const { sizes, padded, inside } = paddedInput(dy.dtype, geometry);
  const columns = dy.reshape([batch, groups, outChannels / groups, numelOf(sizes.output)]);
  const taps = weight.reshape([groups, outChannels / groups, inChannels / groups, -1]);
  eachTap(sizes.kernel, (tap, index) => {
    const product = taps.select(3, index).transpose(1, 2).matmul(columns);
    readBy(padded, tap, sizes).add_(product.reshape([batch, inChannels, ...sizes.output]));
  });
  return withBias(inside.contiguous(), bias, dims);
}

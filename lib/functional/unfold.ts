/** Windows of images as columns, and back. */
import { requireArity, requireOptions, shapeText, unexpected } from '../core/errors';
import { requireShape } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { requireTuple } from '../core/tuple';
import { requireFloating } from '../ops/define';
import { foldColumns, unfoldImages, type Pair } from '../ops/nn/unfold';
import type { Size } from './convolution';

/** Options of `unfold` and `fold`; an array has a number for rows and one for columns. */
export interface UnfoldOptions {
  /** Distance between two elements of a window; default 1. */
  dilation?: Size;
  /** Zeros added at all sides of the images; default 0. */
  padding?: Size;
  /** Distance between two windows; default 1. */
  stride?: Size;
}

const known = ['dilation', 'padding', 'stride'] as const;

interface Settings {
  readonly kernel: Pair;
  readonly dilation: Pair;
  readonly padding: Pair;
  readonly stride: Pair;
}

/** Checks the kernel size and the options of the function or layer `op`. */
export function requireWindows(op: string, kernelSize: unknown, options: UnfoldOptions): Settings {
  requireOptions(op, options, known);
  const pair = (name: string, value: unknown, low: number): Pair => {
    const [height, width] = requireTuple(op, name, value, 2, low);
    return [height, width];
  };
  return {
    kernel: pair('kernelSize', kernelSize, 1),
    dilation: pair('dilation', options.dilation ?? 1, 1),
    padding: pair('padding', options.padding ?? 0, 0),
    stride: pair('stride', options.stride ?? 1, 1),
  };
}

/** The number of windows along both dimensions. */
function outputOf(input: readonly number[], settings: Settings): Pair {
  const { kernel, dilation, padding, stride } = settings;
  const count = (i: 0 | 1): number => {
    const room = input[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1;
    return Math.floor(room / stride[i]) + 1;
  };
  return [count(0), count(1)];
}

function settingsText({ kernel, dilation, padding, stride }: Settings): string {
  const list = Object.entries({ dilation, padding, stride });
  const others = list.map(([name, pair]) => `${name} ${shapeText(pair)}`).join(', ');
  return `kernel ${shapeText(kernel)}, ${others}`;
}

/**
 * Copies the windows of images to columns (im2col).
 *
 * @param input (N, C, H, W) or (C, H, W), any dtype
 * @param kernelSize size of the windows: a number, or [height, width]
 * @param options.dilation distance between two elements of a window; default 1
 * @param options.padding zeros added at all sides of the images; default 0
 * @param options.stride distance between two windows; default 1
 * @returns (N, C * height * width, L) or (C * height * width, L), with a column for each of the L windows
 * @throws RangeError if a size is 0, or the window is larger than the padded images
 * @see torch.nn.functional.unfold
 * @example F.unfold(ones(1, 3, 4, 5), 2).shape // [ 1, 12, 12 ]
 */
export function unfold(input: Tensor, kernelSize: Size, options: UnfoldOptions = {}): Tensor {
  requireArity('unfold', arguments.length, 3);
  const x = requireTensor('unfold', 'input', input);
  const settings = requireWindows('unfold', kernelSize, options);
  if ((x.ndim !== 3 && x.ndim !== 4) || x.shape.includes(0, x.ndim - 3)) {
    const what = '3 or 4 dimensions of at least 1, apart from the batch,';
    throw unexpected('unfold', what, 'input', shapeText(x.shape));
  }
  const images = x.ndim === 4 ? x : x.unsqueeze(0);
  const [batch, channels, height, width] = images.shape;
  const { kernel } = settings;
  const output = outputOf([height, width], settings);
  if (output[0] < 1 || output[1] < 1) {
    const what = `at least one window of ${settingsText(settings)}`;
    throw unexpected('unfold', what, 'input', shapeText(x.shape));
  }
  requireShape('unfold', [batch, channels, ...kernel, ...output], 'result');
  const y = unfoldImages(images, { batch, channels, input: [height, width], output, ...settings });
  return x.ndim === 4 ? y : y.squeeze(0);
}

/**
 * Sums columns into images (col2im): each element of an image is the sum of the elements that `unfold` copies from it.
 *
 * @param input (N, C * height * width, L) or (C * height * width, L)
 * @param outputSize size of the images: a number, or [height, width]
 * @param kernelSize size of the windows: a number, or [height, width]
 * @param options.dilation distance between two elements of a window; default 1
 * @param options.padding zeros that `unfold` adds at all sides of the images; default 0
 * @param options.stride distance between two windows; default 1
 * @returns (N, C, H, W) or (C, H, W)
 * @throws RangeError if a size is 0, or `input` does not have the columns of such images
 * @see torch.nn.functional.fold
 * @example F.fold(ones(1, 4, 4), 3, 2) // tensor([[[[1., 2., 1.], [2., 4., 2.], [1., 2., 1.]]]])
 */
export function fold(
  input: Tensor,
  outputSize: Size,
  kernelSize: Size,
  options: UnfoldOptions = {},
): Tensor {
  requireArity('fold', arguments.length, 4);
  const x = requireTensor('fold', 'input', input);
  requireFloating('fold', 'input', x);
  const [height, width] = requireTuple('fold', 'outputSize', outputSize, 2, 1);
  const settings = requireWindows('fold', kernelSize, options);
  if ((x.ndim !== 2 && x.ndim !== 3) || x.shape.includes(0, x.ndim - 2)) {
    const what = '2 or 3 dimensions of at least 1, apart from the batch,';
    throw unexpected('fold', what, 'input', shapeText(x.shape));
  }
  const columns = x.ndim === 3 ? x : x.unsqueeze(0);
  const [batch, rows, count] = columns.shape;
  const { kernel } = settings;
  const output = outputOf([height, width], settings);
  const taps = kernel[0] * kernel[1];
  if (rows % taps !== 0 || output[0] < 1 || output[1] < 1 || count !== output[0] * output[1]) {
    const images = `images ${shapeText([height, width])} and ${settingsText(settings)}`;
    const windows = output[0] < 1 || output[1] < 1 ? 0 : output[0] * output[1];
    const what = `a multiple of ${taps} rows and ${windows} columns for ${images},`;
    throw unexpected('fold', what, 'input', shapeText(x.shape));
  }
  const channels = rows / taps;
  requireShape('fold', [batch, channels, height, width], 'result');
  const y = foldColumns(columns, { batch, channels, input: [height, width], output, ...settings });
  return x.ndim === 3 ? y : y.squeeze(0);
}

/** Layers that copy windows of images to columns, and back. */
import { requireArity, requireMethodArity } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { requireTuple } from '../../core/tuple';
import { fold, unfold, type Size, type UnfoldOptions } from '../../functional';
import { requireWindows } from '../../functional/unfold';
import { pythonTuple } from '../module/describe';
import { Module } from '../module/module';

const sizeText = (size: Size): string => (typeof size === 'number' ? `${size}` : pythonTuple(size));

abstract class Windows extends Module {
  /** Size of the windows: a number, or [height, width]. */
  readonly kernelSize: Size;
  /** Distance between two elements of a window. */
  readonly dilation: Size;
  /** Zeros added at all sides of the images. */
  readonly padding: Size;
  /** Distance between two windows. */
  readonly stride: Size;

  protected constructor(op: string, kernelSize: Size, options: UnfoldOptions) {
    super();
    requireWindows(op, kernelSize, options);
    const copy = (size: Size): Size => (typeof size === 'number' ? size : [...size]);
    this.kernelSize = copy(kernelSize);
    this.dilation = copy(options.dilation ?? 1);
    this.padding = copy(options.padding ?? 0);
    this.stride = copy(options.stride ?? 1);
  }

  override extraRepr(): string {
    const { kernelSize, dilation, padding, stride } = this;
    const sizes: Record<string, Size> = { kernel_size: kernelSize, dilation, padding, stride };
    const all = this instanceof Fold ? { output_size: this.outputSize, ...sizes } : sizes;
    return Object.entries<Size>(all)
      .map(([name, size]) => `${name}=${sizeText(size)}`)
      .join(', ');
  }
}

/**
 * Copies the windows of images to columns (im2col).
 *
 * Shape: (N, C, H, W) or (C, H, W) -> (N, C * height * width, L) or (C * height * width, L)
 *
 * @see torch.nn.Unfold
 * @example new nn.Unfold(2).forward(ones(1, 3, 4, 5)).shape // [ 1, 12, 12 ]
 */
export class Unfold extends Windows {
  /**
   * Creates the layer.
   *
   * @param kernelSize size of the windows: a number, or [height, width]
   * @param options.dilation distance between two elements of a window; default 1
   * @param options.padding zeros added at all sides of the images; default 0
   * @param options.stride distance between two windows; default 1
   * @throws RangeError if a size is less than 1
   */
  constructor(kernelSize: Size, options: UnfoldOptions = {}) {
    requireArity('Unfold', arguments.length, 2);
    super('Unfold', kernelSize, options);
  }

  /**
   * Applies the layer.
   *
   * @param input (N, C, H, W) or (C, H, W), any dtype
   * @returns (N, C * height * width, L) or (C * height * width, L), see `F.unfold`
   * @throws RangeError if a size is 0, or the window is larger than the padded images
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { kernelSize, dilation, padding, stride } = this;
    return unfold(input, kernelSize, { dilation, padding, stride });
  }
}

/**
 * Sums columns into images (col2im), the reverse of `Unfold` except that overlapping windows are summed.
 *
 * Shape: (N, C * height * width, L) or (C * height * width, L) -> (N, C, H, W) or (C, H, W)
 *
 * @see torch.nn.Fold
 * @example new nn.Fold([4, 5], 2).forward(ones(1, 12, 12)).shape // [ 1, 3, 4, 5 ]
 */
export class Fold extends Windows {
  /** Size of the images: a number, or [height, width]. */
  readonly outputSize: Size;

  /**
   * Creates the layer.
   *
   * @param outputSize size of the images: a number, or [height, width]
   * @param kernelSize size of the windows: a number, or [height, width]
   * @param options.dilation distance between two elements of a window; default 1
   * @param options.padding zeros that `Unfold` adds at all sides of the images; default 0
   * @param options.stride distance between two windows; default 1
   * @throws RangeError if a size is less than 1
   */
  constructor(outputSize: Size, kernelSize: Size, options: UnfoldOptions = {}) {
    requireArity('Fold', arguments.length, 3);
    super('Fold', kernelSize, options);
    requireTuple('Fold', 'outputSize', outputSize, 2, 1);
    this.outputSize = typeof outputSize === 'number' ? outputSize : [...outputSize];
  }

  /**
   * Applies the layer.
   *
   * @param input (N, C * height * width, L) or (C * height * width, L)
   * @returns (N, C, H, W) or (C, H, W), see `F.fold`
   * @throws RangeError if `input` does not have the columns of images of `outputSize`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { outputSize, kernelSize, dilation, padding, stride } = this;
    return fold(input, outputSize, kernelSize, { dilation, padding, stride });
  }
}

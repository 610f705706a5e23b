/** Layers that interpolate to other sizes. */
import { requireArity, requireMethodArity, requireOptions, unexpected } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import {
  interpolateWith,
  type InterpolateMode,
  type InterpolateOptions,
} from '../../functional/interpolate';
import { pythonFloat } from '../module/describe';
import { Module } from '../module/module';

/** Options of `Upsample`. */
export type UpsampleOptions = Omit<InterpolateOptions, 'antialias'>;

/**
 * Resizes the spatial dimensions of a batch of signals, images or volumes.
 *
 * Shape: (N, C, W), (N, C, H, W) or (N, C, D, H, W) -> the same with other spatial sizes
 *
 * @see torch.nn.Upsample, F.interpolate
 * @example new nn.Upsample({ scaleFactor: 2 }).forward(tensor([[[1, 2]]])) // tensor([[[1., 1., 2., 2.]]])
 */
export class Upsample extends Module {
  /** Spatial sizes of the result, or null. */
  readonly size: number | readonly number[] | null;
  /** Factors of the spatial sizes, or null. */
  readonly scaleFactor: number | readonly number[] | null;
  /** How elements are computed; default 'nearest'. */
  readonly mode: InterpolateMode;
  /** Whether the first and last elements keep their places. */
  readonly alignCorners: boolean | null;
  /** Whether positions are computed from the integer sizes instead of `scaleFactor`. */
  readonly recomputeScaleFactor: boolean | null;

  /**
   * Creates the layer.
   *
   * @param options sizes or factors, and the mode; see UpsampleOptions
   */
  constructor(options: UpsampleOptions = {}) {
    requireArity(new.target.name, arguments.length, 1);
    super();
    const op = new.target.name;
    requireOptions(op, options, [
      'size',
      'scaleFactor',
      'mode',
      'alignCorners',
      'recomputeScaleFactor',
    ]);
    const { size = null, scaleFactor = null } = options;
    if ((size === null) === (scaleFactor === null)) {
      const got = size === null ? 'none' : 'both';
      throw unexpected(op, 'either size or scaleFactor', 'options', got);
    }
    this.size = size;
    this.scaleFactor = scaleFactor;
    this.mode = options.mode ?? 'nearest';
    this.alignCorners = options.alignCorners ?? null;
    this.recomputeScaleFactor = options.recomputeScaleFactor ?? null;
  }

  /**
   * Resizes the spatial dimensions.
   *
   * @param input (N, C, ...)
   * @returns (N, C, ...) with the new spatial sizes
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    const options = { size, scaleFactor, mode, alignCorners, recomputeScaleFactor };
    return interpolateWith(this.constructor.name, input, options);
  }

  override extraRepr(): string {
    const text = (values: number | readonly number[], one: (value: number) => string): string => {
      if (typeof values === 'number') return one(values);
      return `(${values.map(one).join(', ')}${values.length === 1 ? ',' : ''})`;
    };
    const sizes =
      this.size === null
        ? `scale_factor=${text(this.scaleFactor ?? 1, pythonFloat)}`
        : `size=${text(this.size, String)}`;
    return `${sizes}, mode='${this.mode}'`;
  }
}

/** Options of `UpsamplingNearest2d` and `UpsamplingBilinear2d`: one of the two. */
export type UpsamplingOptions = Pick<InterpolateOptions, 'size' | 'scaleFactor'>;

/**
 * Enlarges images by repeating the nearest pixel.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W')
 *
 * @see torch.nn.UpsamplingNearest2d; nn.Upsample is more general
 * @example new nn.UpsamplingNearest2d({ scaleFactor: 2 }).forward(zeros(1, 3, 4, 5)).shape // [ 1, 3, 8, 10 ]
 */
export class UpsamplingNearest2d extends Upsample {
  /**
   * Creates the layer.
   *
   * @param options sizes or factors; see UpsamplingOptions
   */
  constructor(options: UpsamplingOptions = {}) {
    requireArity(new.target.name, arguments.length, 1);
    requireOptions(new.target.name, options, ['size', 'scaleFactor']);
    super({ ...options, mode: 'nearest' });
  }
}

/**
 * Resizes images by bilinear interpolation, with aligned corners.
 *
 * Shape: (N, C, H, W) -> (N, C, H', W')
 *
 * @see torch.nn.UpsamplingBilinear2d; nn.Upsample is more general
 * @example new nn.UpsamplingBilinear2d({ size: [7, 9] }).forward(zeros(1, 3, 4, 5)).shape // [ 1, 3, 7, 9 ]
 */
export class UpsamplingBilinear2d extends Upsample {
  /**
   * Creates the layer.
   *
   * @param options sizes or factors; see UpsamplingOptions
   */
  constructor(options: UpsamplingOptions = {}) {
    requireArity(new.target.name, arguments.length, 1);
    requireOptions(new.target.name, options, ['size', 'scaleFactor']);
    super({ ...options, mode: 'bilinear', alignCorners: true });
  }
}

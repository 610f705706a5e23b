/** Layers that move elements between channels and space. */
import { requireArity, requireInteger, requireMethodArity } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { channelShuffle, pixelShuffle, pixelUnshuffle } from '../../functional';
import { Module } from '../module/module';

/**
 * Moves elements from channels to space: sub-pixel upscaling.
 *
 * Shape: (..., C * r * r, H, W) -> (..., C, H * r, W * r)
 *
 * @see torch.nn.PixelShuffle, F.pixelShuffle
 * @example new nn.PixelShuffle(2).forward(zeros(1, 8, 2, 3)).shape // [ 1, 2, 4, 6 ]
 */
export class PixelShuffle extends Module {
  /**
   * Creates the layer.
   *
   * @param upscaleFactor the factor r of height and width
   */
  constructor(
    /** The factor of height and width. */
    readonly upscaleFactor: number,
  ) {
    requireArity('PixelShuffle', arguments.length, 1);
    super();
    requireInteger('PixelShuffle', 'upscaleFactor', upscaleFactor, 1);
  }

  /**
   * Moves elements from channels to space.
   *
   * @param input (..., C * r * r, H, W)
   * @returns (..., C, H * r, W * r)
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return pixelShuffle(input, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/**
 * Moves elements from space to channels: the inverse of `PixelShuffle`.
 *
 * Shape: (..., C, H * r, W * r) -> (..., C * r * r, H, W)
 *
 * @see torch.nn.PixelUnshuffle, F.pixelUnshuffle
 * @example new nn.PixelUnshuffle(2).forward(zeros(1, 2, 4, 6)).shape // [ 1, 8, 2, 3 ]
 */
export class PixelUnshuffle extends Module {
  /**
   * Creates the layer.
   *
   * @param downscaleFactor the divisor r of height and width
   */
  constructor(
    /** The divisor of height and width. */
    readonly downscaleFactor: number,
  ) {
    requireArity('PixelUnshuffle', arguments.length, 1);
    super();
    requireInteger('PixelUnshuffle', 'downscaleFactor', downscaleFactor, 1);
  }

  /**
   * Moves elements from space to channels.
   *
   * @param input (..., C, H * r, W * r)
   * @returns (..., C * r * r, H, W)
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return pixelUnshuffle(input, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}

/**
 * Interleaves groups of channels.
 *
 * Shape: (N, C, ...) -> the same
 *
 * @see torch.nn.ChannelShuffle, F.channelShuffle
 * @example new nn.ChannelShuffle(2).forward(arange(4).reshape(1, 4, 1)).flatten() // tensor([0., 2., 1., 3.])
 */
export class ChannelShuffle extends Module {
  /**
   * Creates the layer.
   *
   * @param groups the number of groups
   */
  constructor(
    /** The number of groups. */
    readonly groups: number,
  ) {
    requireArity('ChannelShuffle', arguments.length, 1);
    super();
    requireInteger('ChannelShuffle', 'groups', groups, 1);
  }

  /**
   * Interleaves the groups.
   *
   * @param input (N, C, ...), at least 3 dimensions
   * @returns the shape of `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return channelShuffle(input, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}

/** How image files are decoded; apart from decode.ts, whose types need the package sharp. */
import { requireInteger, wrongType, wrongValue } from '../../core/errors';
import { requireSize, type ImageSize } from '../transforms/arguments';

/** Options of `readImage`, and of `ImageFolder` for each image. */
export interface DecodeOptions {
  /**
   * Height and width in pixels; images are scaled and cropped around the centre to this size. A number means both.
   * Default: each image keeps its size.
   */
  size?: ImageSize;
  /** 3 for red, green and blue, 1 for grey. Default: 3. */
  channels?: 1 | 3;
  /**
   * The most pixels that an image may have; larger images are refused before they are decoded. Default: 100 million.
   */
  maxPixels?: number;
}

export const decodeKeys = ['size', 'channels', 'maxPixels'] as const;

/** The checked options. */
export interface DecodePlan {
  readonly size: readonly [height: number, width: number] | null;
  readonly channels: 1 | 3;
  readonly maxPixels: number;
}

export function decodePlanOf(op: string, options: DecodeOptions): DecodePlan {
  const { size, channels = 3, maxPixels = 100_000_000 } = options;
  return {
    size: size === undefined ? null : requireSize(op, 'size', size),
    channels: requireChannels(op, channels),
    maxPixels: requireInteger(op, 'maxPixels', maxPixels, 1),
  };
}

function requireChannels(op: string, channels: unknown): 1 | 3 {
  if (channels === 1 || channels === 3) return channels;
  const refuse = typeof channels === 'number' ? wrongValue : wrongType;
  throw refuse(op, '1 or 3', 'channels', channels);
}

/** Decoding image files with the package sharp. */
import type * as SharpModule from 'sharp';
import { requireInteger, wrongType, wrongValue } from '../../core/errors';
import { requirePackage } from '../../core/packages';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
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

type Sharp = typeof SharpModule.default;

export function decodePlanOf(op: string, options: DecodeOptions): DecodePlan {
  const { size, channels = 3, maxPixels = 100_000_000 } = options;
  return {
    size: size === undefined ? null : requireSize(op, 'size', size),
    channels: requireChannels(op, channels),
    maxPixels: requireInteger(op, 'maxPixels', maxPixels, 1),
  };
}

/**
 * An image as uint8 (channels, height, width). sharp gets bytes instead of a path, because libvips caches images by path
 * even if the file has changed.
 */
export async function decodeImage(
  sharp: Sharp,
  bytes: Uint8Array,
  { size, channels, maxPixels }: DecodePlan,
): Promise<Tensor> {
  const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' }).rotate();
  const [height, width] = size ?? [];
  const sized = size === null ? image : image.resize({ width, height, fit: 'cover' });
  const { data, info } = await sized
    .flatten()
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return planes(data, info, channels);
}

/** Converts pixels from (height, width, channels) to (channels, height, width). */
function planes(bytes: Buffer, info: SharpModule.OutputInfo, channels: number): Tensor {
  const { width, height, channels: channelsInFile } = info;
  const area = width * height;
  const out = new Uint8Array(channels * area);
  for (let c = 0; c < channels; c++) {
    const from = Math.min(c, channelsInFile - 1); // a grey image has one channel, for red, green and blue
    for (let i = 0; i < area; i++) out[c * area + i] = bytes[i * channelsInFile + from];
  }
  return new Tensor(new Storage('uint8', out), [channels, height, width]);
}

/** The package, or an error that says how to install it. */
export function requireSharp(op: string): Sharp {
  const loaded = requirePackage(op, 'images', 'sharp') as Sharp & { default?: Sharp };
  return loaded.default ?? loaded;
}

function requireChannels(op: string, channels: unknown): 1 | 3 {
  if (channels === 1 || channels === 3) return channels;
  const refuse = typeof channels === 'number' ? wrongValue : wrongType;
  throw refuse(op, '1 or 3', 'channels', channels);
}

/** Decoding image files with the package sharp. */
import type * as SharpModule from 'sharp';
import { requirePackage } from '../../core/packages';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import type { DecodePlan } from './decodeOptions';

type Sharp = typeof SharpModule.default;

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

import { readFile } from 'node:fs/promises';
import { messageOf, requireArity, requireOptions } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { requirePath } from '../../io/file';
import { decodeImage, requireSharp } from './decode';
import { decodeKeys, decodePlanOf, type DecodeOptions } from './decodeOptions';

/**
 * Reads and decodes one image file. The package sharp decodes it on a background thread: `npm install sharp`.
 *
 * @param source the file, as a path, a file URL, or its bytes
 * @param options size and number of channels; see DecodeOptions
 * @returns a promise of the image, uint8 (channels, height, width) from 0 to 255
 * @throws RangeError (the promise rejects) if it cannot be decoded; Error if the package sharp is not installed
 * @see torchvision.io.decode_image
 * @example
 * const image = await data.readImage('cat.jpg', { size: 64 });
 * image.shape // [ 3, 64, 64 ]
 */
export async function readImage(
  source: string | URL | Uint8Array,
  options: DecodeOptions = {},
): Promise<Tensor> {
  const op = 'readImage';
  requireArity(op, arguments.length, 2);
  requireOptions(op, options, decodeKeys);
  const plan = decodePlanOf(op, options);
  const input = source instanceof Uint8Array ? source : requirePath(op, source, 'source');
  const what = typeof input === 'string' ? input : 'the bytes';
  const sharp = requireSharp(op);
  const bytes = typeof input === 'string' ? await readFile(input) : input;
  try {
    return await decodeImage(sharp, bytes, plan);
  } catch (error) {
    throw new RangeError(`${op}: cannot decode ${what}: ${messageOf(error)}`, { cause: error });
  }
}

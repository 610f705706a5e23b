import { extname } from 'node:path';
import { numbersIn } from '../../core/access';
import { requireArity, shapeText, unexpected } from '../../core/errors';
import { noGrad } from '../../core/gradMode';
import type { Tensor } from '../../core/tensor';
import { requirePath } from '../../io/file';
import { writeWhole } from '../../io/write';
import { isFloating } from '../../core/dtype';
import { requireSharp } from './decode';
import { gridOf, type MakeGridOptions } from './makeGrid';

const formats = { '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.webp': 'webp', '.tif': 'tiff', '.tiff': 'tiff' } as const; // prettier-ignore

/**
 * Saves images as one picture, several in a grid. The package sharp encodes it: `npm install sharp`.
 *
 * Floating images are from 0 to 1, and values outside are limited; uint8 images are from 0 to 255.
 *
 * @param path the file; its ending, such as `.png` or `.jpg`, defines the format
 * @param images (N, C, H, W), (C, H, W), (H, W), or an array of images of one shape, with 1, 3 or 4 channels
 * @param options those of `makeGrid`
 * @returns a promise that resolves when the file is complete
 * @throws RangeError (the promise rejects) for other shapes or endings; Error if the package sharp is not installed
 * @see torchvision.utils.save_image
 * @example await data.saveImage('digits.png', rand(16, 1, 28, 28), { nrow: 4 });
 */
export async function saveImage(
  path: string | URL,
  images: Tensor | readonly Tensor[],
  options: MakeGridOptions = {},
): Promise<void> {
  const op = 'saveImage';
  requireArity(op, arguments.length, 3);
  const file = requirePath(op, path);
  const format = formats[extname(file).toLowerCase() as keyof typeof formats] as
    (typeof formats)[keyof typeof formats] | undefined;
  if (format === undefined) {
    throw unexpected(op, `a name that ends in ${Object.keys(formats).join(', ')}`, 'path', file);
  }
  const grid = gridOf(op, images, options);
  const [channels, height, width] = grid.shape;
  if (channels !== 3 && channels !== 4) {
    throw unexpected(op, 'images of 1, 3 or 4 channels', 'images', shapeText(grid.shape));
  }
  const sharp = requireSharp(op);
  const raw = { width, height, channels } as const;
  await writeWhole(file, [await sharp(bytesOf(grid), { raw }).toFormat(format).toBuffer()]);
}

/** Pixels (height, width, channels). */
function bytesOf(grid: Tensor): Uint8Array {
  return noGrad(() => {
    const scaled = isFloating(grid.dtype)
      ? grid.mul(255).add(0.5).clamp({ min: 0, max: 255 })
      : grid;
    return Uint8Array.from(numbersIn(scaled.permute(1, 2, 0).to('uint8')), Number);
  });
}

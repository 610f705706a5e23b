/** Resizing images (..., C, H, W). */
import { shapeText } from '../../../core/errors';
import type { Tensor } from '../../../core/tensor';
import { interpolate } from '../../../functional';
import type { InterpolationMode } from '../arguments';
import { asFloat, likeImages } from './pixels';

/** How to resize. */
export interface Resampling {
  readonly interpolation: InterpolationMode;
  readonly antialias: boolean;
}

/** Images of another size, or the images themselves if they have it. */
export function resize(
  images: Tensor,
  [height, width]: readonly [number, number],
  { interpolation: mode, antialias }: Resampling,
): Tensor {
  const { shape, dtype } = images;
  const [c, h, w] = shape.slice(-3);
  if (h === height && w === width) return images;
  const smooth = mode === 'bilinear' || mode === 'bicubic';
  const options = smooth ? { mode, alignCorners: false, antialias } : { mode };
  const flat = asFloat(images).reshape(-1, c, h, w);
  const resized = interpolate(flat, { size: [height, width], ...options });
  return likeImages(resized, dtype).reshape(...shape.slice(0, -2), height, width);
}

/** The size of an image whose smaller side becomes `size`, or whose larger side becomes `maxSize`. */
export function scaledSize(
  op: string,
  [h, w]: readonly [number, number],
  size: number | null,
  maxSize: number | null,
): [height: number, width: number] {
  const [short, long] = w <= h ? [w, h] : [h, w];
  let [newShort, newLong] =
    size === null ? [0, Infinity] : [size, Math.trunc((size * long) / short)];
  if (maxSize !== null && newLong > maxSize) {
    newShort = Math.trunc(
      size === null ? (maxSize * short) / long : (maxSize * newShort) / newLong,
    );
    newLong = maxSize;
  }
  if (newShort === 0 || short === 0) {
    const result = shapeText(w <= h ? [newLong, newShort] : [newShort, newLong]);
    throw new RangeError(
      `${op}: an image of ${shapeText([h, w])} pixels would become ${result}; pass both sides for size`,
    );
  }
  return w <= h ? [newLong, newShort] : [newShort, newLong];
}

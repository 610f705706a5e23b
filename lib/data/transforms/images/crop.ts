/** Cropping and padding images (..., C, H, W). */
import { unexpected } from '../../../core/errors';
import type { Tensor } from '../../../core/tensor';
import { fromArray, tensor } from '../../../creation/filled';
import { roundHalfEven } from '../random';
import type { Fill } from '../arguments';

/** Pixels to add to each side. */
export interface Borders {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What pixels outside an image are: a constant, the pixels of the edge, or a reflection with or without the edge. */
export type PaddingMode = 'constant' | 'edge' | 'reflect' | 'symmetric';

export const paddingModes = ['constant', 'edge', 'reflect', 'symmetric'] as const;

/** A rectangle of images, as a view. */
export function crop(
  images: Tensor,
  top: number,
  left: number,
  height: number,
  width: number,
): Tensor {
  return images.narrow(-2, top, height).narrow(-1, left, width);
}

/** The middle of images, which are padded with 0 if they are smaller. */
export function centerCrop(images: Tensor, [height, width]: readonly [number, number]): Tensor {
  const [h, w] = images.shape.slice(-2);
  const [down, right] = [Math.max(height - h, 0), Math.max(width - w, 0)];
  const padded = pad('CenterCrop', images, {
    left: Math.floor(right / 2),
    top: Math.floor(down / 2),
    right: Math.ceil(right / 2),
    bottom: Math.ceil(down / 2),
  });
  const [top, left] = [
    roundHalfEven((h + down - height) / 2),
    roundHalfEven((w + right - width) / 2),
  ];
  return crop(padded, top, left, height, width);
}

/** Images with borders, or the images themselves if there are none. */
export function pad(
  op: string,
  images: Tensor,
  { left, top, right, bottom }: Borders,
  fill: Fill = 0,
  mode: PaddingMode = 'constant',
): Tensor {
  if (left === 0 && top === 0 && right === 0 && bottom === 0) return images;
  if (mode === 'constant') return padWith(images, { left, top, right, bottom }, fill);
  const padded = padBySource(op, images, -2, top, bottom, mode);
  return padBySource(op, padded, -1, left, right, mode);
}

function padWith(images: Tensor, { left, top, right, bottom }: Borders, fill: Fill): Tensor {
  const { shape, dtype } = images;
  const [h, w] = shape.slice(-2);
  const size = [...shape.slice(0, -2), h + top + bottom, w + left + right];
  // PyTorch converts the fill to the dtype of the image, as `to` does.
  const filling = tensor([fill].flat(), { dtype: 'float64' }).to(dtype).reshape(-1, 1, 1);
  const out = filling.expand(size).clone();
  crop(out, top, left, h, w).copy_(images);
  return out;
}

/** Pads one dimension: every result pixel is a copy of a pixel of the image. */
function padBySource(
  op: string,
  images: Tensor,
  dim: number,
  before: number,
  after: number,
  mode: Exclude<PaddingMode, 'constant'>,
): Tensor {
  if (before === 0 && after === 0) return images;
  const n = images.shape[images.ndim + dim];
  const most = mode === 'edge' ? (n > 0 ? Infinity : 0) : mode === 'reflect' ? n - 1 : n;
  if (Math.max(before, after) > most) {
    const what = `a padding of at most ${Math.max(most, 0)}, because input has ${n} pixels there,`;
    throw unexpected(op, what, 'padding', String(Math.max(before, after)));
  }
  const source = Int32Array.from({ length: before + n + after }, (_, i) =>
    sourceOf(i - before, n, mode),
  );
  return images.indexSelect(dim, fromArray(source));
}

function sourceOf(position: number, n: number, mode: Exclude<PaddingMode, 'constant'>): number {
  if (mode === 'edge') return Math.min(Math.max(position, 0), n - 1);
  const shift = mode === 'symmetric' ? 1 : 0;
  if (position < 0) return -position - shift;
  return position < n ? position : 2 * (n - 1) - position + shift;
}

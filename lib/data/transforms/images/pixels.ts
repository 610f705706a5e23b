/** The dtype in which pixels are computed. */
import { isFloating, isHalf } from '../../../core/dtype';
import type { Tensor } from '../../../core/tensor';

/** The dtype in which pixels are computed: float32 for bytes and halves. */
export function asFloat(images: Tensor): Tensor {
  const { dtype } = images;
  return isFloating(dtype) && !isHalf(dtype) ? images : images.to('float32');
}

/** Computed pixels in the dtype of the images: bytes are rounded, and limited to 0 and 255. */
export function likeImages(pixels: Tensor, dtype: Tensor['dtype']): Tensor {
  return isFloating(dtype)
    ? pixels.to(dtype)
    : pixels.round().clamp({ min: 0, max: 255 }).to(dtype);
}

/** Blurring images (N, C, H, W) with a Gaussian. */
import type { Tensor } from '../../../core/tensor';
import { pad } from './crop';
import { asFloat, likeImages } from './pixels';

/** The weights of `size` pixels, whose sum is 1. */
function gaussian(size: number, sigma: number): number[] {
  // torchvision's points: their distance is 1 / sqrt(2), so that exp(-(x / sigma)^2) is a Gaussian.
  const half = (size - 1) / (2 * Math.SQRT2);
  const weights = Array.from({ length: size }, (_, i) => {
    const x = size === 1 ? -half : -half + (2 * half * i) / (size - 1);
    return Math.exp(-((x / sigma) ** 2));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Blurred images; their borders are reflected. `kernel` is [width, height], as in torchvision. */
export function gaussianBlur(
  op: string,
  images: Tensor,
  [kx, ky]: readonly [number, number],
  sigma: number,
): Tensor {
  if (images.numel() === 0) return images;
  const [left, top] = [(kx - 1) / 2, (ky - 1) / 2];
  const padded = pad(op, asFloat(images), { left, top, right: left, bottom: top }, 0, 'reflect');
  const blurred = along(along(padded, -1, gaussian(kx, sigma)), -2, gaussian(ky, sigma));
  return likeImages(blurred, images.dtype);
}

/** The weighted sums of as many neighbours along a dimension as there are weights. */
function along(images: Tensor, dim: number, weights: readonly number[]): Tensor {
  const n = images.shape[images.ndim + dim] - weights.length + 1;
  return weights
    .slice(1)
    .reduce(
      (sum, weight, i) => sum.add(images.narrow(dim, i + 1, n), { alpha: weight }),
      images.narrow(dim, 0, n).mul(weights[0]),
    );
}

/** Rotating and shearing images by resampling them at the points of a transformed grid. */
import type { Tensor } from '../../../core/tensor';
import { fromArray, ones, tensor } from '../../../creation/filled';
import { linspace } from '../../../creation/range';
import { gridSample } from '../../../functional';
import { where } from '../../../ops/elementwise/select';
import { cat, stack } from '../../../ops/shape/join';
import type { Fill } from '../arguments';
import { asFloat, likeImages } from './pixels';

/** An affine map of points: x' = a x + b y + c, y' = d x + e y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** What an image is turned, moved, scaled and sheared by. Angles are in degrees. */
export interface Motion {
  readonly angle: number;
  readonly translate: readonly [x: number, y: number];
  readonly scale: number;
  readonly shear: readonly [x: number, y: number];
}

/** How to compute pixels, and what those outside the image are. */
export interface Warp {
  readonly interpolation: 'nearest' | 'bilinear';
  readonly fill: Fill;
}

/** The centre relative to that of the image of [height, width], in pixels. */
export function relativeCenter(
  center: readonly [x: number, y: number] | null,
  [height, width]: readonly number[],
): readonly [number, number] {
  return center === null ? [0, 0] : [center[0] - width / 2, center[1] - height / 2];
}

/** The inverse of a motion around a centre: from points of the result to points of the image. */
export function inverseMatrix(
  [cx, cy]: readonly [number, number],
  { angle, translate, scale, shear }: Motion,
): Matrix {
  const [rotation, sx, sy] = [angle, ...shear].map((degrees) => (degrees * Math.PI) / 180);
  const a = Math.cos(rotation - sy) / Math.cos(sy);
  const b = -(a * Math.tan(sx) + Math.sin(rotation));
  const c = Math.sin(rotation - sy) / Math.cos(sy);
  const d = Math.cos(rotation) - c * Math.tan(sx);
  // The determinant of the map without scaling is 1.
  const [xx, xy, yx, yy] = [d / scale, -b / scale, -c / scale, a / scale];
  const [x, y] = [cx + translate[0], cy + translate[1]];
  return [xx, xy, cx - xx * x - xy * y, yx, yy, cy - yx * x - yy * y];
}

/** Height and width of the smallest rectangle that contains the corners of an image after a map. */
export function boundsOf(
  [a, b, c, d, e, f]: Matrix,
  [h, w]: readonly number[],
): [height: number, width: number] {
  const corners = [-0.5, 0.5].flatMap((x) => [-0.5, 0.5].map((y) => [x * w, y * h]));
  // 1e-4 is not enough for another pixel: it may be rounding. float32 as in torchvision.
  const size = (values: readonly number[], half: number): number => {
    const cut = (value: number): number => Math.trunc(Math.fround(value + half) * 1e4) * 1e-4;
    return Math.ceil(cut(Math.max(...values))) - Math.floor(cut(Math.min(...values)));
  };
  const xs = corners.map(([x, y]) => a * x + b * y + c);
  const ys = corners.map(([x, y]) => d * x + e * y + f);
  return [size(ys, h / 2), size(xs, w / 2)];
}

/** Images (N, C, H, W), each resampled with its own matrix, to images of [height, width]. */
export function warp(
  images: Tensor,
  matrices: readonly Matrix[],
  [height, width]: readonly [number, number],
  { interpolation: mode, fill }: Warp,
): Tensor {
  const { shape, dtype } = images;
  const [n, c, h, w] = shape;
  const pixels = asFloat(images);
  const grid = gridOf(matrices, [h, w], [height, width], pixels.dtype);
  // Another channel, which is 0 outside the image.
  const inside = ones(n, 1, h, w, { dtype: pixels.dtype });
  const sampled = gridSample(cat([pixels, inside], 1), grid, {
    mode,
    paddingMode: 'zeros',
    alignCorners: false,
  });
  const [result, mask] = [sampled.narrow(1, 0, c), sampled.narrow(1, c, 1)];
  const filling = tensor([fill].flat(), { dtype: pixels.dtype }).reshape(-1, 1, 1);
  const filled =
    mode === 'nearest'
      ? where(mask.lt(0.5), filling, result)
      : result.sub(filling).mul(mask).add(filling);
  return likeImages(filled, dtype);
}

/** The grid (N, height, width, 2) for gridSample, in which the image reaches from -1 to 1. */
function gridOf(
  matrices: readonly Matrix[],
  [h, w]: readonly [number, number],
  [height, width]: readonly [number, number],
  dtype: Tensor['dtype'],
): Tensor {
  const axis = (n: number): Tensor => linspace((1 - n) * 0.5, (n - 1) * 0.5, n, { dtype });
  const x = axis(width).expand(height, width);
  const y = axis(height).unsqueeze(-1).expand(height, width);
  const points = stack([x, y, ones(height, width, { dtype })], -1).reshape(1, height * width, 3);
  const rows = Float64Array.from(matrices.flat());
  const theta = fromArray(rows, [matrices.length, 2, 3]).to(dtype);
  const scaled = theta.transpose(1, 2).div(tensor([0.5 * w, 0.5 * h], { dtype }));
  return points
    .expand(matrices.length, height * width, 3)
    .bmm(scaled)
    .reshape(matrices.length, height, width, 2);
}

/** Images turned by quarters of a circle, anticlockwise, without resampling. */
export function quarterTurns(images: Tensor, turns: number): Tensor {
  if (turns === 0) return images;
  if (turns === 2) return images.flip([-2, -1]);
  const turned = images.transpose(-2, -1);
  return turns === 1 ? turned.flip([-2]) : turned.flip([-1]);
}

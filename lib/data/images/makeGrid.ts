import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireList,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { noGrad } from '../../core/gradMode';
import { requireTensor, Tensor } from '../../core/tensor';
import { full } from '../../creation/filled';
import { stack } from '../../ops/shape/join';
import { requireInterval, type Interval } from '../transforms/arguments';

/** Options of `makeGrid` and `saveImage`. */
export interface MakeGridOptions {
  /** The number of images in a row. Default: 8. */
  nrow?: number;
  /** Pixels between images and around the grid. Default: 2. */
  padding?: number;
  /** Whether to shift and scale the values to the range from 0 to 1. Default: false. */
  normalize?: boolean;
  /** The values that become 0 and 1 with `normalize`. Default: the smallest and largest value. */
  valueRange?: Interval | null;
  /** Whether `normalize` scales each image by itself. Default: false. */
  scaleEach?: boolean;
  /** The value between images. Default: 0. */
  padValue?: number;
}

const keys = ['nrow', 'padding', 'normalize', 'valueRange', 'scaleEach', 'padValue'];

/**
 * Arranges images in a grid.
 *
 * @param images (N, C, H, W), (C, H, W), (H, W), or an array of images of one shape; one channel becomes three
 * @param options rows, padding and scaling; see MakeGridOptions
 * @returns the grid (C, height, width), or the image itself if there is only one
 * @throws RangeError if the shapes differ or have other dimensions
 * @see torchvision.utils.make_grid
 * @example data.makeGrid(rand(10, 1, 28, 28), { nrow: 5 }).shape // [ 3, 62, 152 ]
 */
export function makeGrid(
  images: Tensor | readonly Tensor[],
  options: MakeGridOptions = {},
): Tensor {
  requireArity('makeGrid', arguments.length, 2);
  return gridOf('makeGrid', images, options);
}

/** `makeGrid`, whose errors name `op`. */
export function gridOf(op: string, images: unknown, options: MakeGridOptions): Tensor {
  requireOptions(op, options, keys);
  const nrow = requireInteger(op, 'nrow', options.nrow ?? 8, 1);
  const padding = requireInteger(op, 'padding', options.padding ?? 2, 0);
  const normalize = requireBoolean(op, 'normalize', options.normalize ?? false);
  const scaleEach = requireBoolean(op, 'scaleEach', options.scaleEach ?? false);
  const padValue = requireNumber(op, 'padValue', options.padValue ?? 0);
  const range = options.valueRange ?? null;
  const interval = range === null ? null : requireInterval(op, 'valueRange', range);
  return noGrad(() => {
    const batch = batchOf(op, images);
    const scaled = !normalize
      ? batch
      : scaleEach
        ? stack(batch.unbind(0).map((image) => unitRange(image, interval)))
        : unitRange(batch, interval);
    return arrange(scaled, nrow, padding, padValue);
  });
}

/** Images (N, C, H, W) with at least three channels. */
function batchOf(op: string, images: unknown): Tensor {
  let batch: Tensor;
  if (images instanceof Tensor) {
    batch = images;
  } else {
    const list = requireList(op, 'a tensor or an array of tensors', 'images', images);
    if (list.length === 0) throw unexpected(op, 'at least one image', 'images', 'none');
    const tensors = list.map((image, i) => requireTensor(op, `images[${i}]`, image));
    const { shape } = tensors[0];
    const other = tensors.findIndex((image) => shapeText(image.shape) !== shapeText(shape));
    if (other > 0) {
      throw unexpected(
        op,
        `shape ${shapeText(shape)}`,
        `images[${other}]`,
        shapeText(tensors[other].shape),
      );
    }
    batch = stack(tensors);
  }
  const { shape } = batch;
  const isEmpty = shape.includes(0);
  if (shape.length < 2 || shape.length > 4 || isEmpty) {
    const what = 'a shape (N, C, H, W), (C, H, W) or (H, W) without zeros';
    throw unexpected(op, what, 'images', shapeText(shape));
  }
  const [n, c, h, w] = [...[1, 1, 1, 1].slice(shape.length), ...shape];
  const four = batch.reshape(n, c, h, w);
  return c === 1 ? four.expand(n, 3, h, w) : four;
}

function unitRange(images: Tensor, range: Interval | null): Tensor {
  const x = images.dtype === 'float64' ? images : images.to('float32');
  const [low, high] = range ?? [x.min().item(), x.max().item()];
  return x
    .clamp({ min: low, max: high })
    .sub(low)
    .div(Math.max(high - low, 1e-5));
}

function arrange(images: Tensor, nrow: number, padding: number, padValue: number): Tensor {
  const [n, c, h, w] = images.shape;
  if (n === 1) return images.select(0, 0).clone();
  const columns = Math.min(nrow, n);
  const rows = Math.ceil(n / columns);
  const [height, width] = [h + padding, w + padding];
  const size = [c, height * rows + padding, width * columns + padding];
  const grid = full(size, padValue, { dtype: images.dtype });
  for (let i = 0; i < n; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const cell = grid.narrow(1, row * height + padding, h).narrow(2, column * width + padding, w);
    cell.copy_(images.select(0, i));
  }
  return grid;
}

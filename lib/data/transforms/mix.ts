/** Mixing the images of a batch and their labels. */
import { isFloating } from '../../core/dtype';
import {
  requireArity,
  requireInteger,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
  wrongValue,
} from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import { oneHot } from '../../ops/index/mask';
import { requireDTypeOf, requireIndex } from '../../ops/define';
import { floatingDTypes } from '../../core/dtype';
import { crop } from './images/crop';
import { integerBelow, uniformNumbers } from './random';
import { refuseRandomInCapture } from './transform';

/** Options of `mixup` and `cutmix`. */
export interface MixOptions {
  /** The parameter of the Beta distribution: small numbers mix little. Default: 1, which is uniform. */
  alpha?: number;
  /** The number of classes; may be left out if `labels` are probabilities. */
  numClasses?: number;
}

/** Mixed images, and the probabilities of their classes. */
export type Mixed = [images: Tensor, labels: Tensor];

/**
 * Mixes each image of a batch with the one before it: lambda x[i] + (1 - lambda) x[i - 1], with one random lambda for the
 * batch, and the labels likewise (Zhang et al. 2017).
 *
 * @param images floating images (N, C, H, W), in random order; convert bytes with `Normalize` first
 * @param labels class labels (N), or probabilities (N, numClasses)
 * @param options `alpha`, default 1, and `numClasses`
 * @returns the images, and probabilities (N, numClasses) for `F.crossEntropy`
 * @throws RangeError if the shapes do not match or `numClasses` is missing
 * @see torchvision.transforms.v2.MixUp
 * @example
 * const [x, y] = data.transforms.mixup(rand(4, 1, 8, 8), tensor([0, 1, 2, 0], { dtype: 'int64' }), { numClasses: 3 });
 * [x.shape, y.shape] // [ [ 4, 1, 8, 8 ], [ 4, 3 ] ]
 */
export function mixup(images: Tensor, labels: Tensor, options: MixOptions = {}): Mixed {
  const op = 'mixup';
  requireArity(op, arguments.length, 3);
  const { alpha, probabilities } = batchOf(op, images, labels, options);
  requireDTypeOf(op, 'images', images, ...floatingDTypes);
  const lambda = symmetricBeta(alpha);
  return [blend(images, lambda), blend(probabilities, lambda)];
}

/**
 * Replaces a random rectangle of each image of a batch by that of the image before it; the labels are mixed by area (Yun
 * et al. 2019).
 *
 * @param images uint8 or floating images (N, C, H, W), in random order
 * @param labels class labels (N), or probabilities (N, numClasses)
 * @param options `alpha`, default 1, and `numClasses`
 * @returns the images, and probabilities (N, numClasses) for `F.crossEntropy`
 * @throws RangeError if the shapes do not match or `numClasses` is missing
 * @see torchvision.transforms.v2.CutMix
 * @example
 * const [x, y] = data.transforms.cutmix(rand(4, 1, 8, 8), tensor([0, 1, 2, 0], { dtype: 'int64' }), { numClasses: 3 });
 * [x.shape, y.shape] // [ [ 4, 1, 8, 8 ], [ 4, 3 ] ]
 */
export function cutmix(images: Tensor, labels: Tensor, options: MixOptions = {}): Mixed {
  const op = 'cutmix';
  requireArity(op, arguments.length, 3);
  const { alpha, probabilities } = batchOf(op, images, labels, options);
  requireDTypeOf(op, 'images', images, 'uint8', ...floatingDTypes);
  const [height, width] = images.shape.slice(-2);
  const lambda = symmetricBeta(alpha);
  const [x, y] = uniformNumbers(2);
  const [left, right] = span(integerBelow(x, width), lambda, width);
  const [top, bottom] = span(integerBelow(y, height), lambda, height);
  const result = images.clone();
  crop(result, top, left, bottom - top, right - left).copy_(
    crop(images.roll(1, 0), top, left, bottom - top, right - left),
  );
  const area = width * height;
  return [
    result,
    blend(probabilities, area === 0 ? 1 : 1 - ((right - left) * (bottom - top)) / area),
  ];
}

/** The part of a side around a centre; both sides together cover 1 - lambda of the image. */
function span(center: number, lambda: number, size: number): [from: number, to: number] {
  const half = Math.trunc(0.5 * Math.sqrt(1 - lambda) * size);
  return [Math.max(center - half, 0), Math.min(center + half, size)];
}

function blend(x: Tensor, lambda: number): Tensor {
  return x
    .roll(1, 0)
    .mul(1 - lambda)
    .add(x.mul(lambda));
}

function batchOf(
  op: string,
  images: unknown,
  labels: unknown,
  options: MixOptions,
): { alpha: number; probabilities: Tensor } {
  requireOptions(op, options, ['alpha', 'numClasses']);
  const { shape } = requireTensor(op, 'images', images);
  const given = requireTensor(op, 'labels', labels);
  const alpha = requireNumber(op, 'alpha', options.alpha ?? 1);
  if (alpha <= 0) throw wrongValue(op, 'a number above 0', 'alpha', alpha);
  const { numClasses } = options;
  if (numClasses !== undefined) requireInteger(op, 'numClasses', numClasses, 1);
  if (shape.length !== 4) throw unexpected(op, 'a shape (N, C, H, W)', 'images', shapeText(shape));
  refuseRandomInCapture(op);
  const size = shape[0];
  const last = numClasses === undefined ? 'classes' : numClasses;
  if (
    given.shape[0] !== size ||
    given.ndim > 2 ||
    (given.ndim === 2 && given.shape[1] !== (numClasses ?? given.shape[1]))
  ) {
    const what = `a shape (${size}) or (${size}, ${last}), for images of shape ${shapeText(shape)},`;
    throw unexpected(op, what, 'labels', shapeText(given.shape));
  }
  if (given.ndim === 2)
    return { alpha, probabilities: isFloating(given.dtype) ? given : given.to('float32') };
  if (numClasses === undefined) {
    throw unexpected(op, 'a number, because labels are class labels,', 'numClasses', 'undefined');
  }
  requireIndex(op, 'labels', given);
  return { alpha, probabilities: oneHot(given, numClasses).to('float32') };
}

/** A number of the distribution Beta(alpha, alpha) (Jöhnk 1964; Devroye 1986, p. 416, in logarithms). */
function symmetricBeta(alpha: number): number {
  if (alpha === 1) return uniformNumbers(1)[0];
  const [x, y] = [gammaLog(alpha), gammaLog(alpha)];
  return 1 / (1 + Math.exp(y - x));
}

/** The logarithm of a number of the distribution Gamma(alpha, 1) (Marsaglia and Tsang 2000). */
function gammaLog(alpha: number): number {
  if (alpha < 1) return gammaLog(alpha + 1) + Math.log(1 - uniformNumbers(1)[0]) / alpha;
  const d = alpha - 1 / 3;
  for (;;) {
    const [a, b, u] = uniformNumbers(3);
    const normal = Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b);
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - u) < 0.5 * normal ** 2 + d * (1 - v + Math.log(v))) {
      return Math.log(d * v);
    }
  }
}

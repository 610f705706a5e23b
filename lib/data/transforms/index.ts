/**
 * Transforms of images and batches of images (torchvision.transforms.v2).
 *
 * They are modules that take uint8 or floating images (C, H, W), or batches (N, C, H, W); random transforms choose for
 * each image. Random numbers come from the generator of `manualSeed`, or of the sample that a DataLoader reads, so that
 * a loader gives the same images for any number of workers, and when an epoch is resumed. Floating images have values from
 * 0 to 1.
 *
 * @module
 */
export type { Fill, ImageSize, InterpolationMode, Interval } from './arguments';
export { GaussianBlur, type GaussianBlurOptions } from './blur';
export { ColorJitter, Grayscale, type ColorJitterOptions, type GrayscaleOptions } from './color';
export { Compose, type ComposeStep } from './compose';
export {
  CenterCrop,
  Pad,
  RandomCrop,
  type Padding,
  type PadOptions,
  type RandomCropOptions,
} from './crop';
export { RandomErasing, type RandomErasingOptions } from './erase';
export { RandomHorizontalFlip, RandomVerticalFlip, type ProbabilityOption } from './flip';
export type { PaddingMode } from './images/crop';
export { cutmix, mixup, type Mixed, type MixOptions } from './mix';
export { Normalize } from './normalize';
export { loadTransform } from './registry';
export {
  RandomResizedCrop,
  Resize,
  type RandomResizedCropOptions,
  type ResamplingOptions,
  type ResizeOptions,
} from './resize';
export {
  RandomAffine,
  RandomRotation,
  type RandomAffineOptions,
  type RandomRotationOptions,
  type WarpOptions,
} from './rotate';
export type { Transform, TransformOptions, TransformState } from './transform';

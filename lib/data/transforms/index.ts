/**
 * Transforms of images and batches of images (torchvision.transforms.v2).
 *
 * @module
 */
export { Normalize } from './normalize';

/** Image files, and pictures of tensors. */
export type { DecodeOptions } from './decodeOptions';
export { makeGrid, type MakeGridOptions } from './makeGrid';
export { readImage } from './readImage';
export { saveImage } from './saveImage';

/** Convolutions and transposed convolutions. */
export type { Size } from './arguments';
export { conv1d, conv2d, conv3d, type ConvOptions } from './conv';
export {
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type ConvTransposeOptions,
} from './transpose';

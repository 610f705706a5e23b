/** Pooling: maxima, averages and norms of windows. */
export type { AdaptiveSize, PoolOptions, PoolSize } from './arguments';
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  type AdaptiveMaxPoolOptions,
} from './adaptive';
export {
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type AvgPool1dOptions,
  type AvgPoolOptions,
} from './average';
export {
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  type FractionalMaxPoolOptions,
} from './fractional';
export { maxPool1d, maxPool2d, maxPool3d, type MaxPoolOptions, type Pooled } from './max';
export { lpPool1d, lpPool2d, lpPool3d, type LPPoolOptions } from './norms';
export { maxUnpool1d, maxUnpool2d, maxUnpool3d, type MaxUnpoolOptions } from './unpool';

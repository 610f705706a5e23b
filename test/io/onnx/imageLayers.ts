/** Layers of signals, images and volumes, for exports. */
import { nn } from 'blasgrad';
import { Own } from './compare';
import { printed, type LayerCase } from './layerCase';

const pools: readonly LayerCase[] = [
  printed(() => new nn.MaxPool1d(2), [3, 9]),
  printed(() => new nn.MaxPool1d(3, { stride: 2, padding: 1, ceilMode: true }), [3, 10]),
  printed(() => new nn.MaxPool2d(2), [2, 7, 8]),
  printed(() => new nn.MaxPool2d([3, 2], { stride: [2, 1], padding: [1, 0] }), [2, 9, 8]),
  printed(() => new nn.MaxPool2d(2, { dilation: 2, stride: 3, ceilMode: true }), [2, 9, 9]),
  printed(() => new nn.MaxPool3d(2, { stride: 1 }), [2, 4, 5, 6]),
  ...([1, 2, 3] as const).map((dims): LayerCase => ({
    name: `MaxPool${dims}d with indices`,
    make: () => new nn[`MaxPool${dims}d`](3, { stride: 2, padding: 1, returnIndices: true }),
    shapes: [[2, ...[9, 8, 7].slice(-dims)]],
  })),
  printed(() => new nn.AvgPool1d(2), [3, 9]),
  printed(() => new nn.AvgPool1d(4, { stride: 3, padding: 2, ceilMode: true }), [3, 10]),
  printed(() => new nn.AvgPool2d(3, { stride: 2, padding: 1 }), [2, 9, 8]),
  printed(() => new nn.AvgPool2d(3, { stride: 2, ceilMode: true }), [2, 10, 8]),
  printed(
    () => new nn.AvgPool2d(4, { padding: 1, countIncludePad: false, ceilMode: true }),
    [2, 9, 8],
  ),
  printed(() => new nn.AvgPool2d(2, { divisorOverride: 3, ceilMode: true }), [2, 5, 7]),
  printed(() => new nn.AvgPool3d([1, 2, 3], { stride: 2 }), [2, 4, 5, 6]),
  printed(() => new nn.LPPool1d(2, 3), [3, 9]),
  printed(() => new nn.LPPool2d(2, [3, 2], { stride: 2 }), [2, 7, 6]),
  printed(() => new nn.LPPool3d(Infinity, 2), [2, 4, 5, 6]),
  printed(() => new nn.AdaptiveMaxPool1d(3), [2, 9]),
  printed(() => new nn.AdaptiveMaxPool2d(1), [2, 20, 17]),
  printed(() => new nn.AdaptiveMaxPool3d([2, null, 1]), [2, 4, 3, 5]),
  printed(() => new nn.AdaptiveAvgPool1d(1), [2, 9]),
  printed(() => new nn.AdaptiveAvgPool2d([3, 2]), [2, 9, 8]),
  printed(() => new nn.AdaptiveAvgPool3d(1), [2, 4, 3, 5]),
  {
    name: 'MaxUnpool2d',
    make: () => {
      const indices = new nn.MaxPool2d(2, { returnIndices: true });
      const reverse = new nn.MaxUnpool2d(2);
      return new Own((x) => reverse.forward(...indices.forward(x)));
    },
    shapes: [[2, 4, 6]],
  },
];

const norms: readonly LayerCase[] = [
  printed(() => new nn.BatchNorm1d(3), [3]),
  printed(() => new nn.BatchNorm1d(3, { affine: false }), [3, 5]),
  printed(() => new nn.BatchNorm2d(3), [3, 4, 5]),
  printed(() => new nn.BatchNorm3d(2), [2, 2, 3, 2]),
  printed(() => new nn.InstanceNorm1d(3), [3, 5]),
  printed(() => new nn.InstanceNorm2d(3, { affine: true }), [3, 4, 5]),
  printed(() => new nn.InstanceNorm3d(2), [2, 2, 3, 2]),
  printed(() => new nn.LayerNorm([5])),
  printed(() => new nn.LayerNorm([3, 5], { bias: false })),
  printed(() => new nn.RMSNorm([5])),
  printed(() => new nn.GroupNorm(2, 4), [4, 3, 2]),
  printed(() => new nn.LocalResponseNorm(2), [4, 3, 2]),
  printed(() => new nn.CrossMapLRN2d(3), [4, 3, 2]),
];

const padding = { 1: [3, 5], 2: [2, 4, 5], 3: [2, 3, 4, 5] } as const;
const pads = ([1, 2, 3] as const).flatMap((dims): LayerCase[] => [
  printed(() => new nn[`ConstantPad${dims}d`](1, 0.5), padding[dims]),
  printed(() => new nn[`ZeroPad${dims}d`](2), padding[dims]),
  printed(() => new nn[`ReflectionPad${dims}d`](1), padding[dims]),
  printed(() => new nn[`ReplicationPad${dims}d`](2), padding[dims]),
  printed(() => new nn[`CircularPad${dims}d`](1), padding[dims]),
]);

const others: readonly LayerCase[] = [
  printed(() => new nn.AlphaDropout(), [4]),
  printed(() => new nn.FeatureAlphaDropout(), [4, 3]),
  printed(() => new nn.RReLU()),
  printed(() => new nn.Softmax2d(), [3, 4, 5]),
  printed(() => new nn.PixelShuffle(2), [8, 3, 2]),
  printed(() => new nn.PixelUnshuffle(2), [2, 4, 6]),
  printed(() => new nn.ChannelShuffle(2), [4, 3, 2]),
  printed(() => new nn.Upsample({ scaleFactor: 2 }), [2, 3, 4]),
  printed(() => new nn.Upsample({ size: [5, 7], mode: 'bilinear' }), [2, 3, 4]),
  printed(() => new nn.UpsamplingNearest2d({ scaleFactor: 2 }), [2, 3, 4]),
  printed(() => new nn.UpsamplingBilinear2d({ size: 6 }), [2, 3, 4]),
];

/** Layers of signals, images and volumes. */
export const imageLayers: readonly LayerCase[] = [...pools, ...norms, ...pads, ...others];

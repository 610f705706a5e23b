/** Valid calls of functions and layers of images: convolution, pooling, normalisation, padding and resampling. */
import { zeros, type Tensor } from 'blasgrad';
import type { Row } from './call';

/** (1, 3, 3), (1, 3, 3, 3) or (1, 3, 3, 3, 3). */
const images = (dims: number): Tensor => zeros([1, 3, 3, 3, 3].slice(0, dims + 2));
const image = (): Tensor => images(2);
const three = (): Tensor => zeros(3);
const each = [1, 2, 3] as const;
const only = (options: object): { options: () => object } => ({ options: () => options });

const kernel = (dims: number): Tensor => zeros([3, 3, ...Array<number>(dims).fill(2)]);
const shuffles = [
  ['pixelShuffle', (): Tensor => zeros(1, 4, 2, 2)],
  ['pixelUnshuffle', (): Tensor => zeros(1, 1, 2, 2)],
  ['channelShuffle', (): Tensor => zeros(1, 4, 2, 2)],
] as const;

export const functions: readonly Row[] = [
  ...each.flatMap((dims): Row[] => {
    const x = (): Tensor => images(dims);
    const one = (): Tensor => zeros([1, 3, 3, 3].slice(0, dims + 1));
    const index = (): Tensor => one().to('int32');
    return [
      [`F.conv${dims}d`, () => [x(), kernel(dims), three()], only({ stride: 2, groups: 1 })],
      [`F.convTranspose${dims}d`, () => [x(), kernel(dims), three()], only({ stride: 2 })],
      [`F.maxPool${dims}d`, () => [one(), 2], only({ padding: 1 })],
      [`F.avgPool${dims}d`, () => [one(), 2], only({ ceilMode: true })],
      [`F.lpPool${dims}d`, () => [one(), 2, 2], only({ stride: 1 })],
      [`F.maxUnpool${dims}d`, () => [one(), index(), 2], only({ stride: 2 })],
      [`F.adaptiveMaxPool${dims}d`, () => [one(), 2], only({ returnIndices: true })],
      [`F.adaptiveAvgPool${dims}d`, () => [one(), 2]],
    ];
  }),
  // Without one of these options they are an error.
  ['F.fractionalMaxPool2d', () => [zeros(1, 3, 3), 2, { outputSize: 1 }]],
  ['F.fractionalMaxPool3d', () => [zeros(1, 3, 3, 3), 2, { outputRatio: 0.5 }]],
  ['F.interpolate', () => [image(), { scaleFactor: 2 }]],
  ['F.upsample', () => [image(), { scaleFactor: 2 }]],
  ['F.unfold', () => [image(), 2], only({ padding: 1 })],
  ['F.fold', () => [zeros(1, 12, 4), 3, 2], only({ stride: 1 })],
  ['F.pad', () => [images(1), [1, 1]], only({ mode: 'reflect' })],
  ['F.gridSample', () => [image(), zeros(1, 2, 2, 2)], only({ alignCorners: true })],
  ['F.affineGrid', () => [zeros(1, 2, 3), [1, 3, 2, 2]], only({ alignCorners: true })],
  ...shuffles.flatMap(([name, make]): Row[] => [
    [name, () => [make(), 2]],
    [`F.${name}`, () => [make(), 2]],
  ]),
  ['F.batchNorm', () => [image(), three(), three()], only({ eps: 1e-3 })],
  ['F.instanceNorm', () => [image()], only({ eps: 1e-3 })],
  ['F.groupNorm', () => [image(), 3], only({ weight: three() })],
  ['F.layerNorm', () => [image(), [3]], only({ weight: three() })],
  ['F.rmsNorm', () => [image(), [3]], only({ weight: three() })],
  ['F.localResponseNorm', () => [image(), 2], only({ alpha: 1e-3 })],
  ['F.rrelu', () => [image()], only({ lower: 0.1 })],
  ['F.alphaDropout', () => [image()], only({ p: 0.1 })],
  ['F.featureAlphaDropout', () => [image()], only({ p: 0.1 })],
];

export const layers: readonly Row[] = [
  ...each.flatMap((dims): Row[] => [
    [`new nn.Conv${dims}d`, () => [2, 4, 3], only({ padding: 1, groups: 2 })],
    [`new nn.ConvTranspose${dims}d`, () => [2, 4, 3], only({ stride: 2, outputPadding: 1 })],
    [`new nn.MaxPool${dims}d`, () => [2], only({ stride: 1 })],
    [`new nn.MaxUnpool${dims}d`, () => [2], only({ stride: 1 })],
    [`new nn.AvgPool${dims}d`, () => [2], only({ countIncludePad: false })],
    [`new nn.LPPool${dims}d`, () => [2, 2], only({ ceilMode: true })],
    [`new nn.AdaptiveMaxPool${dims}d`, () => [2], only({ returnIndices: true })],
    [`new nn.AdaptiveAvgPool${dims}d`, () => [2]],
    [`new nn.BatchNorm${dims}d`, () => [3], only({ momentum: null })],
    [`new nn.InstanceNorm${dims}d`, () => [3], only({ affine: true })],
    [`new nn.ConstantPad${dims}d`, () => [1, 0.5]],
    ...['ZeroPad', 'ReflectionPad', 'ReplicationPad', 'CircularPad'].map((name): Row => [
      `new nn.${name}${dims}d`,
      () => [1],
    ]),
  ]),
  ['new nn.FractionalMaxPool2d', () => [2], only({ outputSize: 1 })],
  ['new nn.FractionalMaxPool3d', () => [2], only({ outputRatio: 0.5 })],
  ['new nn.LayerNorm', () => [[3]], only({ elementwiseAffine: false })],
  ['new nn.RMSNorm', () => [[3]], only({ elementwiseAffine: false })],
  ['new nn.GroupNorm', () => [3, 6], only({ affine: false })],
  ['new nn.LocalResponseNorm', () => [2], only({ beta: 0.5 })],
  ['new nn.CrossMapLRN2d', () => [2], only({ beta: 0.5 })],
  ['new nn.AlphaDropout', () => [0.5], only({ inplace: true })],
  ['new nn.FeatureAlphaDropout', () => [0.5], only({ inplace: true })],
  ['new nn.RReLU', () => [0.1, 0.3], only({ inplace: true })],
  ['new nn.Softmax2d', () => []],
  ['new nn.PixelShuffle', () => [2]],
  ['new nn.PixelUnshuffle', () => [2]],
  ['new nn.ChannelShuffle', () => [2]],
  ['new nn.Unfold', () => [2], only({ padding: 1 })],
  ['new nn.Fold', () => [3, 2], only({ padding: 1 })],
  ['new nn.Upsample', () => [{ scaleFactor: 2 }]],
  ['new nn.UpsamplingNearest2d', () => [{ scaleFactor: 2 }]],
  ['new nn.UpsamplingBilinear2d', () => [{ scaleFactor: 2 }]],
  ['nn.init.dirac_', () => [zeros(4, 2, 3), 2]],
  ['nn.init.sparse_', () => [zeros(4, 2), 0.5], only({ std: 1 })],
];

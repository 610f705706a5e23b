/**
 * Names that images.test.ts has cases for and that the library does not have yet. A name that exists must not be in this
 * list: delete it when you add the function or the layer.
 */
export const missing: readonly string[] = [
  // convolution1d
  'F.conv1d',
  'F.convTranspose1d',
  // convolution2d
  'F.conv2d',
  'F.convTranspose2d',
  // convolution3d
  'F.conv3d',
  'F.convTranspose3d',
  // layers_convolution1d
  'nn.Conv1d',
  'nn.ConvTranspose1d',
  // layers_convolution2d
  'nn.Conv2d',
  'nn.ConvTranspose2d',
  // layers_convolution3d
  'nn.Conv3d',
  'nn.ConvTranspose3d',
  // layers_normalization
  'nn.BatchNorm1d',
  'nn.InstanceNorm1d',
  'nn.BatchNorm2d',
  'nn.InstanceNorm2d',
  'nn.BatchNorm3d',
  'nn.InstanceNorm3d',
  'nn.LayerNorm',
  'nn.RMSNorm',
  'nn.GroupNorm',
  'nn.LocalResponseNorm',
  // layers_padding
  'nn.ReflectionPad1d',
  'nn.ReplicationPad1d',
  'nn.ZeroPad1d',
  'nn.CircularPad1d',
  'nn.ConstantPad1d',
  'nn.ReflectionPad2d',
  'nn.ReplicationPad2d',
  'nn.ZeroPad2d',
  'nn.CircularPad2d',
  'nn.ConstantPad2d',
  'nn.ReflectionPad3d',
  'nn.ReplicationPad3d',
  'nn.ZeroPad3d',
  'nn.CircularPad3d',
  'nn.ConstantPad3d',
  // layers_pooling
  'nn.MaxPool1d',
  'nn.AvgPool1d',
  'nn.AdaptiveAvgPool1d',
  'nn.AdaptiveMaxPool1d',
  'nn.MaxPool2d',
  'nn.AvgPool2d',
  'nn.AdaptiveAvgPool2d',
  'nn.AdaptiveMaxPool2d',
  'nn.MaxPool3d',
  'nn.AvgPool3d',
  'nn.AdaptiveAvgPool3d',
  'nn.AdaptiveMaxPool3d',
  // layers_resampling
  'nn.Upsample',
  'nn.PixelShuffle',
  // normalization
  'F.batchNorm',
  'F.instanceNorm',
  'F.groupNorm',
  'F.layerNorm',
  'F.rmsNorm',
  'F.localResponseNorm',
  // padding
  'F.pad',
  // pooling
  'F.maxPool1d',
  'F.avgPool1d',
  'F.adaptiveAvgPool1d',
  'F.adaptiveMaxPool1d',
  'F.lpPool1d',
  'F.maxUnpool1d',
  'F.maxPool2d',
  'F.avgPool2d',
  'F.adaptiveAvgPool2d',
  'F.adaptiveMaxPool2d',
  'F.lpPool2d',
  'F.maxUnpool2d',
  'F.maxPool3d',
  'F.avgPool3d',
  'F.adaptiveAvgPool3d',
  'F.adaptiveMaxPool3d',
  'F.lpPool3d',
  'F.maxUnpool3d',
  // resampling
  'F.interpolate',
  'F.gridSample',
  'F.affineGrid',
  'F.pixelShuffle',
  'F.pixelUnshuffle',
  'F.channelShuffle',
  // unfold
  'F.unfold',
  'F.fold',
];

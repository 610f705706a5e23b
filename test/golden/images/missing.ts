/**
 * Names that images.test.ts has cases for and that the library does not have yet. A name that exists must not be in this
 * list: delete it when you add the function or the layer.
 */
export const missing: readonly string[] = [
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
  // normalization
  'F.batchNorm',
  'F.instanceNorm',
  'F.groupNorm',
  'F.layerNorm',
  'F.rmsNorm',
  'F.localResponseNorm',
];

/** The translation of each op to ONNX nodes; null if it cannot be exported. */
import type { OpName } from '../../../core/node';
import type { Emitters } from '../builder';
import { activations } from './activations';
import { convolutions } from './convolution';
import { binary, node, unary } from './elementwise';
import { indexing } from './indexing';
import { normalization } from './normalization';
import { normalizeChannels } from './normalize';
import { pooling } from './pooling';
import { reductions } from './reductions';
import { shapes } from './shapes';
import { integers } from './integers';
import { resampling } from './resampling';

export { emitOp } from './narrow';

export const emitters: Emitters<OpName> = {
  ...unary,
  ...binary,
  ...integers,
  ...activations,
  ...shapes,
  ...indexing,
  ...reductions,
  ...pooling,
  normalization,
  normalizeChannels,
  ...resampling,
  rounded: ({ inputs: [x] }) => x.name, // rounded by the ops before it
  scaleGradByFreq: ({ inputs: [x] }) => x.name, // changes only gradients
  xlogy: ({ inputs: [value] }) => value.name, // computed by the ops before it
  prelu: node('PRelu'),
  ...convolutions,
  // Losses and random numbers are not part of an inference graph.
  nllLoss: null,
  binaryCrossEntropy: null,
  smoothL1Loss: null,
  huberLoss: null,
  random: null,
  dropout: null,
  runningStatistics: null,
  // These occur only in backward.
  copySlices: null,
  gatherBackward: null,
  indexSelectBackward: null,
  indexClear: null,
  nllLossBackward: null,
  padAdjoint: null,
  interpolateAdjoint: null,
  gridSampleInput: null,
  gridSampleGrid: null,
  sliceBackward: null,
  convWeight: null,
};

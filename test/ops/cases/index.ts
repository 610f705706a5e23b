/** The cases of all families. */
import type { OpCase } from '../harness';
import { cases as activation } from './elementwise/activation';
import { cases as backend } from './matrix/backend';
import { cases as binary } from './elementwise/binary';
import { cases as clamp } from './elementwise/clamp';
import { cases as copy } from './elementwise/copy';
import { cases as einsum } from './matrix/einsum';
import { cases as extreme } from './reduce/extreme';
import { cases as gather } from './index/gather';
import { cases as indexing } from './index/indexing';
import { cases as interpolate } from './nn/interpolate';
import { cases as adaptivePooling } from './nn/adaptivePooling';
import { cases as gridSample } from './nn/gridSample';
import { cases as join } from './shape/join';
import { cases as loss } from './nn/loss';
import { cases as matmul } from './matrix/matmul';
import { cases as pad } from './shape/pad';
import { cases as reduce } from './reduce/reduce';
import { cases as softmax } from './reduce/softmax';
import { cases as sort } from './reduce/sort';
import { cases as statistics } from './reduce/statistics';
import { cases as unary } from './elementwise/unary';
import { cases as view } from './shape/view';
import { cases as creation } from './creation';
import { cases as convolution } from './nn/convolution';
import { cases as normalization } from './nn/normalization';
import { cases as normalize } from './nn/normalize';
import { cases as pooling } from './nn/pooling';
import { cases as optim } from './optim';
import { cases as random } from './random/random';
import { cases as unfold } from './nn/unfold';

export const families: Readonly<Record<string, readonly OpCase[]>> = {
  unary,
  activation,
  binary,
  clamp,
  copy,
  view,
  matmul,
  loss,
  normalize,
  convolution,
  unfold,
  adaptivePooling,
  pooling,
  normalization,
  gather,
  indexing,
  join,
  pad,
  interpolate,
  gridSample,
  sort,
  einsum,
  backend,
  reduce,
  extreme,
  statistics,
  softmax,
  creation,
  optim,
  random,
};

/** Every family's cases. */
import type { OpCase } from '../harness';
import { cases as activation } from './activation';
import { cases as backend } from './backend';
import { cases as binary } from './binary';
import { cases as copy } from './copy';
import { cases as einsum } from './einsum';
import { cases as extreme } from './extreme';
import { cases as gather } from './gather';
import { cases as indexing } from './indexing';
import { cases as join } from './join';
import { cases as loss } from './loss';
import { cases as matmul } from './matmul';
import { cases as reduce } from './reduce';
import { cases as softmax } from './softmax';
import { cases as sort } from './sort';
import { cases as statistics } from './statistics';
import { cases as unary } from './unary';
import { cases as view } from './view';
import { cases as creation } from './creation';
import { cases as optim } from './optim';
import { cases as random } from './random';

export const families: Readonly<Record<string, readonly OpCase[]>> = {
  unary,
  activation,
  binary,
  copy,
  view,
  matmul,
  loss,
  gather,
  indexing,
  join,
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

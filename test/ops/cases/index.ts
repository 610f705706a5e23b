/** Every family's cases. */
import type { OpCase } from '../harness';
import { cases as activation } from './activation';
import { cases as binary } from './binary';
import { cases as copy } from './copy';
import { cases as extreme } from './extreme';
import { cases as matmul } from './matmul';
import { cases as reduce } from './reduce';
import { cases as softmax } from './softmax';
import { cases as statistics } from './statistics';
import { cases as unary } from './unary';
import { cases as view } from './view';

export const families: Readonly<Record<string, readonly OpCase[]>> = {
  unary,
  activation,
  binary,
  copy,
  view,
  matmul,
  reduce,
  extreme,
  statistics,
  softmax,
};

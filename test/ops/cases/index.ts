/** Every family's cases. */
import type { OpCase } from '../harness';
import { cases as extreme } from './extreme';
import { cases as reduce } from './reduce';
import { cases as softmax } from './softmax';
import { cases as statistics } from './statistics';
import { cases as unary } from './unary';

export const families: Readonly<Record<string, readonly OpCase[]>> = {
  unary,
  reduce,
  extreme,
  statistics,
  softmax,
};

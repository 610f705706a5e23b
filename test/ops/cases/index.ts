/** Every family's cases. */
import type { OpCase } from '../harness';
import { cases as unary } from './unary';

export const families: Readonly<Record<string, readonly OpCase[]>> = { unary };

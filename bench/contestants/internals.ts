/** The one door to a native row itself, for measuring what a call across the boundary costs. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { NativeAddon, NativeOp } from '../../binding';

const load = createRequire(__filename);

export function opFunction(name: string): NativeOp {
  const dist = dirname(load.resolve('blasgrad'));
  const { addon } = load(join(dist, 'native.js')) as { addon: NativeAddon };
  return addon.ops[name];
}

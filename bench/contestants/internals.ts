/** The native function of an op and a dtype, for measuring what a call across the boundary costs. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { NativeAddon, NativeKernels, NativeOp } from '../../binding';

const load = createRequire(__filename);

export function nativeFunction(name: string, dtype: string): NativeOp {
  const dist = dirname(load.resolve('blasgrad'));
  const { addon } = load(join(dist, 'core', 'native.js')) as { addon: NativeAddon };
  return (addon.ops[name] as NativeKernels)[dtype];
}

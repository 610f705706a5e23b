// npm runs this when blasgrad is installed as a dependency: it builds the addon from source. In a clone it leaves
// that to setup.mjs, so that a plain `npm ci` works before the system packages are there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nativeAddon } from './setup/native.mjs';
import { systemPackages } from './setup/system.mjs';
import { main, root } from './setup/tools.mjs';

main(import.meta.url, async () => {
  if (existsSync(join(root, 'lib'))) return;
  await systemPackages({ install: false });
  await nativeAddon();
});

/** Finds and loads the native addon. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { familySync, versionSync } from 'detect-libc';
import type { NativeAddon } from '../binding';
import { findAddon } from './addonFinder';

const load = createRequire(__filename);
const root = join(__dirname, '..');

export const addon: NativeAddon = findAddon({
  platform: process.platform,
  arch: process.arch,
  node: process.version,
  nodeApi: process.versions['napi'] ?? 'none',
  libcFamily: familySync,
  libcVersion: versionSync,
  version: (load('../package.json') as { version: string }).version,
  root,
  clone: existsSync(join(root, 'lib')),
  override: process.env['BLASGRAD_ADDON'],
  load,
});

/** Asks for huge pages for new, large memory, and says how many bytes to skip to be at a cache line. */
export const prepareMemory = addon.prepareMemory;

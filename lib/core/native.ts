/** Finds and loads the native addon. */
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as DetectLibc from 'detect-libc';
import type { NativeAddon } from '../../binding';
import { findAddon } from './addonFinder';
import { version } from '../version';

const load = createRequire(__filename);

/** Loaded only where it is asked, since it brings node:child_process along. Null where a bundler left it behind. */
function detectLibc(): typeof DetectLibc | null {
  try {
    return load('detect-libc') as typeof DetectLibc;
  } catch {
    return null;
  }
}

/** Under Node's permission model looking is refused by an error. */
function isThere(path: string): boolean {
  try {
    return existsSync(path);
  } catch {
    return false;
  }
}

/** The folder of the package: above dist, where the bundle is, or two above this module where it is a file of its own. */
const root =
  [join(__dirname, '..'), join(__dirname, '..', '..')].find((folder) =>
    isThere(join(folder, 'package.json')),
  ) ?? join(__dirname, '..');
const buildScript = join(root, 'scripts', 'install.mjs');

export const addon: NativeAddon = findAddon({
  platform: process.platform,
  arch: process.arch,
  node: process.version,
  nodeApi: process.versions['napi'] ?? 'none',
  libcFamily: () => detectLibc()?.familySync() ?? null,
  libcVersion: () => detectLibc()?.versionSync() ?? null,
  version,
  root,
  clone: isThere(join(root, 'lib', 'core', 'native.ts')),
  buildScript: isThere(buildScript) ? buildScript : undefined,
  override: process.env['BLASGRAD_ADDON'],
  load,
  sizeOf: (id) => statSync(load.resolve(id)).size,
  folderOf: (name) =>
    load.resolve
      .paths(name)
      ?.map((folder) => join(folder, name))
      .find(isThere),
});

/** Asks for huge pages for new, large memory, and says how many bytes to skip to be at a cache line. */
export const prepareMemory = addon.prepareMemory;

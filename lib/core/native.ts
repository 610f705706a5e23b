/** Finds and loads the native addon. */
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as DetectLibc from 'detect-libc';
import type { NativeAddon } from '../../binding';
import { findAddon } from './addonFinder';
import { version } from '../version';

const load = createRequire(__filename);

/** Loaded only when needed, because it loads node:child_process. Null if a bundler left it out. */
function detectLibc(): typeof DetectLibc | null {
  try {
    return load('detect-libc') as typeof DetectLibc;
  } catch {
    return null;
  }
}

/** existsSync may throw under Node's permission model. */
function isThere(path: string): boolean {
  try {
    return existsSync(path);
  } catch {
    return false;
  }
}

/** The package folder: one above the bundle in dist, or two above this module without a bundle. */
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

// The addon may belong to another V8 context, as in Jest, with a different RangeError class.
addon.setErrors(Error, TypeError, RangeError);

/** Requests huge pages for new, large memory, and returns the number of bytes to skip to reach a cache line. */
export const prepareMemory = addon.prepareMemory;

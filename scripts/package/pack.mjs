// Packs folders into tarballs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { which, run, SetupError, usefulTail } from '../setup/tools.mjs';

/** Writes package.json and returns the folder. */
export function packageFolder(parent, manifest) {
  const folder = join(parent, manifest.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return folder;
}

/** Packs a folder. Resolves to npm's description of the tarball, with its path as `file`. */
export async function packTarball(folder, destination) {
  const [listed] = await npmPack(folder, ['--pack-destination', destination]);
  return { ...listed, file: join(destination, listed.filename) };
}

/** The files of the project that `files` in package.json names, relative to the root. */
export async function packedFiles(folder) {
  const [listed] = await npmPack(folder, ['--dry-run']);
  return listed.files.map(({ path }) => path);
}

async function npmPack(folder, options) {
  const cli = process.env.npm_execpath;
  const npm = cli && basename(cli) === 'npm-cli.js' ? [process.execPath, cli] : [which('npm')];
  const args = ['pack', folder, '--json', '--ignore-scripts', '--loglevel=error', ...options];
  const { code, output } = await run(npm[0], [...npm.slice(1), ...args]);
  const json = /^[[{][\s\S]*^[\]}]$/m.exec(output)?.[0];
  if (code !== 0 || json === undefined)
    throw new SetupError(`npm pack failed:\n${usefulTail(output)}`);
  const found = JSON.parse(json);
  return Array.isArray(found) ? found : Object.values(found);
}

// npm run package: writes the two tarballs that would be published to build/package. `blasgrad` has JavaScript, types,
// documentation and the C++ source; `blasgrad-linux-x64` has the addon, which needs nothing but the C library.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mainPackage } from './package/main.mjs';
import { packTarball } from './package/pack.mjs';
import { platformPackage } from './package/platform.mjs';
import { setup } from './setup.mjs';
import { exclusively } from './setup/lock.mjs';
import { allTargets } from './setup/native.mjs';
import { main, root, say } from './setup/tools.mjs';

export const packages = join(root, 'build/package');

/** Resolves to the tarballs: their names, files and sizes. */
export async function makePackages() {
  await setup(undefined, allTargets);
  return exclusively(async () => {
    rmSync(packages, { recursive: true, force: true });
    mkdirSync(packages, { recursive: true });
    const work = mkdtempSync(join(tmpdir(), 'blasgrad-package-'));
    try {
      const platform = await platformPackage(work);
      const library = await mainPackage(work, platform);
      return {
        library: await packTarball(library, packages),
        platform: await packTarball(platform, packages),
      };
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

/** Prints a line for each tarball. */
export function showPackages(tarballs) {
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  for (const { file, size, unpackedSize, entryCount } of Object.values(tarballs)) {
    say(`${file}: ${megabytes(size)}, unpacked ${megabytes(unpackedSize)}, ${entryCount} files`);
  }
}

main(import.meta.url, async () => {
  showPackages(await makePackages());
});

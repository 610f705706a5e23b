// The package of a platform: the addon, with OpenBLAS and libstdc++ linked in.
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allTargets, buildTarget } from '../setup/native.mjs';
import { root, run, SetupError, step, usefulTail } from '../setup/tools.mjs';
import { packageFolder } from './pack.mjs';

const addon = `${allTargets.folder}/portable/blasgrad.node`;

/** What is linked into the addon, and the path of its licence on Debian. */
const parts = [
  ['OpenBLAS', '/usr/share/doc/libopenblas-dev/copyright'],
  ['Google Highway (headers)', '/usr/share/doc/libhwy-dev/copyright'],
  ['libstdc++ and libgcc', '/usr/share/doc/libstdc++6/copyright'],
];

/** Links the addon, writes the folder to pack and returns it. */
export async function platformPackage(parent) {
  const { familySync } = await import('detect-libc'); // not there before npm ci
  if (process.platform !== 'linux' || process.arch !== 'x64' || familySync() !== 'glibc') {
    throw new SetupError('the platform package can be made on linux-x64 with glibc only');
  }
  await step('linking the addon of the platform package', async () => {
    const { code, output } = await buildTarget('portable', allTargets);
    if (code !== 0) throw new SetupError(`the addon does not link:\n${usefulTail(output)}`);
  });
  const { version, author, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const floor = await glibcFloor();
  const folder = packageFolder(parent, {
    name: 'blasgrad-linux-x64',
    version,
    description: `The native addon of blasgrad for Linux on x86-64 with glibc ${floor} or newer`,
    license: 'MIT AND BSD-3-Clause AND Apache-2.0 AND GPL-3.0-or-later WITH GCC-exception-3.1',
    author,
    engines,
    os: ['linux'],
    cpu: ['x64'],
    libc: ['glibc'],
    type: 'commonjs',
    main: './blasgrad.node',
    addonBytes: statSync(join(root, addon)).size, // lib/core/addonFinder.ts recognises a damaged file by it
    preferUnplugged: true,
  });
  copyFileSync(join(root, addon), join(folder, 'blasgrad.node'));
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(
    join(folder, 'README.md'),
    `# blasgrad-linux-x64\n\nThe native addon of blasgrad for Linux on x86-64 with glibc ${floor} or newer, OpenBLAS\nlinked in. Install \`blasgrad\`, which brings it.\n`,
  );
  writeFileSync(join(folder, 'THIRD-PARTY.md'), notices());
  return folder;
}

/** The newest version of glibc that a symbol of the addon needs. */
async function glibcFloor() {
  const { code, output } = await run('objdump', ['-T', addon]);
  if (code !== 0) throw new SetupError(`objdump failed:\n${usefulTail(output)}`);
  const versions = [...output.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(([, a, b]) => [
    Number(a),
    Number(b),
  ]);
  return versions.sort((a, b) => b[0] - a[0] || b[1] - a[1])[0].join('.');
}

function notices() {
  const texts = parts.map(([name, file]) => {
    if (!existsSync(file)) throw new SetupError(`the licence of ${name} was not found at ${file}`);
    return `## ${name}\n\n${readFileSync(file, 'utf8').trim()}\n`;
  });
  return `# Third-party code in the addon\n\n${texts.join('\n')}`;
}

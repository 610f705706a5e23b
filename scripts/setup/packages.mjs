// Step 2: installs npm packages of the project, or of a folder of it, in the versions of the lock file.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root, run, SetupError, step, usefulTail } from './tools.mjs';

export async function npmPackages(folder = '.') {
  if (installed(folder)) return;
  await step(`installing npm packages${folder === '.' ? '' : ` of ${folder}`}`, async () => {
    // Uses the npm that runs this script, if there is one. --ignore-scripts: set-up builds the addon itself, and no other
    // package needs its install script. --include=dev: NODE_ENV=production would leave out the tools.
    const cli = process.env.npm_execpath;
    const [npm, ...first] =
      cli && basename(cli) === 'npm-cli.js' ? [process.execPath, cli] : ['npm'];
    const args = [
      'ci',
      `--prefix=${join(root, folder)}`,
      '--ignore-scripts',
      '--include=dev',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    const { code, output } = await run(npm, [...first, ...args]);
    if (code !== 0) throw new SetupError(`npm ci failed:\n${usefulTail(output)}`);
  });
}

/** Whether node_modules has the packages of the lock file, according to the list that npm keeps there. */
function installed(folder) {
  let have;
  try {
    have = readLock(join(folder, 'node_modules/.package-lock.json'));
  } catch {
    return false;
  }
  return Object.entries(readLock(join(folder, 'package-lock.json'))).every(([path, want]) => {
    if (path === '') return true;
    if (have[path] === undefined) return want.optional === true; // another platform's
    return have[path].version === want.version && have[path].integrity === want.integrity;
  });
}

function readLock(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
}

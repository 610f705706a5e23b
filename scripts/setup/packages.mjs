// Step 2: npm packages, exactly as the lock file has them: those of the project, or of a folder of it.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root, run, SetupError, step, usefulTail } from './tools.mjs';

export async function npmPackages(folder = '.') {
  if (installed(folder)) return;
  await step(`installing npm packages${folder === '.' ? '' : ` of ${folder}`}`, async () => {
    // The same npm that runs this script, if one does. --ignore-scripts: the addon has a step of its own, and no
    // package here needs its install script. --include=dev: NODE_ENV=production would leave the tools out.
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

/** Whether node_modules holds what the lock file asks for, going by the record that npm itself leaves there. */
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

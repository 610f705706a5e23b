// npm run lint: ESLint without warnings; arguments go to it, such as --fix. It takes 50 s of CPU for all files, so that a
// cache keeps what it found in files whose contents have not changed.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setup } from './setup.mjs';
import {
  filesUnder,
  fingerprint,
  main,
  packageProgram,
  readStamp,
  root,
  runNode,
  say,
  writeStamp,
} from './setup/tools.mjs';

const cache = 'build/cache/eslint.json';
const stampFile = 'build/cache/eslint.types';

export async function eslint(args = []) {
  const types = typesSeen();
  if (readStamp(stampFile) !== types) rmSync(join(root, cache), { force: true });
  writeStamp(stampFile, types);
  const options = ['--cache', '--cache-strategy', 'content', '--cache-location', cache];
  return runNode(packageProgram('eslint'), ['.', '--max-warnings', '0', ...options, ...args]);
}

/**
 * A fingerprint of what rules learn from other files than the one they look at, by its types: the declarations of the
 * library, without comments, and modules of the tests, benchmarks and examples that others import. One change there, and
 * all files are looked at again.
 */
function typesSeen() {
  const declarations = filesUnder('dist')
    .filter((file) => /\.d\.m?ts$/.test(file))
    .map((file) => readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''));
  const others = ['test', 'bench', 'examples']
    .flatMap(filesUnder)
    .filter((file) => /\.m?ts$/.test(file));
  const settings = ['binding.d.ts', 'tsconfig.json', 'eslint.config.mjs', 'package-lock.json'];
  return fingerprint([...importedBy(others), ...settings], [process.version, declarations]);
}

/** Those of the files that others of them import. */
function importedBy(files) {
  const modules = new Set();
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, path] of text.matchAll(/(?:from|import|import\(|require\()\s*'(\.[^']*)'/g)) {
      modules.add(join(dirname(file), path.replace(/\.m?[jt]s$/, '')));
    }
  }
  return files.filter((file) => modules.has(file.replace(/(\/index)?\.m?ts$/, '')));
}

main(import.meta.url, async (args) => {
  await setup(['packages', 'typescript']);
  const { code, output } = await eslint(args);
  if (output) say(output.trimEnd());
  process.exitCode = code;
});

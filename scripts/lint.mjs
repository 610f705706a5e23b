// npm run lint: ESLint, which must not report warnings. Arguments such as --fix go to ESLint. All files take 50 s of CPU, so
// the results for files that have not changed are cached.
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
 * A fingerprint of the types that rules use from other files: the declarations of the library, without comments, and
 * modules of tests, benchmarks and examples that others import. If one of them changes, ESLint checks all files again.
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

/** The files that other files of the list import. */
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

// The checks of npm test that do not run the library: lint, types, format, API reference. Each resolves to its exit code
// and its output, and skips files that have not changed since it last passed.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkReference } from './docs.mjs';
import { clangFormat, prettier } from './format.mjs';
import { eslint } from './lint.mjs';
import {
  filesUnder,
  fingerprint,
  packageProgram,
  readStamp,
  root,
  runNode,
  writeStamp,
} from './setup/tools.mjs';

/** The slowest first. */
export const checks = {
  lint: eslint,
  types,
  'format (prettier)': () => prettier({ check: true }),
  'API reference': documented,
  'format (clang-format)': () => clangFormat({ check: true }),
};

function types() {
  const options = ['--pretty', 'false', '--incremental'];
  const memory = join(root, 'build/cache/types.json');
  const project = ['-p', 'tsconfig.json', '--tsBuildInfoFile', memory];
  return runNode(packageProgram('typescript', 'tsc'), [...project, ...options]);
}

async function documented() {
  const stampFile = 'build/cache/api';
  const settings = ['typedoc.json', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  const pages = readdirSync(root).filter((file) => file.endsWith('.md'));
  const folders = ['lib', 'docs', 'scripts/typedoc'].flatMap(filesUnder);
  const stamp = fingerprint([...folders, ...pages, ...settings, 'binding.d.ts']);
  if (readStamp(stampFile) === stamp) return { code: 0, output: '' };
  const result = await checkReference();
  if (result.code === 0) writeStamp(stampFile, stamp);
  return result;
}

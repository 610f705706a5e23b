// npm run format: formats TypeScript, JavaScript, JSON and Markdown with Prettier, and C++ with clang-format.
import { filesUnder, main, packageProgram, run, runNode, say } from './setup/tools.mjs';
import { setup } from './setup.mjs';

/** Both resolve to { code, output }. With `check` they write nothing, and fail if a file is not formatted. */
export function prettier({ check = false } = {}) {
  const mode = check ? ['--check'] : ['--write', '--list-different'];
  const cache = ['--cache', '--cache-location=build/cache/prettier'];
  return runNode(packageProgram('prettier'), [...mode, ...cache, '--log-level=warn', '.']);
}

export async function clangFormat({ check = false } = {}) {
  const files = filesUnder('native').filter((file) => /\.(cc|h)$/.test(file));
  if (files.length === 0) return { code: 0, output: '' };
  const { default: binary } = await import('clang-format-node');
  const mode = check ? ['--dry-run', '--Werror'] : ['-i'];
  return run(binary.clangFormatPath, ['--style=file', ...mode, ...files]);
}

main(import.meta.url, async () => {
  await setup(['packages']);
  for (const tool of [prettier, clangFormat]) {
    const { code, output } = await tool();
    if (output) say(output.trimEnd());
    if (code !== 0) process.exitCode = 1;
  }
});

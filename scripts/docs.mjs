// npm run docs: the API reference in build/api, by TypeDoc (typedoc.json). With --check nothing is written; either way it
// fails if a public name has no words, a type that one mentions is not public, or a link leads nowhere.
import { npmPackages } from './setup/packages.mjs';
import { main, packageProgram, runNode, say, SetupError } from './setup/tools.mjs';

export function apiReference({ check = false } = {}) {
  return runNode(packageProgram('typedoc'), check ? ['--emit', 'none'] : []);
}

main(import.meta.url, async (args) => {
  const unknown = args.find((arg) => arg !== '--check');
  if (unknown) throw new SetupError(`docs: expected --check or nothing, got ${unknown}`);
  await npmPackages();
  const { code, output } = await apiReference({ check: args.includes('--check') });
  say(output.trimEnd());
  process.exitCode = code;
});

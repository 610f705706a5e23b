// npm run docs: the API reference in build/api, by TypeDoc (typedoc.json). It fails if the docstring of a public name is
// incomplete, a type that one mentions is not public, or a link leads nowhere.
//   npm run docs -- --check   checks only, writes nothing
//   npm run docs -- --list    prints what the docstrings lack that scripts/typedoc/exceptions.json lists
//   npm run docs -- --prune   deletes names from that list whose docstrings are complete now
import { npmPackages } from './setup/packages.mjs';
import { main, packageProgram, runNode, say, SetupError } from './setup/tools.mjs';

const modes = { '--check': 'check', '--list': 'list', '--prune': 'prune' };

export function apiReference({ mode } = {}) {
  const options = mode === undefined ? [] : ['--emit', 'none', '--docstrings', mode];
  return runNode(packageProgram('typedoc'), options);
}

main(import.meta.url, async (args) => {
  const unknown = args.find((arg) => !Object.hasOwn(modes, arg));
  if (unknown)
    throw new SetupError(
      `docs: expected ${Object.keys(modes).join(', ')} or nothing, got ${unknown}`,
    );
  await npmPackages();
  const { code, output } = await apiReference({ mode: modes[args[0]] });
  say(output.trimEnd());
  process.exitCode = code;
});

// npm run docs: the documentation site in build/docs, made by TypeDoc (typedoc.json) from the pages of docs/index.md and
// the docstrings in lib. It fails if a public name has no docstring, a type that one mentions is not public, or a link is
// broken.
//   npm run docs -- --check   checks only, and that docstrings are complete; writes nothing
//   npm run docs -- --list    prints what the docstrings lack that scripts/typedoc/exceptions.json lists
//   npm run docs -- --prune   deletes names from that list whose docstrings are complete now
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { npmPackages } from './setup/packages.mjs';
import { main, packageProgram, root, runNode, say, SetupError } from './setup/tools.mjs';
import { brokenLinks } from './typedoc/links.mjs';

const site = 'build/docs';
const modes = { '--check': 'check', '--list': 'list', '--prune': 'prune' };

/** Checks the docstrings; resolves to { code, output }. */
export function checkReference(mode = 'check') {
  return runNode(packageProgram('typedoc'), ['--emit', 'none', '--docstrings', mode]);
}

/** Writes the API reference as Markdown, which the package contains (scripts/package/main.mjs). */
export function referenceAsMarkdown(folder) {
  const options = join(root, 'scripts/typedoc/markdown.json');
  return runNode(packageProgram('typedoc'), ['--options', options, '--out', folder]);
}

async function writeSite() {
  rmSync(join(root, site), { recursive: true, force: true });
  const args = ['--out', site, '--docstrings', 'off'];
  const { code, output } = await runNode(packageProgram('typedoc'), args);
  if (code !== 0) return { code, output };
  const broken = brokenLinks(join(root, site));
  if (broken.length > 0) return { code: 1, output: `broken links:\n${broken.join('\n')}` };
  return { code, output: `${output.trimEnd()}\nOpen ${site}/index.html in a browser.` };
}

main(import.meta.url, async (args) => {
  const unknown = args.find((arg) => !Object.hasOwn(modes, arg));
  if (unknown) {
    throw new SetupError(`docs: the options are ${Object.keys(modes).join(', ')}, got ${unknown}`);
  }
  await npmPackages();
  const { code, output } = await (args[0] ? checkReference(modes[args[0]]) : writeSite());
  say(output.trimEnd());
  process.exitCode = code;
});

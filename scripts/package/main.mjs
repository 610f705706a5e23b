// The main package: what package.json's `files` name; the API reference as Markdown; the dependencies, so that installing
// needs no network; the headers for a build from source; and the platform's package as an optional dependency. The project's
// own package.json does not have that one: `npm ci` in a clone would look for a package that is not published.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { referenceAsMarkdown } from '../docs.mjs';
import { nodeApiHeaders } from '../setup/native.mjs';
import { root, SetupError, step, usefulTail } from '../setup/tools.mjs';
import { packageFolder, packedFiles } from './pack.mjs';

/** Source maps of single files: only the map of the one file that users load is packed. */
const leftOut = /^dist\/.*\.map$/;
const kept = 'dist/blasgrad.js.map';

/** Writes the folder to pack and returns it. */
export async function mainPackage(parent, platformFolder) {
  const project = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const platform = JSON.parse(readFileSync(join(platformFolder, 'package.json'), 'utf8'));
  const { scripts, dependencies = {} } = project;
  const left = ['files', 'scripts', 'devDependencies'];
  const manifest = Object.entries(project).filter(([key]) => !left.includes(key));
  const folder = packageFolder(parent, {
    ...Object.fromEntries(manifest),
    type: 'commonjs', // nothing to detect
    scripts: { install: scripts.install },
    bundleDependencies: Object.keys(dependencies),
    optionalDependencies: { ...project.optionalDependencies, [platform.name]: platform.version },
  });

  const listed = await packedFiles(root);
  for (const file of listed) {
    if (file === 'package.json' || (leftOut.test(file) && file !== kept)) continue;
    copy(join(root, file), join(folder, file));
  }
  for (const file of nodeApiHeaders()) {
    copy(join(root, file), join(folder, 'native/node-api', basename(file)));
  }
  for (const { folder: from } of closure(Object.keys(dependencies))) {
    const to = join(folder, relative(root, from));
    cpSync(from, to, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
  }
  await step('writing the API reference', async () => {
    const { code, output } = await referenceAsMarkdown(join(folder, 'docs/api'));
    if (code !== 0) throw new SetupError(`typedoc failed:\n${usefulTail(output)}`);
  });
  const headers = ['node-addon-api', 'node-api-headers'].map((name) => find(name));
  writeFileSync(join(folder, 'THIRD-PARTY.md'), notices(headers));
  return folder;
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

/** Packages and all that they depend on, each once. */
function closure(names, from = root, found = new Map()) {
  for (const name of names) {
    const one = find(name, from);
    if (found.has(one.folder)) continue;
    found.set(one.folder, one);
    closure(Object.keys(one.dependencies ?? {}), one.folder, found);
  }
  return [...found.values()];
}

function find(name, from = root) {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    const file = join(folder, 'package.json');
    if (existsSync(file)) return { ...JSON.parse(readFileSync(file, 'utf8')), folder };
    if (at === dirname(at)) throw new Error(`the npm package ${name} is not installed`);
  }
}

function notices(packages) {
  const texts = packages.map(({ name, version, license, folder }) => {
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
    return `## ${name} ${version}\n\n${text}\n`;
  });
  return `# Third-party code in this package, besides node_modules\n\n${texts.join('\n')}`;
}

// npm run demo | example | bench | stress | soak | test:torch: sets up, then runs the thing with the arguments given.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setup } from './setup.mjs';
import { addonPath, allTargets } from './setup/native.mjs';
import { main, packageProgram, root, run, say } from './setup/tools.mjs';

const exampleFolders = ['examples/notebooks', 'examples'];

const commands = {
  demo: (args) => tsx('examples/demo.ts', args),
  bench: (args) => tsx('bench/index.ts', args),
  stress: (args) => tsx('test/stress/index.ts', args),
  soak: (args) => tsx('test/stress/index.ts', ['soak', ...args]),
  torch: (args) => tsx('test/torch/main.ts', args),
  example([name = '', ...args]) {
    const wanted = basename(name, '.ts');
    const folder = exampleFolders.find((path) => existsSync(join(root, path, `${wanted}.ts`)));
    if (wanted && folder) return tsx(join(folder, `${wanted}.ts`), args);
    say(
      wanted
        ? `There is no example '${name}'. There are:`
        : 'usage: npm run example NAME [-- ARGUMENTS], with NAME one of:',
    );
    for (const example of exampleNames()) say(`  ${example}`);
    return undefined;
  },
};

// What is measured is what users of the package run.
const addons = { bench: allTargets };

// What glibc keeps for each thread that allocates grows by itself for hundreds of threads, and hides what does not.
const environments = { stress: { MALLOC_ARENA_MAX: '1' }, soak: { MALLOC_ARENA_MAX: '1' } };

function tsx(file, args) {
  return [packageProgram('tsx'), file, ...args];
}

function exampleNames() {
  return exampleFolders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => basename(file, '.ts'));
}

main(import.meta.url, async ([name, ...args]) => {
  await setup(undefined, addons[name]);
  const command = commands[name](args);
  if (!command) {
    process.exitCode = 2;
    return;
  }
  const env = {
    ...environments[name],
    ...(addons[name] && { BLASGRAD_ADDON: addonPath(addons[name]) }),
  };
  const { code } = await run(process.execPath, command, { inherit: true, env });
  process.exitCode = code;
});

// npm run demo, example, bench, stress, soak, test:torch: sets up, then runs the program with the given arguments.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setup } from './setup.mjs';
import { addonPath, allTargets } from './setup/native.mjs';
import { main, packageProgram, root, run, say } from './setup/tools.mjs';

const exampleFolders = ['examples/lessons', 'examples'];

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
        ? `There is no example '${name}'. The examples are:`
        : 'usage: npm run example NAME [-- OPTIONS]\nThe examples are described in examples/README.md:',
    );
    for (const example of exampleNames()) say(`  ${example}`);
    return undefined;
  },
};

// Benchmarks measure the addon that the packages contain.
const addons = { bench: allTargets };

// glibc keeps memory for each thread that allocates. With hundreds of threads, this grows and would hide leaks.
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

// npm run demo | example | bench | unit: sets up, then runs the thing with the arguments given.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setup } from './setup.mjs';
import { main, packageProgram, root, run, say } from './setup/tools.mjs';

const exampleFolders = ['examples/notebooks', 'examples'];

const commands = {
  demo: (args) => tsx('examples/demo.ts', args),
  bench: (args) => tsx('bench/index.ts', args),
  unit: (args) => [packageProgram('jest'), ...args],
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
  await setup();
  const command = commands[name](args);
  if (!command) {
    process.exitCode = 2;
    return;
  }
  const { code } = await run(process.execPath, command, { inherit: true });
  process.exitCode = code;
});

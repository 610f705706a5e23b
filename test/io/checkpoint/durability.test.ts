/**
 * The order in which a save reaches the disk: contents before names, the new checkpoint before the old one is deleted.
 */
import { mkdirSync } from 'node:fs';
import { runProgram } from '../../support/process';
import { library } from '../../support/programs';
import { temporaryFolder } from './support';

const pathOf = temporaryFolder();

const program = `
  const fs = require('node:fs/promises');
  const [dir, file] = process.argv.slice(1);
  const log = [];
  const short = (path) => path.replace(dir, '.').replace(/unfinished-[^/]*/, 'new').replace(/\\w+[.]partial/, 'partial');
  for (const name of ['mkdir', 'rename', 'symlink', 'rm']) {
    const original = fs[name];
    fs[name] = (...args) => {
      log.push([name, ...args.filter((one) => typeof one === 'string' && one !== 'dir').map(short)].join(' '));
      return original(...args);
    };
  }
  const { open } = fs;
  fs.open = async (path, ...rest) => {
    const handle = await open(path, ...rest);
    const sync = handle.sync.bind(handle);
    handle.sync = () => {
      log.push('sync ' + short(path));
      return sync();
    };
    return handle;
  };
  const { io, zeros } = require(${JSON.stringify(library)});
  async function main() {
    for (const step of [1, 2]) await io.saveCheckpoint(dir + '/a/b', { step, w: zeros(2) }, { keep: 1 });
    await io.saveNpy(dir + '/x.npy', zeros(2));
    console.log(JSON.stringify(log));
  }
  main();
`;

const save = (name: string): string[] => [
  'mkdir ./a/b/.new',
  'sync ./a/b/.new/w.safetensors',
  'sync ./a/b/.new/checkpoint.json',
  'sync ./a/b/.new/SHA256SUMS',
  'sync ./a/b/.new',
  `rename ./a/b/.new ./a/b/${name}`,
  'sync ./a/b',
  `symlink ${name} ./a/b/.new`,
  'rename ./a/b/.new ./a/b/latest',
  'sync ./a/b',
];

(process.platform === 'win32' ? test.skip : test)('of saves', async () => {
  const dir = pathOf('disk');
  mkdirSync(dir);
  const { stdout, stderr } = await runProgram(program, [dir]);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([
    'mkdir ./a/b',
    'sync ./a',
    'sync .',
    ...save('000001-step-1'),
    'mkdir ./a/b',
    ...save('000002-step-2'),
    'rename ./a/b/000001-step-1 ./a/b/.new',
    'rm ./a/b/.new',
    'sync ./x.npy.partial',
    'rename ./x.npy.partial ./x.npy',
    'sync .',
  ]);
});

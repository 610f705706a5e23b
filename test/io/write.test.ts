/** Saving to a path that exists: links, permissions, devices, and content that must not be lost. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, nn, ones, tensor } from 'blasgrad';
import { library } from '../support/programs';

const folder = mkdtempSync(join(tmpdir(), 'write-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pathOf = (...names: string[]): string => join(folder, ...names);
const tensors = { a: tensor([1, 2, 3]) };

const writers: [string, (path: string) => unknown][] = [
  ['saveSafetensors', (path) => io.saveSafetensors(path, tensors)],
  ['saveSafetensorsSync', (path) => io.saveSafetensorsSync(path, tensors)],
  ['saveText', (path) => io.saveText(path, tensors)],
  ['saveTextSync', (path) => io.saveTextSync(path, tensors)],
  ['saveNpy', (path) => io.saveNpy(path, tensors.a)],
  ['saveNpz', (path) => io.saveNpz(path, tensors)],
  ['exportOnnx', (path) => io.exportOnnx(new nn.Linear(3, 1), ones(1, 3), path)],
];

describe.each(writers)('%s', (name, write) => {
  const dir = pathOf(name);
  beforeAll(() => mkdirSync(dir));

  test('replaces what a link leads to, with its permissions', async () => {
    writeFileSync(join(dir, 'file'), 'before');
    chmodSync(join(dir, 'file'), 0o600);
    symlinkSync('file', join(dir, 'link'));
    await write(join(dir, 'link'));
    expect(lstatSync(join(dir, 'link')).isSymbolicLink()).toBe(true);
    expect(statSync(join(dir, 'file')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dir, 'file')).length).toBeGreaterThan(10);
    expect(readdirSync(dir)).toEqual(['file', 'link']);
  });

  test('makes what a link leads to', async () => {
    symlinkSync('new', join(dir, 'early'));
    await write(join(dir, 'early'));
    expect(lstatSync(join(dir, 'early')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(dir, 'new')).length).toBeGreaterThan(10);
    for (const name of ['new', 'early']) rmSync(join(dir, name));
  });

  const { platform } = process;
  (platform === 'win32' ? test.skip : test)('a device stays one', async () => {
    symlinkSync('/dev/null', join(dir, 'null'));
    await write(join(dir, 'null'));
    expect(statSync(join(dir, 'null')).isCharacterDevice()).toBe(true);
    rmSync(join(dir, 'null'));
  });

  test('a directory and a folder that is not there', async () => {
    mkdirSync(join(dir, 'sub'));
    const into = async (path: string): Promise<unknown> => await write(path);
    await expect(into(join(dir, 'sub'))).rejects.toThrow('EISDIR');
    await expect(into(join(dir, 'none', 'file'))).rejects.toThrow('ENOENT');
    expect(readdirSync(dir)).toEqual(['file', 'link', 'sub']);
  });

  (platform === 'linux' ? test : test.skip)('a full disk leaves what was there', async () => {
    const path = join(dir, 'full');
    await write(path);
    const before = readFileSync(path);
    // No file may have more than 64 KiB; the model's initial weights and the tensors have 360 KB.
    const script = `
      const { io, nn, rand } = require(process.argv[1]);
      process.on('SIGXFSZ', () => undefined);
      const a = rand(300, 300);
      const writers = {
        saveSafetensors: (path) => io.saveSafetensors(path, { a }),
        saveSafetensorsSync: (path) => io.saveSafetensorsSync(path, { a }),
        saveText: (path) => io.saveText(path, { a }),
        saveTextSync: (path) => io.saveTextSync(path, { a }),
        saveNpy: (path) => io.saveNpy(path, a),
        saveNpz: (path) => io.saveNpz(path, { a }),
        exportOnnx: (path) => io.exportOnnx(new nn.Linear(300, 300), a, path),
      };
      (async () => writers[process.argv[2]](process.argv[3]))().catch((error) => console.log(error.message));`;
    const child = spawnSync(
      'bash',
      ['-c', 'ulimit -f 64; exec "$0" -e "$@"', process.execPath, script, library, name, path],
      { encoding: 'utf8' },
    );
    expect([child.stderr, child.stdout]).toEqual(['', expect.stringContaining(`'${path}'`)]);
    expect(child.stdout).toMatch(/^EFBIG: file too large, write '/);
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(dir)).toEqual(['file', 'full', 'link', 'sub']);
  });
});

test.each<[string, () => unknown]>([
  [
    'saveSafetensorsSync',
    () => io.saveSafetensorsSync(pathOf('map'), new Map([['a', ones(1)]]) as never),
  ],
  ['saveTextSync', () => io.saveTextSync(pathOf('map'), new Map([['a', ones(1)]]) as never)],
  ['saveNpz', () => io.saveNpz(pathOf('map'), new Map([['a', ones(1)]]) as never)],
  [
    'saveSafetensorsSync',
    () => io.saveSafetensorsSync(pathOf('map'), {}, { metadata: new Map([['a', 'b']]) as never }),
  ],
  ['saveCheckpoint', () => io.saveCheckpoint(pathOf('map'), new Map([['a', 1]]) as never)],
])('%s refuses a Map, of which nothing would be written', async (name, write) => {
  const writing = (async () => await write())();
  await expect(writing).rejects.toThrow(TypeError);
  await expect(writing).rejects.toThrow(
    new RegExp(`^${name}: expected an object of .*, got an instance of Map`),
  );
});

(process.platform === 'linux' ? test : test.skip)(
  'a full disk leaves the checkpoints that are there, and nothing else',
  async () => {
    const dir = pathOf('checkpoints');
    await io.saveCheckpoint(dir, { step: 1, ...tensors });
    const script = `
      const { io, rand } = require(process.argv[1]);
      process.on('SIGXFSZ', () => undefined);
      io.saveCheckpoint(process.argv[2], { step: 2, a: rand(300, 300) }).catch((error) => console.log(error.message));`;
    const child = spawnSync(
      'bash',
      ['-c', 'ulimit -f 64; exec "$0" -e "$@"', process.execPath, script, library, dir],
      { encoding: 'utf8' },
    );
    expect([child.stderr, child.stdout]).toEqual([
      '',
      expect.stringMatching(/^EFBIG.*a\.safetensors'/),
    ]);
    expect(readdirSync(dir)).toEqual(['000001-step-1', 'latest']);
    expect((await io.loadCheckpoint(dir)).step).toBe(1);
  },
);

/** Damaged checkpoints. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { io, nn, ones, tensor } from 'blasgrad';
import { times } from '../../support/full';
import { randomFrom } from '../../support/random';
import { plain, temporaryFolder } from './support';

const pathOf = temporaryFolder();
const dir = pathOf('saved');
const newest = join(dir, '000002-step-2');
const older = join(dir, '000001-step-1');
const names = ['SHA256SUMS', 'checkpoint.json', 'mean.safetensors', 'model.safetensors'];
const content: Record<string, Buffer> = {};
const model = new nn.Linear(2, 1);
const copied = (name: string): string => join(pathOf('copy'), '000002-step-2', name);

beforeAll(async () => {
  for (const step of [1, 2]) await io.saveCheckpoint(dir, { model, mean: ones(2), step });
  expect(readdirSync(newest)).toEqual(names);
  for (const name of names) content[name] = readFileSync(join(newest, name));
  cpSync(dir, pathOf('copy'), { recursive: true });
});

/** What loading says to a changed file; a model that was loaded into must be as it was. */
async function problemWith(change: () => void): Promise<io.CheckpointError> {
  for (const name of names) {
    rmSync(copied(name), { recursive: true, force: true });
    writeFileSync(copied(name), content[name]);
  }
  change();
  const target = new nn.Linear(2, 1);
  const before = plain(target.stateDict());
  const problem: unknown = await io.loadCheckpoint(pathOf('copy'), { model: target }).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(problem instanceof io.CheckpointError))
    throw new Error(`no such error: ${String(problem)}`);
  expect(problem.path).toBe(join(pathOf('copy'), '000002-step-2'));
  expect(problem.fallback).toBe(join(pathOf('copy'), '000001-step-1'));
  expect(problem.message).toContain(`${pathOf('copy')}/000002-step-2/`);
  expect(problem.message).toContain(
    `; pass { fallback: true } to load ${problem.fallback ?? ''}, the newest intact checkpoint`,
  );
  expect(plain(target.stateDict())).toEqual(before);
  return problem;
}

describe.each(names)('%s', (name) => {
  test('with any byte changed', async () => {
    const random = randomFrom(name);
    const { length } = content[name];
    const tried = times(length, Math.ceil(length / 8), 'changed bytes');
    for (let turn = 0; turn < tried; turn++) {
      const i = Math.floor((turn * length) / tried);
      await problemWith(() => {
        const bytes = Buffer.from(content[name]);
        bytes[i] ^= 1 << Math.floor(8 * random());
        writeFileSync(copied(name), bytes);
      });
    }
  });

  test('cut short, or longer', async () => {
    const { length } = content[name];
    for (const size of [0, 1, 7, 8, 9, length >> 1, length - 2, length - 1]) {
      await problemWith(() => writeFileSync(copied(name), content[name].subarray(0, size)));
    }
    for (const more of ['\0', '\n', ' ', 'x'.repeat(5000)]) {
      await problemWith(() => writeFileSync(copied(name), more, { flag: 'a' }));
    }
  });

  test('missing, a directory, or another file', async () => {
    const gone = await problemWith(() => rmSync(copied(name)));
    expect(gone.message).toMatch(/^loadCheckpoint: .*ENOENT/);
    const directory = await problemWith(() => {
      rmSync(copied(name));
      mkdirSync(copied(name));
    });
    expect(directory.message).toMatch(/^loadCheckpoint: .*a directory/);
    for (const other of names.filter((candidate) => candidate !== name)) {
      await problemWith(() => cpSync(join(newest, other), copied(name)));
    }
  });
});

/** Writes files whose checksums agree: what does not hold then is found by reading. */
function forge(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(copied(name), content);
  const lines = names.slice(1).map((name) => {
    const sum = createHash('sha256')
      .update(readFileSync(copied(name)))
      .digest('hex');
    return `${sum}  ${name}\n`;
  });
  writeFileSync(copied('SHA256SUMS'), lines.join(''));
}

interface Manifest {
  format: unknown;
  version: unknown;
  random: unknown;
  entries: Record<string, unknown>;
}

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const set = (tree: unknown) => (manifest: Manifest) => {
  manifest.entries['step'] = { kind: 'value', tree };
};

describe('a forged checkpoint.json', () => {
  test.each<[string, (manifest: Manifest) => unknown, string]>([
    ['no format', (all) => delete all.format, 'got undefined'],
    ['another format', (all) => (all.format = 'x'), "got 'x'"],
    ['a later version', (all) => (all.version = 2), 'version 1 of the format, got 2'],
    ['no generator', (all) => (all.random = null), 'four int32 numbers in random'],
    ['three numbers', (all) => (all.random = [1, 2, 3]), 'four int32 numbers in random'],
    ['numbers too large', (all) => (all.random = [0, 0, 0, 2 ** 31]), 'four int32 numbers'],
    ['no entries', (all) => (all.entries = [] as never), 'an object in entries'],
    ['an entry of null', (all) => (all.entries['a'] = null), 'a name, a kind and a tree'],
    ['an unknown kind', (all) => (all.entries['a'] = { kind: 'x', tree: 1 }), 'a name, a kind'],
    ['no tree', (all) => (all.entries['a'] = { kind: 'value' }), 'a name, a kind and a tree'],
    ['a place elsewhere', (all) => (all.entries['../a'] = { kind: 'value', tree: 1 }), 'a name,'],
    [
      'fewer entries',
      (all) => delete all.entries['mean'],
      'it lists mean.safetensors, which is not a file of an entry',
    ],
    ['an unknown tensor', set({ $tensor: 'x' }), "in entry 'step', got "],
    ['a number as a tensor', set({ $tensor: 5 }), 'a valid $tensor, $ or $object'],
    ['an unknown number', set({ $: 'eval' }), 'a valid $tensor, $ or $object'],
    ['an unknown sign', set({ $function: 'x' }), 'a valid $tensor, $ or $object'],
    ['two signs', set({ $: 'NaN', a: 1 }), 'a valid $tensor, $ or $object'],
    ['no object', set({ $object: 1 }), 'a valid $tensor, $ or $object'],
    ['depth', set(deep(200)), 'at most 100 levels'],
  ])('%s', async (_, change, message) => {
    const problem = await problemWith(() => {
      const manifest = JSON.parse(readFileSync(copied('checkpoint.json'), 'utf8')) as Manifest;
      change(manifest);
      forge({ 'checkpoint.json': JSON.stringify(manifest) });
    });
    expect(problem.message).toContain(message);
  });

  test('no JSON, and depth of millions', async () => {
    for (const text of ['', 'null', '[]', '{', 'process.exit(1)', '['.repeat(4_000_000)]) {
      await problemWith(() => forge({ 'checkpoint.json': text }));
    }
  });

  test('more than a save would write', async () => {
    const text = `${' '.repeat(2 ** 25)}{}`;
    const problem = await problemWith(() => forge({ 'checkpoint.json': text }));
    expect(problem.message).toContain('expected at most 33554432 bytes, got');
  });
});

test('tensors that lie', async () => {
  const big = Buffer.from(readFileSync(join(newest, 'model.safetensors')));
  big.writeBigUInt64LE(1n << 60n);
  const { message } = await problemWith(() => forge({ 'model.safetensors': big }));
  expect(message).toContain('a length of at most');
});

describe('SHA256SUMS', () => {
  const line = `${'0'.repeat(64)}  `;
  test.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['no line break', `${line}checkpoint.json`],
    ['no checkpoint.json', `${line}model.safetensors\n`],
    ['a file twice', `${line}checkpoint.json\n${line}checkpoint.json\n`],
    ['a file elsewhere', `${line}checkpoint.json\n${line}../x.safetensors\n`],
    ['an unknown file', `${line}checkpoint.json\n${line}x.txt\n`],
    ['capitals', `${'A'.repeat(64)}  checkpoint.json\n`],
  ])('with %s', async (_, text) => {
    await problemWith(() => writeFileSync(copied('SHA256SUMS'), text));
  });
});

describe('with a damaged newest', () => {
  const damage = (path: string): void => writeFileSync(join(path, 'mean.safetensors'), 'x');
  const copy = (name: string): string => {
    cpSync(dir, pathOf(name), { recursive: true, verbatimSymlinks: true });
    damage(join(pathOf(name), '000002-step-2'));
    return pathOf(name);
  };

  test('the fallback is loaded when asked for, into what it is for', async () => {
    const other = new nn.Linear(2, 1);
    const loaded = await io.loadCheckpoint(copy('a'), { model: other }, { fallback: true });
    expect([loaded.step, loaded.path]).toEqual([1, join(pathOf('a'), '000001-step-1')]);
    expect(plain(loaded['mean'])).toEqual(plain(ones(2)));
    expect(plain(other.stateDict())).toEqual(plain(model.stateDict()));
    const checkpoint = join(pathOf('a'), '000002-step-2');
    await expect(io.loadCheckpoint(checkpoint)).rejects.toMatchObject({
      path: checkpoint,
      fallback: loaded.path,
    });
    expect((await io.loadCheckpoint(checkpoint, {}, { fallback: true })).step).toBe(1);
    const latest = join(pathOf('a'), 'latest');
    await expect(io.loadCheckpoint(latest)).rejects.toMatchObject({ path: checkpoint });
    expect((await io.loadCheckpoint(join(pathOf('a'), '000001-step-1'))).step).toBe(1);
  });

  test('and nothing else that is good', async () => {
    damage(join(copy('b'), '000001-step-1'));
    for (const fallback of [false, true]) {
      const loading = io.loadCheckpoint(pathOf('b'), {}, { fallback });
      await expect(loading).rejects.toMatchObject({ name: 'CheckpointError', fallback: null });
      await expect(loading).rejects.toThrow('no other checkpoint in the directory is intact');
    }
  });

  test('saving continues, and latest is intact again', async () => {
    await io.saveCheckpoint(copy('c'), { mean: tensor([5]) });
    expect((await io.loadCheckpoint(join(pathOf('c'), 'latest'))).path).toBe(
      join(pathOf('c'), '000003'),
    );
  });

  test('latest may point anywhere', async () => {
    cpSync(dir, pathOf('d'), { recursive: true });
    rmSync(join(pathOf('d'), 'latest'));
    symlinkSync('nowhere', join(pathOf('d'), 'latest'));
    expect((await io.loadCheckpoint(pathOf('d'))).step).toBe(2);
    await io.saveCheckpoint(pathOf('d'), { step: 3 });
    expect((await io.loadCheckpoint(join(pathOf('d'), 'latest'))).step).toBe(3);
  });
});

test('what others put there does no harm', async () => {
  cpSync(older, join(pathOf('e'), '000001'), { recursive: true });
  writeFileSync(join(pathOf('e'), 'notes.txt'), 'x');
  writeFileSync(join(pathOf('e'), '000001', 'notes.txt'), 'x');
  expect((await io.loadCheckpoint(pathOf('e'))).step).toBe(1);
  await io.saveCheckpoint(pathOf('e'), {}, { keep: 1 });
  expect(readdirSync(pathOf('e'))).toEqual(['000002', 'latest', 'notes.txt']);
});

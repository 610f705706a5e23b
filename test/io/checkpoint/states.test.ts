/** A loaded checkpoint has what was saved. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile, io, manualSeed, nn, ones, optim, rand, randn, tensor, zeros } from 'blasgrad';
import { makeTraining, plain, statesOf, temporaryFolder, train } from './support';

const pathOf = temporaryFolder();

test('a training run continues as before', async () => {
  const dir = pathOf('training');
  const first = makeTraining();
  for (let i = 0; i < 3; i++) train(first);
  const path = await io.saveCheckpoint(dir, { ...first, step: 3, note: 'so far' });
  const saved = statesOf(first);
  const losses = [train(first), train(first)];
  const second = makeTraining();
  const loaded = await io.loadCheckpoint(dir, { ...second });
  expect(loaded).toEqual({ path, step: 3, note: 'so far' });
  expect(statesOf(second)).toEqual(saved);
  expect([train(second), train(second)]).toEqual(losses);
  expect(statesOf(second)).toEqual(statesOf(first));
});

test('of a training that has taken no step, too', async () => {
  const [first, second] = [makeTraining(), makeTraining()];
  await io.saveCheckpoint(pathOf('fresh'), { ...first });
  await io.loadCheckpoint(pathOf('fresh'), { ...second });
  expect(statesOf(second)).toEqual(statesOf(first));
});

test('the states are those of the call, whatever comes after', async () => {
  const training = makeTraining();
  train(training);
  const before = statesOf(training);
  const values = { counts: [1, 2], mean: ones(2) };
  const saving = io.saveCheckpoint(pathOf('call'), { ...training, values });
  train(training);
  values.counts.push(3);
  values.mean.fill_(7);
  manualSeed(99);
  await saving;
  const other = makeTraining();
  const loaded = await io.loadCheckpoint(pathOf('call'), { ...other });
  expect(statesOf(other)).toEqual(before);
  expect(plain(loaded['values'])).toEqual(plain({ counts: [1, 2], mean: ones(2) }));
});

const matrix = randn(3, 4);
const hidden = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as object;

// Whatever a tree may hold.
test.each<[string, unknown]>([
  ['numbers', [0, -0, 1.5, -1e300, 5e-324, 2 ** 53, NaN, Infinity, -Infinity]],
  ['texts', ['', 'ä☃', '\0\n"\\', '\ud800', '$']],
  ['the rest', [true, false, null, undefined, [], {}, [[[]]], { a: { b: {} } }]],
  ['sparse', [1, undefined, 3]],
  ['signs', { $: 'NaN', $tensor: 'x', $object: { $: { $: 1 } }, plain: { $a: 1 } }],
  ['prototypes', hidden],
  ['one tensor', tensor([1, NaN, -0])],
  ['tensors', [zeros(0, 2), tensor(1), tensor([true]), tensor([1], { dtype: 'int32' })]],
  ['views', { t: matrix.T, row: matrix.select(0, 1), double: randn(2, { dtype: 'float64' }) }],
  ['names alike', { 'a.b': ones(1), a: { b: ones(2) }, 'a.b~2': ones(3) }],
  ['names of formats', { __metadata__: ones(1), __proto: ones(2), '': ones(3) }],
])('%s', async (name, value) => {
  const path = await io.saveCheckpoint(pathOf('trees'), { value });
  const loaded = await io.loadCheckpoint(path);
  expect(plain(loaded['value'])).toEqual(plain(value));
  expect(Object.keys(loaded)).toEqual(['value', 'path']);
  if (name === 'prototypes') {
    expect(Object.getPrototypeOf(loaded['value'])).toBe(Object.prototype);
    expect(JSON.stringify(loaded['value'])).toBe('{"__proto__":{"a":1},"constructor":2}');
  }
});

test('entries that are undefined are none, a target that is undefined neither', async () => {
  await io.saveCheckpoint(pathOf('undefined'), { model: undefined, a: null });
  const loaded = await io.loadCheckpoint(pathOf('undefined'), { model: undefined });
  expect(loaded).toEqual({ a: null, path: expect.any(String) as string });
});

test('whatever has stateDict and loadStateDict', async () => {
  class Mean {
    count = 0;
    stateDict() {
      return { count: this.count, since: tensor([this.count]) };
    }
    loadStateDict({ count }: { count: number }): void {
      this.count = count;
    }
  }
  const mean = new Mean();
  mean.count = 5;
  const stateful: io.Stateful = mean;
  await io.saveCheckpoint(pathOf('own'), { mean: stateful });
  const other = new Mean();
  expect(Object.keys(await io.loadCheckpoint(pathOf('own'), { mean: other }))).toEqual(['path']);
  expect(other.count).toBe(5);
  expect(Object.keys(await io.loadCheckpoint(pathOf('own')))).toEqual(['path']);
});

test('the default generator continues', async () => {
  manualSeed(5);
  rand(7);
  await io.saveCheckpoint(pathOf('random'), {});
  const wanted = rand(9).toArray();
  manualSeed(6);
  await io.loadCheckpoint(pathOf('random'));
  expect(rand(9).toArray()).toEqual(wanted);
});

test('compiled steps go on with what was loaded, without another capture', async () => {
  const model = new nn.Linear(2, 1);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
  const step = compile((x) => {
    optimizer.zeroGrad();
    const loss = model.forward(x).square().mean();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const x = randn(4, 2);
  step(x);
  step(x);
  await io.saveCheckpoint(pathOf('compiled'), { model, optimizer });
  const losses = [step(x).item(), step(x).item()];
  await io.loadCheckpoint(pathOf('compiled'), { model, optimizer });
  expect([step(x).item(), step(x).item()]).toEqual(losses);
  expect(step.stats.captures).toBe(1);
});

test('a state in use is an error, and nothing is written', async () => {
  const model = new nn.Linear(2, 1);
  const grow = compile((x) => {
    model.weight.detach().add_(x);
    return x.sum();
  });
  grow(ones(2));
  const run = grow.scanAsync(ones(100, 2));
  await expect(io.saveCheckpoint(pathOf('flight'), { model })).rejects.toThrow(
    /^saveCheckpoint: a running compiled function changes this tensor/,
  );
  await run;
  expect(await io.listCheckpoints(pathOf('flight'))).toEqual([]);
  await io.saveCheckpoint(pathOf('flight'), { model });
});

describe('the directory', () => {
  test('keeps the newest, in the order of the calls', async () => {
    const dir = pathOf('many');
    const steps = [7, 3, 9, 1, 1];
    const paths = await Promise.all(steps.map((step) => io.saveCheckpoint(dir, { step })));
    const names = ['000003-step-9', '000004-step-1', '000005-step-1'];
    expect(paths.slice(2)).toEqual(names.map((name) => join(dir, name)));
    expect(readdirSync(dir)).toEqual([...names, 'latest']);
    expect(await io.listCheckpoints(dir)).toEqual([
      { path: paths[4], number: 5, step: 1, best: false },
      { path: paths[3], number: 4, step: 1, best: false },
      { path: paths[2], number: 3, step: 9, best: false },
    ]);
    expect((await io.loadCheckpoint(dir)).path).toBe(paths[4]);
    expect((await io.loadCheckpoint(paths[2])).step).toBe(9);
    expect(await io.loadCheckpoint(join(dir, 'latest'))).toEqual({ step: 1, path: paths[4] });
    expect((await io.loadCheckpoint(pathToFileURL(dir))).step).toBe(1);
  });

  test.each([
    [1, 1],
    [2, 2],
    [undefined, 3],
    [Infinity, 6],
  ])('keep %p of six: %p', async (keep, count) => {
    const dir = pathOf(`keep-${String(keep)}`);
    for (let i = 0; i < 6; i++) await io.saveCheckpoint(dir, { i }, { keep });
    const all = await io.listCheckpoints(dir);
    expect(all.map(({ number, step }) => [number, step])).toEqual(
      [6, 5, 4, 3, 2, 1].slice(0, count).map((number) => [number, null]),
    );
  });

  test('holds files that others read: safetensors by name, and sums for sha256sum', async () => {
    const training = makeTraining();
    train(training);
    const path = await io.saveCheckpoint(pathOf('files'), { ...training, step: 12 });
    const files = ['SHA256SUMS', 'checkpoint.json', 'model.safetensors', 'optimizer.safetensors'];
    expect(readdirSync(path)).toEqual(files);
    const model = io.loadSafetensorsSync(join(path, 'model.safetensors'));
    expect(plain(model)).toEqual(plain(training.model.stateDict()));
    const sums = readFileSync(join(path, 'SHA256SUMS'), 'utf8');
    for (const file of files.slice(1)) {
      const sum = createHash('sha256')
        .update(readFileSync(join(path, file)))
        .digest('hex');
      expect(sums).toContain(`${sum}  ${file}\n`);
    }
  });

  test('is made with those above it', async () => {
    const dir = join(pathOf('a'), 'b', 'c');
    expect(await io.listCheckpoints(dir)).toEqual([]);
    await io.saveCheckpoint(dir, {});
    expect(await io.listCheckpoints(dir)).toHaveLength(1);
  });
});

describe('a directory that others use, too', () => {
  test('keeps their folders and files, whatever they are called', async () => {
    const dir = pathOf('shared');
    mkdirSync(join(dir, '20241122'), { recursive: true });
    writeFileSync(join(dir, '20241122', 'precious.csv'), '1');
    writeFileSync(join(dir, '000001-step-1'), 'a file');
    writeFileSync(join(dir, '20241123'), 'a file');
    for (let step = 1; step < 4; step++) await io.saveCheckpoint(dir, { step }, { keep: 1 });
    const names = ['000001-step-1', '20241122', '20241123', '20241125-step-3', 'latest'];
    expect(readdirSync(dir)).toEqual(names);
    expect(readdirSync(join(dir, '20241122'))).toEqual(['precious.csv']);
    expect((await io.loadCheckpoint(dir)).step).toBe(3);
  });

  test('where a file has the name of the next checkpoint, the number after it is taken', async () => {
    const dir = pathOf('taken');
    mkdirSync(dir);
    writeFileSync(join(dir, '000001'), 'a file');
    expect(await io.saveCheckpoint(dir, {})).toBe(join(dir, '000002'));
    expect((await io.loadCheckpoint(dir)).path).toBe(join(dir, '000002'));
  });

  test('a directory called latest is refused before anything is written', async () => {
    const dir = pathOf('latest');
    mkdirSync(join(dir, 'latest'), { recursive: true });
    const what = `${join(dir, 'latest')} is a directory; remove it, because a link is created there`;
    await expect(io.saveCheckpoint(dir, {})).rejects.toThrow(`saveCheckpoint: ${what}`);
    expect(readdirSync(dir)).toEqual(['latest']);
  });

  test('of two processes that took one number, the later step is the newer', async () => {
    const dir = pathOf('race');
    for (const step of [9, 10, 8]) {
      const path = await io.saveCheckpoint(pathOf(`race-${step}`), { step });
      cpSync(path, join(dir, `000005-step-${step}`), { recursive: true });
    }
    expect((await io.listCheckpoints(dir)).map(({ step }) => step)).toEqual([10, 9, 8]);
    expect((await io.loadCheckpoint(dir)).step).toBe(10);
  });

  test('one that is removed while it is loaded is no error: there is a newer one', async () => {
    const dir = pathOf('busy');
    const next = pathOf('next');
    for (const path of [dir, next]) await io.saveCheckpoint(path, { w: tensor([1]) });
    for (let turns = 0; turns < 60; turns++) {
      const newest = (await io.listCheckpoints(dir))[0];
      const loading = io.loadCheckpoint(dir);
      for (let i = 0; i < turns; i++) await new Promise(setImmediate);
      // As a save with { keep: 1 } does.
      cpSync(join(next, '000001'), join(dir, String(newest.number + 1).padStart(6, '0')), {
        recursive: true,
      });
      rmSync(newest.path, { recursive: true });
      expect(await loading).toHaveProperty('w');
    }
  });
});

test('more than can be read again as text is refused', async () => {
  const text = 'x'.repeat(2 ** 25);
  const what = 'bytes as JSON, more than 33554432; store large arrays as tensors';
  await expect(io.saveCheckpoint(pathOf('text'), { text })).rejects.toThrow(what);
  expect(await io.listCheckpoints(pathOf('text'))).toEqual([]);
});

test('a save that fails does not hold up the next one', async () => {
  const dir = pathOf('fails');
  const [bad, good] = await Promise.allSettled([
    io.saveCheckpoint(join(dir, '\0'), {}),
    io.saveCheckpoint(dir, {}),
  ]);
  expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
});

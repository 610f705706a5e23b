/** States that cannot be saved or loaded are refused, and nothing is changed. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, io, manualSeed, nn, ones, rand, tensor, type Tensor } from 'blasgrad';
import { makeTraining, statesOf, temporaryFolder, train } from './support';

const pathOf = temporaryFolder();

type Save = (...args: unknown[]) => Promise<string>;

class Broken {
  stateDict(): never {
    throw new Error('not now');
  }
  loadStateDict(): void {
    return undefined;
  }
}

const cycle: unknown[] = [];
cycle.push(cycle);

describe('saveCheckpoint refuses', () => {
  test.each<[string, unknown[], string]>([
    ['no entries', [], 'an object of entries for entries, got undefined'],
    ['null', [null], 'an object of entries for entries, got null'],
    ['a model alone', [new nn.Linear(1, 1)], 'an object of entries for entries, got an instance'],
    ['a tensor alone', [ones(1)], 'an object of entries for entries, got a float32 tensor'],
    ['a function', [{ a: { b: [() => 1] } }], 'boolean, null, array or plain object for a.b.0'],
    ['a Map', [{ a: new Map() }], 'array or plain object for a, got an instance of Map'],
    ['a typed array', [{ a: new Float32Array(2) }], 'for a, got Float32Array(2)'],
    ['a big number', [{ a: 1n }], 'for a, got a bigint'],
    [
      'itself in itself',
      [{ cycle }],
      'cycle.0.0.0 is nested more than 100 levels deep, or contains itself',
    ],
    ['a broken step', [{ step: 1.5 }], 'an integer of at least 0 for step, got 1.5'],
    ['a step below 0', [{ step: -1 }], 'an integer of at least 0 for step, got -1'],
    ['a step of text', [{ step: '1' }], "an integer for step, got '1'"],
    ['a path', [{ path: 1 }], "for the name of an entry, got 'path'"],
    ['a place elsewhere', [{ '../a': 1 }], "for the name of an entry, got '../a'"],
    ['no name', [{ '': 1 }], "for the name of an entry, got ''"],
    ['a long name', [{ ['a'.repeat(101)]: 1 }], 'for the name of an entry'],
    ['names alike', [{ ab: 1, aB: 2 }], "the names 'ab' and 'aB' differ only in case"],
    ['keep 0', [{}, { keep: 0 }], 'an integer of at least 1 for keep, got 0'],
    ['keep 1.5', [{}, { keep: 1.5 }], 'an integer of at least 1 for keep, got 1.5'],
    ['a misspelt option', [{}, { kept: 1 }], "one of keep, best for options, got 'kept'"],
  ])('%s', async (_, args, message) => {
    const dir = pathOf('refused');
    const saving = (io.saveCheckpoint as Save)(dir, ...args);
    await expect(saving).rejects.toThrow(message);
    await expect(saving).rejects.toThrow(/^saveCheckpoint: /);
    expect(await io.listCheckpoints(dir)).toEqual([]);
  });

  test('a state that fails, with its error', async () => {
    await expect(io.saveCheckpoint(pathOf('broken'), { a: new Broken() })).rejects.toThrow(
      'not now',
    );
  });

  test('a directory that is a file', async () => {
    writeFileSync(pathOf('file'), '');
    await expect(io.saveCheckpoint(pathOf('file'), {})).rejects.toThrow(/EEXIST|ENOTDIR/);
    await expect((io.saveCheckpoint as Save)(7, {})).rejects.toThrow(TypeError);
  });

  test('its own name where a directory lies, and leaves nothing behind', async () => {
    const dir = pathOf('tidy');
    await io.saveCheckpoint(dir, { a: 1 });
    await expect(io.saveCheckpoint(dir, { a: [1n] })).rejects.toThrow(TypeError);
    expect(readdirSync(dir)).toEqual(['000001', 'latest']);
  });
});

type Load = (...args: unknown[]) => Promise<unknown>;

describe('loadCheckpoint refuses', () => {
  const dir = pathOf('saved');
  const saved = makeTraining();
  beforeAll(async () => {
    train(saved);
    await io.saveCheckpoint(dir, { ...saved, step: 1 });
  });

  test.each<[string, unknown[], string]>([
    [
      'null',
      [null],
      'an object of modules, optimizers or other objects with a state for targets, got null',
    ],
    [
      'a model alone',
      [new nn.Linear(1, 1)],
      'an object of modules, optimizers or other objects with a state for targets',
    ],
    ['a number', [{ step: 1 }], "an object with stateDict and loadStateDict for targets['step']"],
    ['what was not saved', [{ ema: new nn.Linear(1, 1) }], "has no state 'ema'; it contains model"],
    [
      'a value as a state',
      [{ step: new nn.Linear(1, 1) }],
      "has no state 'step'; it contains model",
    ],
    [
      'a misspelt option',
      [{}, { fallBack: true }],
      "one of fallback, which for options, got 'fallBack'",
    ],
    ['fallback 1', [{}, { fallback: 1 }], 'a boolean for fallback, got 1'],
  ])('%s', async (_, args, message) => {
    const loading = (io.loadCheckpoint as Load)(dir, ...args);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(/^loadCheckpoint: /);
  });

  // Each of them is loaded after others that fit.
  const odd = {
    'a model of other shapes': () => ({ ...makeTraining(), net: makeTraining(5).model }),
    'an optimizer of other parameters': () => ({
      ...makeTraining(),
      net: makeTraining(5).optimizer,
    }),
    'another kind of thing': () => ({ ...makeTraining(), net: new nn.Linear(1, 1) }),
  };
  test.each(Object.entries(odd))('%s, and changes nothing', async (_, make) => {
    const { net, ...training } = make();
    const folder = pathOf('odd');
    await io.saveCheckpoint(folder, { ...saved, net: saved.model });
    train(training);
    const before = statesOf(training);
    await expect(io.loadCheckpoint(folder, { ...training, net })).rejects.toThrow('loadStateDict');
    expect(statesOf(training)).toEqual(before);
  });

  test('and leaves the generator alone', async () => {
    const { model } = makeTraining(7);
    manualSeed(3);
    await expect(io.loadCheckpoint(dir, { model })).rejects.toThrow('loadStateDict');
    const next = rand(3).toArray();
    manualSeed(3);
    expect(rand(3).toArray()).toEqual(next);
  });

  test('a directory without any, and what is none', async () => {
    const message = 'contains no checkpoint';
    await expect(io.loadCheckpoint(pathOf('nowhere'))).rejects.toThrow(message);
    writeFileSync(pathOf('text'), 'x');
    await expect(io.loadCheckpoint(pathOf('text'))).rejects.toThrow('ENOTDIR');
    await expect((io.loadCheckpoint as Load)(undefined)).rejects.toThrow(TypeError);
  });

  test('while a function is being captured', async () => {
    let loading: Promise<unknown> | undefined;
    const f = compile((x: Tensor) => {
      loading = io.loadCheckpoint(dir, {}).catch((error: unknown) => error);
      return x.add(1);
    });
    f(tensor([1]));
    expect(await loading).toMatchObject({ step: 1 }); // it is read after the capture
  });
});

test('listCheckpoints looks at names alone', async () => {
  const dir = pathOf('names');
  await io.saveCheckpoint(dir, { step: 5 });
  for (const name of ['000009x', '00001', '000002-step-', 'notes.txt'])
    writeFileSync(join(dir, name), '');
  expect((await io.listCheckpoints(dir)).map(({ number }) => number)).toEqual([1]);
});

/** Worker threads of a loader, in programs that load the library as users do. */
import { oneIn, times } from '../../support/full';
import { outputOf } from './support';

const counts = oneIn(2, 'numbers of workers', [0, 1, 2, 4]);

const everyNumber = `
  const result = [];
  for (const workers of [${counts.join()}]) {
    manualSeed(3);
    const loader = new DataLoader(dataset, { ...options, workers });
    const batches = [...(await batchesOf(loader)), ...(await batchesOf(loader))];
    result.push({ batches, next: randn(1).item() });
  }
  tell(result);
`;

test.each<[string, string, string, number]>([
  ['in order', `await load('samples.mjs')`, '{ batchSize: 3 }', 8],
  ['shuffled', `await load('samples.mjs')`, '{ batchSize: 4, shuffle: true, dropLast: true }', 4],
  ['with a seed', `await load('samples.mjs')`, '{ shuffle: true, seed: 5, prefetch: 1 }', 20],
  [
    'collated here',
    `await load('samples.mjs')`,
    '{ batchSize: 3, collate: (items) => [items.length, ...items] }',
    8,
  ],
  [
    'parts',
    `data.randomSplit(await load('samples.mjs'), [7, 3], { seed: 1 })[0]`,
    '{ batchSize: 2 }',
    8,
  ],
  [
    'several modules',
    `new data.ConcatDataset([new data.Subset(await load('plain.cjs', 9, 2), [8, 1]), await load('plain.cjs', 3, 5)])`,
    '{ batchSize: 2, shuffle: true, collate: (items) => items.map(([x]) => x[0]) }',
    6,
  ],
])(
  `batches are the same for ${counts.join(', ')} workers: %s`,
  async (_name, dataset, options, count) => {
    const program = `const dataset = ${dataset}; const options = ${options}; ${everyNumber}`;
    const results = (await outputOf(program)) as { batches: string[] }[];
    const [none, ...others] = results;
    expect(none.batches).toHaveLength(count);
    expect(new Set(none.batches).size).toBeGreaterThanOrEqual(count / 2);
    for (const other of others) expect(other).toEqual(none);
  },
);

test('batches are tensors in memory of their own', async () => {
  const result = await outputOf(`
    const loader = new DataLoader(await load('samples.mjs'), { batchSize: 5, workers: 2 });
    const all = [];
    for await (const batch of loader) all.push(batch);
    const [first, second] = all;
    const { noise, ramp, view, floats, bytes, even, half, place, pair, name } = first;
    const tensors = [noise, ramp, view, floats, bytes, even, half, place, pair[0], pair[1].deep];
    const shared = tensors.some((one) => one.data.buffer instanceof SharedArrayBuffer);
    floats.fill_(7);
    tell({ kinds: tensors.map((one) => one.dtype + ' ' + one.shape), shared, name, second: second.floats, view });
  `);
  expect(result).toEqual({
    kinds: [
      'float32 5,2,2',
      'float64 5,2',
      'float32 5,2,2',
      'float32 5,2',
      'uint8 5,2',
      'bool 5',
      'float32 5',
      'int32 5',
      'int32 5',
      'float32 5',
    ],
    shared: false,
    name: [0, 1, 2, 3, 4].map((i) => `sample ${i}`),
    second: [5, 6, 7, 8, 9].map((i) => [i, -i]),
    view: [0, 1, 2, 3, 4].map((i) => [
      [i, 2],
      [1, 3],
    ]),
  });
});

test.each([0, 1])('batches of every dtype, %i workers', async (workers) => {
  const result = (await outputOf(`
    const loader = new DataLoader(await load('dtypes.mjs'), { batchSize: 2, workers: ${workers} });
    const single = new DataLoader(await load('dtypes.mjs'), {
      batchSize: 1,
      workers: ${workers},
      collate: ([{ tensors, big, ...arrays }]) => Object.values(arrays).map((x) => x.constructor.name + ' ' + [...x]),
    });
    const text = (x) => x.dtype + ' ' + JSON.stringify(x);
    let batches, samples;
    for await (const { tensors, ...arrays } of loader) {
      batches = Object.fromEntries([...tensors.map((x, i) => [i, x]), ...Object.entries(arrays)]
        .map(([key, x]) => [key, text(x)]));
    }
    for await (const sample of single) samples ??= sample;
    tell({ batches, samples });
  `)) as { batches: Record<string, string>; samples: string[] };
  const pairs = '[[0,1],[1,1]]';
  expect(result.batches).toMatchObject({
    0: `float32 ${pairs}`,
    1: `float64 ${pairs}`,
    2: `float16 ${pairs}`,
    3: `bfloat16 ${pairs}`,
    4: `int64 ${pairs}`,
    5: `int32 ${pairs}`,
    6: `uint8 ${pairs}`,
    7: 'bool [[false,true],[true,true]]',
    bytes: 'uint8 [[0,255],[1,255]]',
    clamped: 'uint8 [[0,255],[1,255]]',
    buffer: 'uint8 [[0,255],[1,255]]',
    longs: 'int64 [[0,-1],[1,-1]]',
    shorts: 'int32 [[0,65535],[1,65535]]',
    big: 'int64 [0,1]',
  });
  const halves = 'Float16Array' in globalThis;
  expect(result.batches.halves).toBe(halves ? 'float16 [[0,0.5],[1,0.5]]' : undefined);
  expect(result.samples.slice(0, 2)).toEqual(['Uint8Array 0,255', 'Uint8ClampedArray 0,255']);
  expect(result.samples).toContain('BigInt64Array 0,-1');
});

test.each([0, 1])('numbers that a dtype does not hold are refused, %i workers', async (workers) => {
  const failure = (await outputOf(`
    const dataset = await load('dtypes.mjs', 2n ** 63n);
    tell(await failureOf(() => batchesOf(new DataLoader(dataset, { batchSize: 2, workers: ${workers} }))));
  `)) as Failure;
  expect(failure.message).toContain(
    'tensor: expected a number that int64 holds for data[0], got 9223372036854775808n',
  );
});

test('what a module posts itself is nothing to the loader', async () => {
  const rubbish = `null, 'hello', 7, {}, { kind: 'ready' }, { kind: 'ready', lengths: null }, { kind: 'log', batch: 0 }`;
  const result = await outputOf(`
    tell(await batchesOf(new DataLoader(await load('talkative.mjs', ${rubbish}), { batchSize: 2, workers: 1 })));
  `);
  expect(result).toEqual(['[0,1]', '[2,3]']);
});

test("options of V8 beside a program's", async () => {
  const program = `tell(await batchesOf(new DataLoader(await load('talkative.mjs'), { workers: 1, batchSize: 4 })));`;
  expect(await outputOf(program, '--expose-gc')).toEqual(['[0,1,2,3]']);
});

test('a worker loads no library that its module does not', async () => {
  const result = await outputOf(`
    const loader = new DataLoader(await load('plain.cjs', 2, 3), { batchSize: 2, workers: 1 });
    tell(await batchesOf(loader));
  `);
  expect(result).toEqual(['[[[0],[3]],[false,false]]']);
});

test.each(['--import=tsx', '--require=tsx/cjs'])('modules in TypeScript, %s', async (option) => {
  const program = `tell(await batchesOf(new DataLoader(await load('typed.ts'), { batchSize: 4, workers: 1 })));`;
  expect(await outputOf(program, option)).toEqual(['[0,1,4,9]']);
});

test('a state is of use to any number of workers', async () => {
  const places = times(6, 3, 'places of a state');
  const result = await outputOf(`
    const dataset = await load('samples.mjs');
    const make = (workers) => new DataLoader(dataset, { batchSize: 3, shuffle: true, seed: 2, workers });
    const whole = make(0);
    const expected = [...(await batchesOf(whole)), ...(await batchesOf(whole))];
    const same = [];
    for (let place = 1; place <= ${places}; place++) {
      const loader = make(2);
      let state, seen = 0;
      while (state === undefined) {
        for await (const _ of loader) if (++seen === place) { state = loader.stateDict(); break; }
      }
      const other = make(place % 3);
      other.loadStateDict(state);
      const rest = await batchesOf(other);
      if (other.epoch === 1) rest.push(...(await batchesOf(other)));
      same.push(JSON.stringify(rest) === JSON.stringify(expected.slice(place)));
    }
    tell(same);
  `);
  expect(result).toEqual(Array.from({ length: places }, () => true));
});

interface Failure {
  name: string;
  message: string;
  cause?: { name: string; message: string };
}

test.each([1, 2])('an error comes with its stack, in its turn, %i workers', async (workers) => {
  const result = (await outputOf(`
    const loader = new DataLoader(await load('samples.mjs', { fails: 7 }), { batchSize: 2, workers: ${workers} });
    const seen = [];
    const failure = await failureOf(async () => {
      for await (const { place } of loader) seen.push(...place.toArray());
    });
    tell({ seen, failure, place: [loader.epoch, loader.position] });
  `)) as { seen: number[]; failure: Failure };
  const { failure, ...rest } = result;
  expect(rest).toEqual({ seen: [0, 1, 2, 3, 4, 5], place: [0, 3] });
  expect(failure.message).toMatch(
    /^DataLoader: worker [01] failed: RangeError: sample 7 is broken\n/,
  );
  expect(failure.message).toMatch(/at .*throwUp .*samples\.mjs:\d+/);
  expect(failure.cause).toEqual({ name: 'RangeError', message: 'sample 7 is broken' });
});

const ended = 'DataLoader: worker 0 exited unexpectedly (code 3)';
test.each<[string, string, string | RegExp]>([
  ['that ends', `load('samples.mjs', { exits: 4 })`, ended],
  [
    'without its module',
    `load('broken.mjs')`,
    /^DataLoader: worker 0 failed: Error: not in a worker\n/,
  ],
  [
    'with another dataset',
    `load('uneven.mjs')`,
    'DataLoader: a dataset has 3 samples in worker 0, but 4 in the main thread; ' +
      'its module must create the same dataset in every thread',
  ],
])('a worker %s is an error', async (_name, dataset, message) => {
  const failure = (await outputOf(`
    const loader = new DataLoader(await ${dataset}, { batchSize: 2, workers: 1 });
    tell(await failureOf(() => batchesOf(loader)));
  `)) as Failure;
  if (typeof message === 'string') expect(failure.message).toBe(message);
  else expect(failure.message).toMatch(message);
});

test('a sample that differs from the others is refused as without workers', async () => {
  const messages = (await outputOf(
    `
    const one = await load('plain.cjs', 1, 1);
    const dataset = new data.ConcatDataset([one, await load('typed.ts')]);
    const messages = [];
    for (const workers of [0, 1]) {
      messages.push((await failureOf(() => batchesOf(new DataLoader(dataset, { batchSize: 2, workers })))).message);
    }
    tell(messages);
  `,
    '--import=tsx',
  )) as string[];
  const text = 'collate: expected an array of 2 elements, as in sample 0, for sample 1, got 0';
  expect(messages[0]).toBe(text);
  expect(messages[1]).toContain(text);
});

// Each of these programs would go on for ever if a thread, or a wait for one, were left behind.
test.each<[string, string]>([
  ['a loop that is left early', `for await (const _ of loader) break;`],
  [
    'a loop that throws',
    `await failureOf(async () => { for await (const _ of loader) throw new Error('stop'); });`,
  ],
  ['a loop that is forgotten', `await loader[Symbol.asyncIterator]().next();`],
])('%s leaves nothing behind', async (_name, body) => {
  const program = `
    const marks = new Int32Array(new SharedArrayBuffer(4));
    const options = { length: 100, hangs: 20, marks };
    const dtypes = 'float32'; // so that no samples are read to infer it
    const loader = new DataLoader(await load('samples.mjs', options), { batchSize: 2, workers: 2, dtypes });
    ${body}
    tell(Atomics.load(marks, 0) <= 12);
  `;
  expect(await outputOf(program)).toBe(true);
});

test.each<[string, string, string]>([
  [
    'a relative path',
    `WorkerDataset.load('samples.mjs')`,
    "expected a file URL or an absolute path for module, got 'samples.mjs'",
  ],
  ['no path', `WorkerDataset.load(3)`, 'expected a file URL or an absolute path for module, got 3'],
  [
    'another URL',
    `WorkerDataset.load(new URL('https://example.org/a.mjs'))`,
    'expected a file URL for module, got https://example.org/a.mjs',
  ],
  [
    'args that are none',
    `WorkerDataset.load('/a.mjs', { args: 3 })`,
    'expected an array for args, got 3',
  ],
  [
    'unknown options',
    `WorkerDataset.load('/a.mjs', { arg: 3 })`,
    "expected one of args for options, got 'arg'",
  ],
  [
    'a module without default',
    `load('nothing.mjs')`,
    'nothing.mjs has no default export; export a dataset, a class, or a function',
  ],
  ['a module that is not there', `load('missing.mjs')`, 'Cannot find module'],
  [
    'a class derived from Subset, which no worker knows',
    `new DataLoader(new (class extends data.Subset { get() {} })(await load('plain.cjs', 1, 1), [0]), { workers: 1 })`,
    'DataLoader: expected a WorkerDataset, or a Subset or ConcatDataset of such, because workers > 0, for dataset',
  ],
  [
    'for',
    `[...new DataLoader(await load('plain.cjs', 1, 1), { workers: 1 })]`,
    'DataLoader: workers make batches asynchronously; use `for await`',
  ],
])('%s is refused', async (_name, body, message) => {
  const failure = (await outputOf(
    `tell(await failureOf(async () => { await ${body}; }))`,
  )) as Failure;
  expect(failure.message).toContain(message);
});

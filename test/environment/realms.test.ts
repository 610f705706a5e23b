/**
 * Values of other V8 contexts. Jest runs this file in a context of its own, while Node's functions, the addon and
 * structuredClone belong to the outer one; `vm` makes a third.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import {
  backend,
  compile,
  data,
  detectAnomaly,
  enableGrad,
  F,
  fromArray,
  io,
  nn,
  noGrad,
  ones,
  optim,
  tensor,
  zeros,
} from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-realms-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The value of an expression in another context. */
const foreign = (code: string): unknown => runInContext(code, createContext({}));

test('there are other contexts', () => {
  expect(foreign('[]')).not.toBeInstanceOf(Array);
  expect(foreign('new Float32Array(1)')).not.toBeInstanceOf(Float32Array);
});

test.each<[string, () => unknown, new () => Error]>([
  ['an index', () => F.embedding(tensor([7], { dtype: 'int32' }), ones(2, 2)), RangeError],
  ['a class', () => F.crossEntropy(zeros(1, 2), tensor([5], { dtype: 'int32' })), RangeError],
  [
    'a division by 0',
    () => tensor([1], { dtype: 'int32' }).floorDivide(tensor([0], { dtype: 'int32' })),
    RangeError,
  ],
  ['threads', () => backend.setNumThreads(0), RangeError],
  ['a kind', () => backend.setNumThreads('2' as never), TypeError],
])('errors of native calls are those of this context: %s', (_, call, kind) => {
  expect(call).toThrow(kind);
  expect(call).toThrow(Error);
});

test('errors of replays and of runs in the background are too', async () => {
  const weight = ones(2, 2);
  const pick = compile((index) => F.embedding(index, weight));
  const wrong = tensor([2], { dtype: 'int32' });
  pick(tensor([1], { dtype: 'int32' }));
  expect(() => pick(wrong)).toThrow(RangeError);
  expect(() => pick.scan(wrong.unsqueeze(0))).toThrow(RangeError);
  await expect(pick.scanAsync(wrong.unsqueeze(0))).rejects.toBeInstanceOf(RangeError);
});

test.each([
  ['noGrad', noGrad],
  ['enableGrad', enableGrad],
  ['detectAnomaly', detectAnomaly],
  ['compile', (fn: () => unknown) => compile(fn as never)()],
])('%s refuses promises of any context', (_, call) => {
  for (const promise of ['(async () => 1)', '(async () => { throw new Error("not reported"); })']) {
    expect(() => call(foreign(promise) as () => unknown)).toThrow(TypeError);
  }
  expect(() => call(() => ({ then: () => undefined }))).toThrow(TypeError);
});

const arrays =
  '({ numbers: [1, 2], floats: new Float32Array([1, 2]), longs: new BigInt64Array([1n, 2n]) })';

test('arrays', () => {
  for (const value of [
    foreign(arrays),
    structuredClone({
      numbers: [1, 2],
      floats: Float32Array.of(1, 2),
      longs: BigInt64Array.of(1n, 2n),
    }),
  ]) {
    const { numbers, floats, longs } = value as {
      numbers: number[];
      floats: Float32Array;
      longs: BigInt64Array;
    };
    expect(tensor(numbers).toArray()).toEqual([1, 2]);
    expect(tensor(floats).dtype).toBe('float32');
    expect(fromArray(floats).add(1).toArray()).toEqual([2, 3]);
    expect(fromArray(longs).dtype).toBe('int64');
    expect(zeros(numbers).shape).toEqual([1, 2]);
    expect(ones(1, 2).sum(numbers.map((n) => n - 1)).shape).toEqual([]);
    const table = new data.Table({ numbers, floats, longs });
    expect([table.length, table.column('floats').type, table.column('longs').type]).toEqual([
      2,
      'float32',
      'int64',
    ]);
    expect(data.collate([{ floats, numbers }]).floats.shape).toEqual([1, 2]);
    expect(new data.Subset([1, 2, 3], numbers).length).toBe(2);
  }
});

test('columns of a table', () => {
  const column = foreign(
    "({ type: 'category', values: new Int32Array([0, -1]), categories: ['a'] })",
  );
  const wrong = foreign("({ type: 'category', values: new Int32Array([1]), categories: ['a'] })");
  expect(new data.Table({ column: column as data.Column }).length).toBe(2);
  expect(() => new data.Table({ column: wrong as data.Column })).toThrow(TypeError);
  const numbers = foreign("({ type: 'float64', values: new Float64Array([0.5]) })");
  const map = foreign('new Map()') as Map<string, data.Column>;
  map.set('numbers', numbers as data.Column);
  expect(new data.Table(map).names).toEqual(['numbers']);
});

test('objects: options, states, samples, messages', () => {
  const optimizer = new optim.SGD(
    [new nn.Parameter(ones(1))],
    foreign('({ lr: 0.5, momentum: 0.1 })') as object,
  );
  expect(optimizer.lr).toBe(0.5);
  optimizer.loadStateDict(structuredClone(optimizer.stateDict()));
  const schedule = new optim.lrScheduler.MultiStepLR(optimizer, foreign('[1, 2]') as number[]);
  schedule.loadStateDict(structuredClone(schedule.stateDict()));
  const model = new nn.Linear(1, 1);
  const state = foreign('({})') as Record<string, unknown>;
  Object.assign(state, model.stateDict());
  model.loadStateDict(state as ReturnType<typeof model.stateDict>);
  const encoder = new data.LabelEncoder();
  encoder.fitTransform(foreign("['a', 'b']") as string[]);
  encoder.loadStateDict(structuredClone(encoder.stateDict()));
  expect(encoder.transform(['b']).toArray()).toEqual([1]);
});

test('errors of Node and of user functions', async () => {
  const dataset = {
    length: 1,
    get: () => {
      throw foreign('new RangeError("broken")') as Error;
    },
  };
  expect(() => [...new data.DataLoader(dataset)]).toThrow('broken');
  const path = join(folder, 'a.safetensors');
  writeFileSync(
    path,
    Buffer.concat([Buffer.from(BigUint64Array.of(2n).buffer), Buffer.from([0x7b, 0xff])]),
  );
  await expect((async () => io.loadSafetensorsSync(path))()).rejects.toThrow(
    'bytes that are not UTF-8',
  );
});

test('file URLs', async () => {
  const path = join(folder, 'a.npy');
  const url = pathToFileURL(path); // of the outer context
  await io.saveNpy(url, ones(2));
  expect((await io.loadNpy(url)).toArray()).toEqual([1, 1]);
});

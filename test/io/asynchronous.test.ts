/** The asynchronous functions of files that have a synchronous form too: other work goes on while they run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, rand, type Tensor } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'asynchronous-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Format {
  readonly save: (path: string, tensors: Record<string, Tensor>) => Promise<void>;
  readonly load: (path: string) => Promise<Record<string, Tensor>>;
  readonly loadSync: (path: string) => Record<string, Tensor>;
}

const formats: [string, Format][] = [
  [
    'safetensors',
    { save: io.saveSafetensors, load: io.loadSafetensors, loadSync: io.loadSafetensorsSync },
  ],
  ['text', { save: io.saveText, load: io.loadText, loadSync: io.loadTextSync }],
];

/** How often the event loop turns while `work` runs. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let next = setImmediate(function turn() {
    turns++;
    next = setImmediate(turn);
  });
  await work();
  clearImmediate(next);
  return turns;
}

describe.each(formats)('%s', (name, { save, load, loadSync }) => {
  const path = join(folder, name);

  test('the values are those at the time of the call', async () => {
    const [a, b] = [rand(100, 200), rand(3, 2)];
    const before = [a, b.T].map((tensor) => tensor.toArray());
    const saving = save(path, { a, b: b.T });
    a.fill_(-1);
    b.fill_(-1);
    await saving;
    const loaded = loadSync(path);
    expect([loaded['a'].toArray(), loaded['b'].toArray()]).toEqual(before);
  });

  test('the event loop turns for each piece', async () => {
    const a = rand(700, 900); // in three pieces, text in more
    expect(await turnsDuring(() => save(path, { a }))).toBeGreaterThan(2);
    let loaded: Record<string, Tensor> = {};
    const turns = await turnsDuring(async () => (loaded = await load(path)));
    expect(turns).toBeGreaterThan(2);
    expect(loaded['a'].eq(a).all().item()).toBe(1);
  });

  test('two calls write the same file one over the other, each complete', async () => {
    const tensors = [rand(100, 100), rand(100, 100)];
    await Promise.all(tensors.map((a) => save(path, { a })));
    const { a } = await load(path);
    expect(tensors.some((tensor) => a.eq(tensor).all().item() === 1)).toBe(true);
  });
});

test('a text file is converted in parts, also one long line', async () => {
  const path = join(folder, 'long');
  await io.saveText(path, { row: rand(100_000), column: rand(100_000, 1) });
  expect(await turnsDuring(() => io.loadText(path))).toBeGreaterThan(30);
});

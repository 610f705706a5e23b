/** Searches in worker threads: results, shared data, failures, and abort. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from './support';

const folder = mkdtempSync(join(tmpdir(), 'tune-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each(['random', 'halving'])(
  'the results of strategy %s are the same for any number of workers',
  async (strategy) => {
    const results = (await outputOf(`
      const options = {
        strategy: '${strategy}', epochs: 6, eta: 2,
        data: { fails: [2], x: tensor([[1, 2], [3, 4]]), table: new data.Table({ a: [1, 2, 3], b: ['x', 'y', 'x'] }) },
      };
      const results = [];
      for (const workers of [0, 1, 2]) results.push(resultsOf(await search({ ...options, workers })));
      tell(results);
    `)) as { trials: { status: string; error: string | null; more: Record<string, unknown> }[] }[];
    const [{ trials }] = results;
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(trials[2]).toMatchObject({ status: 'failed', error: 'trial 2 is broken' });
    const complete = trials.filter(({ status }) => status === 'complete');
    expect(complete.length).toBe(strategy === 'random' ? 4 : 1);
    for (const { more } of complete) expect(more).toMatchObject({ threads: 1, sum: 10, rows: 3 });
  },
);

test('workers write to the memory that the main thread reads', async () => {
  const touched = await outputOf(`
    const touched = new Int32Array(new SharedArrayBuffer(4));
    await search({ workers: 2, data: { touched } });
    tell(touched[0]);
  `);
  expect(touched).toBe(5);
});

test('a worker that ends fails its trial only', async () => {
  const trials = await outputOf(`
    const { trials } = await search({ workers: 2, data: { exits: [0, 3] } });
    tell(trials.map(({ status, error }) => [status, error && error.message]));
  `);
  const complete = ['complete', null];
  const failed = ['failed', 'the worker thread exited (code 3) during the trial'];
  expect(trials).toEqual([failed, complete, complete, failed, complete]);
});

test('what a module and data must be', async () => {
  const messages = await outputOf(`
    const messages = [];
    const cyclic = {}; cyclic.self = cyclic;
    for (const options of [
      { run: module('nothing.mjs') },
      { run: module('nothing.mjs'), workers: 1 },
      { run: module('missing.mjs'), workers: 1 },
      { workers: 1, data: { f: () => 1 } },
      { workers: 1, data: cyclic },
      { workers: 1, run: () => 1 },
      { workers: 1, data: { fails: [0, 1, 2, 3, 4] } },
    ]) messages.push(await failureOf(() => search(options)));
    messages.push(resultsOf(await search({ run: module('named.cjs'), workers: 1 })).trials.length);
    tell(messages);
  `);
  expect(messages).toEqual([
    expect.stringMatching(/^TypeError: tune.search: .*nothing.mjs exports no function/),
    expect.stringMatching(/^Error: tune.search: a worker thread cannot load run: .*no function/),
    expect.stringMatching(/^Error: tune.search: a worker thread cannot load run: .*missing.mjs/),
    expect.stringMatching(/^TypeError: tune.search: data cannot be sent to worker threads/),
    expect.stringMatching(/^RangeError: tune.search: data contains itself/),
    expect.stringMatching(/^TypeError: tune.search: worker threads cannot run a function/),
    expect.stringMatching(/^Error: tune.search: no trial of 5 .*trial 0 failed: RangeError/),
    5,
  ]);
});

test('a search that was aborted, or killed, resumes with the same results', async () => {
  const file = JSON.stringify(join(folder, 'aborted.jsonl'));
  const { error, again, alone, ran } = (await outputOf(`
    import { appendFileSync, readFileSync } from 'node:fs';
    const resume = ${file};
    const controller = new AbortController();
    let ended = 0;
    const onTrial = () => { if (++ended === 2) controller.abort(); };
    const aborted = { workers: 2, resume, signal: controller.signal, onTrial, data: { sleep: 20 } };
    const error = await failureOf(() => search(aborted));
    appendFileSync(resume, '{"number":4,"status":"comp'); // as if it was killed while it wrote
    let ran = 0;
    const again = resultsOf(await search({ workers: 1, resume, onTrial: () => ran++ }));
    const alone = resultsOf(await search({}));
    const lines = readFileSync(resume, 'utf8').trim().split('\\n').map((line) => JSON.parse(line));
    tell({ error, again, alone, ran: [ran, lines.length] });
  `)) as Record<string, unknown>;
  expect(error).toMatch(/^AbortError: tune.search/);
  expect(ran).toEqual([3, 6]);
  expect(again).toEqual(alone);
});

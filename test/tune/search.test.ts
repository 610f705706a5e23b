/** Searches in this thread: strategies, results, failures, resumption, and refused arguments. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed, randn, tune } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'tune-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const space = {
  lr: tune.logUniform(1e-4, 1e-1),
  hidden: [16, 32],
  layers: tune.integer(1, 3),
  dropout: tune.uniform(0, 0.5),
};

describe('parameters', () => {
  test('are in their ranges, of each value, and depend on the seed and the number only', async () => {
    const run = ({ lr }: { lr: number }): number => lr;
    const search = (trials: number, seed = 0) => tune.search({ space, run, trials, seed });
    const { trials, best } = await search(200);
    for (const { lr, dropout } of trials.map(({ parameters }) => parameters)) {
      expect(lr >= 1e-4 && lr <= 1e-1 && dropout >= 0 && dropout <= 0.5).toBe(true);
    }
    const valuesOf = (name: 'hidden' | 'layers'): number[] =>
      [...new Set<number>(trials.map(({ parameters }) => parameters[name]))].sort();
    expect(valuesOf('hidden')).toEqual([16, 32]);
    expect(valuesOf('layers')).toEqual([1, 2, 3]);
    const small = trials.filter(({ parameters: { lr } }) => lr < 10 ** -2.5).length;
    expect(small).toBeGreaterThan(70);
    expect(small).toBeLessThan(130);
    expect(best.value).toBe(Math.min(...trials.map(({ value }) => value)));
    const parametersOf = async (count: number, seed?: number): Promise<unknown[]> =>
      (await search(count, seed)).trials.map(({ parameters }) => parameters);
    expect(await parametersOf(3)).toEqual(trials.slice(0, 3).map(({ parameters }) => parameters));
    expect(await parametersOf(3, 1)).not.toEqual(await parametersOf(3));
    expect(await parametersOf(3, 2 ** 40)).not.toEqual(await parametersOf(3));
  });

  test('random numbers of a trial are its own', async () => {
    const run = async (): Promise<number> => {
      await Promise.resolve();
      return randn(1).item();
    };
    const options = { space: { a: [1] }, run, trials: 3 };
    manualSeed(1);
    const expected = randn(1).item();
    manualSeed(1);
    const values = (await tune.search(options)).trials.map(({ value }) => value);
    expect(randn(1).item()).toBe(expected); // the default generator did not move
    expect((await tune.search(options)).trials.map(({ value }) => value)).toEqual(values);
    expect(new Set(values).size).toBe(3);
  });
});

test('a grid has all combinations, the last hyperparameter first', async () => {
  const { trials } = await tune.search({
    space: {
      kind: tune.choice(['a', 'b']),
      layers: tune.integer(1, 2),
      lr: tune.logUniform(0.01, 1, { points: 3 }),
    },
    strategy: 'grid',
    mode: 'max',
    run: ({ lr }) => lr,
  });
  const rows = trials.map(({ parameters: { kind, layers, lr } }) => [kind, layers, lr]);
  expect(rows.length).toBe(12);
  expect(rows.slice(0, 4)).toEqual([
    ['a', 1, 0.01],
    ['a', 1, expect.closeTo(0.1, 12)],
    ['a', 1, 1],
    ['a', 2, 0.01],
  ]);
  expect(rows[11]).toEqual(['b', 2, 1]);
});

test('halving runs fewer trials for more epochs, and ends pruned ones at their epoch', async () => {
  const epochsRun = new Map<number, number[]>();
  const { best, trials, table } = await tune.search({
    space: { x: tune.uniform(0, 1) },
    strategy: 'halving',
    trials: 9,
    epochs: 9,
    run: ({ x }, trial) => {
      let epoch = 1;
      try {
        for (; epoch <= trial.epochs; epoch++) trial.report(epoch, x + 1 / epoch);
      } finally {
        const counts = epochsRun.get(trial.number) ?? [];
        epochsRun.set(trial.number, [...counts, Math.min(epoch, trial.epochs)]);
      }
      return { value: x, done: true };
    },
  });
  const order = [...trials].sort((a, b) => a.parameters.x - b.parameters.x);
  expect(order.map(({ status }) => status)).toEqual([
    'complete',
    ...Array<string>(8).fill('pruned'),
  ]);
  expect(order.map(({ epochs }) => epochs)).toEqual([9, 3, 3, 1, 1, 1, 1, 1, 1]);
  expect(order.map(({ number }) => epochsRun.get(number))).toEqual([
    [1, 3, 9],
    [1, 3],
    [1, 3],
    ...Array<number[]>(6).fill([1]),
  ]);
  expect(best.number).toBe(order[0].number);
  expect(order[1].value).toBe(order[1].parameters.x + 1 / 3);
  expect(table.names).toEqual(['number', 'status', 'value', 'epochs', 'seconds', 'x', 'done', 'error']); // prettier-ignore
  expect(table.length).toBe(9);
});

test('failed trials, and values that are not finite, are recorded and never the best', async () => {
  const { best, table, trials } = await tune.search({
    space: { n: [0, 1, 2, 3, 4, 5], size: [[1, 2]] },
    strategy: 'grid',
    mode: 'max',
    run: ({ n }) => {
      if (n === 0) throw new RangeError('broken');
      if (n === 1) return 'text' as unknown as number;
      if (n === 2) return { value: 1, n: 3 };
      return [NaN, Infinity, 1][n - 3];
    },
  });
  expect(best.number).toBe(5);
  expect(trials[0].error?.stack).toContain('search.test');
  expect(table.column('error').values).toEqual([
    'RangeError: broken',
    "TypeError: tune.search: run must return a number, or an object with a number value, got 'text'",
    "RangeError: tune.search: run returned 'n', which is the name of another column of the results; choose another name",
    null,
    null,
    null,
  ]);
  expect(table.row(5)).toMatchObject({ status: 'complete', value: 1, n: 5, size: '[1,2]' });
});

describe('resume', () => {
  const run = jest.fn(({ x }: { x: number }, trial: tune.Trial<undefined>) => {
    if (trial.number === 1) throw new Error('broken');
    for (let epoch = 1; epoch <= 4; epoch++) trial.report(epoch, x / epoch);
    return { value: trial.number === 2 ? NaN : x, twice: 2 * x };
  });
  const options = { space: { x: tune.uniform(0, 1) }, run, epochs: 4, eta: 2 };

  test.each(['random', 'halving'] as const)('%s', async (strategy) => {
    const file = join(folder, `${strategy}.jsonl`);
    const search = (trials: number, resume?: string) =>
      tune.search({ ...options, strategy, trials, ...(resume === undefined ? {} : { resume }) });
    const resultsOf = (result: Awaited<ReturnType<typeof search>>): unknown =>
      result.trials.map(({ seconds: _, error, ...rest }) => ({ ...rest, error: error?.message }));
    await search(4, file);
    run.mockClear();
    const again = await search(4, file);
    expect(run).toHaveBeenCalledTimes(1); // the failed one
    expect(resultsOf(again)).toEqual(resultsOf(await search(4)));
    expect(resultsOf(await search(8, file))).toEqual(resultsOf(await search(8)));
    expect(resultsOf(await search(4, file))).toEqual(resultsOf(await search(4)));
  });

  const wrong: [string, () => string, object, RegExp][] = [
    ['another seed', () => good(), { seed: 1 }, /it has seed 0, this search has 1; use another/],
    [
      'another space',
      () => good(),
      { space: { x: [1] } },
      /it has space {"x":{"uniform":\[0,1\]}}/,
    ],
    ['another strategy', () => good(), { strategy: 'halving' }, /strategy "random"/],
    ['a text', () => 'hello', {}, /it is not a file of tune.search/],
    ['another JSON', () => '{"a":1}\n', {}, /it is not a file of tune.search/],
    ['a damaged line', () => `${good()}{"number":1}\n`, {}, /line 3 is not a result of a trial/],
  ];
  const good = (): string => {
    const [header, first] = readFileSync(join(folder, 'random.jsonl'), 'utf8').split('\n');
    return `${header}\n${first}\n`;
  };
  test.each(wrong)('refuses a file of %s', async (_, text, changes, message) => {
    const file = join(folder, 'wrong.jsonl');
    writeFileSync(file, text());
    const search = tune.search({ ...options, trials: 2, resume: file, ...changes });
    await expect(search).rejects.toThrow(message);
    expect(readFileSync(file, 'utf8')).toBe(text());
    appendFileSync(file, '');
  });
});

test('an aborted signal ends the trial and the search', async () => {
  const controller = new AbortController();
  let finished = 0;
  const search = tune.search({
    space: { x: [1] },
    trials: 3,
    signal: controller.signal,
    run: async (_, trial) => {
      await Promise.resolve();
      if (trial.number === 1) controller.abort();
      trial.report(1, 0);
      return finished++;
    },
  });
  await expect(search).rejects.toMatchObject({ name: 'AbortError' });
  expect(finished).toBe(1);
});

const legal = { space: { x: [1] }, run: () => 1, trials: 1 };
const refused: [string, object | undefined, string][] = [
  ['no options', undefined, 'expected an object for options, got undefined'],
  ['an unknown option', { ...legal, trial: 1 }, 'expected one of space, run, trials'],
  ['no space', { ...legal, space: [1] }, 'expected an object of hyperparameters for space'],
  ['an empty space', { ...legal, space: {} }, 'expected at least one hyperparameter for space, got {}'],
  ['a number in the space', { ...legal, space: { x: 1 } }, 'for space.x, got 1'],
  ['an empty choice', { ...legal, space: { x: [] } }, 'expected at least one value for space.x'],
  ['a function as a choice', { ...legal, space: { x: [() => 1] } }, 'for space.x[0], got a function'],
  ['a reserved name', { ...legal, space: { value: [1] } }, "for the hyperparameters, got 'value'"],
  ['no run', { ...legal, run: 1 }, 'expected a function, a file URL or an absolute path for run'],
  ['a relative path', { ...legal, run: 'run.mjs' }, "a file URL or an absolute path for run, got 'run.mjs'"],
  ['no trials', { ...legal, trials: undefined }, "(strategy 'random' needs it) for trials"],
  ['zero trials', { ...legal, trials: 0 }, 'expected an integer of at least 1 for trials, got 0'],
  ['a continuous grid', { ...legal, space: { x: tune.uniform(0, 1) }, strategy: 'grid' }, 'a grid needs a number of values for space.x'],
  ['an endless grid', { ...legal, space: { x: tune.integer(0, 1e9) }, strategy: 'grid', trials: undefined }, 'at most 1000000 combinations'],
  ['halving without epochs', { ...legal, strategy: 'halving' }, "(strategy 'halving' needs it) for epochs"],
  ['another strategy', { ...legal, strategy: 'bayes' }, "expected 'random' or 'grid' or 'halving'"],
  ['another mode', { ...legal, mode: 'less' }, "expected 'min' or 'max' for mode"],
  ['half a worker', { ...legal, workers: 0.5 }, 'expected an integer of at least 0 for workers'],
  ['no signal', { ...legal, signal: 1 }, 'expected an AbortSignal for signal'],
  ['a seed below 0', { ...legal, seed: -1 }, 'for seed, got -1'],
  ['a number to resume', { ...legal, resume: 1 }, 'expected a path or a file URL for resume'],
]; // prettier-ignore
test.each(refused)('refuses %s', async (_, options, message) => {
  const search = tune.search as (options: unknown) => Promise<unknown>;
  await expect(search(options)).rejects.toThrow(message);
  await expect(search(options)).rejects.toThrow(/^tune.search: /);
});

test.each([
  [() => tune.choice([]), 'choice: expected at least one value for values'],
  [() => tune.integer(2, 1), 'integer: expected an integer of at least 2 for high, got 1'],
  [() => tune.uniform(1, 1), 'uniform: expected a number above low (1) for high, got 1'],
  [() => tune.uniform(0, NaN), 'uniform: expected a finite number for high'],
  [() => tune.logUniform(0, 1), 'logUniform: expected a number above 0 for low, got 0'],
  [() => tune.uniform(0, 1, { points: 1 }), 'uniform: expected an integer of at least 2'],
])('%s is refused', (call, message) => {
  expect(call).toThrow(message);
});

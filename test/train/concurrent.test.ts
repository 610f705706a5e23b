/** Several runs at the same time: the same results as one after the other. */
import { Generator, manualSeed, rand, randn, train } from 'blasgrad';
import { numbersOf, resultsOf, setUp } from './support';

/** Models and optimizers, made before any run starts. */
function runs(number: number, more: object) {
  const made = Array.from({ length: number }, (_, i) => ({ ...setUp(i), ...more }));
  manualSeed(11);
  return made;
}

type Run = ReturnType<typeof setUp>;

async function resultOf(run: Run): Promise<unknown> {
  const history = await train(run);
  return { results: resultsOf(history), numbers: numbersOf(run.model) };
}

test.each<[string, object]>([
  ['compiled', {}],
  ['eager', { compile: false }],
  ['with validation', { validation: setUp(3).loader }],
  [
    'with callbacks that draw numbers',
    {
      callbacks: {
        onEpochStart: async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          randn(3);
        },
      },
    },
  ],
])('%s', async (_, more) => {
  const inTurn: unknown[] = [];
  for (const run of runs(3, more)) inTurn.push(await resultOf(run));
  const after = rand(2).toArray();
  expect(await Promise.all(runs(3, more).map(resultOf))).toEqual(inTurn);
  expect(rand(2).toArray()).toEqual(after);
  expect(new Set(inTurn.map((result) => JSON.stringify(result))).size).toBe(3);
});

test('numbers that are drawn meanwhile do not change a run', async () => {
  const [first] = runs(1, {});
  const expected = await resultOf(first);
  const [second] = runs(1, {});
  const running = resultOf(second);
  const timer = setInterval(() => randn(5), 0);
  expect(await running).toEqual(expected);
  clearInterval(timer);
});

test('seed and generator choose the stream', async () => {
  const bySeed = await resultOf({ ...setUp(), seed: 4 } as Run);
  const generator = new Generator(4);
  expect(await resultOf({ ...setUp(), generator } as Run)).toEqual(bySeed);
  expect(await resultOf({ ...setUp(), seed: 5 } as Run)).not.toEqual(bySeed);
  expect(generator.getState().toArray()).not.toEqual(new Generator(4).getState().toArray());
});

test.each<[object, string]>([
  [{ seed: 1.5 }, 'expected an integer from 0 to 2^53 for seed, got 1.5'],
  [{ generator: {} }, 'expected a Generator for generator, got an object'],
  [{ seed: 1, generator: new Generator(1) }, 'train: pass either seed or generator, not both'],
])('%j is refused', async (wrong, message) => {
  await expect(train({ ...setUp(), ...wrong })).rejects.toThrow(message);
});

test('many runs with one signal print no warning about listeners', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const { signal } = new AbortController();
  const many = Array.from({ length: 12 }, (_, i) => setUp(i));
  await Promise.all(many.map((own) => train({ ...own, epochs: 1, signal, handleSignals: true })));
  await new Promise((resolve) => setImmediate(resolve));
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

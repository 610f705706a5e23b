/** An abort at each step of a run: the state is that after complete steps, and training resumes from there. */
import { createHash } from 'node:crypto';
import { backend, compile, F, nn, optim, randn, zeros, type Tensor } from 'blasgrad';

const steps = 12;
const [xs, ys] = [randn(steps, 256, 256), randn(steps, 256, 8)];
const start = [randn(256, 256), randn(8, 256)].map((one) => one.mul(0.05));

/** A training of about a millisecond a step, which counts its steps in memory that can be watched meanwhile. */
function make(): { step: (x: Tensor, y: Tensor) => Tensor; state: () => string; taken: Tensor } {
  const [first, last] = start.map((one) => new nn.Parameter(one.clone()));
  const optimizer = new optim.Adam([first, last], { lr: 0.01 });
  const taken = zeros(1, { dtype: 'int32' });
  const step = (x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = F.mseLoss(F.linear(F.linear(x, first).tanh(), last), y);
    loss.backward();
    optimizer.step();
    taken.add_(1);
    return loss;
  };
  const state = (): string => {
    const hash = createHash('sha256');
    for (const one of [first, last])
      hash.update(Buffer.from(Float32Array.from(one.detach().data as Float32Array).buffer));
    return hash.digest('hex');
  };
  return { step, state, taken };
}

/** Hashes of the state after each number of eager steps. */
function statesAfter(threads: number): string[] {
  backend.setNumThreads(threads);
  const { step, state } = make();
  return Array.from({ length: steps + 1 }, (_, k) => {
    if (k > 0) step(xs.select(0, k - 1), ys.select(0, k - 1));
    return state();
  });
}

const from = (first: number): [Tensor, Tensor] => [
  xs.narrow(0, first, steps - first),
  ys.narrow(0, first, steps - first),
];

const threadsBefore = backend.getNumThreads();
afterEach(() => backend.setNumThreads(threadsBefore));

describe.each([1, 2])('with %i threads', (threads) => {
  test.each(Array.from({ length: steps }, (_, k) => k))('a run after step %i', async (k) => {
    const wanted = statesAfter(threads);
    const { step, state, taken } = make();
    const compiled = compile(step);
    const abort = new AbortController();
    if (k === 0) {
      abort.abort();
      const run = compiled.scanAsync(xs, ys, { signal: abort.signal });
      await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }) as Error);
      expect([taken.item(), compiled.stats.captures]).toEqual([0, 0]);
    } else {
      compiled(xs.select(0, 0), ys.select(0, 0));
      const watched = taken.data as Int32Array; // shared since the capture: it tells of steps as they are taken
      const run = compiled.scanAsync(...from(1), { signal: abort.signal }).then(
        () => 'all taken',
        (error: unknown) => (error as Error).name,
      );
      while (Atomics.load(watched, 0) < k);
      abort.abort();
      const end = await run;
      expect(taken.item()).toBeGreaterThanOrEqual(k);
      expect(end).toBe(taken.item() === steps ? 'all taken' : 'AbortError');
    }
    const done = taken.item();
    expect(state()).toEqual(wanted[done]);
    // The program goes on where it was stopped.
    if (done < steps) await compiled.scanAsync(...from(done));
    expect(state()).toEqual(wanted[steps]);
    expect([compiled.stats.captures, compiled.stats.programs]).toEqual([1, 1]);
  });

  test('between single steps', async () => {
    const wanted = statesAfter(threads);
    const { step, state } = make();
    const compiled = compile(step);
    for (let k = 0; k < steps; k++) {
      const [x, y] = [xs.select(0, k), ys.select(0, k)];
      const aborted = AbortSignal.abort();
      await expect(compiled.runAsync(x, y, { signal: aborted })).rejects.toThrow('aborted');
      expect(state()).toEqual(wanted[k]);
      // What is aborted while its only step is taken may end either way, but not in between.
      const abort = new AbortController();
      const run = compiled.runAsync(x, y, { signal: abort.signal }).then(
        () => 1,
        () => 0,
      );
      abort.abort();
      const taken = await run;
      expect(state()).toEqual(wanted[k + taken]);
      if (taken === 0) compiled(x, y);
    }
    expect(state()).toEqual(wanted[steps]);
  });
});

const reasons: readonly (readonly [string, () => AbortSignal, unknown])[] = [
  ['an error', () => AbortSignal.abort(new RangeError('mine')), new RangeError('mine')],
  ['a string', () => AbortSignal.abort('mine'), 'mine'],
  ['null', () => AbortSignal.abort(null), null],
];

test.each(reasons)('the reason may be %s', async (_what, make, reason) => {
  const compiled = compile((x: Tensor) => x.mul(2));
  await expect(compiled.scanAsync(xs, { signal: make() })).rejects.toMatchObject({
    name: 'AbortError',
    cause: reason,
    stepsDone: 0,
  });
});

/** Background runs: results, progress, aborts, errors. */
import { compile, F, nn, optim, randn, tensor, zeros, type Compiled, type Tensor } from 'blasgrad';
import { requireSameBits } from './support';

interface Counting {
  readonly counter: Tensor;
  readonly step: Compiled<[], Tensor>;
}

/** A step of about 10 us that counts. */
function counting(): Counting {
  const counter = zeros(1, { dtype: 'float64' });
  const ballast = zeros(64, 64);
  const step = compile(() => {
    ballast.copy_(ballast.matmul(ballast));
    return counter.add_(1).clone();
  });
  step();
  return { counter, step };
}

const many = 20_000;

describe('progress', () => {
  test.each([1, 2, 50, many])('of %d steps rises to the last', async (steps) => {
    const { counter, step } = counting();
    const told: number[] = [];
    const onProgress = (progress: { step: number; steps: number }): void => {
      expect(progress.steps).toBe(steps);
      told.push(progress.step);
    };
    const result = await step.scanAsync({ steps, onProgress });
    expect(told.at(-1)).toBe(steps);
    expect(told.filter((one, i) => i > 0 && one < told[i - 1])).toEqual([]);
    expect([counter.item(), result.select(0, steps - 1).item()]).toEqual([steps + 1, steps + 1]);
  });

  test.each(['captured by it', 'captured before'])('of a program %s', async (when) => {
    for (const steps of [1, 3]) {
      const kept = zeros(1);
      const step = compile((x: Tensor) => kept.add_(x).clone());
      if (when === 'captured before') step(zeros(1));
      const told: unknown[] = [];
      await step.scanAsync(zeros(steps, 1), { onProgress: (one) => told.push({ ...one }) });
      expect(told.at(-1)).toEqual({ step: steps, steps });
      await step.runAsync(zeros(1), { onProgress: (one) => told.push({ ...one }) });
      expect(told.at(-1)).toEqual({ step: 1, steps: 1 });
      const other = compile((x: Tensor) => x.mul(2));
      await other.runAsync(zeros(1), { onProgress: (one) => told.push({ ...one, other: true }) });
      expect(told.at(-1)).toEqual({ step: 1, steps: 1, other: true });
    }
  });

  test('a callback that throws stops the run and rejects', async () => {
    const { counter, step } = counting();
    const onProgress = (): void => {
      throw new RangeError('mine');
    };
    await expect(step.scanAsync({ steps: 100 * many, onProgress })).rejects.toThrow('mine');
    expect(counter.item()).toBeLessThan(100 * many);
    const before = counter.item();
    await expect(step.runAsync({ onProgress })).rejects.toThrow(RangeError); // at the end, when all is done
    expect(counter.item()).toBe(before + 1);
    expect(step().item()).toBe(before + 2);
  });

  test('a callback may start the next run once the last step is told', async () => {
    const weight = tensor([[2]]);
    const step = compile((x: Tensor) => x.matmul(weight));
    const [first, second] = [1, -3].map((value) => zeros(2000, 1, 1).add(value));
    step.scan(first);
    for (let i = 0; i < 20; i++) {
      let next: Promise<Tensor> | undefined;
      const result = await step.scanAsync(first, {
        onProgress: ({ step: done }) => {
          if (done === 2000) next = step.scanAsync(second);
        },
      });
      requireSameBits(result, first.mul(2), 'first');
      requireSameBits(await next, second.mul(2), 'second');
    }
  });
});

describe('aborts', () => {
  /** Momentum, so that the state tells how many steps were taken, in which order. */
  const make = (): [Tensor, (x: Tensor) => Tensor] => {
    const p = zeros(3, { requiresGrad: true });
    const optimizer = new optim.SGD([p], { lr: 0.01, momentum: 0.9 });
    const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.9999);
    const step = (x: Tensor): Tensor => {
      optimizer.zeroGrad();
      const loss = F.mseLoss(p, x);
      loss.backward();
      optimizer.step();
      scheduler.step();
      return loss;
    };
    return [p, step];
  };

  test.each(['scanAsync', 'runAsync'] as const)('before %s', async (how) => {
    for (const first of [true, false]) {
      const [p, fn] = make();
      const step = compile(fn);
      if (!first) step(zeros(3));
      const before = p.detach().clone();
      const signal = AbortSignal.abort(new Error('too late'));
      const onProgress = (): void => {
        throw new Error('told');
      };
      const x = how === 'runAsync' ? randn(3) : randn(4, 3);
      await expect(step[how](x, { signal, onProgress })).rejects.toThrow('too late');
      requireSameBits(p, before, 'parameter');
    }
  });

  test.each([0, 1])(
    'during a run: the state is that after whole steps',
    async (calls) => {
      const [p, fn] = make();
      const step = compile(fn);
      const xs = randn(200_000, 3);
      for (let i = 0; i < calls; i++) step(xs.select(0, i));
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 5);
      const run = step.scanAsync(xs.narrow(0, calls, 150_000), { signal: controller.signal });
      await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }) as Error);
      const after = p.detach().clone();
      const [q, eager] = make();
      let taken = 0;
      const same = (): boolean => q.toArray().toString() === after.toArray().toString();
      while (!same() && taken < 160_000) eager(xs.select(0, taken++));
      requireSameBits(p, q, `after ${taken} steps`);
      expect(taken).toBeGreaterThanOrEqual(1);
      // Both go on alike: momentum, rates and gradients stand where they should.
      for (let i = 0; i < 3; i++)
        requireSameBits(step(xs.select(0, i)), eager(xs.select(0, i)), 'loss');
      requireSameBits([p, p.grad], [q, q.grad], 'state');
    },
    120_000,
  );

  test('a run that waits for another one', async () => {
    const [one, other] = [counting(), counting()];
    for (const { step } of [one, other]) step(); // its second step, which is compared
    const controller = new AbortController();
    const first = one.step.scanAsync({ steps: many });
    const second = other.step.scanAsync({ steps: many, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    await first;
    expect([one.counter.item(), other.counter.item()]).toEqual([many + 2, 3]); // the first row of a scan is compared
  });

  test('a signal that comes after the end changes nothing', async () => {
    const { step } = counting();
    const controller = new AbortController();
    await step.scanAsync({ steps: 3, signal: controller.signal });
    controller.abort();
    expect(step().item()).toBe(5);
  });
});

describe('errors of a row in a replay', () => {
  const model = new nn.Linear(4, 3);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const step = compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  const classes = (...all: number[]): Tensor => tensor(all, { dtype: 'int32' });
  const x = randn(2, 4);
  const message = 'crossEntropy: expected classes from 0 to 2 for target, got 7';

  function whoStartsTheRun(): Promise<Tensor> {
    return step.runAsync(x, classes(0, 7));
  }

  test('are thrown, and nothing was changed', async () => {
    step(x, classes(0, 1));
    const [weight, grad] = [model.weight.detach().clone(), model.weight.grad?.clone()];
    expect(() => step(x, classes(7, 0))).toThrow(RangeError);
    expect(() => step(x, classes(7, 0))).toThrow(message);
    await expect(whoStartsTheRun()).rejects.toThrow(RangeError);
    await expect(whoStartsTheRun()).rejects.toThrow(message);
    requireSameBits([model.weight, model.weight.grad], [weight, grad], 'weight');
    expect(step.stats.captures).toBe(1);
  });

  test('in a scan leave the steps before them', async () => {
    const rows = [classes(0, 1), classes(1, 2), classes(2, 7), classes(0, 0)];
    const xs = randn(4, 2, 4);
    const ys = tensor(
      rows.map((one) => one.toArray() as number[]),
      { dtype: 'int32' },
    );
    for (const how of ['scan', 'scanAsync'] as const) {
      const start = model.stateDict();
      const before = Object.entries(start).map(([name, one]) => [name, one.clone()] as const);
      const wanted: Tensor[] = [0, 1].map((i) => step(xs.select(0, i), rows[i]));
      const after = model.weight.detach().clone();
      model.loadStateDict(Object.fromEntries(before));
      await expect((async () => step[how](xs, ys))()).rejects.toThrow(message);
      requireSameBits(model.weight, after, 'weight after two steps');
      expect(wanted).toHaveLength(2);
    }
  });

  test('asynchronous ones have the stack of the call', async () => {
    const error = await whoStartsTheRun().catch((one: unknown) => one as Error);
    expect((error as Error).stack).toMatch(
      /^RangeError: crossEntropy: expected .*\n(.*\n)*.*whoStartsTheRun/,
    );
  });
});

test('arguments are rejections, not exceptions', async () => {
  const step = compile((x: Tensor) => x.mul(2));
  await expect(step.runAsync('x' as never)).rejects.toThrow(TypeError);
  await expect(step.scanAsync(zeros(0, 1))).rejects.toThrow(RangeError);
});

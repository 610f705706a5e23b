/** Runs that are aborted or fail after some steps: what they report; training resumes exactly there. */
import {
  AbortError,
  compile,
  F,
  nn,
  optim,
  tensor,
  zeros,
  type Tensor,
  type Unfinished,
} from 'blasgrad';
import { requireSameBits } from './support';

const steps = 12;
const bad = 7; // a row whose class does not exist
const classes = Array.from({ length: steps }, (_, i) => [i === bad ? 5 : i % 3]);
const targets = tensor(classes, { dtype: 'int32' });
const inputs = tensor(Array.from({ length: steps }, (_, i) => [[Math.sin(i), Math.cos(i)]]));

/** A step with a schedule, momentum and a counter. */
function make() {
  const layer = new nn.Linear(2, 3);
  layer.loadStateDict({ weight: zeros(3, 2).add(0.5), bias: zeros(3) });
  const optimizer = new optim.SGD(layer.parameters(), { lr: 0.5, momentum: 0.9 });
  const schedule = new optim.lrScheduler.ExponentialLR(optimizer, 0.9);
  const step = (x: Tensor, target: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(layer.forward(x), target);
    loss.backward();
    optimizer.step();
    schedule.step();
    return loss;
  };
  return { layer, optimizer, step };
}

/** Losses and state after eager steps, except for the row that fails. */
function eager() {
  const { layer, optimizer, step } = make();
  const losses: Tensor[] = [];
  for (let i = 0; i < steps; i++) {
    if (i !== bad) losses.push(step(inputs.select(0, i), targets.select(0, i)).detach());
  }
  return { losses, weights: layer.parameters(), lr: optimizer.lr };
}

const failure = (error: unknown): Error & Unfinished => {
  expect(error).toMatchObject({ name: 'RangeError' });
  return error as Error & Unfinished;
};

describe.each(['scan', 'scanAsync'] as const)('%s with a wrong row', (way) => {
  test.each([0, 1, 3])('after %i steps that were taken before', async (before) => {
    const wanted = eager();
    const { layer, optimizer, step } = make();
    const compiled = compile(step);
    for (let i = 0; i < before; i++) compiled(inputs.select(0, i), targets.select(0, i));
    const { replays } = compiled.stats;
    const rest = [inputs, targets].map((all) => all.narrow(0, before, steps - before));
    const error = failure(
      await (async () => compiled[way](rest[0], rest[1]))().catch((reason: unknown) => reason),
    );
    const done = bad - before;
    expect(error.stepsDone).toBe(done);
    expect(error.message).toMatch(
      new RegExp(`^crossEntropy: .*\\(at row ${done} of the inputs, after ${done} steps\\)$`),
    );
    expect(error.stack).toContain(error.message);
    requireSameBits(error.results, stack(wanted.losses.slice(before, bad)), 'losses');
    expect(compiled.stats.replays - replays).toBe(before === 0 ? done - 1 : done);
    await compiled[way](...fromRow(bad + 1));
    requireSameBits(layer.parameters(), wanted.weights, 'weights');
    expect(optimizer.lr).toBe(wanted.lr);
  });
});

const stack = (losses: readonly Tensor[]): Tensor => tensor(losses.map((one) => one.item()));
const fromRow = (first: number): [Tensor, Tensor] => [
  inputs.narrow(0, first, steps - first),
  targets.narrow(0, first, steps - first),
];

test('the first row of all is wrong', () => {
  const compiled = compile(make().step);
  let thrown: unknown;
  try {
    compiled.scan(...fromRow(bad));
  } catch (error) {
    thrown = error;
  }
  expect(failure(thrown)).toMatchObject({ stepsDone: 0, results: undefined });
});

/** A step that counts, on memory of its own. */
function counting() {
  const counter = zeros(1, { dtype: 'float64' });
  return { counter, step: compile((x: Tensor) => counter.add_(x).clone()) };
}

test('an aborted scan reports its steps and their results', async () => {
  const { counter, step } = counting();
  const rows = zeros(3_000_000, 1, { dtype: 'float64' }).add(1);
  step(rows.select(0, 0));
  const { replays } = step.stats;
  const controller = new AbortController();
  const run = step.scanAsync(rows, { signal: controller.signal });
  setTimeout(() => {
    controller.abort('enough');
  }, 5);
  const error: unknown = await run.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AbortError);
  const { stepsDone, results, name, code, cause } = error as AbortError;
  expect([name, code, cause]).toEqual(['AbortError', 'ABORT_ERR', 'enough']);
  expect(counter.item()).toBe(stepsDone + 1);
  expect(step.stats.replays - replays).toBe(stepsDone);
  if (stepsDone === 0) expect(results).toBeUndefined();
  else expect((results as Tensor).select(0, stepsDone - 1).toArray()).toEqual([stepsDone + 1]);
});

test('one signal for several runs: each error reports its own steps', async () => {
  const all = [100_000, 200_000].map((count) => ({ count, ...counting() }));
  const controller = new AbortController();
  const runs = all.map(async ({ count, counter, step }) => {
    const rows = zeros(count * 20, 1, { dtype: 'float64' }).add(1);
    const error: unknown = await step.scanAsync(rows, { signal: controller.signal }).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error !== null) expect((error as AbortError).stepsDone).toBe(counter.item());
    return error;
  });
  controller.abort();
  const errors = await Promise.all(runs);
  expect(errors[0]).not.toBe(errors[1]);
});

test('a progress callback that throws', async () => {
  const { counter, step } = counting();
  step(zeros(1, { dtype: 'float64' }));
  const mine = new RangeError('mine');
  const onProgress = (): void => {
    throw mine;
  };
  const rows = zeros(2_000_000, 1, { dtype: 'float64' }).add(1);
  await expect(step.scanAsync(rows, { onProgress })).rejects.toBe(mine);
  expect(mine).toMatchObject({ message: 'mine', stepsDone: counter.item() });
});

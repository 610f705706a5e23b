/** What tensors allow during an asynchronous run, and what is refused. */
import {
  compile,
  F,
  fromArray,
  manualSeed,
  noGrad,
  ones,
  optim,
  rand,
  randn,
  tensor,
  zeros,
  type Compiled,
  type nn,
  type Tensor,
} from 'blasgrad';
import { mlp, usual } from './models';
import { requireSameBits } from './support';

const steps = 3000;
const xs = randn(steps, 5, 6);
const ys = randn(steps, 5, 3);

interface Trained {
  readonly model: nn.Sequential;
  readonly optimizer: optim.Adam;
  readonly step: Compiled<[Tensor, Tensor], Tensor>;
}

function trained(seed = 1): Trained {
  manualSeed(seed);
  const model = mlp();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
  return { model, optimizer, step: compile(usual(model, optimizer)) };
}

const expected = (): { losses: Tensor; weights: Tensor[] } => {
  const { model, step } = trained();
  const losses = step.scan(xs, ys);
  return { losses, weights: [...model.parameters()] };
};

const inUse = /a running compiled function (uses|changes|reads|computes) .*; await the run first/;

test('what a run changes cannot be accessed during the run', async () => {
  const wanted = expected();
  const { model, optimizer, step } = trained();
  const [x, y] = [xs.select(0, 0), ys.select(0, 0)];
  const [weight] = model.parameters();
  const inference = compile((one: Tensor) => model.forward(one));
  inference(x);
  step(x, y);
  optimizer.zeroGrad();
  Object.values(optimizer.stateDict().state).forEach((one) => one['step'].fill_(0));
  const fresh = trained();
  model.loadStateDict(fresh.model.stateDict());
  for (const one of Object.values(optimizer.stateDict().state)) {
    for (const value of Object.values(one)) value.zero_();
  }
  const run = step.scanAsync(xs, ys);
  const uses: Readonly<Record<string, () => unknown>> = {
    'the same function': () => step(x, y),
    'for other shapes': () => step(x.narrow(0, 0, 2), y.narrow(0, 0, 2)),
    'as scan': () => step.scan(xs, ys),
    'another program': () => inference(x),
    'a capture': () => compile((one: Tensor) => model.forward(one))(x),
    'an eager forward': () => model.forward(x),
    'an eager update': () => {
      weight.grad = ones(...weight.shape);
      optimizer.step();
    },
    'a gradient that is cleared': () => (weight.grad = null),
    'all gradients cleared': () => {
      optimizer.zeroGrad();
    },
    'by the model': () => {
      model.zeroGrad();
    },
    values: () => weight.toArray(),
    memory: () => weight.data,
    'a copy': () => weight.clone(),
    'a change': () => noGrad(() => weight.zero_()),
    'a state dict that is loaded': () => model.loadStateDict(fresh.model.stateDict()),
    'another dtype': () => model.to('float64'),
    'the state of the optimizer': () =>
      Object.values(optimizer.stateDict().state).forEach((one) => one['step'].item()),
    dispose: () => step.dispose(),
  };
  const errors = Object.entries(uses).map(([name, use]) => {
    try {
      use();
      return [name, null] as const;
    } catch (error) {
      return [name, String(error)] as const;
    }
  });
  await expect(step.runAsync(x, y)).rejects.toThrow(inUse);
  await expect(step.scanAsync(xs, ys)).rejects.toThrow(inUse);
  expect(String(weight)).toMatch(/^Parameter containing:/);
  requireSameBits(await run, wanted.losses, 'losses');
  for (const [name, error] of errors) expect(`${name}: ${error}`).toMatch(inUse);
  requireSameBits([...model.parameters()], wanted.weights, 'weights');
  step(x, y);
  expect(() => inference(x)).not.toThrow();
});

describe('what a run only reads', () => {
  const weight = zeros(64, 64);
  const reader = compile((one: Tensor) => one.matmul(weight).sum());
  const other = compile((one: Tensor) => one.add(weight.select(0, 0)));
  const writer = compile((one: Tensor) => void weight.add_(one));
  const p = zeros(64, 64, { requiresGrad: true });
  const sgd = new optim.SGD([p], { lr: 1 });
  const parameterReader = compile((one: Tensor) => noGrad(() => one.matmul(p).sum()));
  const [row, rows] = [ones(64), zeros(2000, 8, 64).add(1)];

  beforeAll(() => {
    reader(rows.select(0, 0));
    parameterReader(rows.select(0, 0));
    other(row);
    writer(row);
    weight.zero_();
  });

  test('may be read: eagerly, by other programs, in new captures', async () => {
    const run = reader.scanAsync(rows);
    requireSameBits(other(row), ones(64), 'another program');
    requireSameBits(compile((one: Tensor) => one.mul(weight.sum(0)))(row), zeros(64), 'a capture');
    expect(weight.sum().item()).toBe(0);
    expect(weight.select(0, 1).toArray()).toHaveLength(64);
    const second = other.scanAsync(rows.select(0, 1));
    requireSameBits(await second, rows.select(0, 1), 'two at once');
    requireSameBits(await run, zeros(2000), 'run');
  });

  test('may not be changed', async () => {
    const changes: Readonly<Record<string, () => unknown>> = {
      'by a program': () => writer(row),
      'by a scan': () => writer.scan(rows.select(0, 0)),
      'by a capture': () => compile((one: Tensor) => void weight.sub_(one))(row),
      'in place': () => weight.add_(1),
      'by copy_': () => weight.select(0, 0).copy_(row),
      'by fill_': () => weight.T.fill_(1),
      'by uniform_': () => weight.uniform_(),
      'by indexPut_': () => weight.indexPut_([tensor([0], { dtype: 'int32' })], 3),
    };
    const run = reader.scanAsync(rows);
    for (const change of Object.values(changes)) expect(change).toThrow(inUse);
    await expect(writer.runAsync(row)).rejects.toThrow(inUse);
    const onProgress = (): void => undefined;
    await expect(writer.runAsync(row, { onProgress })).rejects.toThrow(inUse); // and leaves no timer behind
    requireSameBits(await run, zeros(2000), 'run');
    for (const change of Object.values(changes)) expect(change).not.toThrow();
    weight.zero_();
  });

  test('not by an optimizer either', async () => {
    const run = parameterReader.scanAsync(rows);
    p.grad = ones(64, 64);
    expect(() => sgd.step()).toThrow(inUse);
    requireSameBits(await run, zeros(2000), 'run');
    sgd.step();
    expect(p.sum().item()).toBe(-4096);
  });
});

test('two functions of separate models run at once', async () => {
  const wanted = expected();
  const [one, other] = [trained(), trained()];
  const runs = [one.step.scanAsync(xs, ys), other.step.scanAsync(xs, ys)];
  for (const losses of await Promise.all(runs)) requireSameBits(losses, wanted.losses, 'losses');
  for (const { model } of [one, other]) {
    requireSameBits([...model.parameters()], wanted.weights, 'weights');
  }
});

test('eager work goes on beside a run', async () => {
  const wanted = expected();
  const { step } = trained();
  const run = step.scanAsync(xs, ys);
  const beside = trained();
  const eager = usual(beside.model, beside.optimizer);
  for (let i = 0; i < 200; i++) eager(xs.select(0, i), ys.select(0, i));
  const plain = F.linear(xs.select(0, 1), ones(4, 6)).sum(1);
  requireSameBits(plain, F.linear(xs.select(0, 1), ones(4, 6)).sum(1), 'eager');
  requireSameBits(await run, wanted.losses, 'losses');
});

test('a generator that a run draws from waits for it', async () => {
  const step = compile((x: Tensor) => F.dropout(x));
  step(ones(8));
  manualSeed(3);
  const run = step.scanAsync(ones(2000, 8));
  expect(() => rand(3)).toThrow(inUse);
  expect(() => manualSeed(1)).toThrow(inUse);
  const drawn = await run;
  const next = rand(3);
  manualSeed(3);
  requireSameBits(step.scan(ones(2000, 8)), drawn, 'the same seed');
  requireSameBits(rand(3), next, 'and on');
});

test('the inputs of a run may be changed during the run', async () => {
  const step = compile((x: Tensor) => x.mul(2));
  const input = ones(2000, 16);
  step(input.select(0, 0));
  const run = step.scanAsync(input);
  input.fill_(7);
  requireSameBits(await run, ones(2000, 16).mul(2), 'values at the start');
});

test('memory that may be detached is refused in asynchronous runs', async () => {
  const over = fromArray(new Float32Array([1, 2]));
  const step = compile((x: Tensor) => x.mul(over));
  requireSameBits(await step.runAsync(ones(2)), over, 'captured');
  requireSameBits(step(ones(2)), over, 'replayed');
  const message = 'fn uses a tensor whose data was read before the capture';
  await expect(step.runAsync(ones(2))).rejects.toThrow(message);
  requireSameBits(step(ones(2)), over, 'afterwards');
  over.add_(1);
});

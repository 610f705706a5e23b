/** What JavaScript can change while a compiled function runs: refused, or it has no effect before the run ends; never half done. */
import {
  compile,
  Generator,
  io,
  nn,
  ones,
  onesLike,
  optim,
  tensor,
  zeros,
  type Tensor,
} from 'blasgrad';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const steps = 60_000;
const inUse = /a running compiled function (uses|changes|reads|computes).*await the run first/;

const { lrScheduler } = optim;

/** A model whose first layer no program uses, an optimizer of all of it, and a run that takes some milliseconds. */
function make() {
  const last = new nn.Linear(1, 1);
  const model = new nn.Sequential(new nn.Linear(1, 1), last);
  nn.init.zeros_(last.weight);
  const optimizer = new optim.SGD(model.parameters(), { lr: 1, momentum: 0, weightDecay: 0 });
  const step = compile((x: Tensor) => {
    optimizer.zeroGrad();
    const loss = last.weight.mul(x).sum();
    loss.backward();
    optimizer.step();
    return loss;
  });
  step(ones(1));
  return { model, last, optimizer, step, run: () => step.scanAsync(ones(steps, 1)) };
}

type Made = ReturnType<typeof make>;

/** Changes that need the optimizer's numbers, or memory that the run uses; and what they must leave as it was. */
const refused: Readonly<Record<string, (made: Made) => readonly [() => unknown, () => unknown]>> = {
  'the learning rate': ({ optimizer }) => [() => (optimizer.lr = 0), () => optimizer.lr],
  'the rate of a group': ({ optimizer: { paramGroups } }) => [
    () => (paramGroups[0].lr = 0),
    () => paramGroups[0].lr,
  ],
  momentum: ({ optimizer: { paramGroups } }) => [
    () => (paramGroups[0].momentum = 0.9),
    () => paramGroups[0].momentum,
  ],
  'weight decay': ({ optimizer: { paramGroups } }) => [
    () => (paramGroups[0].weightDecay = 0.1),
    () => paramGroups[0].weightDecay,
  ],
  'the step of a schedule': ({ optimizer }) => {
    const schedule = new lrScheduler.StepLR(optimizer, 1);
    return [
      () => {
        schedule.step();
      },
      () => [schedule.stateDict(), optimizer.lr],
    ];
  },
  'the step of a plateau': ({ optimizer }) => {
    const schedule = new lrScheduler.ReduceLROnPlateau(optimizer, { patience: 0 });
    schedule.step(1);
    return [
      () => {
        schedule.step(2);
      },
      () => [schedule.stateDict(), optimizer.lr],
    ];
  },
  'the step of a sequence': ({ optimizer }) => {
    const parts = [1, 2].map((size) => new lrScheduler.StepLR(optimizer, size));
    const schedule = new lrScheduler.SequentialLR(optimizer, parts, [2]);
    return [
      () => {
        schedule.step();
      },
      () => [schedule.stateDict(), optimizer.lr],
    ];
  },
  'the state of a schedule': ({ optimizer }) => {
    const schedule = new lrScheduler.StepLR(optimizer, 1);
    return [
      () => {
        schedule.loadStateDict({ ...schedule.stateDict(), lastEpoch: 5 });
      },
      () => schedule.stateDict(),
    ];
  },
  'a new schedule': ({ optimizer }) => [
    () => new lrScheduler.LinearLR(optimizer),
    () => optimizer.lr,
  ],
  'the state of the optimizer': ({ optimizer }) => [
    () => {
      const state = optimizer.stateDict();
      state.paramGroups[0]['lr'] = 0.5;
      optimizer.loadStateDict(state);
    },
    () => optimizer.lr,
  ],
  'an eager step': ({ optimizer, model }) => [
    () => {
      model[0].parameters().forEach((one) => (one.grad = onesLike(one)));
      optimizer.step();
    },
    () => model[0].parameters().map((one) => one.toArray()),
  ],
  'the state of the model': ({ model }) => [
    () => {
      const names = Object.entries(model.stateDict());
      model.loadStateDict(Object.fromEntries(names.map(([name, one]) => [name, zeros(one.shape)])));
    },
    () => model[0].parameters().map((one) => one.toArray()),
  ],
  'another dtype': ({ model }) => [() => model.double(), () => model[0].parameters()[0].dtype],
  'gradients cleared': ({ model, optimizer }) => {
    model[0].parameters().forEach((one) => (one.grad = onesLike(one)));
    return [
      () => {
        optimizer.zeroGrad();
      },
      () => model[0].parameters().map((one) => one.grad === null),
    ];
  },
  'gradients filled with zeros': ({ model }) => {
    model[0].parameters().forEach((one) => (one.grad = onesLike(one)));
    return [
      () => {
        model.zeroGrad({ setToNone: false });
      },
      () => model[0].parameters().map((one) => one.grad?.toArray()),
    ];
  },
  'a gradient of its own': ({ last }) => [() => (last.weight.grad = ones(1, 1)), () => 0],
  'an eager forward': ({ last }) => [() => last.weight.mul(2), () => 0],
  dispose: ({ step }) => [
    () => {
      step.dispose();
    },
    () => step.stats.programs,
  ],
  'a saved state dict': ({ model }) => {
    const file = join(mkdtempSync(join(tmpdir(), 'in-use-')), 'model.safetensors');
    return [() => io.saveSafetensorsSync(file, model.stateDict()), () => existsSync(file)];
  },
};

test.each(Object.entries(refused))('%s: refused, and nothing is changed', async (_what, of) => {
  const made = make();
  const [change, state] = of(made);
  const before = made.last.weight.item();
  const rate = made.optimizer.lr;
  const run = made.run(); // does its first step at once
  const saved = structuredClone(state());
  let error: unknown = null;
  try {
    await change();
  } catch (thrown) {
    error = thrown;
  }
  const after = structuredClone(state());
  await run;
  expect(String(error)).toMatch(inUse);
  expect(after).toEqual(saved);
  expect(made.last.weight.item()).toBeCloseTo(before - rate * steps, 1);
  made.step(ones(1));
});

/** Changes that no run sees; they count from the next call on. */
const later: Readonly<Record<string, (made: Made) => unknown>> = {
  'evaluation mode': ({ model }) => model.eval(),
  'a frozen parameter': ({ model }) => model[0].requiresGrad_(false),
  'a hook': ({ last }) => last.registerForwardHook(() => undefined),
  'a group': ({ optimizer }) => {
    optimizer.addParamGroup({ params: [new nn.Parameter(zeros(1))] });
  },
  'a seed of another generator': () => new Generator(1).manualSeed(2),
  'a buffer': ({ model }) => {
    model.registerBuffer('mean', zeros(1));
  },
};

test.each(Object.entries(later))('%s: counts from the next call on', async (_what, change) => {
  const made = make();
  const before = made.last.weight.item();
  const run = made.run();
  change(made);
  await run;
  expect(made.last.weight.item()).toBe(before - steps);
  made.step(ones(1));
  expect(made.last.weight.item()).toBe(before - steps - 1);
});

test('a run takes the rate that was set before it, the next one the rate that was set after it', async () => {
  const made = make();
  made.optimizer.lr = 0.5;
  const before = made.last.weight.item();
  await made.run();
  expect(made.last.weight.item()).toBe(before - steps / 2);
  made.optimizer.lr = 2;
  await made.run();
  expect(made.last.weight.item()).toBe(before - steps / 2 - 2 * steps);
});

test('two functions that share an optimizer with a schedule', async () => {
  const { model, optimizer } = make();
  const schedule = new lrScheduler.ExponentialLR(optimizer, 0.999);
  const parameter = model[0].parameters()[0];
  const scheduled = compile((x: Tensor) => {
    parameter.grad = null;
    parameter.mul(x).sum().backward();
    optimizer.step();
    schedule.step();
  });
  const other = new nn.Parameter(tensor([0]));
  optimizer.addParamGroup({ params: [other] });
  scheduled(ones(1));
  const run = scheduled.scanAsync(ones(20_000, 1));
  const rate = optimizer.lr;
  other.grad = ones(1);
  expect(() => {
    optimizer.step();
  }).toThrow(inUse);
  expect([other.item(), optimizer.lr]).toEqual([0, rate]);
  await run;
});

/** Errors that a user's function throws arrive unchanged, and the library still works afterwards. */
import {
  compile,
  data,
  enableGrad,
  F,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  type Tensor,
} from 'blasgrad';
import { isGradEnabled } from 'blasgrad';
import { oneIn } from '../support/full';
import { fine, runProgram } from '../support/process';
import { setting } from '../support/programs';

function training(): { step: (x: Tensor, y: Tensor) => Tensor; model: nn.Sequential } {
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 2));
  const optimizer = new optim.Adam(model.parameters());
  const step = (x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = F.mseLoss(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { step, model };
}

const [x, y] = [randn(3, 4), randn(3, 2)];
const [xs, ys] = [randn(500, 3, 4), randn(500, 3, 2)];
const first = (module: nn.Module): Tensor => [...module.parameters()][0];

/** Programs that call `fail` in a callback; those of asynchronous functions give their promise. */
const callers: Readonly<Record<string, (fail: () => never) => unknown>> = {
  "a leaf's hook"(fail) {
    const { step, model } = training();
    first(model).registerHook(fail);
    return step(x, y);
  },
  'a hook during backward'(fail) {
    const hidden = x.mul(ones(4, { requiresGrad: true }));
    hidden.registerHook(fail);
    hidden.exp().sum().backward();
  },
  'a forward hook'(fail) {
    const { step, model } = training();
    model.registerForwardHook(fail);
    return step(x, y);
  },
  'a hook before forward'(fail) {
    const { model } = training();
    model.registerForwardPreHook(fail);
    return model.call(x);
  },
  'the forward of a module'(fail) {
    class Mine extends nn.Module {
      override forward(): Tensor {
        return fail();
      }
    }
    return new nn.Sequential(new nn.Linear(4, 4), new Mine()).forward(x);
  },
  noGrad: (fail) => noGrad(fail),
  enableGrad: (fail) => noGrad(() => enableGrad(fail)),
  "a module's apply": (fail) => training().model.apply(fail),
  "an optimizer's closure": (fail) =>
    new optim.SGD(training().model.parameters(), { lr: 0.1 }).step(fail),
  'a schedule'(fail) {
    const optimizer = new optim.SGD(training().model.parameters(), { lr: 0.1 });
    new optim.lrScheduler.LambdaLR(optimizer, (epoch) => (epoch > 0 ? fail() : 1)).step();
  },
  'a data set': (fail) => [...new data.DataLoader({ length: 3, get: fail })],
  'a data set, asynchronously': (fail) =>
    new data.DataLoader({ length: 3, get: fail })[Symbol.asyncIterator]().next(),
  'a function that makes batches': (fail) => [
    ...new data.DataLoader({ length: 3, get: (i: number) => i }, { collate: fail }),
  ],
  'the distance of a loss': (fail) =>
    F.tripletMarginWithDistanceLoss(x, x, x, { distanceFunction: fail }),
  'a compiled function': (fail) => compile((_z: Tensor) => fail())(x),
  'a compiled function after ops': (fail) => compile((z: Tensor) => z.add(1).mul(fail()))(x),
  'a hook in a compiled function'(fail) {
    const { step, model } = training();
    first(model).registerHook(fail);
    return compile(step)(x, y);
  },
  'a scan': (fail) => compile((z: Tensor) => z.mul(fail())).scan(xs),
  'the capture of an asynchronous run': (fail) => compile((_z: Tensor) => fail()).runAsync(x),
  'the capture of a scan in the background': (fail) =>
    compile((_z: Tensor) => fail()).scanAsync(xs),
  'onProgress of one step'(fail) {
    const step = compile(training().step);
    step(x, y);
    return step.runAsync(x, y, { onProgress: fail });
  },
  'onProgress of a capture': (fail) =>
    compile(training().step).runAsync(x, y, { onProgress: fail }),
  'onProgress of many steps': (fail) =>
    compile(training().step).scanAsync(xs, ys, { onProgress: fail }),
};

const thrown: readonly unknown[] = [
  new Error('mine'),
  'a string',
  undefined,
  null,
  Symbol('mine'),
  Object.create(null),
];

/** What running it throws or rejects with, in a list; an empty one if it does neither. */
async function thrownBy(run: () => unknown): Promise<unknown[]> {
  try {
    await run();
    return [];
  } catch (error) {
    return [error];
  }
}

test.each(Object.entries(callers))('%s', async (_where, call) => {
  for (const value of thrown) {
    let calls = 0;
    const found = await thrownBy(() =>
      call(() => {
        calls++;
        throw value;
      }),
    );
    expect([calls, found.length]).toEqual([1, 1]);
    expect(Object.is(found[0], value)).toBe(true);
    expect(isGradEnabled()).toBe(true);
  }
  // The library goes on, and so does compile.
  const { step } = training();
  const again = compile(step);
  const losses = [step(x, y).item(), again(x, y).item(), again(x, y).item()];
  expect(losses[2]).toBeLessThan(losses[0]);
});

test('a step whose hook threw can be taken again', () => {
  const { step, model } = training();
  const before = first(model).detach().clone();
  const handle = first(model).registerHook(() => {
    throw new Error('mine');
  });
  expect(() => step(x, y)).toThrow('mine');
  expect(first(model).toArray()).toEqual(before.toArray());
  handle.remove();
  step(x, y);
  expect(first(model).toArray()).not.toEqual(before.toArray());
});

// Nobody catches these: the process's own handler gets them, between two runs that end as they would.
const uncaught: Readonly<Record<string, string>> = {
  'a hook': 'setTimeout(() => { first.registerHook(fail); step(x, y); });',
  'a capture': 'setImmediate(() => compile(fail)(x));',
  'a capture with a hook': 'setTimeout(() => { first.registerHook(fail); compile(step)(x, y); });',
  'onProgress of a run': 'replay.scanAsync(xs, ys, { onProgress: fail });',
  'what follows a run': 'replay.scanAsync(xs, ys).then(fail);',
  'a microtask beside a run': 'void replay.scanAsync(xs, ys); queueMicrotask(fail);',
  'a timer beside a run': 'void replay.scanAsync(xs, ys); setTimeout(fail, 5);',
  'a listener of an abort': `
    const abort = new AbortController();
    abort.signal.addEventListener('abort', fail);
    replay.scanAsync(xs, ys, { signal: abort.signal }).catch(() => undefined);
    setImmediate(() => abort.abort());`,
};

test.each(oneIn(2, 'uncaught errors', Object.entries(uncaught)))(
  'uncaught: %s',
  async (_where, code) => {
    const program = `${setting}
    const { step, model } = training();
    const first = [...model.parameters()][0];
    const replay = compile(training().step);
    replay(x, y);
    const own = make().step;
    own(x, y);
    const wanted = make().step.scan(xs, ys).select(0, 2999).item();
    const fail = () => { throw new Error('mine'); };
    process.on('uncaughtException', (error) => {
      console.log(error.message);
      const again = make().step;
      console.log(again.scan(xs, ys).select(0, 2999).item() === wanted);
    });
    ${code}
  `;
    expect(await runProgram(program)).toEqual({ ...fine, stdout: 'mine\ntrue\n' });
  },
);

test("a worker's uncaught error ends the worker alone", async () => {
  const body = `${setting}
    make().step.scanAsync(xs, ys);
    const { step, model } = training();
    [...model.parameters()][0].registerHook(() => { throw new Error('mine'); });
    step(x, y);
  `;
  const program = `${setting}
    const { Worker } = require('node:worker_threads');
    const mine = make().step.scanAsync(xs, ys);
    const worker = new Worker(${JSON.stringify(body)}, { eval: true });
    worker.on('error', ({ message }) => console.log(message));
    worker.on('exit', async (code) => {
      console.log(code, (await mine).shape.join(), (await make().step.scanAsync(xs, ys)).shape.join());
    });
  `;
  expect(await runProgram(program)).toEqual({ ...fine, stdout: 'mine\n1 3000 3000\n' });
});

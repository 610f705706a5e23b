/** train compared with hand-written loops, compiled and eager. */
import {
  data,
  F,
  manualSeed,
  nn,
  noGrad,
  optim,
  train,
  zeros,
  type Callbacks,
  type metrics,
  type Tensor,
  type TrainOptions,
} from 'blasgrad';
import { numbersOf, resultsOf, samples, setUp, type Pair } from './support';

type SetUp = ReturnType<typeof setUp>;
type More = Partial<TrainOptions<Pair, nn.Sequential>>;
/** What differs from the plain training, and the same by hand: before and after a step, and after an epoch. */
interface Case {
  name: string;
  options: (own: SetUp) => More;
  byHand?: (own: SetUp) => { clip?: () => void; step?: () => void; epoch?: () => void };
}

const cases: Case[] = [
  { name: 'nothing more', options: () => ({}) },
  {
    name: 'clipping by norm',
    options: () => ({ clipGradNorm: 0.1 }),
    byHand: ({ model }) => ({ clip: () => nn.utils.clipGradNorm_(model.parameters(), 0.1) }),
  },
  {
    name: 'clipping by value',
    options: () => ({ clipGradValue: 0.01 }),
    byHand: ({ model }) => ({ clip: () => nn.utils.clipGradValue_(model.parameters(), 0.01) }),
  },
  {
    name: 'a schedule per epoch',
    options: ({ optimizer }) => ({
      scheduler: new optim.lrScheduler.ExponentialLR(optimizer, 0.5),
    }),
    byHand: ({ optimizer }) => {
      const schedule = new optim.lrScheduler.ExponentialLR(optimizer, 0.5);
      return { epoch: () => schedule.step() };
    },
  },
  {
    name: 'a schedule per step',
    options: ({ optimizer }) => ({
      scheduler: new optim.lrScheduler.OneCycleLR(optimizer, { maxLr: 0.1, totalSteps: 21 }),
      schedulerInterval: 'step',
    }),
    byHand: ({ optimizer }) => {
      const schedule = new optim.lrScheduler.OneCycleLR(optimizer, { maxLr: 0.1, totalSteps: 21 });
      return { step: () => schedule.step() };
    },
  },
  { name: 'a module as loss', options: () => ({ loss: new nn.CrossEntropyLoss() }) },
  {
    name: 'a loss of the whole batch',
    options: () => ({
      loss: undefined,
      batchLoss: (model, [x, target]) => {
        const output = model.forward(x);
        return { loss: F.crossEntropy(output, target), output, target };
      },
    }),
  },
];

describe.each([true, false])('compile: %p', (compile) => {
  test.each(cases)('$name: the same bits as by hand', async ({ options, byHand }) => {
    const own = setUp();
    const history = await train({ ...own, compile, seed: 5, ...options(own) });

    const other = setUp();
    manualSeed(5);
    const { model, optimizer, loader } = other;
    const { clip, step, epoch } = byHand?.(other) ?? {};
    const losses: number[] = [];
    for (let i = 0; i < 3; i++) {
      model.train();
      let sum = 0;
      for (const [x, y] of loader) {
        optimizer.zeroGrad();
        const loss = F.crossEntropy(model.forward(x), y);
        loss.backward();
        clip?.();
        optimizer.step();
        step?.();
        sum += loss.item() * x.shape[0];
      }
      losses.push(sum / samples);
      epoch?.();
    }
    expect(numbersOf(own.model)).toEqual(numbersOf(model));
    expect(history.epochs.map(({ loss }) => loss)).toEqual(losses);
    expect(history.steps).toBe(21);
    expect(own.optimizer.lr).toBe(optimizer.lr);
  });

  test('gradients of several batches make one step: their mean, also at the end of an epoch', async () => {
    const own = setUp();
    const history = await train({
      ...own,
      compile,
      seed: 5,
      gradientAccumulationSteps: 3,
      clipGradNorm: 0.5,
    });
    const { model, optimizer, loader } = setUp();
    manualSeed(5);
    for (let i = 0; i < 3; i++) {
      let batch = 0;
      for (const [x, y] of loader) {
        // Seven batches: groups of three, three and one.
        const [first, last] = [batch % 3 === 0, batch % 3 === 2 || batch === 6];
        if (first) optimizer.zeroGrad();
        F.crossEntropy(model.forward(x), y)
          .div(batch === 6 ? 1 : 3)
          .backward();
        if (last) {
          nn.utils.clipGradNorm_(model.parameters(), 0.5);
          optimizer.step();
        }
        batch++;
      }
    }
    const wanted = numbersOf(model).flat();
    numbersOf(own.model)
      .flat()
      .forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 5));
    expect(history.steps).toBe(9);
  });

  test('figures of training and validation', async () => {
    const own = setUp();
    const set = new data.TensorDataset(...(setUp(7).loader.dataset as SetUp['loader']['dataset'] & { tensors: Pair }).tensors); // prettier-ignore
    const validation = new data.DataLoader(set, { batchSize: 15 });
    const mode: boolean[] = [];
    own.model.registerForwardHook(({ training }) => {
      mode.push(training);
    });
    const { epochs } = await train({ ...own, compile, validation, epochs: 1 });
    const [{ loss, metrics: figures, validation: other, lr, seconds, samplesPerSecond }] = epochs;
    expect(loss).toBeGreaterThan(0);
    expect(figures['accuracy']).toBeGreaterThan(0.3);
    own.model.eval();
    const [x, y] = set.tensors;
    const logits = noGrad(() => own.model.forward(x));
    expect(other?.loss).toBeCloseTo(F.crossEntropy(logits, y).item(), 5);
    const share = logits.argmax(1).eq(y).to('float32').mean().item();
    expect(other?.metrics['accuracy']).toBeCloseTo(share, 6);
    expect(lr).toBe(0.02);
    expect(seconds).toBeGreaterThan(0);
    expect(samplesPerSecond).toBeCloseTo(samples / seconds, 6);
    expect(new Set(mode)).toEqual(new Set([true, false]));
  });

  test('a metric of any kind is told of each batch: it may read values, and count', async () => {
    let [read, counted] = [0, 0];
    const mine: metrics.Metric = {
      update(output, target) {
        read += output.data.length / 2 + Math.min(Number(target.data[0]), 0);
      },
      compute: () => read,
      reset: () => (read = 0),
    };
    const counting: metrics.Metric = {
      update: (output) => (counted += output.shape[0]), // reads nothing: no capture would refuse it
      compute: () => counted,
      reset: () => (counted = 0),
    };
    const { epochs } = await train({ ...setUp(), compile, metrics: { mine, counting } });
    expect(epochs.map((epoch) => epoch.metrics)).toEqual(
      Array(3).fill({ mine: samples, counting: samples }),
    );
  });

  test('a metric that is all ops may be part of the step', async () => {
    const sum = zeros(1);
    let calls = 0;
    const inside: metrics.Metric = {
      eager: false,
      update: (output) => {
        calls++;
        noGrad(() => sum.add_(output.detach().mul(0).add(0.5).sum()));
      },
      compute: () => sum.clone().item(),
      reset: () => void noGrad(() => sum.zero_()),
    };
    const { epochs } = await train({ ...setUp(), compile, metrics: { inside } });
    expect(epochs.map((epoch) => epoch.metrics['inside'])).toEqual([samples, samples, samples]);
    expect(calls < 21).toBe(compile);
  });
});

test('compiled and eager give the same bits', async () => {
  const run = async (compile: boolean) => {
    const own = setUp();
    const options = {
      ...own,
      compile,
      validation: own.loader,
      gradientAccumulationSteps: 2,
      clipGradNorm: 0.3,
    };
    return [resultsOf(await train(options)), numbersOf(own.model)];
  };
  expect(await run(true)).toEqual(await run(false));
});

test('compiled: the loss runs once for each shape, and anew for validation', async () => {
  const own = setUp();
  let calls = 0;
  const loss = (output: Tensor, target: Tensor): Tensor => {
    calls++;
    return F.crossEntropy(output, target);
  };
  await train({ ...own, loss, validation: own.loader });
  // Gradients were null in the very first step; batches of 8 and of 2. Each program is compared in its second step.
  expect(calls).toBeLessThanOrEqual(12);
  calls = 0;
  await train({ ...own, loss, compile: false });
  expect(calls).toBe(21);
});

test('batches of any kind, with tensors that share memory', async () => {
  const own = setUp();
  const batches = Array.from(own.loader, ([input, target]) => ({ input, again: input, target }));
  const history = await train({
    ...own,
    loss: undefined,
    metrics: {},
    loader: batches,
    batchLoss: (model, { input, again, target }) =>
      F.crossEntropy(model.forward(input.add(again)), target),
  });
  expect(history.steps).toBe(21);
  expect(history.epochs[2].loss).toBeLessThan(history.epochs[0].loss);
});

test('batches that are no tensors need compile: false', async () => {
  const { model, optimizer } = setUp();
  const options = {
    model,
    optimizer,
    epochs: 1,
    loader: [{ text: 'abc' }],
    batchLoss: (net: nn.Sequential, { text }: { text: string }) =>
      net.forward(zeros(text.length, 4)).square().mean(),
  };
  await expect(train(options)).rejects.toThrow(
    new TypeError(
      "train: batch.text is 'abc', not a tensor; convert it in `collate`, or set compile: false",
    ),
  );
  expect((await train({ ...options, compile: false })).steps).toBe(1);
  const round: { text: string; again?: unknown } = { text: 'abc' };
  round.again = round;
  expect((await train({ ...options, loader: [round], compile: false })).steps).toBe(1);
});

test('callbacks are called in order, and waited for', async () => {
  const messages: string[] = [];
  const note = (what: string) => async (): Promise<void> => {
    await Promise.resolve();
    messages.push(what);
  };
  const first: Callbacks = {
    onTrainStart: note('start'),
    onEpochStart: note('epoch'),
    onBatchEnd: async ({ batch, batches, epoch, epochs, step, loss, meanLoss }) => {
      await Promise.resolve();
      expect([batches, epochs, step]).toEqual([7, 2, 7 * (epoch - 1) + batch]);
      if (batch === 1) expect(meanLoss).toBe(loss);
      messages.push(String(batch));
    },
    onEpochEnd: note('end'),
    onTrainEnd: note('done'),
  };
  const second: Callbacks = { onTrainEnd: note('done too') };
  await train({ ...setUp(), epochs: 2, callbacks: [first, second] });
  const epoch = ['epoch', ...'1234567'.split(''), 'end'];
  expect(messages).toEqual(['start', ...epoch, ...epoch, 'done', 'done too']);
});

test('parts that onEpochStart puts into another mode stay in it, and the model ends in its own', async () => {
  const run = async (callbacks: Callbacks) => {
    const own = setUp();
    own.model.eval();
    await train({ ...own, callbacks });
    expect(own.model.training).toBe(false);
    return numbersOf(own.model);
  };
  const part = setUp();
  part.model.get(2).eval();
  await train(part);
  expect([...part.model.modules()].map(({ training }) => training)).toEqual(
    [true, true, true, false, true, true], // the model itself comes first
  );
  const own = setUp();
  const withoutDropout = await train({
    ...own,
    callbacks: { onEpochStart: () => void own.model.get(2).eval() },
  });
  expect(own.model.training).toBe(true);
  expect(withoutDropout.steps).toBe(21);
  expect(numbersOf(own.model)).not.toEqual(await run({}));
});

test('a callback that throws ends the training with its error', async () => {
  const error = new Error('enough');
  const onBatchEnd = (): void => {
    throw error;
  };
  await expect(train({ ...setUp(), callbacks: { onBatchEnd } })).rejects.toBe(error);
});

test('a loss that reads values is refused where steps are compiled', async () => {
  const loss = (output: Tensor, target: Tensor): Tensor => {
    const value = F.crossEntropy(output, target);
    return value.item() > 0 ? value : value.neg();
  };
  await expect(train({ ...setUp(), loss })).rejects.toThrow('return the tensor and read it');
  expect((await train({ ...setUp(), loss, compile: false })).steps).toBe(21);
});

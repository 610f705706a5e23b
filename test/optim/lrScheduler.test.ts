/** Schedulers: what PyTorch's numbers do not cover, and what all of them have in common. */
import { ones, optim, tensor } from 'blasgrad';

const { lrScheduler } = optim;
const leaf = () => ones(1, { requiresGrad: true });
const sgd = (lr = 1): optim.SGD => new optim.SGD([leaf()], { lr });

/** The rate at first and after each of `steps` steps. */
function ratesOf(scheduler: optim.lrScheduler.LRScheduler, steps: number): number[] {
  const rates = [scheduler.optimizer.lr];
  for (let i = 0; i < steps; i++) {
    scheduler.step();
    rates.push(scheduler.optimizer.lr);
  }
  return rates;
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
}

test('PolynomialLR', () => {
  const rates = ratesOf(new lrScheduler.PolynomialLR(sgd(), { totalIters: 4, power: 2 }), 6);
  expectClose(rates, [1, 0.75 ** 2, 0.5 ** 2, 0.25 ** 2, 0, 0, 0]);
});

test('LambdaLR and MultiplicativeLR', () => {
  const halves = (step: number): number => 0.5 ** step;
  expectClose(ratesOf(new lrScheduler.LambdaLR(sgd(2), halves), 3), [2, 1, 0.5, 0.25]);
  const half = new lrScheduler.MultiplicativeLR(sgd(2), () => 0.5);
  expectClose(ratesOf(half, 3), [2, 1, 0.5, 0.25]);
  const optimizer = new optim.SGD([{ params: leaf() }, { params: leaf(), lr: 10 }], { lr: 1 });
  const both = new lrScheduler.LambdaLR(optimizer, [halves, () => 1]);
  both.step();
  expect(both.getLastLr()).toEqual([0.5, 10]);
});

test('CyclicLR', () => {
  const cyclic = (options: optim.lrScheduler.CyclicOptions): number[] => {
    return ratesOf(new lrScheduler.CyclicLR(sgd(), 1, 3, { stepSizeUp: 2, ...options }), 8);
  };
  expectClose(cyclic({}), [1, 2, 3, 2, 1, 2, 3, 2, 1]);
  expectClose(cyclic({ mode: 'triangular2' }), [1, 2, 3, 2, 1, 1.5, 2, 1.5, 1]);
  expectClose(cyclic({ mode: 'exp_range', gamma: 0.5 }).slice(0, 4), [1, 1.5, 1.5, 1.125]);
  expectClose(cyclic({ scaleFn: (cycle) => 1 / cycle }), [1, 2, 3, 2, 1, 1.5, 2, 1.5, 1]);
  const falling = { scaleFn: (step: number) => 0.5 ** step, scaleMode: 'iterations' } as const;
  expectClose(cyclic(falling), cyclic({ mode: 'exp_range', gamma: 0.5 }));
  expect(() => cyclic({ scaleFn: 1 as never })).toThrow(
    'CyclicLR: expected a function for scaleFn',
  );
  expect(() => cyclic({ scaleMode: 'epoch' as never })).toThrow(RangeError);
  expectClose(cyclic({ stepSizeDown: 1 }), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
  const optimizer = sgd();
  const scheduler = new lrScheduler.CyclicLR(optimizer, 1, 3, { stepSizeUp: 2 });
  expect(optimizer.paramGroups[0].momentum).toBeCloseTo(0.9, 12);
  scheduler.step();
  expect(optimizer.paramGroups[0].momentum).toBeCloseTo(0.85, 12);
});

test('OneCycleLR turns momentum the other way', () => {
  const adam = new optim.Adam([leaf()], { lr: 1 });
  const options = { maxLr: 1, epochs: 2, stepsPerEpoch: 5, pctStart: 0.5 } as const;
  const scheduler = new lrScheduler.OneCycleLR(adam, { ...options, annealStrategy: 'linear' });
  const momenta = [adam.paramGroups[0].betas[0]];
  const rates = [adam.lr];
  for (let i = 1; i < 10; i++) {
    scheduler.step();
    momenta.push(adam.paramGroups[0].betas[0]);
    rates.push(adam.lr);
  }
  expect(rates.indexOf(Math.max(...rates))).toBe(4);
  expect(momenta.indexOf(Math.min(...momenta))).toBe(4);
  expectClose([rates[0], rates[4], rates[9]], [0.04, 1, 0.04 / 1e4]);
  expectClose([momenta[0], momenta[4], momenta[9]], [0.95, 0.85, 0.95]);
  expect(adam.paramGroups[0].betas[1]).toBe(0.999);
  scheduler.step(); // after the last batch
  expect(adam.lr).toBeCloseTo(0.04 / 1e4, 12);
  expect(() => scheduler.step()).toThrow('OneCycleLR.step: all 10 steps are done');
});

test('OneCycleLR in three phases', () => {
  const options = { maxLr: 1, totalSteps: 10, pctStart: 0.4, threePhase: true } as const;
  const scheduler = new lrScheduler.OneCycleLR(sgd(), { ...options, divFactor: 10 });
  const rates = ratesOf(scheduler, 9);
  expectClose([rates[0], rates[3], rates[6], rates[9]], [0.1, 1, 0.1, 0.1 / 1e4]);
  const short = new lrScheduler.OneCycleLR(sgd(), { maxLr: 1, totalSteps: 10, pctStart: 0.1 });
  expect(short.optimizer.lr).toBe(1); // the rise has no step of its own
});

test('CosineAnnealingWarmRestarts steps to any point', () => {
  const options = { tMult: 2 } as const;
  const whole = new lrScheduler.CosineAnnealingWarmRestarts(sgd(), 3, options);
  const jumping = new lrScheduler.CosineAnnealingWarmRestarts(sgd(), 3, options);
  for (let i = 1; i < 25; i++) {
    whole.step();
    jumping.step(i);
    expect(jumping.optimizer.lr).toBeCloseTo(whole.optimizer.lr, 12);
  }
  jumping.step(1.5);
  expect(jumping.optimizer.lr).toBeCloseTo(0.5, 12);
  expect(() => jumping.step(-1)).toThrow(RangeError);
});

test('schedules of one optimizer work together', () => {
  const optimizer = sgd();
  const first = new lrScheduler.ConstantLR(optimizer, { factor: 0.1, totalIters: 2 });
  const second = new lrScheduler.ExponentialLR(optimizer, 0.9);
  const chained = new lrScheduler.ChainedScheduler([first, second]);
  expectClose(ratesOf(chained, 4), [0.1, 0.09, 0.81, 0.729, 0.6561]);
  expect(chained.getLastLr()).toEqual([optimizer.lr]);
});

describe('SequentialLR', () => {
  const make = (optimizer = sgd()): optim.lrScheduler.SequentialLR => {
    const warm = new lrScheduler.ConstantLR(optimizer, { factor: 0.1, totalIters: 2 });
    const decay = new lrScheduler.ExponentialLR(optimizer, 0.9);
    return new lrScheduler.SequentialLR(optimizer, [warm, decay], [2]);
  };

  test('goes through schedules', () => {
    expectClose(ratesOf(make(), 4), [0.1, 0.1, 1, 0.9, 0.81]);
  });

  test('continues from its state', () => {
    const [before, optimizer] = [make(), sgd()];
    const after = make(optimizer);
    before.step();
    after.loadStateDict(before.stateDict());
    optimizer.loadStateDict(before.optimizer.stateDict());
    expectClose(ratesOf(after, 3), [0.1, 1, 0.9, 0.81]);
    expect(() => after.loadStateDict({})).toThrow('expected an array of 2 scheduler states');
  });

  test('refuses what does not fit', () => {
    const [a, b] = [sgd(), sgd()];
    const of = (optimizer: optim.SGD) => new lrScheduler.ExponentialLR(optimizer, 0.9);
    expect(() => new lrScheduler.SequentialLR(a, [of(a), of(b)], [1])).toThrow(
      'schedulers[1] changes another optimizer',
    );
    expect(() => new lrScheduler.SequentialLR(a, [of(a)], [1])).toThrow('0 step numbers');
    expect(() => new lrScheduler.ChainedScheduler([])).toThrow('at least one schedule');
    expect(() => new lrScheduler.ChainedScheduler([3 as never])).toThrow(TypeError);
  });
});

describe('ReduceLROnPlateau', () => {
  const run = (options: optim.lrScheduler.PlateauOptions, metrics: readonly number[]): number[] => {
    const optimizer = sgd();
    const scheduler = new lrScheduler.ReduceLROnPlateau(optimizer, { factor: 0.5, ...options });
    return metrics.map((metric, i) => {
      scheduler.step(i % 2 === 0 ? metric : tensor(metric));
      return optimizer.lr;
    });
  };

  test('waits, and lowers the rate', () => {
    expect(run({ patience: 1 }, [3, 3, 3, 3, 3])).toEqual([1, 1, 0.5, 0.5, 0.25]);
    expect(run({ patience: 0, mode: 'max' }, [3, 4, 3, 5])).toEqual([1, 1, 0.5, 0.5]);
  });

  test('knows thresholds, cooldown and the lowest rate', () => {
    const small = { patience: 0, threshold: 0.1 } as const;
    expect(run(small, [10, 9.5, 8])).toEqual([1, 0.5, 0.5]);
    expect(run({ ...small, thresholdMode: 'abs' }, [10, 9.5, 9.3])).toEqual([1, 1, 1]);
    expect(run({ patience: 0, cooldown: 2 }, [1, 1, 1, 1, 1])).toEqual([1, 0.5, 0.5, 0.5, 0.25]);
    expect(run({ patience: 0, minLr: 0.4 }, [1, 1, 1, 1])).toEqual([1, 0.5, 0.4, 0.4]);
    expect(run({ patience: 0 }, [NaN, NaN])).toEqual([0.5, 0.25]);
  });
});

test('each group keeps its own rate', () => {
  const optimizer = new optim.SGD([{ params: leaf() }, { params: leaf(), lr: 4 }], { lr: 1 });
  const scheduler = new lrScheduler.StepLR(optimizer, 1, { gamma: 0.5 });
  scheduler.step();
  expect(scheduler.getLastLr()).toEqual([0.5, 2]);
  optimizer.addParamGroup({ params: leaf(), lr: 16 });
  scheduler.step();
  expect(scheduler.getLastLr()).toEqual([0.25, 1, 8]);
  expect(optimizer.paramGroups.map(({ initialLr }) => initialLr)).toEqual([1, 4, 16]);
});

describe('wrong arguments', () => {
  const x = sgd();
  const wrong: [string, () => unknown][] = [
    ['StepLR: expected an optimizer for optimizer', () => new lrScheduler.StepLR({} as never, 1)],
    [
      'StepLR: expected an integer of at least 1 for stepSize, got 0',
      () => new lrScheduler.StepLR(x, 0),
    ],
    [
      'StepLR: expected one of gamma for options',
      () => new lrScheduler.StepLR(x, 1, { gama: 1 } as never),
    ],
    [
      'MultiStepLR: expected an array of step numbers',
      () => new lrScheduler.MultiStepLR(x, 3 as never),
    ],
    [
      'ExponentialLR: expected a number for gamma',
      () => new lrScheduler.ExponentialLR(x, undefined as never),
    ],
    [
      'LinearLR: expected a number above 0 and at most 1 for startFactor',
      () => new lrScheduler.LinearLR(x, { startFactor: 0 }),
    ],
    [
      'LambdaLR: expected a function for lrLambda, got 0.5',
      () => new lrScheduler.LambdaLR(x, 0.5 as never),
    ],
    [
      'LambdaLR: expected a function, or an array of 1 (one for each parameter group) for lrLambda',
      () => new lrScheduler.LambdaLR(x, []),
    ],
    [
      'LambdaLR: expected a finite number for the result of lrLambda, got NaN',
      () => new lrScheduler.LambdaLR(x, () => NaN),
    ],
    [
      'OneCycleLR: pass totalSteps, or both epochs and stepsPerEpoch',
      () => new lrScheduler.OneCycleLR(x, { maxLr: 1 }),
    ],
    [
      'OneCycleLR: expected a number, or an array of 1 (one for each parameter group) for maxLr',
      () => new lrScheduler.OneCycleLR(x, { maxLr: [], totalSteps: 3 }),
    ],
    [
      'OneCycleLR: cycleMomentum requires an optimizer with momentum or betas',
      () => new lrScheduler.OneCycleLR(new optim.Adagrad([leaf()]), { maxLr: 1, totalSteps: 3 }),
    ],
    [
      'ReduceLROnPlateau: expected a number below 1 for factor',
      () => new lrScheduler.ReduceLROnPlateau(x, { factor: 1 }),
    ],
    [
      "ReduceLROnPlateau: expected 'min' or 'max' for mode",
      () => new lrScheduler.ReduceLROnPlateau(x, { mode: 'low' as never }),
    ],
    [
      'step: expected a number or a tensor for metric',
      () => new lrScheduler.ReduceLROnPlateau(x).step(undefined as never),
    ],
    [
      'loadStateDict: expected an object for dict, got null',
      () => new lrScheduler.StepLR(x, 1).loadStateDict(null as never),
    ],
    ["for dict, got 'tMax'", () => new lrScheduler.StepLR(x, 1).loadStateDict({ tMax: 1 })],
    [
      "expected a number for gamma, got '1'",
      () => new lrScheduler.StepLR(x, 1).loadStateDict({ gamma: '1' }),
    ],
  ];
  test.each(wrong)('%s', (text, run) => {
    expect(run).toThrow(text);
  });
});

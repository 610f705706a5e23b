/** Learning-rate schedules in compiled steps: PyTorch's rates, however the steps are run. */
import { compile, full, optim, ones, zeros, type Compiled, type Tensor } from 'blasgrad';
import { readGolden } from '../support/golden';
import { requireSameBits, snapshot } from './support';

interface Line {
  readonly id: string;
  readonly scheduler: string;
  readonly args: readonly unknown[];
  readonly baseLr: number;
  readonly metrics: readonly number[] | null;
  readonly lrs: readonly number[];
}

interface Scheduler {
  stateDict(): object;
  step(metric?: number): void;
  getLastLr(): number[];
}
type Make = (optimizer: optim.Optimizer) => Scheduler;

const { lrScheduler } = optim;
const classes = lrScheduler as unknown as Readonly<
  Record<string, new (optimizer: optim.Optimizer, ...args: readonly unknown[]) => Scheduler>
>;

const lines = readGolden<Line>('schedulers');
const inside = lines.filter(({ metrics }) => metrics === null);

/** Schedules that PyTorch's numbers leave out. */
const more: Readonly<Record<string, Make>> = {
  LambdaLR: (optimizer) => new lrScheduler.LambdaLR(optimizer, (epoch) => 0.95 ** epoch),
  MultiplicativeLR: (optimizer) => new lrScheduler.MultiplicativeLR(optimizer, () => 0.9),
  PolynomialLR: (optimizer) => new lrScheduler.PolynomialLR(optimizer, { totalIters: 9, power: 2 }),
  CyclicLR: (optimizer) => new lrScheduler.CyclicLR(optimizer, 0.01, 0.1, { stepSizeUp: 4 }),
  SequentialLR: (optimizer) =>
    new lrScheduler.SequentialLR(
      optimizer,
      [new lrScheduler.ConstantLR(optimizer), new lrScheduler.ExponentialLR(optimizer, 0.9)],
      [4],
    ),
  ChainedScheduler: (optimizer) =>
    new lrScheduler.ChainedScheduler([
      new lrScheduler.ExponentialLR(optimizer, 0.9),
      new lrScheduler.StepLR(optimizer, 3),
    ]),
};

interface Way {
  readonly param: Tensor;
  readonly optimizer: optim.SGD;
  readonly scheduler: Scheduler;
  readonly step: Compiled<[], Tensor>;
}

/** A parameter that each step lowers by the rate, momentum aside. */
function wayOf(make: Make, baseLr: number, momentum: number): Way {
  const param = zeros(2, { dtype: 'float64', requiresGrad: true });
  const optimizer = new optim.SGD([param], { lr: baseLr, momentum });
  const scheduler = make(optimizer);
  const gradient = full([2], -1, { dtype: 'float64' });
  const step = compile(() => {
    param.grad = gradient;
    optimizer.step();
    scheduler.step();
    return param;
  });
  return { param, optimizer, scheduler, step };
}

const takeEager = ({ optimizer, scheduler, param }: Way, steps: number): Tensor[] =>
  Array.from({ length: steps }, () => {
    param.grad = full([2], -1, { dtype: 'float64' });
    optimizer.step();
    scheduler.step();
    return param.detach().clone();
  });

function requireSameWay(actual: Way, expected: Way): void {
  requireSameBits(actual.param, expected.param, 'parameter');
  expect(actual.optimizer.lr).toBe(expected.optimizer.lr);
  const [own, others] = [actual, expected].map(({ optimizer }) => optimizer.stateDict());
  expect(own.paramGroups).toEqual(others.paramGroups);
  expect(actual.scheduler.stateDict()).toEqual(expected.scheduler.stateDict());
  expect(actual.scheduler.getLastLr()).toEqual(expected.scheduler.getLastLr());
}

const cases: (readonly [name: string, make: Make, baseLr: number])[] = [
  ...inside.map(({ scheduler, args, baseLr }) => {
    const make: Make = (optimizer) => new classes[scheduler](optimizer, ...args);
    return [scheduler, make, baseLr] as const;
  }),
  ...Object.entries(more).map(([name, make]) => [name, make, 0.1] as const),
];

const ways: readonly (readonly [name: string, run: (way: Way, steps: number) => unknown])[] = [
  ['by call', (way, steps) => Array.from({ length: steps }, () => way.step())],
  ['by scan', (way, steps) => way.step.scan({ steps })],
  [
    'by async',
    async (way, steps) => {
      for (let i = 0; i < steps; i++) await way.step.runAsync();
    },
  ],
  ['by scanAsync', (way, steps) => way.step.scanAsync({ steps })],
];

describe.each(cases)('%s', (_name, make, baseLr) => {
  test.each(ways)('%s', async (_how, run) => {
    const [eager, compiled] = [0, 1].map(() => wayOf(make, baseLr, 0.9));
    for (const steps of [5, 7, 1, 4]) {
      takeEager(eager, steps);
      await run(compiled, steps);
      requireSameWay(compiled, eager);
    }
    // Eager steps go on where compiled ones stopped.
    takeEager(eager, 3);
    takeEager(compiled, 3);
    requireSameWay(compiled, eager);
    expect(compiled.step.stats.captures).toBe(1);
  });
});

describe('the rates are PyTorch’s', () => {
  test.each(inside.map((line) => [line.id, line] as const))('%s', (_id, line) => {
    // The parameter shows the rates only without momentum.
    const options = { ...(line.args.at(-1) as object), cycleMomentum: false };
    const args = line.scheduler === 'OneCycleLR' ? [options] : line.args;
    const { step } = wayOf((one) => new classes[line.scheduler](one, ...args), line.baseLr, 0);
    const count = line.lrs.length;
    const values = step.scan({ steps: count }).toArray() as number[][];
    values.forEach(([value], i) => {
      const before = i === 0 ? 0 : values[i - 1][0];
      expect(Math.abs(value - before - line.lrs[i])).toBeLessThan(1e-9);
    });
  });

  test('ReduceLROnPlateau between replays', () => {
    const line = lines.find(({ metrics }) => metrics !== null) as Line;
    const param = zeros(1, { dtype: 'float64', requiresGrad: true });
    const optimizer = new optim.SGD([param], { lr: line.baseLr });
    const scheduler = new classes[line.scheduler](optimizer, ...line.args);
    const step = compile(() => {
      param.grad = ones(1, { dtype: 'float64' });
      optimizer.step();
    });
    line.lrs.forEach((lr, i) => {
      if (i > 0) scheduler.step(line.metrics?.[i - 1]);
      const before = param.item();
      step();
      expect(Math.abs(before - param.item() - lr)).toBeLessThan(1e-9);
    });
    expect(step.stats.captures).toBe(1);
  });
});

const optimizerOf = (param: Tensor): optim.SGD => new optim.SGD([param], { lr: 1 });

test('several schedules and optimizers in one step', () => {
  const make = (): { run: () => Tensor[]; optimizers: optim.SGD[] } => {
    const params = [0, 1].map(() => zeros(1, { requiresGrad: true }));
    const optimizers = params.map(optimizerOf);
    const schedules = [
      new lrScheduler.ExponentialLR(optimizers[0], 0.5),
      new lrScheduler.ExponentialLR(optimizers[1], 0.25),
      new lrScheduler.ExponentialLR(optimizers[1], 0.9),
    ];
    const run = (): Tensor[] => {
      params.forEach((param) => (param.grad = ones(1)));
      optimizers.forEach((optimizer) => optimizer.step());
      schedules.forEach((one) => one.step());
      schedules[0].step();
      return params;
    };
    return { run, optimizers };
  };
  const [eager, compiled] = [make(), make()];
  const step = compile(compiled.run);
  const wanted = Array.from({ length: 5 }, () => snapshot(eager.run()));
  requireSameBits(step(), wanted[0], 'first');
  requireSameBits(step(), wanted[1], 'second');
  const rest = step.scan({ steps: 3 });
  for (let i = 0; i < 3; i++) {
    requireSameBits(
      rest.map((one) => one.select(0, i)),
      wanted[2 + i],
      `step ${i}`,
    );
  }
  expect(compiled.optimizers.map((one) => one.lr)).toEqual(eager.optimizers.map((one) => one.lr));
});

test('rates that the step itself changes before it uses them are refused', () => {
  const param = zeros(1, { requiresGrad: true });
  const optimizer = optimizerOf(param);
  const scheduler = new lrScheduler.ExponentialLR(optimizer, 0.5);
  const early = compile(() => {
    scheduler.step();
    param.grad = ones(1);
    optimizer.step();
  });
  expect(early).toThrow('step: in a compiled function, scheduler.step() was called before');
  const assigned = compile(() => {
    param.grad = ones(1);
    optimizer.step();
    scheduler.step();
    optimizer.lr = 0.3;
  });
  expect(assigned).toThrow('optimizer: cannot set options in a compiled function');
});

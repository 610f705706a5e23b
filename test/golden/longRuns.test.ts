/** Fifty steps of optimizers and sixty of schedulers compared with PyTorch's (generate_optimizers.py). */
import { compile, optim, tensor, type Tensor } from 'blasgrad';
import { readGolden } from '../support/golden';

interface OptimizerLine {
  readonly optimizer: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, readonly number[]>>;
}

interface SchedulerLine {
  readonly scheduler: string;
  readonly args: readonly unknown[];
  readonly groups: readonly { readonly lr: number; readonly momentum?: number }[];
  readonly metrics: readonly number[] | null;
  readonly lrs: readonly (readonly number[])[];
  /** One element if they never change. */
  readonly momenta: readonly (readonly number[])[];
}

type Maker = new (...args: readonly unknown[]) => optim.Optimizer;
const optimizers = optim as unknown as Readonly<Record<string, Maker>>;

function requireNear(actual: readonly number[], expected: readonly number[], what: string): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    const far = Math.abs(value - expected[i]) > 1e-10 + 1e-9 * Math.abs(expected[i]);
    if (far) throw new Error(`${what}: expected ${expected[i]} at ${i}, got ${value}`);
  });
}

const shapes = [[], [7], [3, 5]];
const sizes = [1, 7, 15];
const first = [0, 1, 8];

function start(): Tensor[] {
  return shapes.map((shape, k) => {
    const values = Array.from({ length: sizes[k] }, (_, i) => Math.cos(first[k] + i));
    return tensor(values, { dtype: 'float64' }).reshape(shape).detach().requiresGrad_();
  });
}

/** What the gradients have besides p^3 / 10. */
function parts(t: number): Tensor[] {
  return shapes.map((shape, k) => {
    const values = Array.from({ length: sizes[k] }, (_, i) => Math.cos(0.3 * t + (first[k] + i)));
    return tensor(values, { dtype: 'float64' }).reshape(shape);
  });
}

function loss(params: readonly Tensor[], more: readonly Tensor[]): Tensor {
  return params
    .map((param, k) => param.pow(4).div(40).add(param.mul(more[k])).sum())
    .reduce((a, b) => a.add(b));
}

const long = readGolden<OptimizerLine>('long_optimizers');

describe.each(['eager', 'closure', 'compiled'])('%s', (how) => {
  test.each(
    long.map((line) => [`${line.optimizer} ${JSON.stringify(line.options)}`, line] as const),
  )('%s', (_id, line) => {
    const params = start();
    const optimizer = new optimizers[line.optimizer](params, line.options);
    const evaluate = (more: readonly Tensor[]): Tensor => {
      optimizer.zeroGrad();
      const value = loss(params, more);
      value.backward();
      return value;
    };
    const eager = (...more: Tensor[]): Tensor => {
      if (how === 'closure') return optimizer.step(() => evaluate(more));
      const value = evaluate(more);
      optimizer.step();
      return value;
    };
    const step = how === 'compiled' ? compile(eager) : eager;
    const last = Math.max(...Object.keys(line.after).map(Number));
    for (let t = 0; t < last; t++) {
      step(...parts(t));
      const expected = line.after[t + 1];
      if ((expected as unknown) === undefined) continue;
      const actual = params.flatMap((param) => param.reshape([-1]).toArray() as number[]);
      requireNear(actual, expected, `after ${t + 1} steps`);
    }
  });
});

type New = { readonly new: string; readonly args: readonly unknown[] };
interface Scheduler {
  step(metric?: number): void;
  getLastLr(): number[];
}
type SchedulerMaker = new (...args: readonly unknown[]) => Scheduler;
const schedulers = optim.lrScheduler as unknown as Readonly<Record<string, SchedulerMaker>>;

function make(optimizer: optim.SGD, name: string, args: readonly unknown[]): Scheduler {
  const own = args.map((arg): unknown =>
    Array.isArray(arg)
      ? arg.map((one: unknown): unknown => {
          if (typeof one !== 'object') return one;
          const part = one as New;
          return make(optimizer, part.new, part.args);
        })
      : arg,
  );
  return new schedulers[name](...(name === 'ChainedScheduler' ? own : [optimizer, ...own]));
}

const longSchedules = readGolden<SchedulerLine>('long_schedulers');

test.each(
  longSchedules.map((line) => {
    return [`${line.scheduler} ${JSON.stringify(line.args)}`, line] as const;
  }),
)('%s', (_id, { scheduler: name, args, groups, metrics, lrs, momenta }) => {
  const specs = groups.map((group) => ({
    params: [tensor([1], { requiresGrad: true })],
    ...group,
  }));
  const optimizer = new optim.SGD(specs, { momentum: 0.9 });
  const scheduler = make(optimizer, name, args);
  lrs.forEach((expected, i) => {
    if (i > 0) {
      optimizer.step();
      if (metrics === null) scheduler.step();
      else scheduler.step(metrics[i - 1]);
    }
    const rates = optimizer.paramGroups.map((group) => group.lr);
    requireNear(rates, expected, `rates after ${i} steps`);
    expect(scheduler.getLastLr()).toEqual(rates);
    const momentum = optimizer.paramGroups.map((group) => group.momentum);
    requireNear(momentum, momenta[i] ?? momenta[0], `momenta after ${i} steps`);
  });
});

/** Learning-rate schedules compared with PyTorch's. */
import { ones, optim } from 'blasgrad';
import { readGolden } from '../support/golden';

interface Line {
  readonly id: string;
  readonly scheduler: string;
  readonly args: readonly unknown[];
  readonly baseLr: number;
  /** What `step` is given, for a schedule that watches a metric. */
  readonly metrics: readonly number[] | null;
  /** The rate before any step, and after each. */
  readonly lrs: readonly number[];
}

interface Scheduler {
  step(...metric: number[]): void;
  getLastLr(): number[];
  stateDict(): optim.lrScheduler.SchedulerState;
  loadStateDict(dict: optim.lrScheduler.SchedulerState): void;
}
type Maker = new (optimizer: optim.SGD, ...args: readonly unknown[]) => Scheduler;
const makers = optim.lrScheduler as unknown as Readonly<Record<string, Maker>>;

const sgd = (lr: number): optim.SGD => new optim.SGD([ones(1, { requiresGrad: true })], { lr });

const lines = readGolden<Line>('schedulers').map((line) => [line.id, line] as const);

test.each(lines)('%s', (_id, { scheduler: name, args, baseLr, metrics, lrs }) => {
  const optimizer = sgd(baseLr);
  const scheduler = new makers[name](optimizer, ...args);
  lrs.forEach((lr, i) => {
    if (i > 0) scheduler.step(...(metrics ? [metrics[i - 1]] : []));
    expect(Math.abs(optimizer.lr - lr)).toBeLessThan(1e-10 + 1e-9 * lr);
    expect(scheduler.getLastLr()).toEqual([optimizer.lr]);
  });
});

test.each(lines)(
  '%s continues in another schedule that loads its state',
  (_id, { scheduler: name, args, baseLr, metrics, lrs }) => {
    let optimizer = sgd(baseLr);
    let scheduler = new makers[name](optimizer, ...args);
    lrs.forEach((lr, i) => {
      if (i > 0) scheduler.step(...(metrics ? [metrics[i - 1]] : []));
      expect(Math.abs(optimizer.lr - lr)).toBeLessThan(1e-10 + 1e-9 * lr);
      const [states, after] = [[optimizer.stateDict(), scheduler.stateDict()] as const, sgd(1)];
      scheduler = new makers[name](after, ...args);
      after.loadStateDict(states[0]);
      scheduler.loadStateDict(states[1]);
      optimizer = after;
    });
  },
);

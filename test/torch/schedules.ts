/** Schedulers compared with PyTorch's: learning rates and momenta of all groups after every step. */
import { ones, optim } from 'blasgrad';
import { camel } from './call';
import type { Verdict } from './forms';
import { decoded, kindOf, written } from './values';

/** A constructor: what is required is positional, the rest are options. */
interface Schedule {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** It takes no optimizer. */
  readonly alone?: boolean;
}

export interface ScheduleCase {
  readonly op: string;
  readonly dtype: string;
  readonly sample: number | string;
  readonly optimizer: {
    readonly name: string;
    readonly rates: readonly number[];
    readonly kwargs: Readonly<Record<string, unknown>>;
  };
  readonly schedule: Schedule;
  readonly metrics: readonly number[] | null;
  /** Before any step and after each: of each group the rate, and the momentum or first beta. */
  readonly states: readonly (readonly (readonly [rate: number, momentum: number])[])[];
}

/** Those of generate/optimizers.py. */
const lambdas: Readonly<Record<string, (epoch: number) => number>> = {
  decay: (epoch) => 0.95 ** epoch,
  warm: (epoch) => Math.min(1, (epoch + 1) / 5),
  constant: () => 0.9,
};

interface Scheduler {
  step(metric?: number): void;
  getLastLr(): number[];
}

const makers = optim.lrScheduler as unknown as Record<
  string,
  new (...args: unknown[]) => Scheduler
>;
const optimizers = optim as unknown as Record<
  string,
  new (groups: unknown, options: object) => optim.Optimizer
>;

function make(schedule: Schedule, optimizer: optim.Optimizer): Scheduler {
  const { name, args, kwargs, alone } = arranged(schedule);
  const value = (given: unknown): unknown => {
    if (Array.isArray(given)) return given.map(value);
    if (kindOf(given) === 'lambda') return lambdas[(given as { lambda: string }).lambda];
    if (kindOf(given) === 'scheduler')
      return make((given as { scheduler: Schedule }).scheduler, optimizer);
    return decoded(given, [], false);
  };
  const options = Object.entries(kwargs).map(([key, given]) => [camel(key), value(given)]);
  const list = args.map(value);
  if (options.length > 0) list.push(Object.fromEntries(options));
  return new makers[name](...(alone ? [] : [optimizer]), ...list);
}

/** All of it is in the options here: `totalSteps` or `epochs` is required too. */
function arranged(schedule: Schedule): Schedule {
  if (schedule.name !== 'OneCycleLR') return schedule;
  return { ...schedule, args: [], kwargs: { ...schedule.kwargs, max_lr: schedule.args[0] } };
}

function textOf(schedule: Schedule): string {
  const { name, args, kwargs, alone } = arranged(schedule);
  const one = (given: unknown): string => {
    if (Array.isArray(given)) return `[${given.map(one).join(', ')}]`;
    if (kindOf(given) === 'scheduler') return textOf((given as { scheduler: Schedule }).scheduler);
    return written(given);
  };
  const options = Object.entries(kwargs).map(([key, given]) => `${camel(key)}: ${one(given)}`);
  const list = [
    ...(alone ? [] : ['optimizer']),
    ...args.map(one),
    ...(options.length > 0 ? [`{ ${options.join(', ')} }`] : []),
  ];
  return `new ${name}(${list.join(', ')})`;
}

export function judgeSchedule(one: ScheduleCase): Verdict {
  const text = `${textOf(one.schedule)}, ${one.optimizer.name} with rates ${one.optimizer.rates.join(', ')}`;
  try {
    const { name, rates, kwargs } = one.optimizer;
    const groups = rates.map((lr) => ({ params: [ones(1, { requiresGrad: true })], lr }));
    const options = Object.entries(kwargs).map(([key, given]) => [camel(key), given]);
    const optimizer = new optimizers[name](groups, Object.fromEntries(options) as object);
    const schedule = make(one.schedule, optimizer);
    for (const [i, expected] of one.states.entries()) {
      if (i > 0) {
        optimizer.step();
        if (one.metrics === null) schedule.step();
        else schedule.step(one.metrics[i - 1]);
      }
      const wrong = difference(optimizer, schedule, expected);
      if (wrong === null) continue;
      return {
        text,
        failures: [{ form: 'eager', kind: 'value', detail: `${wrong} after ${i} steps` }],
      };
    }
    return { text, failures: [] };
  } catch (error) {
    const detail = String(error).split('\n')[0];
    return { text, failures: [{ form: 'eager', kind: 'refused', detail }] };
  }
}

function difference(
  optimizer: optim.Optimizer,
  schedule: Scheduler,
  expected: ScheduleCase['states'][number],
): string | null {
  for (const [i, [rate, momentum]] of expected.entries()) {
    const group = optimizer.paramGroups[i] as unknown as {
      lr: number;
      momentum?: number;
      betas?: number[];
    };
    const pairs: [string, number, number][] = [
      ['rate', group.lr, rate],
      ['getLastLr', schedule.getLastLr()[i], rate],
      ['momentum', group.momentum ?? group.betas?.[0] ?? NaN, momentum],
    ];
    for (const [name, got, wanted] of pairs) {
      if (!(Math.abs(got - wanted) <= 1e-12 + 1e-9 * Math.abs(wanted))) {
        return `${name} of group ${i}: ${got} instead of ${wanted}`;
      }
    }
  }
  return null;
}

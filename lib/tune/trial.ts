/** One trial: what `run` is given, and what becomes of it. In every thread; it loads no more of the library than this. */
import { requireArity, requireInteger, describe, wrongType } from '../core/errors';
import { isError, isPlainObject } from '../core/realms';
import { isJson, type Json } from './json';

/** Columns of the table of results; hyperparameters and further results have other names. */
export const resultColumns = ['number', 'status', 'value', 'epochs', 'seconds', 'error'];

/** What a trial is told, besides its parameters. */
export interface Trial<Data = unknown> {
  /** The number of the trial, from 0. */
  readonly number: number;
  /** The seed of its random numbers, which are seeded already. */
  readonly seed: number;
  /** The option `epochs` of the search: how many epochs a complete trial has; Infinity without it. */
  readonly epochs: number;
  /** Aborts with the search. In worker threads, the thread is terminated instead. */
  readonly signal: AbortSignal;
  /** The option `data` of the search. Trials share it, so they must not change it. */
  readonly data: Data;
  /**
   * Reports the value after an epoch. With strategy 'halving' it throws an error that ends the trial, at the epoch where
   * the trial was pruned.
   *
   * @param epoch the epoch, from 1; it must increase
   * @param value the value to minimize or maximize
   */
  report(epoch: number, value: number): void;
}

/** A value with further results, which become columns of the table: JSON values, such as numbers and strings. */
export interface ValueAndMore {
  /** The value to minimize or maximize. */
  readonly value: number;
  readonly [name: string]: unknown;
}

/** What `run` returns: the value, or an object with `value` and further results. */
export type TrialValue = number | ValueAndMore;

/** A trial to run; a plain object, which threads can send. */
export interface Task {
  readonly number: number;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  /** The epoch after which `report` ends the trial; Infinity for none. */
  readonly budget: number;
}

/** The error of a failed trial. */
export interface TrialError {
  /** The class of the error, such as `RangeError`. */
  readonly name: string;
  /** Its message. */
  readonly message: string;
  /** Its stack; empty if there is none. */
  readonly stack: string;
}

/** What becomes of a task; a plain object, which threads can send. */
export type Outcome = {
  /** Epochs and values, as they were reported. */
  readonly reports: readonly (readonly [epoch: number, value: number])[];
  readonly seconds: number;
} & (
  | {
      readonly status: 'complete';
      readonly value: number;
      readonly more: Readonly<Record<string, Json>>;
    }
  /** Ended by `report`, with the value of the last report. */
  | { readonly status: 'pruned'; readonly value: number }
  | { readonly status: 'failed'; readonly error: TrialError }
);

/** A function that runs trials; of any types. */
export type Run = (parameters: never, trial: never) => unknown;

class TrialPruned extends Error {
  override readonly name = 'TrialPruned';
}

/** Runs a trial. Never rejects. */
export async function runTrial(
  run: Run,
  task: Task,
  { signal, data }: { readonly signal: AbortSignal; readonly data: unknown },
): Promise<Outcome> {
  const reports: [number, number][] = [];
  let [lastEpoch, lastValue] = [0, NaN];
  const isPruned = (): boolean => lastEpoch >= task.budget;
  const trial: Trial = {
    number: task.number,
    seed: task.seed,
    epochs: task.epochs,
    signal,
    data,
    report(epoch, value) {
      const op = 'trial.report';
      requireArity(op, arguments.length, 2);
      signal.throwIfAborted();
      if (!isPruned()) {
        requireInteger(op, 'epoch', epoch, lastEpoch + 1);
        if (typeof value !== 'number') throw wrongType(op, 'a number', 'value', value);
        [lastEpoch, lastValue] = [epoch, value];
        reports.push([epoch, value]);
      }
      if (!isPruned()) return;
      throw new TrialPruned(`trial ${task.number} ends after epoch ${lastEpoch}`);
    },
  };
  const start = performance.now();
  const done = <T extends object>(result: T): T & Pick<Outcome, 'reports' | 'seconds'> => ({
    ...result,
    reports,
    seconds: (performance.now() - start) / 1000,
  });
  const pruned = (): Outcome => done({ status: 'pruned', value: lastValue });
  try {
    const call = run as (parameters: unknown, trial: Trial) => unknown;
    const result = await call(task.parameters, trial);
    // A run may have caught the error of `report`.
    return isPruned() ? pruned() : done({ status: 'complete', ...valueOf(task, result) });
  } catch (error) {
    return isPruned() ? pruned() : done({ status: 'failed', error: plainError(error) });
  }
}

function valueOf(task: Task, result: unknown): { value: number; more: Record<string, Json> } {
  if (typeof result === 'number') return { value: result, more: {} };
  if (!isPlainObject(result) || typeof result['value'] !== 'number') {
    throw new TypeError(
      `tune.search: run must return a number, or an object with a number value, got ${describe(result)}`,
    );
  }
  const { value, ...more } = result;
  for (const [name, other] of Object.entries(more)) {
    if (Object.hasOwn(task.parameters, name) || resultColumns.includes(name)) {
      throw new RangeError(
        `tune.search: run returned '${name}', which is the name of another column of the results; choose another name`,
      );
    }
    if (!isJson(other, true)) {
      throw new TypeError(
        `tune.search: run returned ${describe(other)} as '${name}'; return numbers, strings, booleans, ` +
          'and arrays and objects of these, and save models and tensors to files',
      );
    }
  }
  return {
    value,
    more: JSON.parse(JSON.stringify(more)) as Record<string, Json>, // as it is read from a file: NaN is null
  };
}

/** An error as a plain object. */
export function plainError(error: unknown): TrialError {
  if (!isError(error)) return { name: 'Error', message: String(error), stack: '' };
  const { name, message, stack = '' } = error;
  return { name, message, stack };
}

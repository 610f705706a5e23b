/** Runs a program on the addon's background thread. */
import { onAbort, requireSignal } from '../core/abort';
import { copyElements } from '../core/element';
import { allocateShared } from '../core/storage';
import type { TypedArray } from '../core/dtype';
import { wrongType } from '../core/errors';
import type { Program } from './program';
import { runningError } from './running';
import { planSchedules } from './schedules';

/** The argument of `onProgress`. */
export interface Progress {
  /** Number of finished steps. */
  readonly step: number;
  /** Number of all steps. */
  readonly steps: number;
}

/** Options of an asynchronous run. */
export interface RunOptions {
  /**
   * Stops the run after the current step. The promise rejects with an AbortError whose `cause` is the signal's
   * reason.
   */
  signal?: AbortSignal;
  /** Called on the event loop during the run, at most ten times a second, and once at the end. */
  onProgress?: (progress: Progress) => void;
}

const progressInterval = 100; // ms

export function requireRunOptions(op: string, { signal, onProgress }: RunOptions): void {
  requireSignal(op, signal);
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw wrongType(op, 'a function', 'onProgress', onProgress);
  }
}

/** Shared memory for inputs and outputs, reused by later runs: the garbage collector is slow to free shared memory. */
export class Staging {
  private arrays: TypedArray[] = [];

  /** An array for each input and output of a program, with a row for each step. */
  for(program: Program, steps: number): readonly TypedArray[] {
    const signatures = [...program.inputs, ...program.outputs];
    this.arrays = signatures.map(({ dtype, shape }, i) => {
      const length = steps * shape.reduce((a, b) => a * b, 1);
      const old = this.arrays[i] as TypedArray | undefined;
      return old?.length === length ? old : allocateShared(dtype, length);
    });
    return this.arrays;
  }
}

/** How a run ended. */
export interface Ending {
  /** Finished steps. */
  readonly done: number;
  /** Whether all steps are finished and nothing failed. */
  readonly complete: boolean;
  /** The error of an op, with the caller's stack, or what `onProgress` threw first. */
  readonly failure: { readonly error: unknown; readonly ofOp: boolean } | null;
}

/**
 * Runs `steps` steps; `inputs` hold a row for each. `take` receives the arrays of the outputs, which the next run
 * overwrites, and the number of finished steps.
 */
export async function runAsync(
  program: Program,
  staging: Staging,
  steps: number,
  inputs: readonly TypedArray[],
  options: RunOptions,
  caller: Error,
  take: (outputs: readonly TypedArray[], done: number) => void,
): Promise<Ending> {
  const { signal, onProgress } = options;
  if (program.running) throw runningError('compile');
  const arrays = staging.for(program, steps);
  inputs.forEach((values, i) => {
    copyElements(arrays[i], values);
  });
  const schedules = planSchedules(program, steps);
  const { native } = program;
  const stop = (): void => {
    native.stop();
  };
  const thrown: unknown[] = []; // what onProgress threw
  const report = (step: number): void => {
    try {
      onProgress?.({ step, steps });
    } catch (error) {
      thrown.push(error);
      stop();
    }
  };
  let reported = 0;
  let done = 0;
  let failure: Ending['failure'] = null;
  program.lock();
  const timer =
    onProgress &&
    setInterval(() => {
      const step = native.progress();
      if (step !== reported) report((reported = step));
    }, progressInterval);
  const ignoreSignal = onAbort(signal, stop);
  try {
    const error = await new Promise<Error | null>((resolve) => {
      native.start(steps, arrays, schedules.targets, schedules.tables, (error, finished) => {
        done = finished;
        resolve(error);
      });
    });
    if (error !== null) failure = { error: atStackOf(caller, error), ofOp: true };
    if (done > 0) take(arrays.slice(program.inputs.length), done);
  } finally {
    clearInterval(timer);
    ignoreSignal();
    program.unlock();
    if (done > 0) {
      program.countChanges();
      program.assignGradients();
    }
    schedules.finish(done);
  }
  if (done === steps && thrown.length === 0) report(done);
  if (thrown.length > 0) failure ??= { error: thrown[0], ofOp: false };
  return { done, complete: done === steps && failure === null, failure };
}

/** Gives the error the stack of the call that started the run. */
function atStackOf(caller: Error, error: Error): Error {
  const frames = (caller.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}

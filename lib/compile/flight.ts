/** Running a program beside the event loop, on a thread of the addon's own. */
import { allocateShared } from '../core/storage';
import type { TypedArray } from '../core/dtype';
import { wrongType } from '../core/errors';
import { runningError, type Program } from './program';
import { planSchedules } from './schedules';

/** What `onProgress` is told, at most ten times a second. */
export interface Progress {
  /** Steps that are done. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
}

/** Options of an asynchronous run. */
export interface RunOptions {
  /** Stops the run after the step it is at; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called on the event loop while steps go by, and once at the end. */
  onProgress?: (progress: Progress) => void;
}

const progressInterval = 100; // ms

export function requireRunOptions(op: string, { signal, onProgress }: RunOptions): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw wrongType(op, 'an AbortSignal', 'signal', signal);
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw wrongType(op, 'a function', 'onProgress', onProgress);
  }
}

/** Shared memory for inputs and outputs, kept between runs: freeing shared memory is slow work for the collector. */
export class Staging {
  private arrays: TypedArray[] = [];

  /** For each port of a program, `steps` rows. */
  for(program: Program, steps: number): readonly TypedArray[] {
    const ports = [...program.inputs, ...program.outputs];
    this.arrays = ports.map(({ dtype, shape }, i) => {
      const length = steps * shape.reduce((a, b) => a * b, 1);
      const old = this.arrays[i] as TypedArray | undefined;
      return old?.length === length ? old : allocateShared(dtype, length);
    });
    return this.arrays;
  }
}

/**
 * Runs `steps` steps; `inputs` hold a row for each. Gives what `take` makes of the arrays of the outputs, which the
 * next run overwrites, or rejects: with the signal's reason, with what `onProgress` threw, or with the error of a row,
 * at the caller's stack.
 */
export async function fly<Result>(
  program: Program,
  staging: Staging,
  steps: number,
  inputs: readonly TypedArray[],
  options: RunOptions,
  caller: Error,
  take: (outputs: readonly TypedArray[]) => Result,
): Promise<Result> {
  const { signal, onProgress } = options;
  if (program.flying) throw runningError('compile');
  signal?.throwIfAborted();
  const arrays = staging.for(program, steps);
  inputs.forEach((values, i) => {
    arrays[i].set(values);
  });
  const schedules = planSchedules(program, steps);
  const { native } = program;
  const stop = (): void => {
    native.stop();
  };
  const complaints: unknown[] = []; // what onProgress threw
  const tell = (step: number): void => {
    try {
      onProgress?.({ step, steps });
    } catch (error) {
      complaints.push(error);
      stop();
    }
  };
  let told = 0;
  let done = 0;
  let result: Result | undefined;
  program.lock();
  const timer =
    onProgress &&
    setInterval(() => {
      const step = native.progress();
      if (step !== told) tell((told = step));
    }, progressInterval);
  signal?.addEventListener('abort', stop);
  try {
    const error = await new Promise<Error | null>((resolve) => {
      native.start(steps, arrays, schedules.targets, schedules.tables, (failure, finished) => {
        done = finished;
        resolve(failure);
      });
    });
    if (error !== null) throw atStackOf(caller, error);
    if (done === steps) result = take(arrays.slice(program.inputs.length));
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
    program.unlock();
    if (done > 0) {
      program.countChanges();
      program.leaveGradients();
    }
    schedules.finish(done);
  }
  if (done < steps) signal?.throwIfAborted();
  else if (complaints.length === 0) tell(done);
  if (complaints.length > 0) throw complaints[0] as Error; // whatever it is
  return result as Result;
}

/** The error as if it had been thrown where the run was started. */
function atStackOf(caller: Error, error: Error): Error {
  const frames = (caller.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}

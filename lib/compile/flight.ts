/** Running a program beside the event loop, on a thread of the addon's own. */
import { allocateShared } from '../storage';
import type { TypedArray } from '../dtype';
import { wrongType } from '../errors';
import { inFlightError, type Program } from './program';
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
 * Runs `steps` steps; `inputs` hold a row for each. Gives the arrays of the outputs, or rejects: with the signal's
 * reason, with what `onProgress` threw, or with the error of a row, at the caller's stack.
 */
export function fly(
  program: Program,
  staging: Staging,
  steps: number,
  inputs: readonly TypedArray[],
  options: RunOptions,
  caller: Error,
): Promise<readonly TypedArray[]> {
  const { signal, onProgress } = options;
  if (program.flying) throw inFlightError('compile');
  signal?.throwIfAborted();
  const arrays = staging.for(program, steps);
  inputs.forEach((values, i) => {
    arrays[i].set(values);
  });
  const schedules = planSchedules(program, steps);
  program.lock();
  return new Promise((resolve, reject) => {
    let failure: { readonly error: unknown } | null = null;
    const fail = (error: unknown): void => {
      failure ??= { error };
      program.native.stop();
    };
    const tell = (step: number): void => {
      try {
        onProgress?.({ step, steps });
      } catch (error) {
        fail(error);
      }
    };
    const abort = (): void => {
      fail(signal?.reason);
    };
    let last = 0;
    const timer =
      onProgress &&
      setInterval(() => {
        const step = program.native.progress();
        if (step !== last) tell((last = step));
      }, progressInterval);
    const land = (error: Error | null, done: number): void => {
      clearInterval(timer);
      signal?.removeEventListener('abort', abort);
      program.unlock();
      program.countChanges();
      if (done > 0) program.leaveGradients();
      schedules.finish(done);
      if (error !== null) {
        reject(atStackOf(caller, error));
      } else {
        if (failure === null && done === steps) tell(done);
        if (failure === null) resolve(arrays.slice(program.inputs.length));
        else reject(failure.error);
      }
    };
    signal?.addEventListener('abort', abort);
    try {
      program.native.start(steps, arrays, schedules.targets, schedules.tables, land);
    } catch (error) {
      clearInterval(timer);
      signal?.removeEventListener('abort', abort);
      program.unlock();
      schedules.finish(0);
      reject(error);
    }
  });
}

/** The error as if it had been thrown where the run was started. */
function atStackOf(caller: Error, error: Error): Error {
  const frames = (caller.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}

/** Errors of runs that ended before their last step. */
import type { Ending } from './asyncRun';

/** The fields of the error of an unfinished run. */
export interface Unfinished {
  /** Number of finished steps. Their changes are not undone. */
  readonly stepsDone: number;
  /** Results of these steps, stacked like those of `scan`; undefined if there are none. */
  readonly results: unknown;
}

/** Sets the fields of `Unfinished`. The results are not enumerable, because Node prints enumerable fields of errors. */
function describeUnfinished<E extends object>(error: E, { stepsDone, results }: Unfinished): E {
  Object.defineProperty(error, 'stepsDone', { value: stepsDone, enumerable: true, writable: true });
  return Object.defineProperty(error, 'results', { value: results, writable: true });
}

/**
 * The error of a run that its AbortSignal stopped. `name` and `code` are those of Node's own AbortError; `cause` is
 * the signal's reason.
 *
 * @example
 * const step = compile((x) => x.mul(2));
 * let name;
 * try {
 *   await step.runAsync(tensor([1]), { signal: AbortSignal.abort() });
 * } catch (error) {
 *   name = error.name;
 * }
 * name; // 'AbortError'
 */
export class AbortError extends Error implements Unfinished {
  /** As in Node's errors. */
  override readonly name = 'AbortError';
  /** As in Node's errors. */
  readonly code = 'ABORT_ERR';
  declare readonly stepsDone: number;
  declare readonly results: unknown;

  /**
   *
   * @param op the function that was called
   * @param reason the signal's reason
   * @param unfinished the finished steps and their results
   */
  constructor(
    op: string,
    reason: unknown,
    unfinished: Unfinished = { stepsDone: 0, results: undefined },
  ) {
    super(`${op}: aborted after ${unfinished.stepsDone} steps${textOf(reason)}`, { cause: reason });
    describeUnfinished(this, unfinished);
  }
}

/** Throws an AbortError if the signal was aborted before the first step. */
export function requireNotAborted(op: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AbortError(op, signal.reason);
}

/**
 * The error to throw for one that occurred after `stepsDone` steps: the same error, with the fields of `Unfinished`.
 * `where` is added to the message of a RangeError, which may come from the values of a row. A value that is not an
 * object cannot carry fields.
 */
export function unfinishedError(error: unknown, unfinished: Unfinished, where = ''): unknown {
  if (typeof error !== 'object' || error === null || !Object.isExtensible(error)) return error;
  if (where !== '' && 'message' in error && 'stack' in error && nameOf(error) === 'RangeError') {
    const before = String(error.message);
    const after = `${before} (${where})`;
    Object.assign(error, {
      message: after,
      stack: String(error.stack).replace(before, () => after),
    });
  }
  return describeUnfinished(error, unfinished);
}

function nameOf(error: object): unknown {
  return 'name' in error ? error.name : undefined;
}

/** Where in a scan an error occurred. */
export function placeOf(step: number, inputs: number): string {
  return inputs === 0 ? `after ${step} steps` : `at row ${step} of the inputs, after ${step} steps`;
}

/** The error of an asynchronous run that is not complete. */
export function endingError(
  op: string,
  { failure }: Ending,
  signal: AbortSignal | undefined,
  stepsDone: number,
  results: unknown,
  where?: string,
): unknown {
  const unfinished = { stepsDone, results };
  if (failure?.ofOp === true) return unfinishedError(failure.error, unfinished, where);
  if (signal?.aborted === true) return new AbortError(op, signal.reason, unfinished);
  return unfinishedError(failure?.error, unfinished);
}

/** The reason of a signal as text; empty for a plain `abort()`. */
function textOf(reason: unknown): string {
  if (typeof reason === 'string') return `: ${reason}`;
  if (typeof reason !== 'object' || reason === null || nameOf(reason) === 'AbortError') return '';
  return 'message' in reason ? `: ${String(reason.message)}` : '';
}

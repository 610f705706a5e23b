/** compile(): captures the native calls of a function once, then replays them in C++. */
import { inspect } from 'node:util';
import { requireArity, requireOneOf, requireOptions, wrongType } from '../core/errors';
import type { ScanOptions } from './arguments';
import type { Fn } from './capture';
import type { RunOptions } from './asyncRun';
import { CompiledFunction, type CompileStats } from './compiledFunction';
import type { Output } from './output';
import type { Tensor } from '../core/tensor';

export { AbortError } from './unfinished';
export type { Unfinished } from './unfinished';
export type { CompileStats, Output, RunOptions, ScanOptions };
export type { Progress } from './asyncRun';

/** Options of `compile`. */
export interface CompileOptions {
  /**
   * What happens when a new run of `fn` makes other calls than the captured one: 'error' (default) throws, after the step is
   * done, an error that names the call and both numbers; 'recapture' goes on with the new calls; 'ignore' never runs `fn`
   * again to compare.
   */
  dynamic?: 'error' | 'recapture' | 'ignore';
}

/** Inputs, each of which may be a number where `fn` takes an operand. */
export type OrNumbers<Inputs extends Tensor[]> = { [K in keyof Inputs]: Inputs[K] | number };

/** Inputs of a scan: rows, a number for all of them, or an array with a number for each. */
export type OrRows<Inputs extends Tensor[]> = {
  [K in keyof Inputs]: Inputs[K] | number | readonly number[];
};

/** A compiled function: call it like the plain one, or run it in one of these other ways. */
export interface Compiled<Inputs extends Tensor[], Result> {
  (...inputs: OrNumbers<Inputs>): Result;
  /**
   * Runs the step on a background thread.
   *
   * @param inputs those of the plain call, then optional `RunOptions`
   * @returns a promise of the result; it rejects with an `AbortError` if `signal` aborts the run
   */
  runAsync(...inputs: [...inputs: OrNumbers<Inputs>, options?: RunOptions]): Promise<Result>;
  /**
   * Like jax.lax.scan: runs one step for each row of the inputs, in one native call, and stacks the results.
   *
   * @param inputs tensors whose first dimension is the steps, or numbers, then optional `ScanOptions`
   * @returns the results of all steps, stacked along a new first dimension
   */
  scan(...inputs: [...inputs: OrRows<Inputs>, options?: ScanOptions]): Result;
  /**
   * `scan` on a background thread.
   *
   * @param inputs those of `scan`, then optional `ScanOptions` and `RunOptions`
   * @returns a promise of the stacked results; it rejects with an `AbortError` if `signal` aborts the run
   */
  scanAsync(
    ...inputs: [...inputs: OrRows<Inputs>, options?: ScanOptions & RunOptions]
  ): Promise<Result>;
  /** Counts of captures and replays, and the size of the newest program. */
  readonly stats: CompileStats;
  /** The programs, one native call a line. */
  toString(): string;
  /** Frees the programs; later calls are errors. An error while it is running. */
  dispose(): void;
}

/**
 * Returns a function that runs `fn` once for every shape of its inputs and records its native calls. Later calls replay
 * them without JavaScript. Results are new tensors outside any graph.
 *
 * Forward, backward, optimizers, dropout, schedules and changes in place all work in `fn`. At steps 2, 8, 32, ... `fn` runs
 * again and is compared with the recording: see `dynamic` for what happens when a number or a branch has changed. Pass
 * numbers that change as arguments, or as `scalarInput`. New shapes and dtypes, `train` and `eval`, changed fields of modules, frozen parameters,
 * cleared gradients and other options of optimizers lead to a new capture. Reading a value (`item`, `data`) of a tensor
 * that `fn` computes is an error. Tensors that `fn` uses move to shared memory.
 *
 * @example
 * const step = compile((x: Tensor, y: Tensor) => {
 *   optimizer.zeroGrad();
 *   const loss = F.crossEntropy(model.forward(x), y);
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 * console.log(step(x, y).item());
 */
export function compile<Inputs extends Tensor[], Result extends Output>(
  fn: (...inputs: Inputs) => Result,
  options: CompileOptions = {},
): Compiled<Inputs, Result> {
  requireArity('compile', arguments.length, 2);
  if (typeof fn !== 'function') throw wrongType('compile', 'a function', 'fn', fn);
  requireOptions('compile', options, ['dynamic']);
  const { dynamic = 'error' } = options;
  requireOneOf('compile', 'dynamic', dynamic, ['error', 'recapture', 'ignore']);
  const compiled = new CompiledFunction(fn as unknown as Fn, dynamic);
  return callable<Inputs, Result>(compiled);
}

/** @internal As `compile`, but calls `onDifference` after a step that differs, and drops the programs. */
export function compileStep<Inputs extends Tensor[], Result extends Output>(
  fn: (...inputs: Inputs) => Result,
  onDifference: (text: string) => void,
): { run: Compiled<Inputs, Result>; requestComparison(): void } {
  const compiled = new CompiledFunction(fn as unknown as Fn, onDifference);
  return {
    run: callable<Inputs, Result>(compiled),
    requestComparison: () => {
      compiled.requestComparison();
    },
  };
}

function callable<Inputs extends Tensor[], Result>(
  compiled: CompiledFunction,
): Compiled<Inputs, Result> {
  const call = (...inputs: OrNumbers<Inputs>): Result => compiled.call(inputs) as Result;
  const methods = {
    runAsync: (...args: unknown[]) => compiled.runAsync(args, new Error()) as Promise<Result>,
    scan: (...args: unknown[]) => compiled.scan(args) as Result,
    scanAsync: (...args: unknown[]) => compiled.scanAsync(args, new Error()) as Promise<Result>,
    toString: () => compiled.toString(),
    dispose(): void {
      requireArity('dispose', arguments.length, 0);
      compiled.dispose();
    },
    [inspect.custom]: () => compiled.toString(),
  };
  Object.assign(call, methods);
  Object.defineProperty(call, 'stats', { get: () => compiled.stats });
  return call as Compiled<Inputs, Result>;
}

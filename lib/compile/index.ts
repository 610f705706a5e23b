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
   * What happens when a new run of `fn` makes other native calls than the recorded one. 'error' (default) throws an
   * error that names the call and both numbers, after the step is done. 'recapture' records the new calls and
   * continues. 'ignore' never runs `fn` again to compare.
   */
  dynamic?: 'error' | 'recapture' | 'ignore';
}

/** The inputs of a call; you may pass numbers instead of tensors without dimensions. */
export type OrNumbers<Inputs extends Tensor[]> = { [K in keyof Inputs]: Inputs[K] | number };

/**
 * The inputs of a scan: a tensor with a row for each step, a number for all steps, or an array with a number for
 * each step.
 */
export type OrRows<Inputs extends Tensor[]> = {
  [K in keyof Inputs]: Inputs[K] | number | readonly number[];
};

/** A compiled function. Call it like the plain function, or call one of its methods. */
export interface Compiled<Inputs extends Tensor[], Result> {
  (...inputs: OrNumbers<Inputs>): Result;
  /**
   * Runs the step on a background thread.
   *
   * @param inputs the inputs of the plain call, then optional `RunOptions`
   * @returns a promise of the result
   * @throws AbortError if `signal` aborts the run
   */
  runAsync(...inputs: [...inputs: OrNumbers<Inputs>, options?: RunOptions]): Promise<Result>;
  /**
   * Runs one step for each row of the inputs in one native call, and stacks the results, like jax.lax.scan.
   *
   * @param inputs tensors whose first dimension is the steps, or numbers, then optional `ScanOptions`
   * @returns the results of all steps, stacked along a new first dimension
   * @throws RangeError if the inputs have different numbers of rows
   */
  scan(...inputs: [...inputs: OrRows<Inputs>, options?: ScanOptions]): Result;
  /**
   * Runs `scan` on a background thread.
   *
   * @param inputs the inputs of `scan`, then optional `ScanOptions` and `RunOptions`
   * @returns a promise of the stacked results
   * @throws AbortError if `signal` aborts the run
   */
  scanAsync(
    ...inputs: [...inputs: OrRows<Inputs>, options?: ScanOptions & RunOptions]
  ): Promise<Result>;
  /** Counts of captures and replays, and the size of the program that was used last. */
  readonly stats: CompileStats;
  /**
   * The recorded programs as text, one native call a line.
   *
   * @returns the text
   */
  toString(): string;
  /**
   * Frees the programs; later calls throw.
   *
   * @throws Error while the function is running
   */
  dispose(): void;
}

/**
 * Compiles a function: the first call for each shape of the inputs runs `fn` and records its native calls, and
 * later calls replay them without running JavaScript. Results are new tensors outside any graph.
 *
 * Forward, backward, optimizers, dropout, schedules and in-place changes all work in `fn`. It is captured again for
 * new shapes and dtypes, after `train` and `eval`, and when fields of modules, frozen parameters, cleared gradients
 * or other options of optimizers change. At steps 2, 8, 32, ... `fn` runs again and is compared with the recording;
 * `dynamic` says what happens if a number or a branch has changed. Pass numbers that change as arguments, or as
 * `scalarInput`. Tensors that `fn` uses move to shared memory.
 *
 * @param fn a synchronous function of tensors, which returns tensors, alone or in arrays and plain objects, or
 *   nothing
 * @param options `dynamic`, default 'error'
 * @returns a function that is called like `fn`, and has further ways to run
 * @throws TypeError if `fn` is not a function; at a call, Error if `fn` reads a value (`item`, `data`) of a tensor
 *   that it computes, and RangeError if it runs no op
 * @see torch.compile
 * @example
 * const w = tensor([2], { requiresGrad: true });
 * const optimizer = new optim.SGD([w], { lr: 0.1 });
 * const step = compile((x) => {
 *   optimizer.zeroGrad();
 *   const loss = w.mul(x).square().sum();
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 * step(tensor([1])).item(); // 4
 * step(tensor([1])).item(); // 2.56
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

/** @internal Like `compile`, but calls `onDifference` after a step that differs, and drops the programs. */
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

/** One compiled function: finds the program for a call, or captures a new one. */
import { copyElements } from '../core/element';
import type { TypedArray } from '../core/dtype';
import type { Tensor } from '../core/tensor';
import { requireInputs, scanArguments, splitArguments } from './arguments';
import type { Fn } from './capture';
import { describePrograms } from './describe';
import { DifferenceError, type Dynamic } from './difference';
import { requireRunOptions, runAsync, Staging, type Ending, type RunOptions } from './asyncRun';
import { denseValues, freshTensor, type Program } from './program';
import { Programs, requireUnchanged } from './programs';
import { planSchedules } from './schedules';
import {
  keepRow,
  rowsFrom,
  rowTensor,
  signatureOfRow,
  stackedResult,
  stacksFor,
  type Beginning,
} from './stacked';
import { endingError, placeOf, requireNotAborted, unfinishedError } from './unfinished';

/** Statistics of a compiled function. Sizes are those of the program that was used last. */
export interface CompileStats {
  /** How many times `fn` was captured. */
  readonly captures: number;
  /** How many times `fn` ran again as a step and was compared with its program. */
  readonly comparisons: number;
  /** Programs in the cache: one for each combination of shapes, dtypes and other state that `fn` depends on. */
  readonly programs: number;
  /** Steps of programs after the first: replayed or compared. */
  readonly replays: number;
  /** Native calls in a step. */
  readonly instructions: number;
  /** Bytes of the temporaries. They share memory if they are not needed at the same time. */
  readonly arenaBytes: number;
  /** Bytes that the temporaries would need without sharing. */
  readonly temporaryBytes: number;
  /** Bytes for values that JavaScript wrote while `fn` ran. */
  readonly constantBytes: number;
}

/** The programs of one function, and the ways to run them. */
export class CompiledFunction {
  private readonly programs: Programs;
  private readonly stagings = new WeakMap<Program, Staging>();
  private replays = 0;

  constructor(
    private readonly fn: Fn,
    dynamic: Dynamic,
  ) {
    this.programs = new Programs(fn, dynamic);
  }

  call(args: readonly unknown[]): unknown {
    const inputs = requireInputs('compile', args);
    const program = this.findFor(inputs);
    if (program === null || this.programs.isDue(program)) return this.record(inputs, program);
    this.programs.countReplays(program, 1);
    this.replays++;
    return program.run(inputs);
  }

  async runAsync(args: readonly unknown[], caller: Error): Promise<unknown> {
    const { inputs, options } = splitArguments('runAsync', args, ['signal', 'onProgress']);
    requireRunOptions('runAsync', options);
    requireNotAborted('runAsync', options.signal);
    const program = this.findFor(inputs);
    if (program === null || this.programs.isDue(program)) {
      const result = this.record(inputs, program);
      options.onProgress?.({ step: 1, steps: 1 });
      return result;
    }
    const values = inputs.map(denseValues);
    let outputs: Tensor[] = [];
    const take = (results: readonly TypedArray[]): void => {
      outputs = program.outputs.map(({ dtype, shape }, i) => freshTensor(dtype, shape, results[i]));
    };
    const ending = await this.start(program, 1, values, options, caller, take);
    if (!ending.complete)
      throw endingError('runAsync', ending, options.signal, ending.done, undefined);
    return program.build(outputs);
  }

  scan(args: readonly unknown[]): unknown {
    const { inputs, steps } = scanArguments('scan', args, ['steps']);
    const beginning = this.begin(inputs, steps);
    if (beginning.first < steps) {
      const { program, first } = beginning;
      const count = steps - first;
      const schedules = planSchedules(program, count);
      program.requireWritable();
      const arrays = [
        ...rowsFrom(beginning.values, steps, first),
        ...rowsFrom(beginning.stacked, steps, first),
      ];
      let done = 0;
      try {
        // Long runs return regularly, because a worker can be terminated only between native calls.
        while (done < count) {
          const { targets, tables } = schedules;
          const rest = done === 0 ? arrays : rowsFrom(arrays, count, done);
          const rows = done === 0 ? tables : rowsFrom(tables, count, done);
          done += program.native.runSteps(count - done, rest, targets, rows as Float64Array[]);
        }
      } catch (error) {
        done += program.native.progress();
        const stepsDone = first + done;
        const unfinished = { stepsDone, results: stackedResult(beginning, stepsDone) };
        throw unfinishedError(error, unfinished, placeOf(stepsDone, inputs.length));
      } finally {
        program.countChanges();
        if (done > 0) program.assignGradients();
        schedules.finish(done);
        this.programs.countReplays(program, done);
        this.replays += done;
      }
    }
    return stackedResult(beginning, steps);
  }

  async scanAsync(args: readonly unknown[], caller: Error): Promise<unknown> {
    const known = ['steps', 'signal', 'onProgress'];
    const { inputs, steps, options } = scanArguments('scanAsync', args, known);
    requireRunOptions('scanAsync', options);
    requireNotAborted('scanAsync', options.signal);
    const beginning = this.begin(inputs, steps);
    if (beginning.first < steps) {
      const { program, first, stacked } = beginning;
      const rows = rowsFrom(beginning.values, steps, first);
      const take = (results: readonly TypedArray[], done: number): void => {
        rowsFrom(stacked, steps, first).forEach((to, i) => {
          const length = (results[i].length / (steps - first)) * done;
          copyElements(to, results[i].subarray(0, length));
        });
      };
      const ending = await this.start(program, steps - first, rows, options, caller, take, first);
      if (!ending.complete) {
        const stepsDone = first + ending.done;
        const results = stackedResult(beginning, stepsDone);
        const where = placeOf(stepsDone, inputs.length);
        throw endingError('scanAsync', ending, options.signal, stepsDone, results, where);
      }
    } else {
      options.onProgress?.({ step: steps, steps });
    }
    return stackedResult(beginning, steps);
  }

  /** The next step is run eagerly and compared. */
  requestComparison(): void {
    this.programs.requestComparison();
  }

  get stats(): CompileStats {
    const { all, captures, comparisons } = this.programs;
    const description = all[0]?.native.describe();
    return {
      captures,
      comparisons,
      programs: all.length,
      replays: this.replays,
      instructions: description?.instructions ?? 0,
      arenaBytes: description?.arenaBytes ?? 0,
      temporaryBytes: description?.temporaryBytes ?? 0,
      constantBytes: description?.constantBytes ?? 0,
    };
  }

  toString(): string {
    return describePrograms(this.fn.name, this.programs.all);
  }

  dispose(): void {
    this.programs.dispose();
  }

  private findFor(inputs: readonly Tensor[]): Program | null {
    const program = this.programs.find(inputs);
    if (program !== null) requireUnchanged(program, inputs);
    return program;
  }

  /** Runs fn for a step, which is captured or compared. */
  private record(inputs: readonly Tensor[], expected: Program | null): unknown {
    const { comparisons } = this.programs;
    const { result } = this.programs.record(inputs, expected);
    if (this.programs.comparisons > comparisons) this.replays++;
    return result;
  }

  /**
   * Runs the steps of a scan one by one until a program can run the rest. The first step of each scan is compared
   * with the program, or the second if the first is captured.
   */
  private begin(inputs: readonly Tensor[], steps: number): Beginning {
    const values = inputs.map(denseValues);
    const signatures = inputs.map(signatureOfRow);
    let stacked: TypedArray[] | null = null;
    let compared = false;
    for (let first = 0; ; first++) {
      const row = signatures.map((signature, i) => rowTensor(signature, values[i], first));
      const found: Program | null = this.programs.find(row);
      if (found !== null) requireUnchanged(found, inputs);
      const compare: boolean = !compared && found !== null && this.programs.compares;
      if (found !== null && !compare && found.takesRows(values, first)) {
        return { program: found, first, values, stacked: stacked ?? stacksFor(found, steps) };
      }
      let result: unknown;
      let program: Program;
      try {
        if (found === null || compare) {
          result = this.record(row, found);
          program = this.programs.all[0];
          compared ||= compare;
        } else {
          program = found;
          this.programs.countReplays(program, 1);
          this.replays++;
          result = program.run(row);
        }
      } catch (error) {
        const last = found ?? this.programs.all.at(0);
        let stepsDone = first;
        if (error instanceof DifferenceError && last !== undefined) {
          stepsDone++;
          stacked ??= stacksFor(last, steps);
          keepRow(last, error.results, stacked, first);
        }
        const results =
          stepsDone === 0 || stacked === null || last === undefined
            ? undefined
            : stackedResult({ program: last, stacked }, stepsDone);
        throw unfinishedError(error, { stepsDone, results }, placeOf(stepsDone, inputs.length));
      }
      stacked ??= stacksFor(program, steps);
      keepRow(program, result, stacked, first);
      if (first + 1 === steps) return { program, first: steps, values, stacked };
    }
  }

  private async start(
    program: Program,
    steps: number,
    values: readonly TypedArray[],
    options: RunOptions,
    caller: Error,
    take: (results: readonly TypedArray[], done: number) => void,
    before = 0,
  ): Promise<Ending> {
    let staging = this.stagings.get(program);
    if (staging === undefined) this.stagings.set(program, (staging = new Staging()));
    const { onProgress } = options;
    const shifted = onProgress && {
      onProgress: ({ step }: { step: number }): void => {
        onProgress({ step: step + before, steps: steps + before });
      },
    };
    const all = { ...options, ...shifted };
    this.programs.countReplays(program, 0);
    const ending = await runAsync(program, staging, steps, values, all, caller, take);
    this.programs.countReplays(program, ending.done);
    this.replays += ending.done;
    return ending;
  }
}

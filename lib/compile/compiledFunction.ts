/** One compiled function: finds the program for a call, or captures a new one. */
import { copyElements } from '../core/element';
import type { TypedArray } from '../core/dtype';
import { unexpected } from '../core/errors';
import { observer } from '../core/observer';
import { numelOf } from '../core/shape';
import type { Tensor } from '../core/tensor';
import { requireInputs, splitArguments, stepsOf } from './arguments';
import { captureProgram, type Fn } from './capture';
import { describePrograms } from './describe';
import { requireRunOptions, runAsync, Staging, type Ending, type RunOptions } from './asyncRun';
import { denseValues, freshTensor, runningError, type Program, type Signature } from './program';
import { planSchedules } from './schedules';
import { keepRow, rowsFrom, stackedResult, stacksFor, type Beginning } from './stacked';
import { endingError, placeOf, requireNotAborted, unfinishedError } from './unfinished';

/** Figures of a compiled function; those of a program are of the one used last. */
export interface CompileStats {
  /** How often fn was captured. */
  readonly captures: number;
  /** Programs in the cache: one for each combination of shapes, dtypes, and what else fn was seen to depend on. */
  readonly programs: number;
  /** Steps that were replayed. */
  readonly replays: number;
  /** Native calls in a step. */
  readonly instructions: number;
  /** Memory for temporaries, shared by those that do not live at the same time. */
  readonly arenaBytes: number;
  /** Memory that the temporaries would take without sharing. */
  readonly temporaryBytes: number;
  /** Memory for values that JavaScript wrote while fn ran. */
  readonly constantBytes: number;
}

// A function may be called with any number of shapes (a new length for every sentence): memory stays bounded.
const mostPrograms = 32;

/** The programs of one function, and the ways to run them. */
export class CompiledFunction {
  private programs: Program[] = []; // the one used last comes first
  private readonly stagings = new WeakMap<Program, Staging>();
  private captures = 0;
  private replays = 0;
  private disposed = false;

  constructor(private readonly fn: Fn) {}

  call(args: readonly unknown[]): unknown {
    const inputs = requireInputs('compile', args);
    const program = this.find(inputs);
    if (program === null) return this.capture(inputs);
    this.requireUnchanged(program, inputs);
    this.replays++;
    return program.run(inputs);
  }

  async async(args: readonly unknown[], caller: Error): Promise<unknown> {
    const { inputs, options } = splitArguments('async', args, ['signal', 'onProgress']);
    requireRunOptions('async', options);
    requireNotAborted('async', options.signal);
    const program = this.find(inputs);
    if (program === null) {
      const result = this.capture(inputs);
      options.onProgress?.({ step: 1, steps: 1 });
      return result;
    }
    this.requireUnchanged(program, inputs);
    const values = inputs.map(denseValues);
    let outputs: Tensor[] = [];
    const take = (results: readonly TypedArray[]): void => {
      outputs = program.outputs.map(({ dtype, shape }, i) => freshTensor(dtype, shape, results[i]));
    };
    const ending = await this.start(program, 1, values, options, caller, take);
    if (!ending.complete)
      throw endingError('async', ending, options.signal, ending.done, undefined);
    return program.build(outputs);
  }

  scan(args: readonly unknown[]): unknown {
    const { inputs, options } = splitArguments('scan', args, ['steps']);
    const steps = stepsOf(inputs, options.steps);
    const beginning = this.begin(inputs, steps, steps);
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
        // Long runs return now and then: a worker can be terminated only between native calls.
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
        if (done > 0) program.leaveGradients();
        schedules.finish(done);
        this.replays += done;
      }
    }
    return stackedResult(beginning, steps);
  }

  async scanAsync(args: readonly unknown[], caller: Error): Promise<unknown> {
    const known = ['steps', 'signal', 'onProgress'];
    const { inputs, options } = splitArguments('scanAsync', args, known);
    requireRunOptions('scanAsync', options);
    const steps = stepsOf(inputs, options.steps);
    requireNotAborted('scanAsync', options.signal);
    const beginning = this.begin(inputs, steps, steps);
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

  get stats(): CompileStats {
    const description = this.programs[0]?.native.describe();
    return {
      captures: this.captures,
      programs: this.programs.length,
      replays: this.replays,
      instructions: description?.instructions ?? 0,
      arenaBytes: description?.arenaBytes ?? 0,
      temporaryBytes: description?.temporaryBytes ?? 0,
      constantBytes: description?.constantBytes ?? 0,
    };
  }

  toString(): string {
    return describePrograms(this.fn.name, this.programs);
  }

  dispose(): void {
    if (this.programs.some((program) => program.running)) throw runningError('dispose');
    for (const program of this.programs) program.native.dispose();
    this.programs = [];
    this.disposed = true;
  }

  /** The program for these inputs, if there is one. */
  private find(inputs: readonly Signature[]): Program | null {
    observer?.replaying?.('compile');
    if (this.disposed) {
      throw new Error('compile: expected a function in use, got one that was disposed of');
    }
    for (let i = 0; i < this.programs.length; i++) {
      const program = this.programs[i];
      if (program.running) throw runningError('compile');
      if (!program.matches(inputs)) continue;
      if (i > 0) {
        this.programs.splice(i, 1);
        this.programs.unshift(program);
      }
      return program;
    }
    return null;
  }

  /** Runs fn for the inputs, and keeps the program. */
  private capture(inputs: readonly Tensor[]): unknown {
    const { program, results } = captureProgram(this.fn, inputs);
    this.captures++;
    const changed = inputs.findIndex((input) => program.changes(input._storage));
    if (changed >= 0) {
      program.native.dispose();
      throw changedInput(changed);
    }
    this.programs.unshift(program);
    while (this.programs.length > mostPrograms) this.programs.pop()?.native.dispose();
    return program.build(results);
  }

  private requireUnchanged(program: Program, inputs: readonly Tensor[]): void {
    for (let i = 0; i < inputs.length; i++) {
      if (program.changes(inputs[i]._storage)) throw changedInput(i);
    }
  }

  /** Takes the steps of a scan one by one until a program can run the rest. */
  private begin(inputs: readonly Tensor[], steps: number, rows: number): Beginning {
    const values = inputs.map(denseValues);
    const signatures = inputs.map(({ dtype, shape, requiresGrad }) => {
      return { dtype, shape: shape.slice(1), requiresGrad };
    });
    let stacked: TypedArray[] | null = null;
    for (let first = 0; ; first++) {
      let program = this.find(signatures);
      if (program !== null) this.requireUnchanged(program, inputs);
      if (program !== null) {
        stacked ??= stacksFor(program, rows);
        if (program.steady || first === steps) return { program, first, values, stacked };
      }
      const row = signatures.map(({ dtype, shape }, i) => {
        const length = numelOf(shape);
        const part = values[i].subarray(first * length, (first + 1) * length);
        return freshTensor(dtype, shape, part);
      });
      row.forEach((one, i) => {
        if (signatures[i].requiresGrad) one.requiresGrad = true;
      });
      let result: unknown;
      try {
        result = program === null ? this.capture(row) : program.run(row);
      } catch (error) {
        const last = this.programs.at(0);
        const results =
          first === 0 || stacked === null || last === undefined
            ? undefined
            : stackedResult({ program: last, stacked }, first);
        throw unfinishedError(error, { stepsDone: first, results }, placeOf(first, inputs.length));
      }
      if (program !== null) this.replays++;
      program ??= this.programs[0];
      stacked ??= stacksFor(program, rows);
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
    const ending = await runAsync(program, staging, steps, values, all, caller, take);
    this.replays += ending.done;
    return ending;
  }
}

function changedInput(i: number): Error {
  return unexpected(
    'compile',
    'inputs that fn does not change',
    `inputs[${i}]`,
    'a tensor whose memory it changes in place',
  );
}

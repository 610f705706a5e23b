/**
 * The programs of one function: finds the program for a call, captures new ones, and compares them with new runs of
 * fn.
 */
import { observer } from '../core/observer';
import type { Tensor } from '../core/tensor';
import { EarlierTemporaries, RecordedRun, type Fn } from './capture';
import { DifferenceError, differenceText, type Difference, type Dynamic } from './difference';
import { rebuild, type Program } from './program';
import { runningError } from './running';

// A function may be called with any number of shapes (a new length for every sentence): this limits the memory.
const mostPrograms = 32;

/** A step that ran eagerly while it was recorded. */
export interface RecordedStep {
  /** The program that later steps use. */
  readonly program: Program;
  readonly result: unknown;
}

export class Programs {
  /** Most recently used first. */
  all: Program[] = [];
  captures = 0;
  comparisons = 0;
  private earlier: EarlierTemporaries | null = null;
  private comparisonDue = false;
  private disposed = false;

  constructor(
    private readonly fn: Fn,
    private readonly dynamic: Dynamic,
  ) {}

  /** The program for these inputs, or null. */
  find(inputs: readonly Tensor[]): Program | null {
    observer?.replaying?.('compile');
    if (this.disposed) {
      throw new Error('compile: this compiled function was disposed of');
    }
    const { all } = this;
    for (let i = 0; i < all.length; i++) {
      const program = all[i];
      if (program.running) throw runningError('compile');
      if (!program.matches(inputs)) continue;
      if (i > 0) {
        all.splice(i, 1);
        all.unshift(program);
      }
      return program;
    }
    return null;
  }

  /** Whether the next step of the program must be recorded and compared. */
  isDue(program: Program): boolean {
    if (program.steps + 1 < program.nextComparison && !this.comparisonDue) return false;
    return this.compares;
  }

  /** Whether programs are compared at all. */
  get compares(): boolean {
    return this.dynamic !== 'ignore';
  }

  /** Makes the next step be compared: JavaScript outside fn has run and may have changed what fn uses. */
  requestComparison(): void {
    this.comparisonDue = true;
  }

  /** Call before steps are replayed. */
  countReplays(program: Program, steps: number): void {
    program.steps += steps;
    if (this.earlier === null) return;
    this.earlier.forget();
    this.earlier = null;
  }

  /**
   * Runs fn once, as a step. `expected` is the program that would otherwise be replayed; null to capture a new one.
   */
  record(inputs: readonly Tensor[], expected: Program | null): RecordedStep {
    const { earlier } = this;
    this.earlier = null;
    this.comparisonDue = false;
    const restoreGradients = expected?.beforeRun();
    earlier?.restore();
    let run: RecordedRun;
    try {
      run = new RecordedRun(this.fn, inputs);
    } catch (error) {
      earlier?.retire();
      restoreGradients?.();
      throw error;
    }
    let difference: Difference | null = null;
    let program = expected;
    try {
      if (expected !== null) difference = run.differenceFrom(expected);
      else program = this.sameAs(run, inputs);
    } catch (error) {
      run.discard();
      throw error;
    }
    if (program !== null && difference === null) return this.adopted(run, program, earlier);
    if (expected === null || difference === null) return this.captured(run, inputs, earlier, false);
    // State that the first run created, such as a cache, exists from the second run on. No step was replayed yet.
    const first = expected.steps === 1 && !expected.isSecond;
    if (first && earlier?.usedIn(run) === true) {
      this.remove(expected);
      return this.captured(run, inputs, earlier, true);
    }
    return this.different(run, inputs, earlier, expected, difference);
  }

  /** A program with the same calls, although a value that fn may use has changed. */
  private sameAs(run: RecordedRun, inputs: readonly Tensor[]): Program | null {
    for (const program of this.all) {
      if (program.mayMatch(inputs) && run.differenceFrom(program) === null) return program;
    }
    return null;
  }

  private adopted(
    run: RecordedRun,
    program: Program,
    earlier: EarlierTemporaries | null,
  ): RecordedStep {
    run.discard();
    const results = run.finish();
    program.adopt(run);
    run.retire(false);
    earlier?.retire();
    earlier?.forget();
    this.comparisons++;
    program.steps++;
    program.nextComparison = 4 * program.steps;
    return { program, result: program.build(results) };
  }

  private captured(
    run: RecordedRun,
    inputs: readonly Tensor[],
    earlier: EarlierTemporaries | null,
    isSecond: boolean,
  ): RecordedStep {
    const program = run.toProgram();
    const results = run.finish();
    run.retire(true);
    earlier?.retire(run);
    this.captures++;
    try {
      requireUnchanged(program, inputs);
    } catch (error) {
      program.native.dispose();
      throw error;
    }
    program.isSecond = isSecond;
    this.earlier = new EarlierTemporaries(run);
    this.all.unshift(program);
    while (this.all.length > mostPrograms) this.all.pop()?.native.dispose();
    return { program, result: program.build(results) };
  }

  private different(
    run: RecordedRun,
    inputs: readonly Tensor[],
    earlier: EarlierTemporaries | null,
    expected: Program,
    difference: Difference,
  ): RecordedStep {
    const { dynamic } = this;
    this.comparisons++;
    if (dynamic === 'recapture') {
      this.remove(expected);
      for (const other of this.all) other.nextComparison = 0;
      return this.captured(run, inputs, earlier, expected.isSecond);
    }
    run.discard();
    const results = run.finish();
    const result = rebuild(run.structure, results);
    for (const program of this.all) if (!program.running) program.native.dispose();
    this.all = [];
    const text = differenceText(difference);
    if (typeof dynamic === 'function') dynamic(text);
    else throw new DifferenceError(text, result);
    return { program: expected, result };
  }

  private remove(program: Program): void {
    this.all.splice(this.all.indexOf(program), 1);
    program.native.dispose();
  }

  dispose(): void {
    if (this.all.some((program) => program.running)) throw runningError('dispose');
    for (const program of this.all) program.native.dispose();
    this.all = [];
    this.disposed = true;
  }
}

/** Throws if the program changes the memory of an input. */
export function requireUnchanged(program: Program, inputs: readonly Tensor[]): void {
  for (let i = 0; i < inputs.length; i++) {
    if (!program.changes(inputs[i]._storage)) continue;
    throw new RangeError(`compile: fn changes the memory of inputs[${i}] in place; pass a clone`);
  }
}

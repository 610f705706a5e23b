/** The search. */
import { AbortError } from '../compile';
import { onAbort } from '../core/abort';
import { requireArity } from '../core/errors';
import { executorOf, type Executor } from './executor';
import { Journal } from './journal';
import { planOf, type SearchOptions, type SearchPlan } from './options';
import { bestOf, resultOf, tableOf, type SearchResult, type TrialResult } from './results';
import { compareValues, halvingRounds, outcomeAt, type Round } from './rounds';
import { trialSeed, type AnyParameters, type ParametersOf, type SearchSpace } from './space';
import type { Outcome, Task } from './trial';

/**
 * Searches for hyperparameters: runs trials with different parameters, and returns the best one and all results.
 *
 * Parameters, values and the order of results depend only on the options, not on the number of workers, nor on whether the
 * search was resumed: the parameters of trial i and its random numbers depend only on `seed` and i. A trial that throws an
 * error, or whose thread ends, is recorded as failed, and the others continue.
 *
 * @param options the space, the function to run, the number of trials, and more; see SearchOptions
 * @returns the best trial, a table with a row for each trial, and the trials
 * @throws TypeError or RangeError for wrong options, or a file to resume that belongs to another search; AbortError if
 *   `signal` aborts; Error if no trial returns a finite value
 * @see ray.tune, optuna.study
 * @example
 * const { best, table } = await tune.search({
 *   space: { lr: tune.logUniform(1e-4, 1e-1), hidden: [16, 32] },
 *   trials: 20,
 *   run: async ({ lr, hidden }) => Math.abs(Math.log10(lr) + 2) / hidden,
 * });
 * best.parameters; // { lr: 0.0098, hidden: 32 }
 * table.sort('value').head(3);
 */
export async function search<const Space extends SearchSpace, Data = undefined>(
  options: SearchOptions<Space, Data>,
): Promise<SearchResult<ParametersOf<Space>>> {
  requireArity('tune.search', arguments.length, 1);
  const plan = planOf(options);
  throwIfAborted(plan);
  const [journal, known] =
    plan.resume === null ? [null, new Map<number, Outcome>()] : Journal.open(plan.resume, plan);
  const signal = plan.signal ?? new AbortController().signal;
  const executor = await executorOf({ ...plan, signal });
  const ignoreAbort = onAbort(plan.signal, () => {
    void executor.close();
  });
  try {
    const trials = await new Search(plan, executor, journal, known).run();
    const best = bestOf(trials, plan.mode);
    const table = tableOf(plan.space.names, trials);
    return { best, table, trials } as unknown as SearchResult<ParametersOf<Space>>;
  } finally {
    ignoreAbort();
    await executor.close();
  }
}

function throwIfAborted({ signal }: SearchPlan): void {
  if (signal?.aborted) throw new AbortError('tune.search', signal.reason);
}

class Search {
  private readonly parameters: readonly AnyParameters[];
  /** What trials are at the end of their last round. */
  private readonly ends = new Map<number, Outcome>();
  /** Whether an error has ended the search. */
  private isStopped = false;

  constructor(
    private readonly plan: SearchPlan,
    private readonly executor: Executor,
    private readonly journal: Journal | null,
    /** The last run of each trial. */
    private readonly runs: Map<number, Outcome>,
  ) {
    const { space, strategy, seed, trials } = plan;
    this.parameters = Array.from({ length: trials }, (_, number) =>
      strategy === 'grid' ? space.gridAt(number) : space.randomAt(seed, number),
    );
  }

  async run(): Promise<TrialResult[]> {
    const { strategy, mode, trials, epochs, eta } = this.plan;
    const rounds: Round[] =
      strategy === 'halving' ? halvingRounds(trials, epochs, eta) : [{ trials, budget: Infinity }];
    let numbers = this.parameters.map((_, number) => number);
    for (const round of rounds) {
      numbers = numbers.slice(0, round.trials);
      const values = await this.round(numbers, round.budget);
      numbers = [...values.keys()].sort(
        (a, b) => compareValues(mode, values.get(a) ?? NaN, values.get(b) ?? NaN) || a - b,
      );
    }
    return this.parameters.map((_, number) => this.resultOf(number, this.ends.get(number)));
  }

  /** Runs the trials of a round; returns the values of those that did not fail. */
  private async round(numbers: readonly number[], budget: number): Promise<Map<number, number>> {
    const outcomes = new Map<number, Outcome>();
    const missing: number[] = [];
    for (const number of numbers) {
      const run = this.runs.get(number);
      const outcome = run === undefined ? null : outcomeAt(run, budget);
      if (outcome === null) missing.push(number);
      else outcomes.set(number, outcome);
    }
    await this.execute(
      [...missing].sort((a, b) => a - b),
      budget,
      (number, outcome) => {
        if (this.isStopped) return;
        this.runs.set(number, outcome);
        outcomes.set(number, outcome);
        this.journal?.append(number, this.parameters[number], outcome);
        this.plan.onTrial?.(this.resultOf(number, outcome) as never);
      },
    );
    const values = new Map<number, number>();
    for (const [number, outcome] of outcomes) {
      this.ends.set(number, outcome);
      if (outcome.status !== 'failed') values.set(number, outcome.value);
    }
    return values;
  }

  /** Runs trials, as many at a time as there are workers. The first error ends them all. */
  private async execute(
    numbers: readonly number[],
    budget: number,
    onOutcome: (number: number, outcome: Outcome) => void,
  ): Promise<void> {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < numbers.length && !this.isStopped) {
        const number = numbers[next++];
        throwIfAborted(this.plan);
        const outcome = await this.executor.run(this.taskOf(number, budget)).finally(() => {
          throwIfAborted(this.plan); // what ended by the signal is not a result
        });
        onOutcome(number, outcome);
      }
    };
    const lanes = Math.min(this.executor.size, numbers.length);
    try {
      await Promise.all(Array.from({ length: lanes }, lane));
    } catch (error) {
      this.isStopped = true;
      throw error;
    }
  }

  private taskOf(number: number, budget: number): Task {
    const { seed, epochs } = this.plan;
    const parameters = structuredClone(this.parameters[number]); // a trial may change it
    return { number, seed: trialSeed(seed, number), parameters, epochs, budget };
  }

  private resultOf(number: number, outcome: Outcome | undefined): TrialResult {
    if (outcome === undefined) throw new Error(`tune.search: trial ${number} has no result`);
    return resultOf(number, this.parameters[number], outcome);
  }
}

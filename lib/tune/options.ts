/** The options of `tune.search`. */
import { requireSignal } from '../core/abort';
import {
  requireInRange,
  requireInteger,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
} from '../core/errors';
import { isUrl } from '../core/realms';
import { hrefOf } from '../data/workers/module';
import type { TrialResult } from './results';
import { Space, type ParametersOf, type SearchSpace } from './space';
import type { Run, Trial, TrialValue } from './trial';

/** How a search chooses parameters, and how long its trials run. */
export type SearchStrategy = 'random' | 'grid' | 'halving';

/** Options of `tune.search`. */
export interface SearchOptions<Space extends SearchSpace, Data = unknown> {
  /** The hyperparameters by name: arrays of values, `tune.choice`, `integer`, `uniform` and `logUniform`. */
  space: Space;
  /**
   * Runs a trial: trains a model with these parameters, and returns the value to minimize or maximize. For worker
   * threads, the file URL or absolute path of a module whose default export is this function.
   */
  run:
    | ((
        parameters: ParametersOf<Space>,
        trial: Trial<Data>,
      ) => TrialValue | PromiseLike<TrialValue>)
    | string
    | URL;
  /** The number of trials. A grid has all combinations by default. */
  trials?: number;
  /**
   * 'random' (default) draws parameters at random; 'grid' tries all combinations; 'halving' draws at random, runs all
   * trials for a few epochs, and only the best ones for more (successive halving).
   */
  strategy?: SearchStrategy;
  /** Whether a small or a large value is better; default 'min'. */
  mode?: 'min' | 'max';
  /** The number of epochs of a complete trial, `trial.epochs`; required for 'halving'. */
  epochs?: number;
  /** For 'halving': one of `eta` trials stays in each round, for `eta` times as many epochs; default 3. */
  eta?: number;
  /** The number of worker threads; default 0, for this thread. */
  workers?: number;
  /**
   * The number of threads that each trial computes with; default 1. Matrix products depend on it in their last bits, so it
   * holds for trials in this thread too.
   */
  threads?: number;
  /** What all trials need, as `trial.data`. Workers share the memory of its tensors, tables and typed arrays. */
  data?: Data;
  /** Determines the parameters and the random numbers of all trials; default 0. */
  seed?: number;
  /**
   * A file for the results, one line of JSON for each finished trial. If it exists, its trials do not run again, except
   * failed ones.
   */
  resume?: string | URL;
  /** Aborts the search: it rejects with an AbortError. */
  signal?: AbortSignal;
  /** Called after each trial, in the order in which they end; with 'halving' after each round of a trial. */
  onTrial?: (result: TrialResult<ParametersOf<Space>>) => void;
}

/** Checked options. */
export interface SearchPlan {
  readonly space: Space;
  readonly run: Run | string;
  readonly trials: number;
  readonly strategy: SearchStrategy;
  readonly mode: 'min' | 'max';
  readonly epochs: number;
  readonly eta: number;
  readonly workers: number;
  readonly threads: number;
  readonly data: unknown;
  readonly seed: number;
  readonly resume: string | URL | null;
  readonly signal: AbortSignal | undefined;
  readonly onTrial: ((result: never) => void) | undefined;
}

const op = 'tune.search';
const keys = [
  ...['space', 'run', 'trials', 'strategy', 'mode', 'epochs', 'eta', 'workers', 'threads'],
  ...['data', 'seed', 'resume', 'signal', 'onTrial'],
];
const mostWorkers = 1024;
const mostTrials = 1_000_000;

export function planOf(options: unknown): SearchPlan {
  if (options === undefined) throw wrongType(op, 'an object', 'options', options);
  requireOptions(op, options, keys);
  const given = options as Readonly<Record<string, unknown>>;
  const integer = (name: string, low: number, high: number, otherwise: number): number => {
    if (given[name] === undefined) return otherwise;
    const value = requireInteger(op, name, given[name], low);
    return requireInRange(op, name, value, low, high);
  };
  const { onTrial } = given;
  const space = Space.of(given['space']);
  const strategy = requireOneOf(op, 'strategy', given['strategy'] ?? 'random', ['random', 'grid', 'halving'] as const); // prettier-ignore
  const workers = integer('workers', 0, mostWorkers, 0);
  if (strategy === 'halving' && given['epochs'] === undefined) {
    throw wrongType(op, "an integer (strategy 'halving' needs it)", 'epochs', undefined);
  }
  if (onTrial !== undefined && typeof onTrial !== 'function') {
    throw wrongType(op, 'a function', 'onTrial', onTrial);
  }
  return {
    space,
    run: runFor(given['run'], workers),
    trials: trialsOf(space, strategy, integer('trials', 1, mostTrials, 0)),
    strategy,
    mode: requireOneOf(op, 'mode', given['mode'] ?? 'min', ['min', 'max'] as const),
    epochs: integer('epochs', 1, Number.MAX_SAFE_INTEGER, Infinity),
    eta: integer('eta', 2, mostTrials, 3),
    workers,
    threads: integer('threads', 1, mostWorkers, 1),
    data: given['data'],
    seed: integer('seed', 0, Number.MAX_SAFE_INTEGER, 0),
    resume: fileOf(given['resume']),
    signal: requireSignal(op, given['signal']),
    onTrial: onTrial as SearchPlan['onTrial'],
  };
}

function runFor(run: unknown, workers: number): Run | string {
  if (typeof run === 'string' || isUrl(run)) return hrefOf(op, run, 'run');
  if (typeof run !== 'function') {
    throw wrongType(op, 'a function, a file URL or an absolute path', 'run', run);
  }
  if (workers === 0) return run as Run;
  throw new TypeError(
    `${op}: worker threads cannot run a function of this thread; export it as default from a module, ` +
      "and set run to the URL of the module: new URL('./run.mjs', import.meta.url)",
  );
}

function trialsOf(space: Space, strategy: SearchStrategy, trials: number): number {
  if (strategy !== 'grid') {
    if (trials > 0) return trials;
    throw wrongType(op, `an integer (strategy '${strategy}' needs it)`, 'trials', undefined);
  }
  const size = space.gridSize();
  if (trials > 0) return Math.min(size, trials);
  if (size <= mostTrials) return size;
  throw unexpected(op, `at most ${mostTrials} combinations`, 'space', String(size));
}

function fileOf(file: unknown): string | URL | null {
  if (file === undefined) return null;
  if (isUrl(file)) {
    if (file.protocol === 'file:') return file;
    throw unexpected(op, 'a file URL', 'resume', file.href);
  }
  if (typeof file !== 'string') throw wrongType(op, 'a path or a file URL', 'resume', file);
  if (file === '') throw unexpected(op, 'a path or a file URL', 'resume', "''");
  return file;
}

/** The results of a search. */
import { Table, type Column } from '../data/table';
import type { ColumnData } from '../data/table';
import type { Json } from './json';
import { compareValues } from './rounds';
import type { AnyParameters } from './space';
import type { Outcome, TrialError } from './trial';

/** The result of a trial. */
export interface TrialResult<Parameters = AnyParameters> {
  /** The number of the trial, from 0. */
  readonly number: number;
  /** Its parameters. */
  readonly parameters: Parameters;
  /** `complete`; `pruned` for a trial that 'halving' ended early; `failed` for one that threw an error. */
  readonly status: 'complete' | 'pruned' | 'failed';
  /** What `run` returned, or what a pruned trial reported last; NaN for a failed trial. */
  readonly value: number;
  /** The last epoch that was reported; 0 without reports. */
  readonly epochs: number;
  /** Epochs and values, as they were reported. */
  readonly reports: readonly (readonly [epoch: number, value: number])[];
  /** How long it ran; with 'halving', its last run. */
  readonly seconds: number;
  /** What `run` returned besides `value`. */
  readonly more: Readonly<Record<string, Json>>;
  /** The error of a failed trial, else null. */
  readonly error: TrialError | null;
}

/** The result of `tune.search`. */
export interface SearchResult<Parameters = AnyParameters> {
  /** The complete trial with the best value; of equal ones, the first. */
  readonly best: TrialResult<Parameters>;
  /**
   * A row for each trial: `number`, `status`, `value`, `epochs`, `seconds`, the parameters, what `run` returned besides
   * `value`, and `error`.
   */
  readonly table: Table;
  /** The trials, by number. */
  readonly trials: readonly TrialResult<Parameters>[];
}

export function resultOf(number: number, parameters: AnyParameters, outcome: Outcome): TrialResult {
  const { status, reports, seconds } = outcome;
  return {
    number,
    parameters,
    status,
    value: status === 'failed' ? NaN : outcome.value,
    epochs: reports.at(-1)?.[0] ?? 0,
    reports,
    seconds,
    more: status === 'complete' ? outcome.more : {},
    error: status === 'failed' ? outcome.error : null,
  };
}

/** The best trial; throws if there is none. */
export function bestOf(trials: readonly TrialResult[], mode: 'min' | 'max'): TrialResult {
  const finite = trials.filter(({ value }) => Number.isFinite(value));
  // If all complete trials failed, a pruned one with the most epochs.
  const epochsOf = ({ status, epochs }: TrialResult): number =>
    status === 'complete' ? Infinity : epochs;
  const most = Math.max(...finite.map(epochsOf));
  const [best] = finite
    .filter((trial) => epochsOf(trial) === most)
    .sort((a, b) => compareValues(mode, a.value, b.value) || a.number - b.number);
  if (finite.length > 0) return best;
  const failed = trials.find(({ error }) => error !== null);
  if (failed === undefined || failed.error === null) {
    throw new RangeError('tune.search: every trial returned NaN or an infinite value');
  }
  const { name, message } = failed.error;
  throw new Error(
    `tune.search: no trial of ${trials.length} returned a finite value; trial ${failed.number} failed: ${name}: ${message}`,
    { cause: failed.error },
  );
}

/** A row for each trial. */
export function tableOf(names: readonly string[], trials: readonly TrialResult[]): Table {
  const more = new Set(trials.flatMap((trial) => Object.keys(trial.more)));
  const errors = trials.map(({ error }) => error && `${error.name}: ${error.message}`);
  const error: Column = { type: 'text', values: errors };
  const columns: [string, ColumnData][] = [
    ['number', Int32Array.from(trials, ({ number }) => number)],
    ['status', trials.map(({ status }) => status)],
    ['value', Float64Array.from(trials, ({ value }) => value)],
    ['epochs', Float64Array.from(trials, ({ epochs }) => epochs)],
    ['seconds', Float64Array.from(trials, ({ seconds }) => seconds)],
    ...names.map((name): [string, ColumnData] => [
      name,
      columnOf(trials.map(({ parameters }) => parameters[name])),
    ]),
    ...[...more].map((name): [string, ColumnData] => [
      name,
      columnOf(trials.map((trial) => trial.more[name])),
    ]),
    ['error', error],
  ];
  return new Table(new Map(columns));
}

/** Cells of one kind; if their kinds differ, texts. */
function columnOf(cells: readonly unknown[]): ColumnData {
  const present = cells.filter((cell) => cell !== null && cell !== undefined);
  const isEach = (type: string): boolean => present.every((cell) => typeof cell === type);
  if (isEach('number') || isEach('string') || isEach('boolean')) {
    return cells as ColumnData;
  }
  return cells.map((cell) => {
    if (cell === null || cell === undefined) return null;
    return typeof cell === 'string' ? cell : JSON.stringify(cell);
  });
}

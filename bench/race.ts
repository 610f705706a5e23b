/** Runs contestants on one trial in interleaved rounds, checks that their results agree, and compares their times. */
import type { ContestantName, Roster } from './contestants';
import { interleave, type Figures, type Job } from './runner';
import { ratioOf, spreadOf, type Figure, type Ratio, type Report, type Target } from './report';
import { writeTrial, type Trial, type Untimed } from './trial';

/** Options of every measure. */
export interface Options {
  readonly rounds: number;
  readonly samples: number;
  readonly seconds: number;
  /** The fraction of the usual steps and seconds for the measures of memory and service. */
  readonly share: number;
  readonly roster: Roster;
  /** The folder for results and charts. */
  readonly folder: string;
  /** Whether charts are drawn. */
  readonly draw: boolean;
}

/** How a contestant takes part. */
export interface Entry {
  readonly who: ContestantName;
  /** Threads; default 1; null: the contestant's own default. */
  readonly threads?: number | null;
  /** Distinguishes two entries of one contestant. */
  readonly note?: string;
  /** Variables that this entry's process has in addition. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Compares two entries: how many times as fast as `against` is `of`? */
export interface Goal {
  readonly of: string;
  readonly against: string;
  readonly target?: Target;
}

/** The reports of an entry's processes, one for each round. */
export interface Run {
  readonly label: string;
  readonly figures: readonly Figures[];
}

/** The runs of the entries whose contestants are installed, by the entry's name. */
export type Runs = ReadonlyMap<string, Run>;

/** An entry for each contestant, with one thread. */
export function entriesOf(...names: ContestantName[]): Record<string, Entry> {
  return Object.fromEntries(names.map((who) => [who, { who }]));
}

/** Seconds for each step: for each round the median of the samples of its process. */
export function secondsOf({ figures }: Run): number[] {
  return figures.map((one) => spreadOf(one['seconds'] as number[]).median);
}

/** The number, or the numbers, that must agree for all contestants. */
const checksOf = ({ check }: Figures): number[] => [check].flat().map(Number);

/** Throws if a contestant's result differs from the first one's. */
export function checkAgreement(workload: string, all: Iterable<Run>, tolerance = 1e-3): void {
  const runs = [...all];
  if (runs.length === 0) return;
  const [first] = runs;
  const expected = checksOf(first.figures[0]);
  for (const { label, figures } of runs) {
    for (const checks of figures.map(checksOf)) {
      const near = (one: number, i: number): boolean =>
        Math.abs(checks[i] - one) <= tolerance * Math.abs(one);
      if (checks.length === expected.length && expected.every(near)) continue;
      throw new Error(
        `${workload}: the results disagree: ${first.label} computed ${expected.join(', ')}, ` +
          `${label} ${checks.join(', ')}`,
      );
    }
  }
}

/** The versions that contestants report, by their labels without notes. */
export function versionsOf(runs: Runs): Record<string, string> {
  return Object.fromEntries(
    [...runs.values()].flatMap(({ label, figures: [{ version }] }) =>
      typeof version === 'string' ? [[label.split(',')[0], version]] : [],
    ),
  );
}

/** Runs the entries whose contestants are installed, all on the same trial, and checks that they agree. */
export function race(
  workload: string,
  trial: Untimed<Trial>,
  entries: Readonly<Record<string, Entry>>,
  { rounds, samples, seconds, roster }: Options,
): Runs {
  const labels = new Map<string, string>();
  const jobs = new Map<string, Job>();
  for (const [name, { who, threads = 1, note, environment }] of Object.entries(entries)) {
    const ready = roster.get(who);
    if (ready === null) continue;
    labels.set(name, note === undefined ? ready.label : `${ready.label}, ${note}`);
    const timed = { ...trial, samples, seconds, threads } as Trial;
    const file = writeTrial(`${workload} ${threads ?? 'default'}`, timed);
    const command = ready.launch(file, timed);
    jobs.set(name, {
      command,
      threads,
      rounds: ready.rounds ?? rounds,
      ...(environment && { environment }),
    });
  }
  const results = interleave(rounds, jobs);
  const runs = new Map(
    [...labels].map(([name, label]) => [name, { label, figures: results.get(name) ?? [] }]),
  );
  checkAgreement(workload, runs.values(), 'tolerance' in trial ? trial.tolerance : undefined);
  return runs;
}

/** The ratios of the goals whose two entries ran. */
export function ratiosOf(workload: string, runs: Runs, goals: readonly Goal[]): Ratio[] {
  return goals.flatMap(({ of, against, target }): Ratio[] => {
    const [a, b] = [runs.get(of), runs.get(against)];
    if (a === undefined || b === undefined) return [];
    const spread = ratioOf(secondsOf(b), secondsOf(a));
    const compared = `speed: ${a.label} / ${b.label}`;
    return [{ workload, compared, ...spread, ...(target && { target }) }];
  });
}

/** Times of all entries that ran, and the ratios of the goals. */
export function reportOf(workload: string, runs: Runs, goals: readonly Goal[]): Report {
  const figures = [...runs.values()].map((run): Figure => {
    const spread = spreadOf(secondsOf(run));
    return { workload, contestant: run.label, unit: { kind: 'time' }, ...spread };
  });
  return { figures, ratios: ratiosOf(workload, runs, goals), versions: versionsOf(runs) };
}

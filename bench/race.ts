/** Contestants on one trial: interleaved, checked against each other, compared. */
import type { ContestantName, Roster } from './contestants';
import { interleave, type Figures, type Job } from './runner';
import { ratioOf, spreadOf, type Figure, type Ratio, type Report, type Target } from './report';
import { writeTrial, type NetTrial, type Untimed } from './trial';

/** What every measure is given. */
export interface Options {
  readonly rounds: number;
  readonly samples: number;
  readonly seconds: number;
  /** The part of the memory measure's steps to take. */
  readonly share: number;
  readonly roster: Roster;
  /** Where results and charts go. */
  readonly folder: string;
  /** Whether charts are drawn. */
  readonly draw: boolean;
}

/** A contestant's terms in a race. */
export interface Entry {
  readonly who: ContestantName;
  /** One by default; null is the contestant's own choice. */
  readonly threads?: number | null;
  /** Tells two entries of one contestant apart. */
  readonly note?: string;
}

/** How many times as fast the entry `of` is as the entry `against`. */
export interface Goal {
  readonly of: string;
  readonly against: string;
  readonly target?: Target;
}

/** What an entry's processes told, one record a round. */
export interface Run {
  readonly label: string;
  readonly figures: readonly Figures[];
}

/** The runs of the entries that are present, by the entry's name. */
export type Runs = ReadonlyMap<string, Run>;

/** Entries under the contestants' own names, one thread each. */
export function entriesOf(...names: ContestantName[]): Record<string, Entry> {
  return Object.fromEntries(names.map((who) => [who, { who }]));
}

/** Seconds a step, one figure a round: the median of the process's samples. */
export function secondsOf({ figures }: Run): number[] {
  return figures.map((one) => spreadOf(one['seconds'] as number[]).median);
}

/** Throws if a contestant's result differs from the first one's. */
export function checkAgreement(workload: string, all: Iterable<Run>, tolerance = 1e-3): void {
  const runs = [...all];
  if (runs.length === 0) return;
  const [first] = runs;
  const expected = Number(first.figures[0]['check']);
  for (const { label, figures } of runs) {
    for (const { check } of figures) {
      if (Math.abs(Number(check) - expected) <= tolerance * Math.abs(expected)) continue;
      throw new Error(
        `${workload}: expected ${label} to agree with ${first.label} on ${expected}, got ${String(check)}`,
      );
    }
  }
}

/** The versions that contestants tell of themselves, by the label without its notes. */
export function versionsOf(runs: Runs): Record<string, string> {
  return Object.fromEntries(
    [...runs.values()].flatMap(({ label, figures: [{ version }] }) =>
      typeof version === 'string' ? [[label.split(',')[0], version]] : [],
    ),
  );
}

/** Runs the entries that are present, all on the same trial, and checks that they agree. */
export function race(
  workload: string,
  trial: Untimed<NetTrial>,
  entries: Readonly<Record<string, Entry>>,
  { rounds, samples, seconds, roster }: Options,
): Runs {
  const labels = new Map<string, string>();
  const jobs = new Map<string, Job>();
  for (const [name, { who, threads = 1, note }] of Object.entries(entries)) {
    const ready = roster.get(who);
    if (ready === null) continue;
    labels.set(name, note === undefined ? ready.label : `${ready.label}, ${note}`);
    const timed = { ...trial, samples, seconds, threads } as NetTrial;
    const file = writeTrial(`${workload} ${threads ?? 'default'}`, timed);
    const command = ready.launch(file, timed);
    jobs.set(name, { command, threads, rounds: ready.rounds ?? rounds });
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
    const compared = `${a.label} against ${b.label}`;
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

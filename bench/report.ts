/** What a measure found: figures, and ratios of them with their targets. */

/** How a figure of a contestant is to be read. */
export type Unit =
  | { readonly kind: 'time' }
  | { readonly kind: 'bytes' }
  /** Work done in the time, in operations: printed as GFLOP/s. */
  | { readonly kind: 'speed'; readonly operations: number };

/** Median and range of a number over the rounds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** One contestant's figure on a workload, in seconds or bytes. */
export interface Figure extends Spread {
  readonly workload: string;
  readonly contestant: string;
  readonly unit: Unit;
}

export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** Two figures compared, round by round. */
export interface Ratio extends Spread {
  readonly workload: string;
  readonly compared: string;
  readonly target?: Target;
}

/** All that one measure has to say. */
export interface Report {
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
  readonly versions: Readonly<Record<string, string>>;
  /** Files that a measure wrote beside its figures, in the results' folder. */
  readonly charts?: readonly string[];
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, low: sorted[0], high: sorted[sorted.length - 1] };
}

/** a over b in each round that both had. */
export function ratioOf(a: readonly number[], b: readonly number[]): Spread {
  return spreadOf(a.slice(0, b.length).map((value, i) => value / b[i]));
}

export function meets({ median, target }: Ratio): boolean | null {
  if (target === undefined) return null;
  return 'atLeast' in target ? median >= target.atLeast : median <= target.atMost;
}

export function mergeReports(reports: readonly Report[]): Report {
  return {
    figures: reports.flatMap((report) => report.figures),
    ratios: reports.flatMap((report) => report.ratios),
    versions: Object.assign({}, ...reports.map((report) => report.versions)) as Report['versions'],
    charts: reports.flatMap((report) => report.charts ?? []),
  };
}

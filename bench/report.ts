/** The report of a measure: figures, and comparisons of two figures with their targets. */

/** The unit of a figure. */
export type Unit =
  | { readonly kind: 'time' }
  | { readonly kind: 'bytes' }
  /** A time in which so many operations were done: printed as GFLOP/s. */
  | { readonly kind: 'speed'; readonly operations: number };

/** Median and range of a number over the rounds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The figure of a contestant on a workload, in seconds or bytes. */
export interface Figure extends Spread {
  readonly workload: string;
  readonly contestant: string;
  readonly unit: Unit;
}

export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** The ratio of two figures, computed for each round. */
export interface Ratio extends Spread {
  readonly workload: string;
  readonly compared: string;
  readonly target?: Target;
}

/** All results of one measure. */
export interface Report {
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
  readonly versions: Readonly<Record<string, string>>;
  /** Images that the measure wrote to the folder of results. */
  readonly charts?: readonly string[];
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, low: sorted[0], high: sorted[sorted.length - 1] };
}

/** a / b of each round that both have. */
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

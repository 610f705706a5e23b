/** What every contestant process shares: timing itself, and handing its figures to the parent as one line of JSON. */

export function secondsOf(run: () => void): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** The median time of a call in seconds, after three calls that do not count. */
export function medianTime(calls: number, run: () => void): number {
  for (let i = 0; i < 3; i++) run();
  return median(Array.from({ length: calls }, () => secondsOf(run)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.floor(sorted.length / 2)];
}

export function report(figures: Readonly<Record<string, number | string>>): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

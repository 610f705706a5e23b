/** How results are printed. */
import Table from 'cli-table3';

/** One measured figure beside what it is compared with. */
export interface Line {
  readonly what: string;
  readonly ours: string;
  readonly against: string;
  readonly ratio: number;
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
}

export function meets(line: Line): boolean {
  return 'atLeast' in line.target
    ? line.ratio >= line.target.atLeast
    : line.ratio <= line.target.atMost;
}

export function tableOf(lines: readonly Line[]): string {
  const table = new Table({
    head: ['workload', 'blasgrad', 'against', 'ratio', 'target', ''],
    style: { head: [], border: [] },
  });
  for (const line of lines) {
    const target =
      'atLeast' in line.target ? `>= ${line.target.atLeast}` : `<= ${line.target.atMost}`;
    table.push([
      line.what,
      line.ours,
      line.against,
      line.ratio.toFixed(3),
      target,
      meets(line) ? 'met' : 'MISSED',
    ]);
  }
  return table.toString();
}

/** The figures in README.md and docs/performance.md are those of the benchmark results that were committed with them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, textOf } from './pages';

interface Figure {
  readonly workload: string;
  readonly contestant: string;
  /** Seconds. */
  readonly median: number;
}

const path = 'bench/results/results.json';
// A run of the benchmark writes there too, and another machine's figures are no mistake.
const committed = spawnSync('git', ['show', `HEAD:./${path}`], { cwd: root, encoding: 'utf8' });
const results = committed.status === 0 ? committed.stdout : readFileSync(join(root, path), 'utf8');
type Measure = 'steps' | 'growth';
const measured = JSON.parse(results) as Record<Measure, { readonly figures: readonly Figure[] }>;
const figures = [...measured.steps.figures, ...measured.growth.figures];

/** Seconds of the fastest contestant whose name begins so; Infinity if there is none. */
function fastest(workload: string, contestant: string): number {
  const found = figures.filter(
    (result) => result.workload === workload && result.contestant.startsWith(contestant),
  );
  return Math.min(...found.map(({ median }) => median));
}

/** Seconds of a contestant with exactly this name. */
const secondsOf = (workload: string, contestant: string): number =>
  figures.find((one) => one.workload === workload && one.contestant === contestant)?.median ?? NaN;

const units: Readonly<Record<string, number>> = { µs: 1e-6, ms: 1e-3 };

/** Seconds, or null for an empty cell. */
function seconds(cell: string): number | null {
  if (cell === '') return null;
  const [number, unit] = cell.split(' ');
  return Number(number) * units[unit];
}

/** The workload of a row: that of `steps`, or for the batch of 1,024 that of `growth`. */
const workloadOf = (net: string, batch: string): string =>
  batch === '1,024' ? 'train, batch size 1024' : `train ${net}`;

const columns: readonly ((workload: string) => number)[] = [
  (workload) => secondsOf(workload, 'blasgrad eager'),
  (workload) => secondsOf(workload, 'blasgrad compiled'),
  (workload) => secondsOf(workload, 'blasgrad scan of 1,000'),
  (workload) => secondsOf(workload, 'blasgrad compiled, background'),
  (workload) => secondsOf(workload, 'C with OpenBLAS'),
  (workload) => secondsOf(workload, 'PyTorch eager'),
  (workload) => fastest(workload, 'TensorFlow.js'),
];

const row = /^\| ([\d-]+), ([\d,]+), (?:SGD|Adam) +\|(.*)\|$/gm;

describe.each(['README.md', 'docs/performance.md'])('%s', (page) => {
  const rows = [...textOf(page).matchAll(row)].map(([, net, batch, cells]) => {
    return { workload: workloadOf(net, batch), cells: cells.split('|').map((one) => one.trim()) };
  });

  test('has the rows', () => {
    expect(rows).toHaveLength(4);
    for (const { cells } of rows) expect(cells).toHaveLength(columns.length);
  });

  // Two digits are printed, and another run gives others: a third is too much.
  test.each(rows)('$workload', ({ workload, cells }) => {
    const ratios = cells.flatMap((cell, i) => {
      const printed = seconds(cell);
      return printed === null ? [] : [printed / columns[i](workload)];
    });
    expect(ratios.length).toBeGreaterThan(2);
    expect(ratios.filter((ratio) => !(ratio > 0.75 && ratio < 1.33))).toEqual([]);
  });
});

test('how many times as fast as PyTorch a small and a large network are', () => {
  const readme = textOf('README.md').replace(/\s+/g, ' ');
  const small = /network trains (\d+) to (\d+) times as fast/.exec(readme) ?? [];
  const torch = fastest('train 2-10-10-1', 'PyTorch eager');
  const ways = ['blasgrad compiled', 'blasgrad scan of 1,000'];
  ways.forEach((way, i) => {
    const ratio = torch / secondsOf('train 2-10-10-1', way);
    expect(ratio).toBeGreaterThan(0.9 * Number(small[i + 1]));
  });
  const [, large] = /784-512-512-10 network is ([\d.]+) times as fast/.exec(readme) ?? [];
  const workload = 'train, batch size 1024';
  const ratio = fastest(workload, 'PyTorch eager') / secondsOf(workload, 'blasgrad compiled');
  expect(Math.abs(Number(large) / ratio - 1)).toBeLessThan(0.1);
});

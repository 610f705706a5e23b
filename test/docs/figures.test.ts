/** The figures on the first page are those of the results of the benchmark that were committed with it. */
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
const { figures } = (JSON.parse(results) as { steps: { figures: readonly Figure[] } }).steps;

/** The fastest of the contestants whose names begin so. */
function fastest(net: string, contestant: string): number {
  const found = figures.filter(
    (result) => result.workload === `train ${net}` && result.contestant.startsWith(contestant),
  );
  return Math.min(...found.map(({ median }) => median));
}

const units: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3 };

function seconds(cell: string): number {
  const [number, unit] = cell.split(' ');
  return Number(number) * units[unit];
}

const readme = textOf('README.md');
const rows = [
  ...readme.matchAll(/^\| ([\d-]+), .*?, (eager|compiled|scan of 1,000) +\|(.*)\|$/gm),
].map(([, net, way, cells]): [string, string, number[]] => [
  net,
  way,
  cells.split('|').map((cell) => seconds(cell.trim())),
]);

test('there are some', () => {
  expect(rows.length).toBeGreaterThan(2);
});

// Two digits, and another run gives others: what is wrong by a third is wrong.
test.each(rows)('%s, %s', (net, way, printed) => {
  const contestants = [`blasgrad ${way}`, 'C with OpenBLAS', 'PyTorch eager', 'TensorFlow.js'];
  const ratios = contestants.map((name, i) => printed[i] / fastest(net, name));
  expect(ratios.filter((ratio) => !(ratio > 0.75 && ratio < 1.33))).toEqual([]);
});

test('how many times faster than PyTorch a small net is', () => {
  const [, least, most] = /network trains (\d+) to (\d+) times as fast/.exec(readme) ?? [];
  const torch = fastest('2-10-10-1', 'PyTorch eager');
  expect(torch / fastest('2-10-10-1', 'blasgrad compiled')).toBeGreaterThan(0.9 * Number(least));
  expect(torch / fastest('2-10-10-1', 'blasgrad scan')).toBeGreaterThan(0.9 * Number(most));
});

/** How the time of a step grows with the width of a network and with the batch size; drawn as charts. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, Missing, peerModule } from '../build';
import { entriesOf, race, reportOf, secondsOf, type Options, type Runs } from '../race';
import { mergeReports, spreadOf, type Report } from '../report';
import { buildFolder } from '../runner';
import { netOf, type NetTrial, type Untimed } from '../trial';
import workloads from '../workloads.json';

/** One point of a chart. */
interface Point {
  readonly contestant: string;
  readonly x: number;
  readonly seconds: number;
}

interface Curve {
  readonly name: string;
  readonly title: string;
  readonly axis: string;
  readonly values: readonly number[];
  readonly net: (value: number) => Partial<NetTrial>;
}

const { net, width, batch } = workloads.growth;
const base = netOf('train', net);
const [inputs, outputs] = [base.sizes[0], base.sizes[base.sizes.length - 1]];

const curves: readonly Curve[] = [
  {
    name: 'width',
    title: `A training step of ${inputs}-h-h-${outputs} ReLU, batch ${width.batch}, Adam, one thread`,
    axis: 'hidden width h',
    values: width.values,
    net: (h) => ({ sizes: [inputs, h, h, outputs], batch: width.batch }),
  },
  {
    name: 'batch',
    title: `A training step of ${net} ReLU, Adam, one thread`,
    axis: 'batch size',
    values: batch.values,
    net: (size) => ({ batch: size }),
  },
];

function draw(folder: string, curve: Curve, points: readonly Point[]): string[] {
  const file = `growth-${curve.name}.svg`;
  try {
    peerModule('vega');
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    process.stderr.write(`bench: no chart: ${error.message}\n`);
    return [];
  }
  const data = join(buildFolder, `growth-${curve.name}.json`);
  writeFileSync(data, JSON.stringify({ title: curve.title, axis: curve.axis, points }));
  mkdirSync(folder, { recursive: true });
  execFileSync(process.execPath, [bundle('chart.mjs'), data, join(folder, file)], {
    stdio: 'inherit',
  });
  return [file];
}

function measure(curve: Curve, options: Options): Report {
  const terms = { ...options, rounds: Math.min(options.rounds, workloads.growth.rounds) };
  const entries = entriesOf('compiled', 'c', 'torch');
  const points: Point[] = [];
  const reports = curve.values.map((value): Report => {
    const trial = {
      ...base,
      ...curve.net(value),
      check: workloads.growth.check,
      tolerance: workloads.growth.tolerance,
    } as Untimed<NetTrial>;
    const name = `train, ${curve.axis} ${value}`;
    const runs: Runs = race(name, trial, entries, terms);
    for (const run of runs.values()) {
      const seconds = spreadOf(secondsOf(run)).median;
      points.push({ contestant: run.label, x: value, seconds });
    }
    return reportOf(name, runs, [
      { of: 'compiled', against: 'c' },
      { of: 'compiled', against: 'torch' },
    ]);
  });
  return mergeReports([
    ...reports,
    {
      figures: [],
      ratios: [],
      versions: {},
      charts: options.draw ? draw(options.folder, curve, points) : [],
    },
  ]);
}

export function growth(options: Options): Report {
  return mergeReports(curves.map((curve) => measure(curve, options)));
}

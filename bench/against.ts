/** `npm run bench -- --against DIR`: compares this checkout with another one, in DIR, in one run. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundle } from './build';
import type { Options } from './race';
import { ratioOf, spreadOf } from './report';
import { buildFolder, interleave, root, type Figures } from './runner';
import { netOf, writeTrial, type NetTrial } from './trial';
import workloads from './workloads.json';

/** A program that runs once for each checkout, and the times in its report. */
interface Comparison {
  readonly what: string;
  readonly file: string;
  readonly trial: string;
  readonly arguments: readonly string[];
  readonly times: (figures: Figures) => Readonly<Record<string, readonly number[]>>;
}

const secondsOf = ({ seconds }: Figures): Record<string, readonly number[]> => ({
  '': seconds as number[],
});

function nets(kind: NetTrial['kind'], modes: readonly string[], options: Options): Comparison[] {
  const { samples, seconds } = options;
  const names = Object.keys(kind === 'train' ? workloads.training : workloads.inference);
  return names.flatMap((name) => {
    const trial = writeTrial(`against ${kind} ${name}`, {
      ...netOf(kind, name),
      samples,
      seconds,
      threads: 1,
    });
    // A scan of a thousand steps of the largest network takes seconds.
    const fitting = modes.filter((mode) => mode !== 'scan' || !name.startsWith('784-512'));
    return fitting.map((mode) => ({
      what: `${kind} ${name}, ${mode}`,
      file: 'step.ts',
      trial,
      arguments: [mode],
      times: secondsOf,
    }));
  });
}

const comparisons: Readonly<Record<string, (options: Options) => Comparison[]>> = {
  steps: (options) => nets('train', ['eager', 'compiled', 'scan'], options),
  infer: (options) => nets('infer', ['eager', 'compiled'], options),
  elementwise: ({ samples, seconds }) => [
    {
      what: 'elementwise',
      file: 'elementwise.ts',
      trial: writeTrial('against elementwise', {
        ...workloads.elementwise,
        samples,
        seconds: seconds / 4,
        threads: 1,
      }),
      arguments: [],
      times: ({ ops }) => {
        const all = Object.entries(ops as Record<string, { seconds: number[] }>);
        return Object.fromEntries(all.map(([name, one]) => [` ${name} of 1M`, one.seconds]));
      },
    },
  ],
  add: ({ samples, seconds }) => [
    {
      what: 'add of 16 + 16 elements,',
      file: 'add.ts',
      trial: writeTrial('against add', { samples, seconds }),
      arguments: [],
      times: ({ native, eager, recorded }) =>
        ({ ' native': native, ' eager': eager, ' with autograd': recorded }) as Record<
          string,
          number[]
        >,
    },
  ],
};

export const comparable = Object.keys(comparisons);

/** Prints for each workload the time of this checkout divided by the other's, and the geometric mean of all ratios. */
export function against(other: string, names: readonly string[], options: Options): void {
  if (!existsSync(join(other, 'dist', 'blasgrad.js'))) {
    throw new RangeError(
      `--against: ${other} has no dist/blasgrad.js; run \`npm run build\` there`,
    );
  }
  // BLASGRAD_ADDON names the addon of this checkout.
  const addon = join(other, 'build', 'all-targets', 'Release', 'blasgrad.node');
  if (!existsSync(addon)) {
    throw new RangeError(
      `--against: ${other} has no addon for all instruction sets; run \`npm run bench -- --quick load\` there`,
    );
  }
  const folder = join(other, buildFolder.slice(root.length));
  mkdirSync(folder, { recursive: true });
  const medians: number[] = [];
  for (const one of names.flatMap((name) => comparisons[name](options))) {
    const ours = bundle(one.file);
    const theirs = join(folder, basename(ours)); // from there 'blasgrad' is the other checkout
    copyFileSync(ours, theirs);
    const jobs = [
      { program: ours, environment: {} },
      { program: theirs, environment: { BLASGRAD_ADDON: addon } },
    ].map(({ program, environment }) => ({
      command: [process.execPath, program, one.trial, ...one.arguments] as const,
      environment,
    }));
    const figures = interleave(options.rounds, new Map(jobs.map((job, i) => [String(i), job])));
    const [a, b] = ['0', '1'].map((name) => (figures.get(name) ?? []).map(one.times));
    for (const name of Object.keys(a[0])) {
      const [new_, old] = [a, b].map((rounds) => rounds.map((r) => spreadOf([...r[name]]).median));
      const { median, low, high } = ratioOf(new_, old);
      medians.push(median);
      const range = `${low.toFixed(3)} to ${high.toFixed(3)}`;
      console.log(`${`${one.what}${name}`.padEnd(44)} ${median.toFixed(3)} (${range})`);
    }
  }
  const mean = Math.exp(medians.reduce((sum, ratio) => sum + Math.log(ratio), 0) / medians.length);
  console.log(`geometric mean of ${medians.length} time ratios: ${mean.toFixed(3)}`);
}

/** A hyperparameter search whose trials train a network for about a second: tune.js TRIAL WORKERS. */
import { isMainThread } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
import { tune } from 'blasgrad';
import type { TrainTrial } from '../trial';
import { runnerOf } from './net';
import { readTrial, report } from './timing';

/** How many trials, and how many training steps in each. */
interface SearchTrial extends TrainTrial {
  readonly trials: number;
  readonly steps: number;
}

/** A trial of the search. */
export default async function run(_: unknown, { data }: tune.Trial<SearchTrial>): Promise<number> {
  const runner = runnerOf(data, 'compiled');
  const check = await runner.check(data.check);
  await runner.repeat(data.steps);
  return check;
}

async function main(): Promise<void> {
  const data = readTrial() as SearchTrial;
  const start = performance.now();
  const { best } = await tune.search({
    space: { none: [0] },
    trials: data.trials,
    run: pathToFileURL(__filename),
    workers: Number(process.argv[3]),
    data,
  });
  report({ check: best.value, seconds: [(performance.now() - start) / 1000 / data.trials] });
}

if (isMainThread) void main();

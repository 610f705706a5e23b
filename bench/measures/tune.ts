/** A hyperparameter search in one worker thread and in two: what the second one gains. */
import { bundle } from '../build';
import { checkAgreement, reportOf, type Options } from '../race';
import type { Report } from '../report';
import type { Command } from '../runner';
import { netOf, writeTrial } from '../trial';
import workloads from '../workloads.json';
import { runAll } from './basics';

export function tune(options: Options): Report {
  const { net, trials, steps } = workloads.tune;
  const name = `a trial of a search, ${steps} steps of ${net}`;
  const { samples, seconds, share } = options;
  const size = { trials, steps: Math.ceil(steps * share) };
  const trial = writeTrial(name, { ...netOf('train', net), ...size, samples, seconds, threads: 1 });
  const program = bundle('tune.ts');
  const command = (count: number): Command => [process.execPath, program, trial, String(count)];
  const runs = runAll(options, {
    one: { label: 'one worker', command: command(1) },
    two: { label: 'two workers', command: command(2) },
  });
  checkAgreement(name, runs.values(), 0);
  return reportOf(name, runs, [{ of: 'two', against: 'one', target: { atLeast: 1.6 } }]);
}

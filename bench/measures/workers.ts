/** Two worker threads that train at the same time, compared with one: how much they slow each other down. */
import { bundle } from '../build';
import { checkAgreement, reportOf, type Options } from '../race';
import { mergeReports, type Report } from '../report';
import type { Command } from '../runner';
import { netOf, writeTrial } from '../trial';
import workloads from '../workloads.json';
import { runAll } from './basics';

export function workers(options: Options): Report {
  const { samples, seconds } = options;
  const program = bundle('workers.ts');
  return mergeReports(
    Object.keys(workloads.training).map((net) => {
      const name = `train ${net} in worker threads`;
      const trial = writeTrial(name, { ...netOf('train', net), samples, seconds, threads: 1 });
      const command = (count: number): Command => {
        return [process.execPath, program, trial, 'compiled', String(count)];
      };
      const runs = runAll(options, {
        one: { label: 'one worker', command: command(1) },
        two: { label: 'each of two workers', command: command(2) },
      });
      checkAgreement(name, runs.values());
      return reportOf(name, runs, [{ of: 'two', against: 'one' }]);
    }),
  );
}

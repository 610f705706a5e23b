/** Batches of a dataset in memory, compared with arrays that plain JavaScript copies. */
import { bundle } from '../build';
import { checkAgreement, reportOf, type Options } from '../race';
import { mergeReports, type Report } from '../report';
import type { Command } from '../runner';
import { writeTrial } from '../trial';
import workloads from '../workloads.json';
import { runAll } from './basics';

export function gather(options: Options): Report {
  const { samples, seconds } = options;
  const { rows, width, batchSizes } = workloads.gather;
  const program = bundle('gather.ts');
  const trials = batchSizes.flatMap((batchSize) =>
    [false, true].map((shuffle) => ({ rows, width, batchSize, shuffle })),
  );
  return mergeReports(
    trials.map((one) => {
      const order = one.shuffle ? 'shuffled' : 'in order';
      const name = `batches of ${one.batchSize} rows of ${width} float32, ${order}`;
      const trial = writeTrial(name, { ...one, samples, seconds, threads: 1 });
      const command = (how: string): Command => [process.execPath, program, trial, how];
      const runs = runAll(options, {
        loader: { label: 'DataLoader', command: command('loader') },
        hand: {
          label: one.shuffle ? 'JavaScript, row by row' : 'JavaScript, slices',
          command: command('hand'),
        },
      });
      checkAgreement(name, runs.values());
      const goal = { of: 'loader', against: 'hand', target: { atLeast: 0.9 } };
      return reportOf(name, runs, [goal]);
    }),
  );
}

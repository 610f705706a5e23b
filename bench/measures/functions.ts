/** Single functions compared with PyTorch, one thread each: one process of a contestant times all of them. */
import { bundle, Missing, python, torchPython } from '../build';
import {
  checkAgreement,
  ratiosOf,
  secondsOf,
  versionsOf,
  type Options,
  type Run,
  type Runs,
} from '../race';
import { mergeReports, spreadOf, type Ratio, type Report, type Target } from '../report';
import type { Command, Figures } from '../runner';
import { writeTrial } from '../trial';
import { runAll } from './basics';

/** A function that both FILE.ts and FILE.py in `contestants` implement. */
export interface Timed {
  readonly name: string;
  /** Its name in the report. */
  readonly workload: string;
  /** How many times as fast as PyTorch it should be. */
  readonly target?: Target;
}

function torchCommand(
  file: string,
  trial: string,
): { torch: { label: string; command: Command } } | null {
  try {
    const command: Command = [torchPython(), python(file), trial];
    return { torch: { label: 'PyTorch', command } };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    process.stderr.write(`bench: PyTorch is left out: ${error.message}\n`);
    return null;
  }
}

/** Times the functions of the contestants in `file` and compares blasgrad's with PyTorch's; `more` adds ratios. */
export function timeFunctions(
  file: string,
  functions: readonly Timed[],
  sizes: object,
  options: Options,
  more: (runsOf: (name: string) => Runs) => Ratio[] = () => [],
): Report {
  const { samples, seconds } = options;
  const trial = writeTrial(file, {
    ...sizes,
    ops: functions.map(({ name }) => name),
    samples,
    seconds: seconds / 4, // many functions in one process
    threads: 1,
  });
  const ours: Command = [process.execPath, bundle(`${file}.ts`), trial];
  const all = runAll(options, {
    ours: { label: 'blasgrad eager', command: ours },
    ...torchCommand(file, trial),
  });
  const one = ({ label, figures }: Run, name: string): Run => ({
    label,
    figures: figures.map((figure) => (figure['ops'] as Record<string, Figures>)[name]),
  });
  const runsOf = (name: string): Runs =>
    new Map([...all].map(([who, run]) => [who, one(run, name)]));
  const reports = functions.map(({ name, workload, target }): Report => {
    const runs = runsOf(name);
    checkAgreement(workload, runs.values());
    return {
      figures: [...runs.values()].map((run) => ({
        workload,
        contestant: run.label,
        unit: { kind: 'time' },
        ...spreadOf(secondsOf(run)),
      })),
      ratios: ratiosOf(workload, runs, [
        { of: 'ours', against: 'torch', ...(target && { target }) },
      ]),
      versions: {},
    };
  });
  return mergeReports([
    ...reports,
    { figures: [], ratios: more(runsOf), versions: versionsOf(all) },
  ]);
}

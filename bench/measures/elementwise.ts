/** Functions of a million float32 elements, eagerly, beside PyTorch's; one thread each. */
import { bundle, Missing, python, torchPython } from '../build';
import { checkAgreement, ratiosOf, secondsOf, type Options, type Run, type Runs } from '../race';
import { mergeReports, spreadOf, type Report } from '../report';
import type { Command, Figures } from '../runner';
import { writeTrial } from '../trial';
import workloads from '../workloads.json';
import { runAll } from './basics';

/** Those that wait for memory, not for arithmetic. */
const cheap = ['add', 'mul', 'to', 'where', 'fill'];

function torchCommand(trial: string): { torch: { label: string; command: Command } } | null {
  try {
    const command: Command = [torchPython(), python('elementwise'), trial];
    return { torch: { label: 'PyTorch', command } };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    process.stderr.write(`bench: PyTorch is left out: ${error.message}\n`);
    return null;
  }
}

export function elementwise(options: Options): Report {
  const { samples, seconds } = options;
  const trial = writeTrial('elementwise', {
    ...workloads.elementwise,
    samples,
    seconds: seconds / 4, // eleven functions in one process
    threads: 1,
  });
  const ours: Command = [process.execPath, bundle('elementwise.ts'), trial];
  const all = runAll(options, {
    ours: { label: 'blasgrad eager', command: ours },
    ...torchCommand(trial),
  });
  const opOf = ({ label, figures }: Run, name: string): Run => ({
    label,
    figures: figures.map((one) => (one['ops'] as Record<string, Figures>)[name]),
  });
  return mergeReports(
    workloads.elementwise.ops.map((name): Report => {
      const workload = `${name} of 1M float32`;
      const runs: Runs = new Map([...all].map(([who, run]) => [who, opOf(run, name)]));
      checkAgreement(workload, runs.values());
      return {
        figures: [...runs.values()].map((run) => ({
          workload,
          contestant: run.label,
          unit: { kind: 'time' },
          ...spreadOf(secondsOf(run)),
        })),
        ratios: ratiosOf(workload, runs, [
          { of: 'ours', against: 'torch', target: { atLeast: cheap.includes(name) ? 0.7 : 1 } },
        ]),
        versions: {},
      };
    }),
  );
}

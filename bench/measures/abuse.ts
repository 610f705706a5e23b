/** Whether the example service survives a mix of good and bad requests while it trains. */
import { bundle } from '../build';
import type { AbuseReport, AbuseTrial } from '../contestants/abuse';
import type { Options } from '../race';
import { spreadOf, type Figure, type Ratio, type Report, type Target } from '../report';
import { figuresOf } from '../runner';
import { writeTrial } from '../trial';
import workloads from '../workloads.json';
import { budget } from './basics';
import { serviceCommand } from './serviceCommand';

export function abuse(options: Options): Report {
  const seconds = Math.max(Math.round(workloads.service.abuse * options.share), 7);
  const workload = `service, ${seconds} s of good, malformed, oversized and slow requests`;
  const trial: AbuseTrial = {
    command: serviceCommand(5),
    seconds,
    clients: 16,
    slowClients: 8,
  };
  const command = [process.execPath, bundle('abuse.ts'), writeTrial('abuse', trial)] as const;
  const told = figuresOf(command, null) as unknown as AbuseReport;
  const wrong = Object.entries(told.wrong).map(([what, count]) => `${what}: ${count}`);
  if (told.exitCode !== 0) wrong.push(`exit code ${String(told.exitCode)}`);
  if (wrong.length > 0) process.stderr.write(`bench: service: ${wrong.join(', ')}\n`);
  const wrongCount = Object.values(told.wrong).reduce((sum, count) => sum + count, 0);
  const figure = (contestant: string, kind: 'time' | 'bytes', value: number): Figure => {
    return { workload, contestant, unit: { kind }, ...spreadOf([value]) };
  };
  const ratio = (compared: string, value: number, target: Target): Ratio => {
    return { workload, compared, ...spreadOf([value]), target };
  };
  const end = figure('SIGTERM to exit', 'time', told.exitSeconds);
  return {
    figures: [
      figure('resident set, first third', 'bytes', told.before),
      figure('resident set, last two thirds', 'bytes', told.after),
      end,
    ],
    ratios: [
      ratio('correct answers / all answers', 1 - wrongCount / told.requests, { atLeast: 1 }),
      ratio('resident set, last two thirds / first third', told.after / told.before, {
        atMost: 1.1,
      }),
      ratio('longest queue / capacity', told.queuePeak / told.queueCapacity, { atMost: 1 }),
      budget(end, told.exitCode === 0 ? 2 : 0, '2 s limit'),
    ],
    versions: {},
  };
}

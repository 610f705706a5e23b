/** Basic costs: a matrix product compared with cblas and the peak of a core, one small op, and loading the library. */
import { bundle, buildC, Missing } from '../build';
import { checkAgreement, ratiosOf, secondsOf, versionsOf, type Options, type Run } from '../race';
import { interleave, type Command } from '../runner';
import { spreadOf, type Figure, type Ratio, type Report, type Unit } from '../report';
import { writeTrial } from '../trial';
import workloads from '../workloads.json';

/** Runs labelled commands, as many rounds as the options say. */
export function runAll(
  options: Options,
  commands: Readonly<Record<string, { label: string; command: Command }>>,
): Map<string, Run> {
  const results = interleave(options.rounds, new Map(Object.entries(commands)));
  return new Map(
    Object.entries(commands).map(([name, { label }]) => [
      name,
      { label, figures: results.get(name) ?? [] },
    ]),
  );
}

/** A figure divided by its limit, which `divisor` names: at most 1 is within the limit. */
export function budget(figure: Figure, limit: number, divisor: string): Ratio {
  const { workload, contestant, median, low, high } = figure;
  const over = { median: median / limit, low: low / limit, high: high / limit };
  return { workload, compared: `${contestant} / ${divisor}`, ...over, target: { atMost: 1 } };
}

/** Speed of a matrix product, compared with cblas_sgemm and with the peak of one core (fused multiply-adds). */
export function gemm(options: Options): Report {
  const { n } = workloads.gemm;
  const workload = `GEMM ${n}^3 float32`;
  const size = [n, options.samples, options.seconds].map(String);
  const trial = writeTrial('gemm', { n, samples: options.samples, seconds: options.seconds });
  const c = (name: string, ...flags: string[]): Command => [buildC(name, ...flags), ...size];
  const ours: Command = [process.execPath, bundle('gemm.ts'), trial];
  let runs: Map<string, Run>;
  try {
    runs = runAll(options, {
      ours: { label: 'blasgrad', command: ours },
      cblas: { label: 'cblas_sgemm in C', command: c('gemm') },
      peak: { label: 'peak of one core', command: c('peak', '-ffp-contract=fast') },
    });
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    process.stderr.write(`bench: gemm is measured without cblas and peak: ${error.message}\n`);
    runs = runAll(options, { ours: { label: 'blasgrad', command: ours } });
  }
  checkAgreement(
    workload,
    [...runs].filter(([name]) => name !== 'peak').map(([, run]) => run),
    0,
  );
  const unit: Unit = { kind: 'speed', operations: 2 * n ** 3 };
  return {
    figures: [...runs.values()].map((run) => ({
      workload,
      contestant: run.label,
      unit,
      ...spreadOf(secondsOf(run)),
    })),
    ratios: ratiosOf(workload, runs, [
      { of: 'ours', against: 'cblas', target: { atLeast: 0.97 } },
      { of: 'ours', against: 'peak', target: { atLeast: 0.85 } },
    ]),
    versions: versionsOf(runs),
  };
}

/** The time of one add of two tensors with 16 elements. */
export function add(options: Options): Report {
  const trial = writeTrial('add', { samples: options.samples, seconds: options.seconds });
  const command: Command = [process.execPath, bundle('add.ts'), trial];
  const [run] = runAll(options, { ours: { label: 'blasgrad', command } }).values();
  const figureOf = (name: string, contestant: string): Figure => ({
    workload: 'add of 16 + 16 elements',
    contestant,
    unit: { kind: 'time' },
    ...spreadOf(run.figures.map((one) => spreadOf(one[name] as number[]).median)),
  });
  const native = figureOf('native', 'native call');
  const eager = figureOf('eager', 'eager call');
  const recorded = figureOf('recorded', 'eager call with autograd');
  return {
    figures: [native, eager, recorded],
    ratios: [budget(native, 300e-9, '300 ns limit'), budget(recorded, 1.5e-6, '1.5 us limit')],
    versions: {},
  };
}

const loadScript = `
  const start = process.hrtime.bigint();
  require('blasgrad');
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  process.stdout.write(JSON.stringify({ seconds: [seconds] }) + '\\n');
`;

/** Loading the built library in a fresh process. */
export function load(options: Options): Report {
  const command: Command = [process.execPath, '-e', loadScript];
  const [run] = runAll(
    { ...options, rounds: 2 * options.rounds },
    { ours: { label: 'blasgrad', command } },
  ).values();
  const figure: Figure = {
    workload: "require('blasgrad')",
    contestant: 'load time',
    unit: { kind: 'time' },
    ...spreadOf(secondsOf(run)),
  };
  return { figures: [figure], ratios: [budget(figure, 0.04, '40 ms limit')], versions: {} };
}

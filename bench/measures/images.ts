/** Networks and layers of images, compared with PyTorch (eager, NCHW) and, for inference, with onnxruntime-node. */
import { bundle, Missing, python, torchPython } from '../build';
import {
  checkAgreement,
  race,
  ratiosOf,
  reportOf,
  secondsOf,
  type Entry,
  type Goal,
  type Options,
  type Run,
  type Runs,
} from '../race';
import { mergeReports, ratioOf, spreadOf, type Ratio, type Report, type Target } from '../report';
import { interleave, type Command, type Figures, type Job } from '../runner';
import { writeTrial, type LayersTrial, type Untimed } from '../trial';
import workloads from '../workloads.json';

const atLeast = (limit: number): { target: Target } => ({ target: { atLeast: limit } });
const atMost = (limit: number): { target: Target } => ({ target: { atMost: limit } });

/** glibc then keeps freed memory, as the library asks it to. Without page faults, large PyTorch operations are faster. */
const tuned = {
  MALLOC_TRIM_THRESHOLD_: '268435456',
  MALLOC_MMAP_THRESHOLD_: '268435456',
};

type NetName = keyof typeof workloads.images.training;
const netNames = Object.keys(workloads.images.training) as NetName[];

/** How many times as fast as PyTorch: with one thread each, and with two each. */
const netTargets: Readonly<Record<NetName, readonly [one: number, two: number]>> = {
  'MNIST net': [1.6, 1.3],
  'LeNet-5': [1.7, 1.3],
  'ResNet-18': [1.3, 1.15],
};

/** The same for a layer forward and backward; two threads: at least 1. */
const layerTargets: readonly (readonly [prefix: string, target: number])[] = [
  ['3x3 stride 2', 1.1],
  ['3x3', 1.05],
  ['1x1', 1.2],
  ['depthwise', 2],
  ['conv1d', 1.1],
  ['batch norm', 1.5],
  ['layer norm 768x128', 2],
  ['layer norm', 1.5],
  ['max pool', 3],
  ['dropout', 2.5],
];

/** The runs, and with the name `best` the faster of two in each round. */
function withBest(runs: Runs, first: string, second: string, label: string): Runs {
  const [a, b] = [runs.get(first), runs.get(second)];
  if (a === undefined || b === undefined) return runs;
  const [left, right] = [secondsOf(a), secondsOf(b)];
  const figures = left.map((seconds, i) => (seconds <= right[i] ? a.figures[i] : b.figures[i]));
  return new Map([...runs, ['best', { label, figures }]]);
}

const bestLabel = 'PyTorch eager, better malloc';

/** Entries of blasgrad and of PyTorch with both settings of malloc. */
function entriesWith(threads: number): Record<string, Entry> {
  const note = (text: string): { note: string } => ({
    note: threads === 1 ? text : `${text === '' ? '' : `${text}, `}${threads} threads`,
  });
  const plain = threads === 1 ? {} : note('');
  return {
    compiled: { who: 'compiled', threads, ...plain },
    torch: { who: 'torch', threads, ...plain },
    tuned: { who: 'torch', threads, ...note('tuned malloc'), environment: tuned },
  };
}

function raceWithPyTorch(
  workload: string,
  trial: Untimed<LayersTrial>,
  threads: number,
  target: number,
  options: Options,
): { runs: Runs; report: Report } {
  const runs = race(workload, trial, entriesWith(threads), options);
  const label = threads === 1 ? bestLabel : `${bestLabel}, ${threads} threads`;
  const goal: Goal = { of: 'compiled', against: 'best', ...atLeast(target) };
  const ratios = ratiosOf(workload, withBest(runs, 'torch', 'tuned', label), [goal]);
  return { runs, report: { ...reportOf(workload, runs, []), ratios } };
}

/** The peak resident set of a training process, compared with PyTorch's default. */
function memoryOf(workload: string, runs: Runs): Report {
  const peaks = (name: string): number[] =>
    (runs.get(name)?.figures ?? []).map((one) => Number(one['maxRss']));
  const [ours, theirs] = [peaks('compiled'), peaks('torch')];
  if (ours.length === 0) return { figures: [], ratios: [], versions: {} };
  const figureOf = (contestant: string, values: number[]): Report['figures'] =>
    values.length === 0
      ? []
      : [{ workload, contestant, unit: { kind: 'bytes' }, ...spreadOf(values) }];
  const compared = 'memory: blasgrad compiled / PyTorch eager';
  const ratios: Ratio[] =
    theirs.length === 0 ? [] : [{ workload, compared, ...ratioOf(ours, theirs), ...atMost(1) }];
  return {
    figures: [...figureOf('blasgrad compiled', ours), ...figureOf('PyTorch eager', theirs)],
    ratios,
    versions: {},
  };
}

function training(options: Options): Report {
  return mergeReports(
    netNames.flatMap((name) => {
      const trial = {
        kind: 'layers',
        task: 'train',
        tolerance: 1e-2, // Adam turns the rounding error of a gradient near zero into a full step
        ...workloads.images.training[name],
      } as unknown as Untimed<LayersTrial>;
      const [one, two] = netTargets[name];
      const { runs, report } = raceWithPyTorch(`train ${name}`, trial, 1, one, options);
      const memory = name === 'ResNet-18' ? [memoryOf(`train ${name}: peak memory`, runs)] : [];
      const both = raceWithPyTorch(`train ${name}, two threads`, trial, 2, two, options);
      return [report, ...memory, both.report];
    }),
  );
}

function inference(options: Options): Report {
  const entries: Record<string, Entry> = {
    compiled: { who: 'compiled' },
    onnx: { who: 'onnx' },
    torch: { who: 'torch' },
  };
  const goals: Goal[] = [
    { of: 'compiled', against: 'onnx', ...atLeast(0.7) },
    { of: 'compiled', against: 'torch' },
  ];
  const reports = netNames.flatMap((name) =>
    workloads.images.inferenceBatches.map((batch) => {
      const net = workloads.images.training[name];
      const trial = {
        kind: 'layers',
        task: 'infer',
        ...net,
        input: [batch, ...net.input.slice(1)],
        check: 1,
      } as unknown as Untimed<LayersTrial>;
      const workload = `infer ${name}, batch ${batch}`;
      return reportOf(workload, race(workload, trial, entries, options), goals);
    }),
  );
  const compared = 'speed: blasgrad compiled / onnxruntime-node';
  const ratios = reports.flatMap((one) =>
    one.ratios.filter((ratio) => ratio.compared === compared),
  );
  return mergeReports([...reports, geometricMean('infer', compared, ratios, 1)]);
}

/** The geometric mean of the medians of some ratios. */
function geometricMean(
  workload: string,
  compared: string,
  ratios: readonly Ratio[],
  limit: number,
): Report {
  if (ratios.length === 0) return { figures: [], ratios: [], versions: {} };
  const mean = (of: 'median' | 'low' | 'high'): number =>
    Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio[of]), 0) / ratios.length);
  const spread = { median: mean('median'), low: mean('low'), high: mean('high') };
  const name = `${workload}, geometric mean of ${ratios.length}`;
  return {
    figures: [],
    ratios: [{ workload: name, compared, ...spread, ...atLeast(limit) }],
    versions: {},
  };
}

/** A program that times all layers, and its variables. */
interface Program {
  readonly label: string;
  readonly command: (trial: string) => Command;
  readonly environment?: NodeJS.ProcessEnv;
}

/** blasgrad as it is and without Winograd's algorithm, and PyTorch with both settings of malloc. */
function programs(): Record<string, Program> {
  const ours = bundle('images.ts');
  const run = (trial: string): Command => [process.execPath, ours, trial];
  const all: Record<string, Program> = {
    compiled: { label: 'blasgrad compiled', command: run },
    direct: {
      label: 'blasgrad compiled, without Winograd',
      command: run,
      environment: { BLASGRAD_WINOGRAD: '0' },
    },
  };
  try {
    const torch = torchPython();
    const peer = (trial: string): Command => [torch, python('images'), trial];
    all['torch'] = { label: 'PyTorch eager', command: peer };
    all['tuned'] = { label: 'PyTorch eager, tuned malloc', command: peer, environment: tuned };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    process.stderr.write(`bench: PyTorch is left out: ${error.message}\n`);
  }
  return all;
}

/** Runs all programs on all layers; the runs of each layer. */
function runLayers(threads: number, { rounds, samples, seconds }: Options): Map<string, Runs> {
  const functions = workloads.images.layers;
  const trial = { functions, samples, seconds: seconds / 2, threads };
  const file = writeTrial(`images layers ${threads}`, trial);
  const all = programs();
  const jobs = Object.entries(all).map(([name, { command, environment }]): [string, Job] => [
    name,
    { command: command(file), threads, ...(environment && { environment }) },
  ]);
  const results = interleave(rounds, new Map(jobs));
  const suffix = threads === 1 ? '' : `, ${threads} threads`;
  return new Map(
    Object.keys(functions).map((layer) => {
      const runs = Object.entries(all).map(([name, { label }]): [string, Run] => {
        const figures = (results.get(name) ?? []).map(({ ops, version }) => ({
          ...(ops as Record<string, Figures>)[layer],
          version,
        }));
        return [name, { label: `${label}${suffix}`, figures }];
      });
      return [layer, new Map(runs)];
    }),
  );
}

/** The largest errors against float64, of the largest value: of the direct algorithm, of Winograd's, and of PyTorch. */
function errorsOf(workload: string, runs: Runs): Ratio[] {
  const limits: Readonly<Record<string, object>> = { compiled: atMost(1e-5), direct: atMost(5e-6) };
  return [...runs].flatMap(([name, { label, figures }]): Ratio[] => {
    if (name === 'tuned') return [];
    const errors = figures.map((one) => Number(one['error']));
    const compared = `error: ${label} / largest value`;
    return [{ workload, compared, ...spreadOf(errors), ...limits[name] }];
  });
}

function layers(threads: number, options: Options): Report {
  const reports = [...runLayers(threads, options)].map(([layer, runs]): Report => {
    const workload = threads === 1 ? layer : `${layer}, two threads`;
    checkAgreement(workload, runs.values());
    const [, limit] = layerTargets.find(([prefix]) => layer.startsWith(prefix)) ?? ['', 1];
    const isConvolution = /^(\d|conv|depthwise)/.test(layer);
    const shown = new Map([...runs].filter(([name]) => name !== 'direct' || isConvolution));
    const ratios = ratiosOf(workload, withBest(runs, 'torch', 'tuned', bestLabel), [
      { of: 'compiled', against: 'best', ...atLeast(threads === 1 ? limit : 1) },
    ]);
    const errors = isConvolution && threads === 1 ? errorsOf(workload, runs) : [];
    return { ...reportOf(workload, shown, []), ratios: [...ratios, ...errors] };
  });
  const speeds = reports
    .flatMap(({ ratios }) => ratios)
    .filter(({ workload, compared }) => /^3x3 \d/.test(workload) && compared.startsWith('speed'));
  if (threads > 1 || speeds.length === 0) return mergeReports(reports);
  return mergeReports([...reports, geometricMean('3x3 layers', speeds[0].compared, speeds, 1.6)]);
}

export function images(options: Options): Report {
  return mergeReports([
    layers(1, options),
    layers(2, options),
    training(options),
    inference(options),
  ]);
}

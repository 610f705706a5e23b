/** Memory: the resident set over a million steps, the arena of a program, the peak of a training process. */
import { bundle } from '../build';
import { budget, runAll } from './basics';
import { entriesOf, race, versionsOf, type Options } from '../race';
import { mergeReports, spreadOf, type Figure, type Report } from '../report';
import { netOf, writeTrial } from '../trial';
import workloads from '../workloads.json';

const bytes = { kind: 'bytes' } as const;

/** The resident set of a process that runs many steps: of the last 60 % compared with the first 40 %. */
function flatness(options: Options): Report {
  const net = '2-10-10-1';
  const steps = Math.ceil(workloads.memory.steps * options.share);
  const trial: object = { ...netOf('train', net), samples: 1, seconds: 0, threads: 1 };
  const file = writeTrial('memory', trial);
  const program = bundle('memory.ts');
  return mergeReports(
    (['compiled', 'eager'] as const).map((mode): Report => {
      const [run] = runAll(
        { ...options, rounds: 1 },
        {
          ours: { label: mode, command: [process.execPath, program, file, mode, String(steps)] },
        },
      ).values();
      const workload = `${steps.toLocaleString('en')} steps of ${net}: resident set`;
      const figureOf = (name: string, when: string): Figure => ({
        workload,
        contestant: `blasgrad ${mode}, ${when}`,
        unit: bytes,
        ...spreadOf(run.figures.map((one) => Number(one[name]))),
      });
      const before = figureOf('before', 'first 40 %');
      const after = figureOf('after', 'last 60 %');
      const growth = {
        ...budget(after, before.median, 'first 40 %'),
        target: { atMost: 1.05 },
      };
      return { figures: [before, after], ratios: [growth], versions: {} };
    }),
  );
}

/** Peak resident set and arena of processes that train the large net. */
function peaks(options: Options): Report {
  const net = '784-512-512-10';
  const entries = entriesOf('compiled', 'eager', 'c', 'torch');
  const runs = race(`${net} memory`, netOf('train', net), entries, { ...options, rounds: 1 });
  const workload = `train ${net}: peak resident set`;
  const figures = new Map(
    [...runs].map(([name, { label, figures: told }]): [string, Figure] => [
      name,
      {
        workload,
        contestant: label,
        unit: bytes,
        ...spreadOf(told.map((one) => Number(one['maxRss']))),
      },
    ]),
  );
  const limit = 150e6;
  const ratios = [...figures]
    .filter(([name]) => name === 'compiled' || name === 'eager')
    .map(([, figure]) => budget(figure, limit, '150 MB limit'));
  const peak: Report = { figures: [...figures.values()], ratios, versions: versionsOf(runs) };
  const stats = runs.get('compiled')?.figures[0];
  return stats === undefined ? peak : mergeReports([peak, arena(net, stats)]);
}

/** The size of a program's arena, compared with the sum of the temporaries that are placed in it. */
function arena(net: string, stats: Readonly<Record<string, unknown>>): Report {
  const workload = `arena of the compiled step of ${net}`;
  const figureOf = (contestant: string, value: unknown): Figure => {
    return { workload, contestant, unit: bytes, ...spreadOf([Number(value)]) };
  };
  const planned = figureOf('arena', stats['arenaBytes']);
  const sum = figureOf('sum of temporaries', stats['temporaryBytes']);
  const ratio = { ...budget(planned, sum.median, sum.contestant), target: { atMost: 0.6 } };
  return { figures: [planned, sum], ratios: [ratio], versions: {} };
}

export function memory(options: Options): Report {
  return mergeReports([flatness(options), peaks(options)]);
}

/** Reports as tables: in the terminal, and as Markdown. */
import Table from 'cli-table3';
import { meets, type Figure, type Ratio, type Report, type Spread, type Unit } from './report';
import { machineLine, type Results } from './results';

const figureHead = ['workload', 'contestant', 'median', 'lowest .. highest'];
const ratioHead = ['workload', 'comparison', 'median', 'lowest .. highest', 'target', 'result'];

function significant(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

export function amount(value: number, unit: Unit): string {
  if (unit.kind === 'speed') return `${(unit.operations / value / 1e9).toFixed(1)} GFLOP/s`;
  if (unit.kind === 'bytes') return `${(value / 1e6).toFixed(1)} MB`;
  const steps: readonly [number, string][] = [
    [1, 's'],
    [1e-3, 'ms'],
    [1e-6, 'us'],
  ];
  const [size, name] = steps.find(([limit]) => value >= limit) ?? [1e-9, 'ns'];
  return `${significant(value / size)} ${name}`;
}

function range(
  { low, high }: Pick<Spread, 'low' | 'high'>,
  show: (value: number) => string,
): string {
  return `${show(low)} .. ${show(high)}`;
}

function figureRow(figure: Figure): string[] {
  const show = (value: number): string => amount(value, figure.unit);
  const { workload, contestant, unit, median, low, high } = figure;
  const ends = unit.kind === 'speed' ? { low: high, high: low } : { low, high }; // of seconds
  return [workload, contestant, show(median), range(ends, show)];
}

function verdict(ratio: Ratio): string {
  const met = meets(ratio);
  if (met === null) return '';
  return met ? 'met' : 'missed';
}

function ratioRow(ratio: Ratio): string[] {
  const { workload, compared, median, target } = ratio;
  const limit =
    target === undefined
      ? ''
      : 'atLeast' in target
        ? `>= ${target.atLeast}`
        : `<= ${target.atMost}`;
  const show = (value: number): string => significant(value);
  return [workload, compared, show(median), range(ratio, show), limit, verdict(ratio)];
}

/** Names a workload in the first of its rows only. */
function grouped(rows: string[][]): string[][] {
  return rows.map(([name, ...cells], i) => [
    i > 0 && rows[i - 1][0] === name ? '' : name,
    ...cells,
  ]);
}

function terminalTable(head: string[], rows: string[][]): string {
  const noLines = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  const table = new Table({ head, style: { head: [], border: [] }, chars: noLines });
  table.push(...grouped(rows));
  return table.toString();
}

/** How many of the ratios that have a target meet it. */
export function targetsMet(ratios: readonly Ratio[]): string {
  const verdicts = ratios.map(meets).filter((met) => met !== null);
  return `${verdicts.filter(Boolean).length} of ${verdicts.length} targets met`;
}

/** Both tables for the terminal. */
export function tablesOf({ figures, ratios }: Report): string {
  return [
    terminalTable(figureHead, figures.map(figureRow)),
    terminalTable(ratioHead, ratios.map(ratioRow)),
  ].join('\n');
}

function markdownTable(head: string[], rows: string[][]): string {
  if (rows.length === 0) return '';
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return `${line(head)}${line(head.map(() => '---'))}${grouped(rows).map(line).join('')}\n`;
}

const intro = `\`npm run bench\` writes this page; a later run of a measure replaces its section.
[Benchmarks](../../docs/internals-benchmarks.md) says how it is measured.

Each figure is the median over interleaved rounds; "lowest .. highest" are the extreme rounds. A comparison divides two
figures: "speed: A / B" of 2 means that A is twice as fast as B, and "A / 40 ms limit" of 0.8 means that A is 20 % below
the limit. Each contestant has one thread unless a label says otherwise.
`;

/** What the measures of bench/measures are. */
const descriptions: Readonly<Record<string, string>> = {
  gemm: 'Speed of a float32 matrix product.',
  steps:
    'Time of a training step. The name of a network gives the sizes of its layers; batch sizes and optimizers are in ' +
    '`bench/workloads.json`.',
  infer: 'Time of a forward pass without gradients.',
  threads: 'Training steps with several threads, and with the default number of threads.',
  workers: 'Training steps in one worker thread, and in two that run at the same time.',
  tune: 'A hyperparameter search in one worker thread, and in two: the time divided by the number of trials.',
  memory: 'Memory of processes that train.',
  elementwise: 'Eager operations on float32 elements, most on a million.',
  dtypes: 'Eager conversions between dtypes, and operations on bytes and half-precision tensors.',
  add: 'Cost of one small operation.',
  gather: 'Batches of a `TensorDataset`, compared with plain JavaScript.',
  load: "Time of `require('blasgrad')` in a new process.",
  growth: 'Time of a compiled training step by the width of the network and by the batch size.',
  service: 'The example service while it trains and answers predictions.',
  images:
    'Networks and layers of images. A layer runs forward and backward, and blasgrad is compiled. PyTorch runs with the ' +
    'default settings of malloc and with settings that keep freed memory; comparisons use the faster one of each round.',
};

/** The description of a measure, also of its results with `--isa`. */
function descriptionOf(name: string): string {
  const measure = name.split(' ')[0];
  return measure in descriptions ? `${descriptions[measure]}\n\n` : '';
}

/** All results as one page. */
export function markdownOf(results: Results): string {
  const sections = Object.entries(results).map(([name, { machine, versions, ...report }]) => {
    const told = Object.entries(versions).map(([who, version]) => `${who} (${version})`);
    const charts = (report.charts ?? []).map((file) => `![${file}](${file})\n\n`).join('');
    return (
      `## ${name}\n\n${descriptionOf(name)}${machine.date}: ${machineLine(machine)}.` +
      `${told.length > 0 ? ` Contestants: ${told.join(', ')}.` : ''}\n\n${charts}` +
      markdownTable(ratioHead, report.ratios.map(ratioRow)) +
      markdownTable(figureHead, report.figures.map(figureRow))
    );
  });
  const summary = targetsMet(Object.values(results).flatMap(({ ratios }) => ratios));
  return `# Benchmark results\n\n${intro}\n${summary}.\n\n${sections.join('')}`;
}

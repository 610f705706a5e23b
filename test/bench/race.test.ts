/** The benchmark's harness on tiny trials: contestants agree, and reports have the right figures. No speeds. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Roster } from '../../bench/contestants';
import { checkAgreement, entriesOf, race, reportOf, type Options } from '../../bench/race';
import { meets, ratioOf, spreadOf, type Report } from '../../bench/report';
import { writeResults, type Machine } from '../../bench/results';
import { amount, tablesOf } from '../../bench/table';
import type { Trial, Untimed } from '../../bench/trial';

const hasCompiler = spawnSync(process.env['CC'] ?? 'cc', ['--version']).status === 0;

const options: Options = {
  rounds: 2,
  samples: 2,
  seconds: 0.001,
  share: 1,
  roster: new Roster(),
  folder: '',
  draw: false,
};

const net = { sizes: [3, 5, 4], batch: 6 } as const;
const layers = {
  kind: 'layers',
  layers: [['Flatten'], ['Linear', 6, 5, { bias: false }], ['Dropout', 0.5], ['Linear', 5, 10]],
  input: [4, 2, 3],
  optimizer: 'Adam',
  lr: 0.01,
  check: 3,
} as const;
const trials: Readonly<Record<string, Untimed<Trial>>> = {
  'SGD, mse, Sigmoid': {
    ...net,
    kind: 'train',
    activation: 'Sigmoid',
    optimizer: 'SGD',
    lr: 0.1,
    loss: 'mse',
    check: 7,
  },
  'Adam, cross-entropy, ReLU': {
    ...net,
    kind: 'train',
    activation: 'ReLU',
    optimizer: 'Adam',
    lr: 0.01,
    loss: 'crossEntropy',
    check: 7,
  },
  'forward pass': { ...net, kind: 'infer', activation: 'ReLU' },
  'layers, Adam': { ...layers, task: 'train' },
  'layers, forward pass': { ...layers, task: 'infer' },
};

test.each(Object.entries(trials))('contestants agree on %s', (name, trial) => {
  const ours = ['eager', 'compiled', 'async'] as const;
  const scan = trial.kind === 'train' ? (['scan'] as const) : [];
  const c = hasCompiler && trial.kind !== 'layers' ? (['c'] as const) : [];
  const entries = entriesOf(...ours, ...scan, ...c);
  const runs = race(`test ${name}`, trial, entries, options); // throws if they do not
  expect([...runs.keys()]).toEqual(Object.keys(entries));

  const report = reportOf(name, runs, [
    { of: 'compiled', against: 'eager', target: { atLeast: 0 } },
    { of: 'compiled', against: 'nobody' },
  ]);
  expect(report.figures.map(({ contestant }) => contestant)).toHaveLength(runs.size);
  expect(report.ratios).toMatchObject([
    { workload: name, compared: 'speed: blasgrad compiled / blasgrad eager' },
  ]);
  for (const { low, median, high } of [...report.figures, ...report.ratios]) {
    expect(low).toBeGreaterThan(0);
    expect(median).toBeGreaterThanOrEqual(low);
    expect(high).toBeGreaterThanOrEqual(median);
  }
});

test('results that differ stop the benchmark', () => {
  const run = (label: string, check: number) => ({ label, figures: [{ check }] });
  expect(() => checkAgreement('w', [run('a', 2), run('b', 2.001)])).not.toThrow();
  expect(() => checkAgreement('w', [run('a', 2), run('b', 2.01)])).toThrow(
    'w: the results disagree: a computed 2, b 2.01',
  );
  expect(() => checkAgreement('w', [run('a', 2), run('b', NaN)])).toThrow('a computed 2, b NaN');
  const several = (label: string, ...check: number[]) => ({ label, figures: [{ check }] });
  expect(() => checkAgreement('w', [several('a', 1, 2), several('b', 1, 2.001)])).not.toThrow();
  expect(() => checkAgreement('w', [several('a', 1, 2), several('b', 1, 3)])).toThrow(
    'w: the results disagree: a computed 1, 2, b 1, 3',
  );
  expect(() => checkAgreement('w', [several('a', 1, 2), several('b', 1)])).toThrow('b 1');
});

test('medians, ranges and ratios', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3 });
  expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, low: 1, high: 4 });
  expect(ratioOf([2, 9, 8], [1, 3])).toEqual({ median: 2.5, low: 2, high: 3 });
});

test.each([
  [{ atLeast: 2 }, 2, true],
  [{ atLeast: 2 }, 1.9, false],
  [{ atMost: 1 }, 1, true],
  [{ atMost: 1 }, 1.1, false],
  [undefined, 5, null],
])('target %p with %p', (target, median, met) => {
  const ratio = { workload: '', compared: '', median, low: median, high: median };
  expect(meets(target === undefined ? ratio : { ...ratio, target })).toBe(met);
});

test.each([
  [2.5, { kind: 'time' }, '2.50 s'],
  [0.0123, { kind: 'time' }, '12.3 ms'],
  [6.2e-7, { kind: 'time' }, '620 ns'],
  [1.5e6, { kind: 'bytes' }, '1.5 MB'],
  [0.01, { kind: 'speed', operations: 2e9 }, '200.0 GFLOP/s'],
] as const)('%p as %p is %p', (value, unit, shown) => {
  expect(amount(value, unit)).toBe(shown);
});

describe('results', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const machine: Machine = {
    date: '2020-01-01',
    cpu: 'a CPU',
    cpus: 2,
    coreType: 'some',
    openblas: '0',
    simd: 'wide',
    defaultThreads: 2,
    system: 'os',
    node: 'v20',
    blasgrad: '0',
  };
  const reportWith = (median: number): Report => ({
    figures: [
      { workload: 'w', contestant: 'c', unit: { kind: 'time' }, median, low: median, high: median },
    ],
    ratios: [
      {
        workload: 'w',
        compared: 'c | d',
        median,
        low: median,
        high: median,
        target: { atLeast: 2 },
      },
    ],
    versions: { d: '7' },
  });

  test('of a measure are replaced by its next run, those of others stay', () => {
    const order = ['first', 'second'];
    writeResults(folder, { second: { machine, ...reportWith(1) } }, order);
    writeResults(folder, { first: { machine, ...reportWith(1.22123) } }, order);
    writeResults(folder, { second: { machine, ...reportWith(3) } }, order);
    const kept = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as Record<
      string,
      Report
    >;
    expect(Object.keys(kept)).toEqual(order);
    expect(kept['first'].figures[0].median).toBe(1.221);
    expect(kept['second'].figures[0].median).toBe(3);
  });

  test('are a page to read', () => {
    const page = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(page).toContain('1 of 2 targets met');
    expect(page).toContain('| w | c \\| d | 1.22 | 1.22 .. 1.22 | >= 2 | missed |');
    expect(page).toContain('| w | c | 3.00 s | 3.00 s .. 3.00 s |');
    expect(page).toContain('Contestants: d (7)');
  });

  test('are tables in the terminal', () => {
    expect(tablesOf(reportWith(3))).toMatch(/c \| d +│ 3\.00 +│ 3\.00 \.\. 3\.00 +│ >= 2 +│ met/);
  });
});

/** Training steps, forward passes and threads, measured on the networks of workloads.json. */
import { entriesOf, race, reportOf, type Entry, type Goal, type Options } from '../race';
import { mergeReports, type Report } from '../report';
import { netOf, type NetTrial } from '../trial';

interface Race {
  readonly kind: NetTrial['kind'];
  readonly net: string;
  /** The name of the workload, if it is not the name of the network. */
  readonly what?: string;
  readonly entries: Readonly<Record<string, Entry>>;
  readonly goals: readonly Goal[];
  /** Multiplies the number of rounds, where a few percent matter. */
  readonly rounds?: number;
}

const atLeast = (limit: number): { target: { atLeast: number } } => ({
  target: { atLeast: limit },
});
const small = entriesOf(
  'eager',
  'compiled',
  'async',
  'scan',
  'c',
  'torch',
  'wasm',
  'wasmTuned',
  'cpu',
);
const large = entriesOf('eager', 'compiled', 'async', 'c', 'torch', 'wasm', 'wasmTuned', 'cpu');
const inference = entriesOf('eager', 'compiled', 'async', 'c', 'torch', 'wasm', 'onnx');

/** Comparisons of the compiled step that have no target. */
const beside = (...names: string[]): Goal[] =>
  names.map((against) => ({ of: 'compiled', against }));

const training: readonly Race[] = [
  {
    kind: 'train',
    net: '2-10-10-1',
    entries: small,
    goals: [
      { of: 'compiled', against: 'torch', ...atLeast(50) },
      { of: 'scan', against: 'torch', ...atLeast(120) },
      { of: 'eager', against: 'torch', ...atLeast(4) },
      ...beside('c', 'wasm', 'wasmTuned', 'cpu'),
    ],
  },
  {
    kind: 'train',
    net: '784-64-10',
    entries: small,
    goals: [
      { of: 'compiled', against: 'torch', ...atLeast(6) },
      { of: 'eager', against: 'torch', ...atLeast(2.5) },
      ...beside('c', 'wasm', 'wasmTuned', 'cpu'),
    ],
  },
  {
    kind: 'train',
    net: '784-512-512-10',
    entries: large,
    goals: [
      { of: 'compiled', against: 'c', ...atLeast(0.95) },
      { of: 'compiled', against: 'torch', ...atLeast(1.4) },
      { of: 'compiled', against: 'wasm', ...atLeast(50) },
      { of: 'eager', against: 'torch', ...atLeast(1.1) },
      ...beside('wasmTuned', 'cpu'),
    ],
  },
];

const forward: readonly Race[] = ['784-512-512-10, batch 1', '784-512-512-10, batch 32'].map(
  (net) => ({
    kind: 'infer',
    net,
    entries: inference,
    goals: [
      { of: 'compiled', against: 'onnx', ...atLeast(1) },
      { of: 'async', against: 'onnx' },
      ...beside('c', 'torch', 'wasm'),
    ],
  }),
);

/** With the default number of threads, a small network may be at most 5 % slower than with one. */
const notSlower = (net: string): Race => ({
  kind: 'train',
  net,
  what: `${net}, default threads`,
  entries: {
    one: { who: 'compiled', note: '1 thread' },
    default: { who: 'compiled', threads: null, note: 'default threads' },
    eagerOne: { who: 'eager', note: '1 thread' },
    eagerDefault: { who: 'eager', threads: null, note: 'default threads' },
  },
  goals: [
    { of: 'default', against: 'one', ...atLeast(0.95) },
    { of: 'eagerDefault', against: 'eagerOne', ...atLeast(0.95) },
  ],
  rounds: 2,
});

const threaded: readonly Race[] = [
  {
    kind: 'train',
    net: '784-512-512-10',
    what: '784-512-512-10, two threads',
    entries: {
      one: { who: 'compiled', note: '1 thread' },
      two: { who: 'compiled', threads: 2, note: '2 threads' },
      cOne: { who: 'c', note: '1 thread' },
      cTwo: { who: 'c', threads: 2, note: '2 threads' },
    },
    goals: [
      { of: 'two', against: 'one', ...atLeast(1.5) },
      { of: 'cTwo', against: 'cOne' },
      { of: 'two', against: 'cTwo' },
    ],
  },
  notSlower('2-10-10-1'),
  notSlower('784-64-10'),
];

function run(races: readonly Race[], options: Options): Report {
  return mergeReports(
    races.map(({ kind, net, what = net, entries, goals, rounds = 1 }) => {
      const name = `${kind} ${what}`;
      const terms = { ...options, rounds: options.rounds * rounds };
      return reportOf(name, race(name, netOf(kind, net), entries, terms), goals);
    }),
  );
}

export const steps = (options: Options): Report => run(training, options);
export const infer = (options: Options): Report => run(forward, options);
export const threads = (options: Options): Report => run(threaded, options);

/** Epochs over a dataset in memory: batches of a DataLoader, or arrays that JavaScript copies. */
import { data, fromArray, randperm, type Tensor } from 'blasgrad';
import { readTrial, report, samplesOf, waveValues } from './timing';

interface GatherTrial {
  rows: number;
  width: number;
  batchSize: number;
  shuffle: boolean;
  samples: number;
  seconds: number;
}

type Values = Tensor | Float32Array | Int32Array;

/** The batches of an epoch: rows of 32-bit floats, and their labels. */
type Epoch = () => Iterable<readonly [rows: Values, labels: Values]>;

function byLoader(
  { width, batchSize, shuffle }: GatherTrial,
  x: Float32Array,
  y: Int32Array,
): Epoch {
  const dataset = new data.TensorDataset(fromArray(x, [y.length, width]), fromArray(y));
  const loader = new data.DataLoader(dataset, { batchSize, shuffle, seed: 1 });
  return () => loader;
}

/** New arrays for each batch, as the loader returns: slices if in order, otherwise row by row. */
function byHand({ width, batchSize, shuffle }: GatherTrial, x: Float32Array, y: Int32Array): Epoch {
  const gathered = (order: Int32Array): [Float32Array, Int32Array] => {
    const rows = new Float32Array(order.length * width);
    const labels = new Int32Array(order.length);
    for (let i = 0; i < order.length; i++) {
      const from = order[i];
      rows.set(x.subarray(from * width, (from + 1) * width), i * width);
      labels[i] = y[from];
    }
    return [rows, labels];
  };
  return function* () {
    const order = shuffle ? (randperm(y.length).data as Int32Array) : null;
    for (let start = 0; start < y.length; start += batchSize) {
      const end = Math.min(start + batchSize, y.length);
      if (order !== null) yield gathered(order.subarray(start, end));
      else yield [x.slice(start * width, end * width), y.slice(start, end)];
    }
  };
}

function sumOf(values: Values): number {
  let sum = 0;
  for (const value of 'data' in values ? values.data : values) sum += Number(value);
  return sum;
}

async function main(): Promise<void> {
  const trial = readTrial() as GatherTrial;
  const x = waveValues(trial.rows * trial.width, 0, 1);
  const y = Int32Array.from({ length: trial.rows }, (_, i) => i % 10);
  const epoch = process.argv[3] === 'loader' ? byLoader(trial, x, y) : byHand(trial, x, y);
  let check = 0;
  for (const [rows, labels] of epoch()) check += sumOf(rows) + sumOf(labels);
  const perEpoch = Math.ceil(trial.rows / trial.batchSize);
  const seconds = await samplesOf((calls) => {
    let batches = 0;
    for (let i = 0; i < calls; i++) for (const _ of epoch()) batches++;
    if (batches !== calls * perEpoch)
      throw new Error(`gather: expected ${perEpoch} batches an epoch`);
  }, trial);
  report({ check, seconds: seconds.map((one) => one / perEpoch) });
}

void main();

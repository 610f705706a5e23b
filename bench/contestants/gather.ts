/** Epochs of a data set in memory: batches of a DataLoader, or arrays sliced by hand. */
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

/** A batch: its rows of 32-bit floats, and their labels. */
type Batch = readonly [rows: ArrayLike<number>, labels: ArrayLike<number>];

function byLoader({ width, batchSize, shuffle }: GatherTrial, x: Float32Array, y: Int32Array) {
  const dataset = new data.TensorDataset(fromArray(x, [x.length / width, width]), fromArray(y));
  const loader = new data.DataLoader(dataset, { batchSize, shuffle, seed: 1 });
  return (use: (batch: [Tensor, Tensor]) => void): void => {
    for (const batch of loader) use(batch);
  };
}

/** New arrays for each batch, as the loader gives: slices in order, else one row after the other. */
function byHand({ width, batchSize, shuffle }: GatherTrial, x: Float32Array, y: Int32Array) {
  return (use: (batch: Batch) => void): void => {
    const order = shuffle ? (randperm(y.length).data as Int32Array) : null;
    for (let start = 0; start < y.length; start += batchSize) {
      const end = Math.min(start + batchSize, y.length);
      if (order === null) {
        use([x.slice(start * width, end * width), y.slice(start, end)]);
        continue;
      }
      const rows = new Float32Array((end - start) * width);
      const labels = new Int32Array(end - start);
      for (let i = start; i < end; i++) {
        const from = order[i];
        rows.set(x.subarray(from * width, (from + 1) * width), (i - start) * width);
        labels[i - start] = y[from];
      }
      use([rows, labels]);
    }
  };
}

async function main(): Promise<void> {
  const trial = readTrial() as GatherTrial;
  const x = waveValues(trial.rows * trial.width, 0, 1);
  const y = Int32Array.from({ length: trial.rows }, (_, i) => i % 10);
  let check = 0;
  let batches = 0;
  let epoch: () => void;
  if (process.argv[3] === 'loader') {
    const loop = byLoader(trial, x, y);
    for (const add of [true, false]) {
      epoch = () => {
        loop(([rows, labels]) => {
          batches++;
          if (add) check += rows.sum().item() + labels.sum().item();
        });
      };
      if (add) epoch();
    }
  } else {
    const loop = byHand(trial, x, y);
    const sum = (values: ArrayLike<number>): number =>
      Array.from(values).reduce((a, b) => a + b, 0);
    for (const add of [true, false]) {
      epoch = () => {
        loop(([rows, labels]) => {
          batches++;
          if (add) check += sum(rows) + sum(labels);
        });
      };
      if (add) epoch();
    }
  }
  const perEpoch = batches;
  const seconds = await samplesOf((calls) => {
    for (let i = 0; i < calls; i++) epoch();
  }, trial);
  report({ check, seconds: seconds.map((one) => one / perEpoch) });
}

void main();

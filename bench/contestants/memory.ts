/** Resident memory over a synchronous loop of eager training steps of a 2-10-10-1 net. */
import { F, manualSeed, nn, optim, randn } from 'blasgrad';
import { report } from './timing';

const steps = Number(process.argv[2] ?? 200_000);
manualSeed(1);
const model = new nn.Sequential(
  new nn.Linear(2, 10),
  new nn.Sigmoid(),
  new nn.Linear(10, 10),
  new nn.Sigmoid(),
  new nn.Linear(10, 1),
);
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
const [x, target] = [randn(1, 2), randn(1, 1)];

function train(count: number): void {
  for (let i = 0; i < count; i++) {
    optimizer.zeroGrad();
    F.mseLoss(model.forward(x), target).backward();
    optimizer.step();
  }
}

/** The largest of several readings: between two collections the resident set swings by some megabytes. */
function peakOver(count: number): number {
  let peak = 0;
  for (let part = 0; part < 20; part++) {
    train(count / 20);
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  return peak;
}

const warm = steps / 10;
const start = process.hrtime.bigint();
const before = peakOver(warm);
const after = peakOver(steps - warm);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
report({ before, after, microseconds: (seconds / steps) * 1e6 });

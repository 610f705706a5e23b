/* global setTimeout */
// Trials of every kind: options of `data` say what goes wrong.
import { existsSync, writeFileSync } from 'node:fs';
import { backend, nn, optim, randn } from 'blasgrad';

export default async function run({ lr, hidden, dropout }, trial) {
  const { fails = [], exits = [], mark, x, table, sleep = 0, touched } = trial.data ?? {};
  if (fails.includes(trial.number)) throw new RangeError(`trial ${trial.number} is broken`);
  if (exits.includes(trial.number)) process.exit(3);
  if (mark !== undefined && !existsSync(mark)) writeFileSync(mark, '');
  if (touched !== undefined) Atomics.add(touched, 0, 1);
  if (sleep > 0) await new Promise((resolve) => setTimeout(resolve, sleep));
  const model = new nn.Linear(4, hidden);
  const optimizer = new optim.SGD(model.parameters(), { lr });
  let loss = randn(1);
  const epochs = Math.min(trial.epochs, 6);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    optimizer.zeroGrad();
    loss = model.forward(randn(8, 4)).pow(2).mean();
    loss.backward();
    optimizer.step();
    trial.report(epoch, loss.item());
  }
  return {
    value: loss.item() + dropout,
    noise: randn(1).item(),
    threads: backend.getNumThreads(),
    sum: x === undefined ? null : x.sum().item(),
    rows: table === undefined ? null : table.length,
  };
}

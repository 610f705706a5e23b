/** Each worker thread has an environment of its own: threads, random numbers, gradients. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { backend } from 'blasgrad';

const library = join(__dirname, '..', '..', 'dist', 'index.js');

const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { F, backend, manualSeed, nn, optim, randn } = require(workerData.library);
  manualSeed(workerData.seed);
  backend.setNumThreads(workerData.threads);
  const model = new nn.Sequential(new nn.Linear(20, 16), new nn.Tanh(), new nn.Linear(16, 1));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const [x, y] = [randn(32, 20), randn(32, 1)];
  let loss = 0;
  for (let step = 0; step < 50; step++) {
    optimizer.zeroGrad();
    const error = F.mseLoss(model.forward(x), y);
    error.backward();
    optimizer.step();
    loss = error.item();
  }
  parentPort.postMessage({ loss, threads: backend.getNumThreads() });
`;

interface Answer {
  loss: number;
  threads: number;
}

function train(seed: number, threads: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { eval: true, workerData: { library, seed, threads } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('workers train at the same time without touching each other', async () => {
  const before = backend.getNumThreads();
  const [first, other, again] = await Promise.all([train(1, 1), train(2, 2), train(1, 1)]);
  expect(again.loss).toBe(first.loss);
  expect(other.loss).not.toBe(first.loss);
  expect([first.threads, other.threads, backend.getNumThreads()]).toEqual([1, 2, before]);
});

test('a worker that is terminated in the midst of training ends', async () => {
  const endless = program.replace('step < 50', 'true');
  const worker = new Worker(endless, { eval: true, workerData: { library, seed: 1, threads: 2 } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await expect(worker.terminate()).resolves.toBe(1);
});

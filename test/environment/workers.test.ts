/** Each worker thread has its own number of threads, random numbers and gradients. */
import { Worker } from 'node:worker_threads';
import { backend } from 'blasgrad';
import { fine, runProgram } from '../support/process';
import { library } from '../support/programs';

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

test('more threads multiply matrices at once than OpenBLAS was built for', async () => {
  const program = `
    const { backend, ones } = require('blasgrad');
    backend.setNumThreads(1000);
    const [side, inner] = [64, 4096]; // one product takes longer than a turn of the system's scheduler
    const a = ones(1, side, inner).expand(2000, side, inner);
    const product = a.matmul(ones(1, inner, side).expand(2000, inner, side));
    console.log(product.eq(inner).all().item());
  `;
  expect(await runProgram(program)).toEqual({ ...fine, stdout: '1\n' });
});

test('workers train at the same time without touching each other', async () => {
  const before = backend.getNumThreads();
  const [first, other, again] = await Promise.all([train(1, 1), train(2, 2), train(1, 1)]);
  expect(again.loss).toBe(first.loss);
  expect(other.loss).not.toBe(first.loss);
  expect([first.threads, other.threads, backend.getNumThreads()]).toEqual([1, 2, before]);
});

test('a worker that is terminated during training ends', async () => {
  const endless = program.replace('step < 50', 'true');
  const worker = new Worker(endless, { eval: true, workerData: { library, seed: 1, threads: 2 } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await expect(worker.terminate()).resolves.toBe(1);
});

test('eight workers train at once, eagerly and compiled, with the results of one alone', async () => {
  const body = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { F, backend, compile, manualSeed, nn, optim, randn } = require(workerData.library);
    backend.setNumThreads(2);
    manualSeed(workerData.seed);
    const model = new nn.Sequential(new nn.Linear(64, 256), new nn.GELU(), new nn.Linear(256, 8));
    const optimizer = new optim.Adam(model.parameters());
    const step = (x, y) => {
      optimizer.zeroGrad();
      const loss = F.mseLoss(model.forward(x), y);
      loss.backward();
      optimizer.step();
      return loss;
    };
    const [xs, ys] = [randn(30, 128, 64), randn(30, 128, 8)];
    (async () => {
      if (workerData.compiled) await compile(step).scanAsync(xs, ys);
      else for (let i = 0; i < 30; i++) step(xs.select(0, i), ys.select(0, i));
      parentPort.postMessage(step(xs.select(0, 0), ys.select(0, 0)).item());
    })();
  `;
  // Seeds 0 to 3, each twice: once eagerly, once compiled.
  const program = `
    const { Worker } = require('node:worker_threads');
    const train = (i) =>
      new Promise((resolve, reject) => {
        const workerData = { library: ${JSON.stringify(library)}, seed: i % 4, compiled: i >= 4 };
        const worker = new Worker(${JSON.stringify(body)}, { eval: true, workerData });
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    (async () => {
      const alone = await train(0);
      const losses = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(train));
      const same = losses.every((loss, i) => loss === losses[i % 4]);
      console.log(same, losses[0] === alone, new Set(losses).size);
    })();
  `;
  expect(await runProgram(program)).toEqual({ ...fine, stdout: 'true true 4\n' });
});

test('a worker during a scan that would take hours ends when it is told', async () => {
  const body = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { compile, ones } = require(workerData);
    const w = ones(64, 64);
    const step = compile(() => (w.matmul(w), []));
    step();
    parentPort.postMessage('running');
    step.scan({ steps: 2 ** 32 });
  `;
  const worker = new Worker(body, { eval: true, workerData: library });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(worker.terminate()).resolves.toBe(1);
});

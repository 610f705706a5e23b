/**
 * Uses memory and threads of the addon in all ways, for ThreadSanitizer and LeakSanitizer: eager and compiled training,
 * background runs that finish, are aborted, fail and are dropped, and worker threads.
 */
import { Worker } from 'node:worker_threads';
import * as blasgrad from 'blasgrad';

const { backend, compile, data, F, Generator, nn, optim, randn, randint, tensor, zeros } = blasgrad;
type Tensor = blasgrad.Tensor;

function training() {
  const model = new nn.Sequential(
    new nn.Linear(32, 64),
    new nn.Dropout(0.1),
    new nn.Linear(64, 10),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const step = (x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { step, x: randn(48, 32), y: randint(10, [48], { dtype: 'int32' }) };
}

/** Loops large enough to be split over the threads of the pool. */
function wide(): void {
  const generator = new Generator(1); // a background run has the default one
  const x = randn(300_000, { generator });
  const index = randint(300_000, [60_000], { dtype: 'int32', generator });
  const square = x.narrow(0, 0, 65_536).reshape(256, 256);
  const sum = x.exp().add(x).mul(0.5).sum();
  const product = square.matmul(square);
  const sorted = x.narrow(0, 0, 50_000).sort().values;
  const picked = x.indexSelect(0, index);
  const scores = square.softmax(1);
  for (const one of [sum, product, sorted, picked, scores]) one.data.at(0);
}

/** Loops in such quick succession that helpers of the pool do not sleep between them: atomics alone order what they see. */
function quick(): void {
  const chain = compile((x: Tensor) => {
    let y = x;
    for (let i = 0; i < 200; i++) y = y.sigmoid();
    return y.sum();
  });
  const x = zeros(100_000);
  for (let i = 0; i < 10; i++) chain(x);
}

async function beside(): Promise<void> {
  const { step, x, y } = training();
  const compiled = compile(step);
  compiled(x, y);
  const [xs, ys] = [randn(40, 48, 32), randint(10, [40, 48], { dtype: 'int32' })];
  for (let round = 0; round < 3; round++) {
    const run = compiled.scanAsync(xs, ys, { onProgress: () => undefined });
    wide(); // the pool of this thread and that of the runner work at the same time
    await run;
    await compiled.runAsync(x, y);
  }
  const abort = new AbortController();
  const stopped = compiled.scanAsync(xs, ys, { signal: abort.signal }).catch(() => undefined);
  abort.abort();
  await stopped;
  const pick = compile((table: Tensor, index: Tensor) => table.indexSelect(0, index));
  pick(zeros(4, 2), tensor([1, 2], { dtype: 'int32' }));
  await pick.runAsync(zeros(4, 2), tensor([1, 9], { dtype: 'int32' })).catch(() => undefined);
  pick.dispose();
}

function eager(): void {
  const { step, x, y } = training();
  for (let i = 0; i < 20; i++) step(x, y);
  const loader = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: 7, shuffle: true });
  for (const [inputs, labels] of loader) step(inputs, labels);
  for (const bad of [() => x.matmul(x), () => zeros(2 ** 45), () => x.index([9e9])]) {
    try {
      bad();
    } catch {
      // a refusal frees what it has taken
    }
  }
  for (let i = 0; i < 20; i++) {
    const once = compile((a: Tensor) => a.mul(i).sum()); // thrown away without dispose
    once(x);
  }
}

/** The end of the process while a run is in flight; not for LeakSanitizer, for which V8 leaves its memory behind. */
function inFlight(): void {
  const fn = compile((x: Tensor) => x.matmul(x).tanh());
  fn(randn(64, 64));
  void fn.scanAsync(randn(2000, 64, 64));
  setTimeout(() => process.exit(), 20);
}

/** The same in another environment of the process, which ends while a run is in flight. */
function inWorker(): Promise<void> {
  const source = `
    const { compile, randn } = require(${JSON.stringify(require.resolve('blasgrad'))});
    const fn = compile((x) => x.matmul(x).tanh());
    const xs = randn(2000, 64, 64);
    fn(randn(64, 64));
    void fn.scanAsync(xs);
    setTimeout(() => process.exit(0), 20);`;
  return new Promise((resolve, reject) => {
    new Worker(source, { eval: true }).on('exit', () => resolve()).on('error', reject);
  });
}

async function main(): Promise<void> {
  backend.setNumThreads(3);
  eager();
  wide();
  quick();
  await Promise.all([beside(), inWorker(), inWorker()]);
  backend.setNumThreads(2);
  await beside();
  console.log('done');
  if (process.argv[2] === 'exit') inFlight();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

// The same as an ES module, eagerly, in a worker thread.
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { F, manualSeed, nn, optim, tensor } from 'blasgrad';

if (isMainThread) {
  new Worker(fileURLToPath(import.meta.url)).on('message', (found) => {
    console.log(JSON.stringify(found));
  });
} else {
  manualSeed(1);
  const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]); // prettier-ignore
  const y = tensor([0, 1, 1, 0], { dtype: 'int32' });
  const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 2));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
  let loss;
  for (let i = 0; i < 200; i++) {
    optimizer.zeroGrad();
    loss = F.crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
  }
  const labels = model.forward(x).argmax(1).toArray();
  parentPort.postMessage({ node: process.version, labels, loss: loss.item() });
}

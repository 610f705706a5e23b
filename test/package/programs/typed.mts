// The same in TypeScript, with the types of the library everywhere.
import { F, manualSeed, nn, optim, tensor, type Tensor } from 'blasgrad';

manualSeed(1);
const x: Tensor = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const y: Tensor = tensor([0, 1, 1, 0], { dtype: 'int32' });
const model: nn.Module = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 2));
const optimizer: optim.Optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
let loss = Infinity;
for (let step = 0; step < 200; step++) {
  optimizer.zeroGrad();
  const error: Tensor = F.crossEntropy(model.forward(x), y);
  error.backward();
  optimizer.step();
  loss = error.item();
}
console.log(
  JSON.stringify({ node: process.version, labels: model.forward(x).argmax(1).toArray(), loss }),
);

export function wrong(): void {
  // @ts-expect-error: a learning rate is a number
  new optim.SGD(model.parameters(), { lr: 'fast' });
}

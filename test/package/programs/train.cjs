// Learns exclusive or, and prints what a test checks.
const { readFileSync } = require('node:fs');
const { backend, compile, F, manualSeed, nn, optim, tensor } = require('blasgrad');

manualSeed(1);
const x = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const y = tensor([0, 1, 1, 0], { dtype: 'int32' });
const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 2));
const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
const step = compile((inputs, labels) => {
  optimizer.zeroGrad();
  const loss = F.crossEntropy(model.forward(inputs), labels);
  loss.backward();
  optimizer.step();
  return loss;
});
let loss;
for (let i = 0; i < 200; i++) loss = step(x, y).item();
const libraries = readFileSync('/proc/self/maps', 'utf8').match(/\/\S+\.(so[.\d]*|node)$/gm);
console.log(
  JSON.stringify({
    node: process.version,
    version: backend.info().version,
    labels: model.forward(x).argmax(1).toArray(),
    loss,
    libraries: [...new Set(libraries)],
  }),
);

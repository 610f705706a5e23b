// Uses what the library loads on first use: worker threads, zip archives, protocol buffers.
const { statSync } = require('node:fs');
const { join } = require('node:path');
const { data, io, nn, zeros } = require('blasgrad');

async function main() {
  const model = new nn.Linear(3, 2);
  await io.saveNpz('model.npz', model.stateDict(), { compress: true });
  const { weight } = await io.loadNpz('model.npz');
  await io.saveCheckpoint('checkpoints', { model, step: 7 });
  const { step } = await io.loadCheckpoint('checkpoints', { model });
  await io.exportOnnx(model, zeros(1, 3), 'model.onnx');
  const images = await data.WorkerDataset.load(join(__dirname, 'images.cjs'));
  const batches = [];
  const loader = new data.DataLoader(images, { batchSize: 4, workers: 1 });
  for await (const batch of loader) batches.push(batch.toArray());
  console.log(
    JSON.stringify({
      same: weight.sub(model.weight).abs().sum().item() === 0,
      step,
      onnx: statSync('model.onnx').size > 0,
      batches,
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

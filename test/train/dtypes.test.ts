/** Training on bytes, with labels of other dtypes. */
import { data, F, manualSeed, metrics, nn, optim, randint, train } from 'blasgrad';
import { numbersOf, resultsOf } from './support';

async function trained(labelType: 'int32' | 'int64', compile: boolean) {
  manualSeed(3);
  const images = randint(0, 256, [40, 6]).to('uint8');
  const labels = images.select(1, 0).to('int32').ge(128).to(labelType);
  const dataset = new data.TensorDataset(images, labels);
  const model = new nn.Sequential(new data.transforms.Normalize(0.5, 0.25), new nn.Linear(6, 2));
  const history = await train({
    model,
    loss: F.crossEntropy,
    optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
    loader: new data.DataLoader(dataset, { batchSize: 8, shuffle: true }),
    validation: new data.DataLoader(dataset, { batchSize: 16 }),
    metrics: { accuracy: metrics.accuracy(), f1: metrics.f1(), top: metrics.topK(1) },
    epochs: 3,
    compile,
    handleSignals: false,
  });
  return { results: resultsOf(history), numbers: numbersOf(model) };
}

test.each([true, false])('labels may be int64 or int32, compile: %p', async (compile) => {
  const expected = await trained('int32', compile);
  expect(await trained('int64', compile)).toEqual(expected);
});

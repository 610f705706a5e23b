import { manualSeed, noGrad, rand, type data, type Tensor } from 'blasgrad';
import { loadDigits, pixels } from '../../examples/demo/digits';
import { buildLayers, digitsAsTensors, forward, train } from '../../examples/lessons/mnist-forward';
import { runExample } from '../support/examples';

test('forward gives every step', () => {
  const { z1, a1, z2, probabilities } = noGrad(() => forward(buildLayers(), rand(10, pixels)));
  expect([z1, a1, z2, probabilities].map(({ shape }) => shape)).toEqual([
    [10, 64],
    [10, 64],
    [10, 10],
    [10, 10],
  ]);
  for (const total of probabilities.sum(1).data) expect(total).toBeCloseTo(1, 5);
});

describe('training', () => {
  const digits = loadDigits();

  /** The first of every `n` digits. */
  function some({ images, labels }: typeof digits.train, n: number) {
    const chosen = Array.from(labels.keys()).filter((i) => i % n === 0);
    const parts = chosen.flatMap((i) => Array.from(images.subarray(i * pixels, (i + 1) * pixels)));
    return digitsAsTensors({
      images: Uint8Array.from(parts),
      labels: Int32Array.from(chosen, (i) => labels[i]),
    });
  }

  test('learns digits by heart, and stops when it knows them', () => {
    manualSeed(1);
    const few: data.TensorDataset<[Tensor, Tensor]> = some(digits.train, 80);
    const layers = buildLayers();
    const epochs = [...train(layers, few, few, { epochs: 100, lr: 0.5, enough: 0.02 })];
    const last = epochs[epochs.length - 1];
    expect(epochs.length).toBeLessThan(100);
    expect(last.loss).toBeLessThan(0.02);
    expect(last.trainAccuracy).toBe(1);
    expect(epochs[0].loss).toBeGreaterThan(1);
  });

  test('tells its story', async () => {
    const output = await runExample('mnist-forward', '--epochs', '1');
    expect(output).toContain('z = x W^T + b: (10 x 784) times (784 x 64) gives (10 x 64)');
    expect(output).toContain('hidden.weight[:2, :3]');
    const share = /test accuracy (.*) %/.exec(output)?.[1];
    expect(Number(share)).toBeGreaterThan(85);
  });
});

import { data, fromArray, nn, noGrad, tensor } from 'blasgrad';
import {
  cacheByHand,
  MultilayerPerceptron,
  Perceptron,
  perceptronByHand,
  softmaxByHand,
} from '../../examples/lessons/perceptron';
import { flat, largestDistance, readSeeds, runExample } from '../support/examples';
import { plainOf } from '../support/plain';

const perceptron = readSeeds('perceptron') as {
  weight4digits: number[][];
  bias4digits: number[];
  logits: number[];
  sigmoid: number[];
};

const mlp = readSeeds('mlp_2_5_5_5_2') as {
  layers: { weight: number[][]; bias: number[] }[];
  cache: number[][][];
  softmax4digits: number[][];
};

describe('perceptron', () => {
  const model = new Perceptron(2);
  const [w] = perceptron.weight4digits;
  const [b] = perceptron.bias4digits;
  model.loadStateDict({
    'linear.weight': tensor(perceptron.weight4digits),
    'linear.bias': tensor(perceptron.bias4digits),
  });
  // The notebook does not print its points, so these are chosen to give its logits.
  const length = w[0] ** 2 + w[1] ** 2;
  const x = tensor(perceptron.logits.map((z) => w.map((wi) => (wi * (z - b)) / length)));

  test('has named parameters', () => {
    const shapes = model.namedParameters().map(([name, { shape }]) => [name, ...shape]);
    expect(shapes).toEqual([
      ['linear.weight', 1, 2],
      ['linear.bias', 1],
    ]);
  });

  test('gives logits and, if asked, probabilities', () => {
    const logits = model.forward(x);
    const probabilities = model.forward(x, { applySigmoid: true });
    expect(logits.shape).toEqual([10]);
    expect(largestDistance(plainOf(logits).data, perceptron.logits)).toBeLessThan(2e-6);
    expect(largestDistance(plainOf(probabilities).data, perceptron.sigmoid)).toBeLessThan(2e-6);
  });

  test('is reproduced step by step', () => {
    const [weight, bias] = model.parameters();
    const byHand = noGrad(() => perceptronByHand(x, weight, bias));
    expect(largestDistance(plainOf(byHand.logits).data, perceptron.logits)).toBeLessThan(2e-6);
    expect(largestDistance(plainOf(byHand.probabilities).data, perceptron.sigmoid)).toBeLessThan(
      2e-6,
    );
  });
});

describe('multilayer perceptron', () => {
  const model = new MultilayerPerceptron(2, 5, 2, 3, nn.Sigmoid);
  model.loadStateDict(
    Object.fromEntries(
      mlp.layers.flatMap(({ weight, bias }, i) => {
        const name = i < 3 ? `layers.${2 * i}` : 'output';
        return [
          [`${name}.weight`, tensor(weight)],
          [`${name}.bias`, tensor(bias)],
        ];
      }),
    ),
  );
  const output = model.forward(tensor(mlp.cache[0]));

  test('keeps the 8 values of the last forward', () => {
    expect(model.lastForwardCache.length).toBe(8);
    model.lastForwardCache.forEach((entry, i) => {
      expect(largestDistance(plainOf(entry).data, flat(mlp.cache[i]))).toBeLessThan(2e-6);
    });
    expect(output.toArray()).toEqual(model.lastForwardCache[7].toArray());
  });

  test('has a cache whose entries follow from one another', () => {
    const byHand = cacheByHand(model);
    expect(byHand.length).toBe(7);
    byHand.forEach((entry, i) => {
      expect(largestDistance(plainOf(entry).data, flat(mlp.cache[i + 1]))).toBeLessThan(2e-6);
    });
  });

  test.each([nn.Sigmoid, nn.Tanh, nn.ReLU])('is reproduced with %p', (Activation) => {
    const other = new MultilayerPerceptron(3, 4, 2, 2, Activation);
    const { x } = data.gaussianClusters({ centers: [[0, 0, 0]], batchSize: 20, seed: 3 });
    other.forward(x);
    const byHand = cacheByHand(other);
    byHand.forEach((entry, i) => {
      const cached = plainOf(other.lastForwardCache[i + 1]).data;
      expect(largestDistance(plainOf(entry).data, cached)).toBeLessThan(2e-6);
    });
  });

  test('gives probabilities, if asked', () => {
    const probabilities = model.forward(fromArray(new Float32Array(flat(mlp.cache[0])), [10, 2]), {
      applySoftmax: true,
    });
    expect(largestDistance(plainOf(probabilities).data, flat(mlp.softmax4digits))).toBeLessThan(
      6e-5,
    );
    const byHand = softmaxByHand(output.detach());
    expect(largestDistance(plainOf(byHand).data, plainOf(probabilities).data)).toBeLessThan(2e-6);
  });
});

test('tells its story', async () => {
  const output = await runExample('perceptron');
  expect(output).toContain('linear.weight  1 x 2');
  expect(output).toContain('7 output');
  expect(output).toContain('largest difference from softmax by hand');
});

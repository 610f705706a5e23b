// One neuron, then layers of neurons; every number of both is computed again by hand from the weights:
// npm run example perceptron
import { data, F, manualSeed, nn, noGrad, type Tensor } from 'blasgrad';
import { decimals, distance, sizes, table, tiny, title } from './support/print';

const clusters = {
  centers: [
    [3, 3],
    [3, -2],
  ],
  labels: [0, 1],
};

/** One weighted sum, with an optional sigmoid: (batch, inputSize) to (batch). */
export class Perceptron extends nn.Module<[x: Tensor, options?: { applySigmoid?: boolean }]> {
  readonly linear: nn.Linear;

  constructor(inputSize: number) {
    super();
    this.linear = new nn.Linear(inputSize, 1);
  }

  override forward(x: Tensor, { applySigmoid = false } = {}): Tensor {
    const logits = this.linear.forward(x).squeeze(1);
    return applySigmoid ? F.sigmoid(logits) : logits;
  }
}

/** The output of a perceptron by hand, from its weight (1, inputs) and bias (1). */
export function perceptronByHand(x: Tensor, weight: Tensor, bias: Tensor) {
  const products = x.mul(weight);
  const sums = products.sum(1);
  const logits = sums.add(bias);
  return { products, logits, probabilities: logistic(logits) };
}

function logistic(z: Tensor): Tensor {
  return z.neg().exp().add(1).reciprocal();
}

/** Hidden layers of one size, each with an activation, then a last layer and an optional softmax. */
export class MultilayerPerceptron extends nn.Module<
  [x: Tensor, options?: { applySoftmax?: boolean }]
> {
  readonly layers = new nn.ModuleList();
  readonly output: nn.Linear;
  /** The values of the last forward pass: input, result of each layer and activation, output. */
  lastForwardCache: Tensor[] = [];

  constructor(
    inputSize: number,
    hiddenSize: number,
    outputSize: number,
    numHiddenLayers = 1,
    hiddenActivation: new () => nn.Module = nn.Sigmoid,
  ) {
    super();
    for (let i = 0; i < numHiddenLayers; i++) {
      this.layers.append(new nn.Linear(i === 0 ? inputSize : hiddenSize, hiddenSize));
      this.layers.append(new hiddenActivation());
    }
    this.output = new nn.Linear(numHiddenLayers === 0 ? inputSize : hiddenSize, outputSize);
  }

  override forward(x: Tensor, { applySoftmax = false } = {}): Tensor {
    this.lastForwardCache = [x.detach()];
    let value = x;
    for (const layer of [...this.layers, this.output]) {
      value = layer.forward(value);
      this.lastForwardCache.push(value.detach());
    }
    return applySoftmax ? F.softmax(value, 1) : value;
  }
}

/** All entries of a cache except the first, each computed by hand from the previous one. */
export function cacheByHand(model: MultilayerPerceptron): Tensor[] {
  return [...model.layers, model.output].map((layer, i) => {
    const before = model.lastForwardCache[i];
    return layer instanceof nn.Linear
      ? linearByHand(before, layer)
      : activationByHand(before, layer);
  });
}

function linearByHand(x: Tensor, { weight, bias }: nn.Linear): Tensor {
  const products = x.matmul(weight.detach().T);
  return bias === null ? products : products.add(bias.detach());
}

function activationByHand(z: Tensor, activation: nn.Module): Tensor {
  if (activation instanceof nn.Sigmoid) return logistic(z);
  if (activation instanceof nn.ReLU) return z.mul(z.gt(0));
  if (activation instanceof nn.Tanh) return logistic(z.mul(2)).mul(2).sub(1);
  throw new RangeError(`there is no formula here for ${activation.constructor.name}`);
}

/** softmax(z) = e^z / sum of e^z, row by row. */
export function softmaxByHand(z: Tensor): Tensor {
  const powers = z.exp();
  return powers.div(powers.sum(1, { keepdim: true }));
}

function printPoints(x: Tensor, y: Tensor): void {
  title('Points around two centres');
  console.log(`x: ${x.dtype} ${sizes(x)}, y: ${y.dtype} ${sizes(y)}`);
  table(
    ['centre', 'label', 'points', 'mean x1', 'mean x2'],
    clusters.centers.map((center, i) => {
      const label = clusters.labels[i];
      const own = x.indexSelect(0, y.eq(label).nonzero().squeeze(1));
      return [`(${center.join(', ')})`, label, own.shape[0], ...decimals(own.mean(0), 2)];
    }),
  );
}

function printPerceptron(x: Tensor): void {
  title('A perceptron: one Linear layer and an optional sigmoid');
  const model = new Perceptron(2);
  console.log(String(model));
  table(
    ['parameter', 'shape', 'values'],
    model.namedParameters().map(([name, one]) => [name, sizes(one), decimals(one).join('  ')]),
  );

  console.log('\ncomputed by hand: logit = x1 w1 + x2 w2 + b, probability = 1 / (1 + e^-logit)');
  const [weight, bias] = model.parameters();
  const byHand = perceptronByHand(x, weight, bias);
  const logits = model.forward(x);
  const probabilities = model.forward(x, { applySigmoid: true });
  table(
    ['x1', 'x2', 'x1 w1', 'x2 w2', 'logit', 'probability'],
    decimals(byHand.logits).map((logit, i) => [
      ...decimals(x.select(0, i)),
      ...decimals(byHand.products.select(0, i)),
      logit,
      decimals(byHand.probabilities)[i],
    ]),
  );
  console.log(
    `largest difference from the module: logits ${tiny(distance(logits, byHand.logits))}, ` +
      `probabilities ${tiny(distance(probabilities, byHand.probabilities))}`,
  );
}

function printMultilayerPerceptron(x: Tensor): void {
  title('A multilayer perceptron: three hidden layers in a ModuleList');
  const model = new MultilayerPerceptron(2, 5, 2, 3, nn.Sigmoid);
  console.log(String(model));
  const logits = model.forward(x);

  console.log('\nlastForwardCache, and the difference of each entry from a computation by hand');
  const names = ['input', ...[...model.layers].map((layer) => layer.constructor.name), 'output'];
  const byHand = cacheByHand(model);
  table(
    ['entry', 'shape', 'first point', 'difference'],
    model.lastForwardCache.map((entry, i) => [
      `${i} ${names[i]}`,
      sizes(entry),
      decimals(entry.select(0, 0)).join(' '),
      i === 0 ? '' : tiny(distance(entry, byHand[i - 1])),
    ]),
  );

  const probabilities = model.forward(x, { applySoftmax: true });
  console.log('\nsoftmax: e^logit / sum of e^logit over the classes, a probability for each class');
  table(
    ['logits', 'probabilities'],
    [0, 1, 2].map((i) => [
      decimals(logits.select(0, i)).join('  '),
      decimals(probabilities.select(0, i)).join('  '),
    ]),
  );
  console.log(
    `largest difference from softmax by hand: ${tiny(distance(probabilities, softmaxByHand(logits)))}`,
  );
}

function main(): void {
  manualSeed(1337);
  const { x, y } = data.gaussianClusters({ ...clusters, batchSize: 10 });
  printPoints(x, y);
  noGrad(() => {
    printPerceptron(x);
    printMultilayerPerceptron(x);
  });
}

if (require.main === module) main();

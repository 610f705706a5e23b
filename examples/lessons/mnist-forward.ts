// A 784-64-10 network in detail: shapes, slices of the weights, every step of the forward pass, then training until
// convergence: npm run example mnist-forward -- --epochs 40 --seed 1
import { parseArgs } from 'node:util';
import { data, F, fromArray, manualSeed, nn, noGrad, optim, slice, type Tensor } from 'blasgrad';
import { classes, loadDigits, pixels, type Digits } from '../demo/digits';
import { decimals, distance, numbers, sizes, table, tiny, title } from './support/print';

const hidden = 64;
const batchSize = 10;

/** Converts bytes to numbers from 0 to 1. The digits stay bytes in memory. */
const scale = new data.transforms.Normalize(0, 1);

/** The two layers by name. */
export type Layers = Record<'hidden' | 'output', nn.Linear>;

export function buildLayers(): Layers {
  return { hidden: new nn.Linear(pixels, hidden), output: new nn.Linear(hidden, classes) };
}

/** Every step from scaled images (batch, 784) to a probability for each digit (batch, 10). */
export function forward(layers: Layers, x: Tensor) {
  const z1 = layers.hidden.forward(x);
  const a1 = F.sigmoid(z1);
  const z2 = layers.output.forward(a1);
  const probabilities = F.softmax(z2, 1);
  return { z1, a1, z2, probabilities };
}

export function digitsAsTensors({ images, labels }: Digits): data.TensorDataset<[Tensor, Tensor]> {
  return new data.TensorDataset(fromArray(images, [labels.length, pixels]), fromArray(labels));
}

/** One line of the table. */
export interface Epoch {
  readonly epoch: number;
  readonly loss: number;
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
}

export interface TrainingOptions {
  readonly epochs: number;
  readonly lr: number;
  /** Training stops when the loss of an epoch is below this number. */
  readonly enough: number;
}

/** Gradient descent with shuffled batches of 10, until the loss is small enough or all epochs are done. */
export function* train(
  layers: Layers,
  trainSet: data.TensorDataset<[Tensor, Tensor]>,
  testSet: data.TensorDataset<[Tensor, Tensor]>,
  options: TrainingOptions,
): Generator<Epoch> {
  const parameters = Object.values(layers).flatMap((layer) => layer.parameters());
  const optimizer = new optim.SGD(parameters, { lr: options.lr });
  const batches = new data.DataLoader(trainSet, { batchSize, shuffle: true });
  let loss = Infinity;
  for (let epoch = 1; epoch <= options.epochs && loss > options.enough; epoch++) {
    let sum = 0;
    for (const [x, y] of batches) {
      optimizer.zeroGrad();
      const batchLoss = F.crossEntropy(forward(layers, scale.forward(x)).z2, y);
      batchLoss.backward();
      optimizer.step();
      sum += batchLoss.item() * x.shape[0];
    }
    loss = sum / trainSet.length;
    const [trainAccuracy, testAccuracy] = [trainSet, testSet].map((set) => accuracy(layers, set));
    yield { epoch, loss, trainAccuracy, testAccuracy };
  }
}

/** The share of digits that are classified correctly. */
function accuracy(layers: Layers, { tensors: [x, y] }: data.TensorDataset<[Tensor, Tensor]>) {
  return noGrad(() =>
    forward(layers, scale.forward(x)).z2.argmax(1).eq(y).to('float32').mean().item(),
  );
}

// --- Output -----------------------------------------------------------------------------------------------------------

function printBatch(x: Tensor, y: Tensor): void {
  title(`A shuffled batch of ${batchSize} digits`);
  console.log(`x: ${x.dtype} ${sizes(x)}, grey values from ${x.min().item()} to ${x.max().item()}`);
  const scaled = scale.forward(x);
  const range = `from ${scaled.min().item()} to ${scaled.max().item()}`;
  console.log(`scaled: ${scaled.dtype} ${sizes(scaled)}, ${range}`);
  console.log(`y: ${y.dtype} ${sizes(y)}, labels ${numbers(y).join(' ')}`);
}

function printWeights(layers: Layers): void {
  title('The layers and their weights');
  for (const [layer, linear] of Object.entries(layers)) {
    for (const [name, { shape }] of linear.namedParameters()) {
      console.log(`${layer}.${name}: ${shape.join(' x ')}`);
    }
    const corner = linear.weight.detach().index([slice(0, 2), slice(0, 3)]);
    console.log(`${layer}.weight[:2, :3]:\n${String(corner)}`);
  }
}

function printForward(layers: Layers, x: Tensor): void {
  title('Forward, step by step');
  const { weight, bias } = layers.hidden;
  const byProduct = bias === null ? x.matmul(weight.T) : x.matmul(weight.T).add(bias);
  const z = layers.hidden.forward(x);
  console.log(`z = x W^T + b: (${sizes(x)}) times (${sizes(weight.T)}) gives (${sizes(z)})`);
  console.log(`matrix product  ${first(byProduct)}`);
  console.log(`layer           ${first(z)}   largest difference ${tiny(distance(byProduct, z))}`);

  console.log('\nthe steps of forward(layers, x), first digit');
  table(
    ['step', 'shape', 'first values'],
    Object.entries(forward(layers, x)).map(([name, step]) => [name, sizes(step), first(step)]),
  );
  const { probabilities } = forward(layers, x);
  const sums = decimals(probabilities.sum(1), 6);
  console.log(`sum of the probabilities of each digit: ${sums[0]}, ... ${sums[batchSize - 1]}`);
}

/** The first values of the first row. */
function first(matrix: Tensor): string {
  return decimals(matrix.detach().index([0, slice(0, 5)])).join(' ');
}

function printTraining(epochs: Iterable<Epoch>): Epoch | null {
  title('Training');
  console.log('epoch    loss  training digits  test digits');
  let last: Epoch | null = null;
  for (const epoch of epochs) {
    const shares = [epoch.trainAccuracy, epoch.testAccuracy].map((one) => percent(one));
    console.log(
      `${String(epoch.epoch).padStart(5)}${epoch.loss.toFixed(4).padStart(8)}` +
        `${shares[0].padStart(17)}${shares[1].padStart(13)}`,
    );
    last = epoch;
  }
  return last;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function printPrediction(layers: Layers, x: Tensor, y: Tensor): void {
  title('The same batch after training');
  const { probabilities } = forward(layers, x);
  const { values, indices } = probabilities.max(1);
  table(
    ['label', 'prediction', 'probability'],
    numbers(y).map((label, i) => [label, numbers(indices)[i], decimals(values)[i]]),
  );
}

function main(): void {
  const { values } = parseArgs({
    options: {
      epochs: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
    },
  });
  const epochs = Number(values.epochs);
  if (!(epochs >= 1))
    throw new RangeError(`expected at least 1 for --epochs, got ${values.epochs}`);
  manualSeed(Number(values.seed));
  const digits = loadDigits();
  const [trainSet, testSet] = [digitsAsTensors(digits.train), digitsAsTensors(digits.test)];
  const layers = buildLayers();
  const [[x, y]] = new data.DataLoader(testSet, { batchSize, shuffle: true });

  printBatch(x, y);
  printWeights(layers);
  noGrad(() => {
    printForward(layers, scale.forward(x));
  });
  const last = printTraining(train(layers, trainSet, testSet, { epochs, lr: 0.5, enough: 0.01 }));
  noGrad(() => {
    printPrediction(layers, scale.forward(x), y);
  });
  if (last) console.log(`\ntest accuracy ${percent(last.testAccuracy)}`);
}

if (require.main === module) main();

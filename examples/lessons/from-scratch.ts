// A 2-10-10-1 network learns (x1^2 + x2^2) / 2 at one point, by autograd and from scratch. Both save their gradients, so
// that you can compare them: npm run example from-scratch -- --folder runs/from-scratch
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { io, nn, noGrad, optim, type Tensor } from 'blasgrad';
import { numpyRandom } from './support/numpyRandom';
import { distance, sizes, table, tiny, title } from './support/print';

/** Weights (inputs, outputs) and biases of the three layers, float64. */
export type Weights = Readonly<Record<'w1' | 'w2' | 'w3' | 'b1' | 'b2' | 'b3', Tensor>>;

/** The input, the target and the initial parameters. */
export interface Start {
  /** (1, 2) */
  readonly x: Tensor;
  /** (1, 1) */
  readonly y: Tensor;
  readonly weights: Weights;
}

/** Tensors by the names of the parameters of the Sequential. */
export type Named = Record<string, Tensor>;

export interface Training {
  /** The squared error of each epoch, before its step. */
  readonly losses: number[];
  /** The gradients of each epoch, those of half the squared error. */
  readonly gradients: Named[];
  /** The output of the trained network for x. */
  readonly prediction: number;
}

const lr = 0.1;
const epochs = 10;

/** The initial values: drawn after numpy.random.seed(4), in this order. */
export function notebookStart(): Start {
  const rand = numpyRandom(4);
  const x = rand(1, 2);
  const w = { w1: rand(2, 10), w2: rand(10, 10), w3: rand(10, 1) };
  const b = { b1: rand(10), b2: rand(10), b3: rand(1) };
  return { x, y: x.square().sum(1, { keepdim: true }).div(2), weights: { ...w, ...b } };
}

/** Weights or their gradients under the names, and in the layout (outputs, inputs), of nn.Linear. */
function asParameters({ w1, w2, w3, b1, b2, b3 }: Weights): Named {
  return {
    '0.weight': w1.T,
    '0.bias': b1,
    '2.weight': w2.T,
    '2.bias': b2,
    '4.weight': w3.T,
    '4.bias': b3,
  };
}

// --- By autograd ------------------------------------------------------------------------------------------------------

export function buildModel(weights: Weights): nn.Sequential {
  const model = new nn.Sequential(
    new nn.Linear(2, 10),
    new nn.Sigmoid(),
    new nn.Linear(10, 10),
    new nn.Sigmoid(),
    new nn.Linear(10, 1),
  ).to('float64');
  model.loadStateDict(asParameters(weights));
  return model;
}

export function trainByAutograd({ x, y, weights }: Start): Training {
  const model = buildModel(weights);
  const squaredErrors = new nn.MSELoss({ reduction: 'sum' });
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const losses: number[] = [];
  const gradients: Named[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    optimizer.zeroGrad();
    const loss = squaredErrors.forward(model.forward(x), y);
    loss.div(2).backward();
    losses.push(loss.item());
    gradients.push(gradientsOf(model));
    optimizer.step();
  }
  return { losses, gradients, prediction: noGrad(() => model.forward(x).item()) };
}

function gradientsOf(model: nn.Module): Named {
  return Object.fromEntries(
    model.namedParameters().flatMap(([name, { grad }]) => (grad ? [[name, grad.clone()]] : [])),
  );
}

// --- From scratch -----------------------------------------------------------------------------------------------------

/** Without autograd: keeps all values of the forward pass, and computes every step of the backward pass. */
export function trainFromScratch({ x, y, weights }: Start): Training {
  const losses: number[] = [];
  const gradients: Named[] = [];
  let now = weights;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const steps = forward(x, now);
    const gradient = backward(x, y, now, steps);
    losses.push(steps.output.sub(y).square().sum().item());
    gradients.push(asParameters(gradient));
    now = descend(now, gradient);
  }
  return { losses, gradients, prediction: forward(x, now).output.item() };
}

type Steps = Record<'h1' | 'h2' | 'output', Tensor>;

function forward(x: Tensor, { w1, w2, w3, b1, b2, b3 }: Weights): Steps {
  const h1 = sigmoid(x.matmul(w1).add(b1));
  const h2 = sigmoid(h1.matmul(w2).add(b2));
  return { h1, h2, output: h2.matmul(w3).add(b3) };
}

/** The chain rule from L = (output - y)^2 / 2 down to the first layer. */
function backward(x: Tensor, y: Tensor, { w2, w3 }: Weights, { h1, h2, output }: Steps): Weights {
  const d3 = output.sub(y);
  const d2 = d3.matmul(w3.T).mul(sigmoidDerivative(h2));
  const d1 = d2.matmul(w2.T).mul(sigmoidDerivative(h1));
  return {
    w3: h2.T.matmul(d3),
    b3: d3.sum(0),
    w2: h1.T.matmul(d2),
    b2: d2.sum(0),
    w1: x.T.matmul(d1),
    b1: d1.sum(0),
  };
}

function descend(from: Weights, gradient: Weights): Weights {
  const step = (name: keyof Weights): Tensor => from[name].sub(gradient[name].mul(lr));
  return {
    w1: step('w1'),
    w2: step('w2'),
    w3: step('w3'),
    b1: step('b1'),
    b2: step('b2'),
    b3: step('b3'),
  };
}

function sigmoid(z: Tensor): Tensor {
  return z.neg().exp().add(1).reciprocal();
}

/** s'(z), from h = s(z). */
function sigmoidDerivative(h: Tensor): Tensor {
  return h.mul(h.neg().add(1));
}

// --- Output -----------------------------------------------------------------------------------------------------------

/** Files with the gradients of the last epoch, by autograd and from scratch. */
export function saveGradients(folder: string, autograd: Training, scratch: Training): string[] {
  mkdirSync(folder, { recursive: true });
  const files = ['autograd.txt', 'from-scratch.txt'].map((name) => join(folder, name));
  [autograd, scratch].forEach(({ gradients }, i) => {
    io.saveTextSync(files[i], gradients[epochs - 1]);
  });
  return files;
}

/** The largest difference between two gradients, absolute and relative to the largest entry. */
function compared(a: Tensor, b: Tensor): [absolute: number, relative: number] {
  const absolute = distance(a, b);
  return [absolute, absolute === 0 ? 0 : absolute / a.abs().max().item()];
}

function printTraining(heading: string, { losses, gradients, prediction }: Training): void {
  title(heading);
  const names = Object.keys(gradients[0]);
  console.log('largest entry of each gradient');
  table(
    ['epoch', 'squared error', ...names],
    losses.map((loss, i) => [
      i + 1,
      loss.toExponential(8),
      ...names.map((name) => tiny(gradients[i][name].abs().max().item())),
    ]),
  );
  console.log(`prediction after training: ${prediction.toFixed(8)}`);
}

function printFirstGradients(gradients: Named): void {
  title("Each layer's gradients in the first epoch");
  for (const [name, gradient] of Object.entries(gradients)) {
    console.log(`${name} (${sizes(gradient)})\n${String(gradient)}`);
  }
}

function printComparison(files: readonly string[]): void {
  title('The two files, read back and compared');
  console.log(files.join('\n'));
  const [autograd, scratch] = files.map((file) => io.loadTextSync(file));
  table(
    ['parameter', 'shape', 'largest difference', 'relative'],
    Object.entries(autograd).map(([name, gradient]) => [
      name,
      sizes(gradient),
      ...compared(gradient, scratch[name]).map(tiny),
    ]),
  );
}

function printEpochs(autograd: Training, scratch: Training): void {
  const relative = autograd.gradients.map((gradients, epoch) =>
    Object.entries(gradients).map(
      ([name, one]) => compared(one, scratch.gradients[epoch][name])[1],
    ),
  );
  console.log('\nlargest relative difference in each epoch');
  console.log(`  ${relative.map((all) => tiny(Math.max(...all))).join('  ')}`);
  console.log(
    'It grows as the error shrinks: an error of 5e-10 in an output near 0.6 has six significant digits.',
  );
}

function main(): void {
  const { values } = parseArgs({
    options: { folder: { type: 'string', default: 'runs/from-scratch' } },
  });
  const start = notebookStart();
  const [x1, x2] = start.x.data as Float64Array;
  console.log(
    `learn f(x1, x2) = (x1^2 + x2^2) / 2 at one point: f(${x1.toFixed(8)}, ${x2.toFixed(8)}) = ${start.y.item().toFixed(8)}`,
  );
  console.log(`2-10-10-1, sigmoid, float64, SGD with learning rate ${lr}, ${epochs} epochs`);

  const autograd = trainByAutograd(start);
  const scratch = trainFromScratch(start);
  printFirstGradients(autograd.gradients[0]);
  printTraining('With autograd: nn.Sequential, sum of squared errors, optim.SGD', autograd);
  printTraining('From scratch: the chain rule written out', scratch);
  printComparison(saveGradients(values.folder, autograd, scratch));
  printEpochs(autograd, scratch);
}

if (require.main === module) main();

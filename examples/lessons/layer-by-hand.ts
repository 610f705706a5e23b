// A dense layer, forward and backward, with matrix products only, compared with autograd, in two layouts:
// npm run example layer-by-hand
import { F, optim, tensor, zeros, type Tensor } from 'blasgrad';
import {
  activations,
  DenominatorLayer,
  NumeratorLayer,
  type Activation,
  type Sizes,
} from './support/denseLayers';
import { meanSquaredError, upstream, type Loss } from './support/losses';
import { table, tiny, title } from './support/print';

export type Layout = 'denominator' | 'numerator';

/** A layer, a batch and a loss; matrices are float64 and in denominator layout, whatever the layout of the layer. */
export interface Task {
  readonly weight: Tensor;
  readonly input: Tensor;
  readonly loss: Loss;
  /** The target of the loss. */
  readonly against: Tensor;
  readonly lr: number;
}

const quantities = [
  'loss',
  'output',
  'dOutput',
  'dInput',
  'dWeight',
  'dBias',
  'weightAfter',
  'biasAfter',
] as const;

/** The results of forward, backward and one update of a layer. */
export type Pass = Record<(typeof quantities)[number], Float64Array>;

/** The pass with matrix products. */
export function byHand(
  layout: Layout,
  activation: Activation,
  task: Task,
  Layer = layout === 'denominator' ? DenominatorLayer : NumeratorLayer,
): Pass {
  const x = numbers(laidOut(layout, task.input));
  const t = numbers(laidOut(layout, task.against));
  const layer = new Layer(sizesOf(task), numbers(laidOut(layout, task.weight)), activation);

  const a = layer.forward(x);
  const dA = task.loss.gradient(a, t);
  layer.backward(x, dA);
  layer.step(task.lr);

  return {
    loss: Float64Array.of(task.loss.value(a, t)),
    output: a,
    dOutput: dA,
    dInput: layer.dX,
    dWeight: layer.dWeight,
    dBias: layer.dBias,
    weightAfter: layer.weight,
    biasAfter: layer.bias,
  };
}

/** The same pass by autograd, with retainGrad on the activation and one step of SGD. */
export function byAutograd(layout: Layout, activation: Activation, task: Task): Pass {
  const { outputs } = sizesOf(task);
  const x = laidOut(layout, task.input).requiresGrad_();
  const weight = laidOut(layout, task.weight).requiresGrad_();
  const biasShape = layout === 'denominator' ? [outputs, 1] : [1, outputs];
  const bias = zeros(biasShape, { dtype, requiresGrad: true });
  const optimizer = new optim.SGD([weight, bias], { lr: task.lr });

  const z = (layout === 'denominator' ? weight.matmul(x) : x.matmul(weight)).add(bias);
  const a = F[activation](z);
  a.retainGrad();
  const loss = task.loss.ofTensors(a, laidOut(layout, task.against));
  loss.backward();
  optimizer.step();

  return {
    loss: numbers(loss),
    output: numbers(a),
    dOutput: numbers(a.grad),
    dInput: numbers(x.grad),
    dWeight: numbers(weight.grad),
    dBias: numbers(bias.grad),
    weightAfter: numbers(weight),
    biasAfter: numbers(bias),
  };
}

/** A copy of a matrix in denominator layout, transposed if the layout of the layer needs it. */
function laidOut(layout: Layout, matrix: Tensor): Tensor {
  return layout === 'denominator' ? matrix.clone() : matrix.T.contiguous();
}

/** A copy of the values of a float64 tensor, in order. */
function numbers(of: Tensor | null): Float64Array {
  return Float64Array.from((of?.data ?? []) as Float64Array);
}

function sizesOf({ weight, input }: Task): Sizes {
  return { outputs: weight.shape[0], inputs: weight.shape[1], batch: input.shape[1] };
}

/** The largest difference between two passes in one quantity. */
export function difference(a: Pass, b: Pass, quantity: keyof Pass): number {
  return Math.max(...a[quantity].map((value, i) => Math.abs(value - b[quantity][i])));
}

// --- Output -----------------------------------------------------------------------------------------------------------

const dtype = 'float64';
const weight = tensor(
  [
    [1.6243453636632417, -0.6117564136500754, -0.5281717522634557],
    [-1.0729686221561705, 0.8654076293246785, -2.3015386968802827],
  ],
  { dtype },
);
const input = tensor(
  [
    [0.2, 0.5, 0.8, 1.1],
    [0.3, 0.6, 0.9, 1.2],
    [0.4, 0.7, 1.0, 1.3],
  ],
  { dtype },
);
const gradientFromAbove = tensor(
  [
    [0.1, 0.3, 0.05, 0.1],
    [0.2, 0.1, 0.6, 0.4],
  ],
  { dtype },
);
const targets = tensor(
  [
    [1, 1, 0, 0],
    [0, 0, 1, 1],
  ],
  { dtype },
);
const givenGradient: Task = { weight, input, loss: upstream, against: gradientFromAbove, lr: 0.1 };
const givenTargets: Task = { weight, input, loss: meanSquaredError, against: targets, lr: 0.1 };

/** Compares both ways for each activation. */
function compare(layout: Layout): void {
  const names = Object.keys(activations) as Activation[];
  const passes = names.map((name) => [
    byHand(layout, name, givenGradient),
    byAutograd(layout, name, givenGradient),
  ]);
  console.log('largest difference between GEMM calls and autograd');
  table(
    ['', ...names],
    quantities.map((one) => [
      one,
      ...passes.map(([hand, auto]) => tiny(difference(hand, auto, one))),
    ]),
  );
}

/** A common mistake: the derivative of f at a = f(z). The chain rule needs the derivative at z. */
class WrongPoint extends NumeratorLayer {
  protected override throughActivation(dA: Float64Array): Float64Array {
    const { value, derivative } = activations[this.activation];
    return dA.map((gradient, i) => gradient * derivative(value(this.z[i])));
  }
}

function printDenominator(): void {
  title('Denominator layout: each column is a sample, z = W x + b');
  console.log('z = b 1^T + W x     dW = dZ x^T     db = dZ 1     dx = W^T dZ\n');
  const pass = byHand('denominator', 'sigmoid', givenGradient);
  console.log('2 units, 3 inputs, 4 samples, sigmoid:');
  console.log(`output  ${rows(pass.output, 4)}`);
  console.log(`dWeight ${rows(pass.dWeight, 3)}`);
  console.log(`dBias   ${rows(pass.dBias, 1)}\n`);
  compare('denominator');
}

function printNumerator(): void {
  title('Numerator layout: each row is a sample, z = x W + b');
  console.log('z = 1 b + x W       dW = x^T dZ     db = 1^T dZ   dx = dZ W^T\n');
  compare('numerator');

  const right = byHand('numerator', 'sigmoid', givenGradient);
  const wrong = byHand('numerator', 'sigmoid', givenGradient, WrongPoint);
  console.log(`
A common mistake: the derivative of the sigmoid at the wrong point.
dL/dz = dL/da s'(z) needs the derivative at z. At a = s(z) instead, dWeight is wrong:
  wrong ${rows(wrong.dWeight, 2)}
  right ${rows(right.dWeight, 2)}
The largest error is ${difference(right, wrong, 'dWeight').toFixed(4)}.`);
}

function printMeanSquaredError(): void {
  title('Mean squared error: its gradient, and a step of gradient descent');
  console.log(
    'L = mean of (a - t)^2, dL/da = 2 (a - t) / n; with autograd, a.retainGrad() keeps dL/da\n',
  );
  const hand = byHand('denominator', 'sigmoid', givenTargets);
  const auto = byAutograd('denominator', 'sigmoid', givenTargets);
  const after = { ...givenTargets, weight: tensor(hand.weightAfter).reshape(weight.shape) };
  const shown = { output: 4, dOutput: 4, dWeight: 3, weightAfter: 3 } as const;
  table(
    ['', 'first unit', 'difference from autograd'],
    Object.entries(shown).map(([name, columns]) => {
      const quantity = name as keyof typeof shown;
      const first = hand[quantity].subarray(0, columns);
      return [name, rows(first, columns), tiny(difference(hand, auto, quantity))];
    }),
  );
  const losses = [hand, byHand('denominator', 'sigmoid', after)].map(({ loss }) => loss[0]);
  console.log(`loss ${losses[0].toFixed(6)}, after the step ${losses[1].toFixed(6)}`);
}

/** A matrix in one line: `0.1 0.2 | 0.3 0.4`. */
function rows(values: Float64Array, columns: number): string {
  const texts = Array.from(values, (value) => value.toFixed(4));
  return Array.from({ length: values.length / columns }, (_, i) =>
    texts.slice(i * columns, (i + 1) * columns).join(' '),
  ).join(' | ');
}

if (require.main === module) {
  printDenominator();
  printNumerator();
  printMeanSquaredError();
}

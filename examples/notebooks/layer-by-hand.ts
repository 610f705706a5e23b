// One dense layer, forward and backward on bare GEMM calls, beside the same layer by autograd, in two layouts:
// npm run example layer-by-hand
import { F, optim, tensor, type Tensor } from 'blasgrad';
import {
  activations,
  DenominatorLayer,
  NumeratorLayer,
  type Activation,
  type Sizes,
} from './support/denseLayers';
import { decimals, table, tiny, title } from './support/print';

export type Layout = 'denominator' | 'numerator';

/** A loss both ways: on plain numbers with its gradient, and of tensors. */
interface Loss {
  readonly value: (a: Float64Array, t: Float64Array) => number;
  readonly gradient: (a: Float64Array, t: Float64Array) => Float64Array;
  readonly ofTensors: (a: Tensor, t: Tensor) => Tensor;
}

/** The mean of (a - t)^2. */
export const meanSquaredError: Loss = {
  value: (a, t) => a.reduce((sum, value, i) => sum + (value - t[i]) ** 2, 0) / a.length,
  gradient: (a, t) => a.map((value, i) => (2 * (value - t[i])) / a.length),
  ofTensors: (a, t) => F.mseLoss(a, t),
};

/** The sum of a t, whose gradient is t itself: for a gradient that comes from later layers. */
export const upstream: Loss = {
  value: (a, t) => a.reduce((sum, value, i) => sum + value * t[i], 0),
  gradient: (_, t) => t,
  ofTensors: (a, t) => a.mul(t).sum(),
};

/** A layer, a batch and a loss; matrices are float64 and in denominator layout, whatever the layout of the layer. */
export interface Task {
  readonly weight: Tensor;
  readonly input: Tensor;
  readonly loss: Loss;
  /** The loss's t. */
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

/** What forward, backward and one update of a layer compute. */
export type Pass = Record<(typeof quantities)[number], Float64Array>;

/** The pass on GEMM calls. */
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
  const bias = (layout === 'denominator' ? zeros64(outputs, 1) : zeros64(1, outputs)).requiresGrad_();
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

/** A matrix in denominator layout, turned over where the layout asks for it; always a copy. */
function laidOut(layout: Layout, matrix: Tensor): Tensor {
  return layout === 'denominator' ? matrix.clone() : matrix.T.contiguous();
}

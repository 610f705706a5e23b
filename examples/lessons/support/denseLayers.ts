/** A dense layer made of matrix products, in the two layouts that textbooks use. */
import { backend } from 'blasgrad';

/** Activations of one number, and their derivatives. */
export const activations = {
  sigmoid: { value: sigmoid, derivative: (z: number) => sigmoid(z) * (1 - sigmoid(z)) },
  relu: { value: (z: number) => Math.max(z, 0), derivative: (z: number) => (z > 0 ? 1 : 0) },
  tanh: { value: Math.tanh, derivative: (z: number) => 1 - Math.tanh(z) ** 2 },
};
export type Activation = keyof typeof activations;

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

export interface Sizes {
  readonly inputs: number;
  readonly outputs: number;
  readonly batch: number;
}

/** z = linear in x, a = f(z). Matrices are float64, row by row; the layout says what a row is. */
export abstract class DenseLayer {
  readonly bias: Float64Array;
  readonly z: Float64Array;
  readonly dWeight: Float64Array;
  readonly dBias: Float64Array;
  readonly dX: Float64Array;
  /** Ones, for sums over the batch. */
  protected readonly ones: Float64Array;

  constructor(
    readonly sizes: Sizes,
    readonly weight: Float64Array,
    readonly activation: Activation,
  ) {
    const { inputs, outputs, batch } = sizes;
    this.bias = new Float64Array(outputs);
    this.z = new Float64Array(outputs * batch);
    this.dWeight = new Float64Array(outputs * inputs);
    this.dBias = new Float64Array(outputs);
    this.dX = new Float64Array(inputs * batch);
    this.ones = new Float64Array(batch).fill(1);
  }

  /** Fills z. */
  protected abstract linear(x: Float64Array): void;

  /** Fills dWeight, dBias and dX. */
  protected abstract linearBackward(x: Float64Array, dZ: Float64Array): void;

  forward(x: Float64Array): Float64Array {
    this.linear(x);
    return this.z.map(activations[this.activation].value);
  }

  /** From the gradient of a, the output of the last forward, to those of weight, bias and x. */
  backward(x: Float64Array, dA: Float64Array): void {
    this.linearBackward(x, this.throughActivation(dA));
  }

  /** dL/dz = dL/da f'(z), with the derivative at z. */
  protected throughActivation(dA: Float64Array): Float64Array {
    const { derivative } = activations[this.activation];
    return dA.map((gradient, i) => gradient * derivative(this.z[i]));
  }

  /** The layer updates its own weights: one step of gradient descent. */
  step(lr: number): void {
    this.dWeight.forEach((gradient, i) => (this.weight[i] -= lr * gradient));
    this.dBias.forEach((gradient, i) => (this.bias[i] -= lr * gradient));
  }
}

/** A column is a sample: x (inputs, batch), weight (outputs, inputs), bias (outputs, 1), a (outputs, batch). */
export class DenominatorLayer extends DenseLayer {
  protected linear(x: Float64Array): void {
    const { weight, bias, ones, z } = this;
    const { inputs, outputs, batch } = this.sizes;
    backend.gemm(false, false, outputs, batch, 1, 1, bias, ones, 0, z); // z = b 1^T
    backend.gemm(false, false, outputs, batch, inputs, 1, weight, x, 1, z); // z += W x
  }

  protected linearBackward(x: Float64Array, dZ: Float64Array): void {
    const { weight, ones, dWeight, dBias, dX } = this;
    const { inputs, outputs, batch } = this.sizes;
    backend.gemm(false, true, outputs, inputs, batch, 1, dZ, x, 0, dWeight); // dW = dZ x^T
    backend.gemm(false, false, outputs, 1, batch, 1, dZ, ones, 0, dBias); // db = dZ 1
    backend.gemm(true, false, inputs, batch, outputs, 1, weight, dZ, 0, dX); // dx = W^T dZ
  }
}

/** A row is a sample: x (batch, inputs), weight (inputs, outputs), bias (1, outputs), a (batch, outputs). */
export class NumeratorLayer extends DenseLayer {
  protected linear(x: Float64Array): void {
    const { weight, bias, ones, z } = this;
    const { inputs, outputs, batch } = this.sizes;
    backend.gemm(false, false, batch, outputs, 1, 1, ones, bias, 0, z); // z = 1 b
    backend.gemm(false, false, batch, outputs, inputs, 1, x, weight, 1, z); // z += x W
  }

  protected linearBackward(x: Float64Array, dZ: Float64Array): void {
    const { weight, ones, dWeight, dBias, dX } = this;
    const { inputs, outputs, batch } = this.sizes;
    backend.gemm(true, false, inputs, outputs, batch, 1, x, dZ, 0, dWeight); // dW = x^T dZ
    backend.gemm(false, false, 1, outputs, batch, 1, ones, dZ, 0, dBias); // db = 1^T dZ
    backend.gemm(false, true, batch, inputs, outputs, 1, dZ, weight, 0, dX); // dx = dZ W^T
  }
}

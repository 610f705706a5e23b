/** Losses with their gradients written out. */
import { F, type Tensor } from 'blasgrad';

/** A loss of plain numbers with its gradient, and the same loss of tensors. */
export interface Loss {
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

/** The sum of a t. Its gradient is t, which stands for a gradient from later layers. */
export const upstream: Loss = {
  value: (a, t) => a.reduce((sum, value, i) => sum + value * t[i], 0),
  gradient: (_, t) => t,
  ofTensors: (a, t) => a.mul(t).sum(),
};

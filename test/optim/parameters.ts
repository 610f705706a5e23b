/** Parameters in float64, and plain SGD for them. */
import { ones, optim, tensor, type Tensor } from 'blasgrad';

export const leaf = (...values: number[]): Tensor => {
  return tensor(values, { dtype: 'float64', requiresGrad: true });
};
export const sgd = (params: Tensor[], options = {}): optim.SGD => {
  return new optim.SGD(params, { lr: 0.1, ...options });
};

/** A parameter with a gradient of ones. */
export function withGradient(...values: number[]): Tensor {
  const param = leaf(...values);
  param.grad = ones(values.length, { dtype: 'float64' });
  return param;
}

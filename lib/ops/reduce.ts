/** Reductions. */
import type { Shape } from '../shape';
import { Tensor } from './define';

declare module '../tensor' {
  interface Tensor {
    /** Sum over one dimension, several, or all. */
    sum(dim?: number | readonly number[] | null, options?: { keepdim?: boolean }): Tensor;
    /** Summed over the dimensions along which `shape` would be broadcast to this shape. */
    sumToSize(shape: Shape): Tensor;
  }
}
void Tensor;

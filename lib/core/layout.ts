/** Tensor methods for sizes and memory layout. */
import { addMethods } from './methods';
import { normalizeDim, type Shape } from './shape';
import type { Tensor } from './tensor';

declare module './tensor' {
  interface Tensor {
    /**
     * The shape of this tensor.
     *
     * @returns the sizes, outermost first
     * @see torch.Tensor.size
     * @example zeros(2, 3).size() // [ 2, 3 ]
     */
    size(): Shape;
    /**
     * The size along one dimension.
     *
     * @param dim the dimension; negative numbers count from the end
     * @returns the size
     * @throws RangeError if the dimension does not exist
     * @example zeros(2, 3).size(-1) // 3
     */
    size(dim: number): number;
    /**
     * Whether the elements lie in memory in order and without gaps.
     *
     * @returns true for a contiguous tensor
     * @see torch.Tensor.is_contiguous
     * @example zeros(2, 3).T.isContiguous() // false
     */
    isContiguous(): boolean;
  }
}

addMethods({
  size(this: Tensor, dim?: number): Shape | number {
    return dim === undefined ? this.shape : this.shape[normalizeDim('size', dim, this.ndim)];
  },
  isContiguous(this: Tensor): boolean {
    return this._contiguous;
  },
});

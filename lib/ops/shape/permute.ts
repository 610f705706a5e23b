/** Views with reordered dimensions. */
import { shapeText, unexpected } from '../../core/errors';
import { addMethods, addVariadicMethods } from '../../core/methods';
import { normalizeDim, normalizeDims } from '../../core/shape';
import { Tensor, type Rule } from '../define';
import { sizesOf, view, type Sizes } from './view';

declare module '../../core/node' {
  interface OpAttrs {
    /** The order of the dimensions. */
    permute: readonly number[];
  }
}

const permuteRule: Rule<'permute'> = {
  name: 'permute',
  grad: (dy, node) => [dy.permute(node.attrs.map((_, i) => node.attrs.indexOf(i)))],
};

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Reorders the dimensions, as a view.
     *
     * @param dims all dimensions in their new order, in an array or as separate arguments
     * @returns a view
     * @throws RangeError if not every dimension occurs once
     * @see torch.permute
     * @example zeros(2, 3, 4).permute(2, 0, 1).shape // [ 4, 2, 3 ]
     */
    permute(...dims: Sizes): Tensor;
    /**
     * Swaps two dimensions, as a view.
     *
     * @param dim0 a dimension; negative numbers count from the end
     * @param dim1 a dimension; negative numbers count from the end
     * @returns a view
     * @throws RangeError if a dimension does not exist
     * @see torch.transpose
     * @example zeros(2, 3, 4).transpose(0, 2).shape // [ 4, 3, 2 ]
     */
    transpose(dim0: number, dim1: number): Tensor;
    /**
     * Transposes a matrix, as a view; vectors stay as they are.
     *
     * @returns a view
     * @throws RangeError for more than two dimensions
     * @see torch.t
     * @example tensor([[1, 2], [3, 4]]).t() // tensor([[1., 3.], [2., 4.]])
     */
    t(): Tensor;
    /** The tensor with its dimensions in reverse order, as a view: the transpose of a matrix. */
    readonly T: Tensor;
    /**
     * Moves dimensions to other positions, as a view; the others keep their order.
     *
     * @param source one dimension, or several
     * @param destination where each of them goes
     * @returns a view
     * @throws RangeError if a dimension does not exist or occurs twice
     * @see torch.movedim
     * @example zeros(2, 3, 4).movedim(0, 2).shape // [ 3, 4, 2 ]
     */
    movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
  }
}

addVariadicMethods({
  permute(this: Tensor, ...args: unknown[]): Tensor {
    const dims = normalizeDims('permute', sizesOf(args), this.ndim);
    if (dims.length !== this.ndim) {
      throw unexpected('permute', `all ${this.ndim} dimensions`, 'dims', shapeText(dims));
    }
    const shape = dims.map((dim) => this.shape[dim]);
    const strides = dims.map((dim) => this._strides[dim]);
    return view(this, { shape, strides, offset: this._offset }, permuteRule, dims, (x) =>
      x.permute(dims),
    );
  },
});

addMethods({
  transpose(this: Tensor, dim0: number, dim1: number): Tensor {
    const a = normalizeDim('transpose', dim0, this.ndim, 'dim0');
    const b = normalizeDim('transpose', dim1, this.ndim, 'dim1');
    if (this.ndim === 0) return this;
    return this.permute(this.shape.map((_, i) => (i === a ? b : i === b ? a : i)));
  },
  t(this: Tensor): Tensor {
    if (this.ndim > 2) throw unexpected('t', 'at most 2 dimensions', 'this', shapeText(this.shape));
    return this.ndim < 2 ? this : this.transpose(0, 1);
  },
  movedim(this: Tensor, source: number | number[], destination: number | number[]): Tensor {
    const from = normalizeDims('movedim', source, this.ndim);
    const to = normalizeDims('movedim', destination, this.ndim);
    if (from.length !== to.length) {
      throw unexpected('movedim', `${from.length} dimensions`, 'destination', String(to.length));
    }
    const rest = this.shape.map((_, i) => i).filter((i) => !from.includes(i));
    return this.permute(
      this.shape.map((_, i) => (to.includes(i) ? from[to.indexOf(i)] : (rest.shift() as number))),
    );
  },
});

Object.defineProperty(Tensor.prototype, 'T', {
  get(this: Tensor) {
    return this.permute(this.shape.map((_, i) => this.ndim - 1 - i));
  },
});

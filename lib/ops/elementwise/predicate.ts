/** Comparisons and logical ops of two operands. Results are bool, so they have no gradient. */
import { addMethods } from '../../core/methods';
import { broadcastShapes } from '../../core/shape';
import {
  exceeds,
  isFloating,
  kernels,
  operand,
  promote,
  reportResult,
  runElementwise,
  Tensor,
  type Kernels,
  type Operand,
} from '../define';

declare module '../../core/node' {
  interface OpAttrs extends Record<keyof PredicateMethods, undefined> {}
}

/** A native op of two inputs with a bool result. */
class PredicateOp {
  private readonly kernels: Kernels;

  constructor(readonly name: keyof PredicateMethods) {
    this.kernels = kernels(name);
  }

  apply(left: Tensor, right: Operand): Tensor {
    // A number out of the dtype's range is compared exactly, in int64.
    const wide = exceeds(right, left.dtype) ? left.to('int64') : left;
    const [a, b] = promote(wide, operand(this.name, 'other', right, wide));
    const out = Tensor._empty('bool', broadcastShapes(this.name, a.shape, b.shape));
    runElementwise(this.name, this.kernels[a.dtype], [a, b], out);
    reportResult(this.name, [out], [a, b], undefined);
    return out;
  }
}

/** Elementwise comparisons and logical ops; the result is bool. Shapes broadcast, and dtypes are promoted. */
export interface PredicateMethods {
  /**
   * Whether each element equals that of `other`; NaN equals nothing.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a bool tensor of the broadcast shape
   * @throws RangeError if the shapes do not broadcast
   * @see torch.eq
   * @example tensor([1, 2]).eq(tensor([1, 3])) // tensor([ True, False])
   */
  eq(other: Operand): Tensor;
  /**
   * Whether each element differs from that of `other`; NaN differs from everything.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a bool tensor of the broadcast shape
   * @throws RangeError if the shapes do not broadcast
   * @see torch.ne
   * @example tensor([1, 2]).ne(tensor([1, 3])) // tensor([False,  True])
   */
  ne(other: Operand): Tensor;
  /**
   * Whether each element is less than that of `other`.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a bool tensor of the broadcast shape
   * @throws RangeError if the shapes do not broadcast
   * @see torch.lt
   * @example tensor([1, 2]).lt(2) // tensor([ True, False])
   */
  lt(other: Operand): Tensor;
  /**
   * Whether each element is less than or equal to that of `other`.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a bool tensor of the broadcast shape
   * @throws RangeError if the shapes do not broadcast
   * @see torch.le
   * @example tensor([1, 2, 3]).le(2) // tensor([ True,  True, False])
   */
  le(other: Operand): Tensor;
  /**
   * Whether each element is greater than that of `other`.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a bool tensor of the broadcast shape
   * @throws RangeError if the shapes do not broadcast
   * @see torch.gt
   * @example tensor([1, 2, 3]).gt(2) // tensor([False, False,  True])
   */
  gt(other: Operand): Tensor;
  /**
   * Whether each element is greater than or equal to that of `other`.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a bool tensor of the broadcast shape
   * @throws RangeError if the shapes do not broadcast
   * @see torch.ge
   * @example tensor([1, 2, 3]).ge(2) // tensor([False,  True,  True])
   */
  ge(other: Operand): Tensor;
  /**
   * Whether both elements of each pair are other than 0.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a bool tensor of the broadcast shape
   * @throws RangeError if the shapes do not broadcast
   * @see torch.logical_and
   * @example tensor([0, 2]).logicalAnd(tensor([1, 1])) // tensor([False,  True])
   */
  logicalAnd(other: Operand): Tensor;
  /**
   * Whether any element of each pair is other than 0.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a bool tensor of the broadcast shape
   * @throws RangeError if the shapes do not broadcast
   * @see torch.logical_or
   * @example tensor([0, 2]).logicalOr(tensor([0, 0])) // tensor([False,  True])
   */
  logicalOr(other: Operand): Tensor;
  /**
   * Whether exactly one element of each pair is other than 0.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a bool tensor of the broadcast shape
   * @throws RangeError if the shapes do not broadcast
   * @see torch.logical_xor
   * @example tensor([0, 2]).logicalXor(tensor([1, 1])) // tensor([ True, False])
   */
  logicalXor(other: Operand): Tensor;
}

export const predicates: Readonly<Record<keyof PredicateMethods, PredicateOp>> = {
  eq: new PredicateOp('eq'),
  ne: new PredicateOp('ne'),
  lt: new PredicateOp('lt'),
  le: new PredicateOp('le'),
  gt: new PredicateOp('gt'),
  ge: new PredicateOp('ge'),
  logicalAnd: new PredicateOp('logicalAnd'),
  logicalOr: new PredicateOp('logicalOr'),
  logicalXor: new PredicateOp('logicalXor'),
};

declare module '../../core/tensor' {
  interface Tensor extends PredicateMethods {
    /**
     * Whether each element is 0.
     *
     * @returns a bool tensor of this shape
     * @see torch.logical_not
     * @example tensor([0, 2]).logicalNot() // tensor([ True, False])
     */
    logicalNot(): Tensor;
    /**
     * Whether each element is NaN.
     *
     * @returns a bool tensor of this shape
     * @see torch.isnan
     * @example tensor([NaN, 1, Infinity]).isnan() // tensor([ True, False, False])
     */
    isnan(): Tensor;
    /**
     * Whether each element is Infinity or -Infinity.
     *
     * @returns a bool tensor of this shape
     * @see torch.isinf
     * @example tensor([NaN, 1, Infinity]).isinf() // tensor([False, False,  True])
     */
    isinf(): Tensor;
    /**
     * Whether each element is neither NaN nor infinite.
     *
     * @returns a bool tensor of this shape
     * @see torch.isfinite
     * @example tensor([NaN, 1, Infinity]).isfinite() // tensor([False,  True, False])
     */
    isfinite(): Tensor;
  }
}

for (const [name, op] of Object.entries(predicates)) {
  addMethods({
    [name](this: Tensor, other: Operand) {
      return op.apply(this, other);
    },
  });
}

addMethods({
  logicalNot(this: Tensor): Tensor {
    return this.eq(0);
  },
  isnan(this: Tensor): Tensor {
    return this.ne(this);
  },
  isinf(this: Tensor): Tensor {
    return isFloating(this.dtype) ? this.abs().eq(Infinity) : this.ne(this);
  },
  isfinite(this: Tensor): Tensor {
    return isFloating(this.dtype) ? this.abs().lt(Infinity) : this.eq(this);
  },
});

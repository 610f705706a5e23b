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
    // A number outside the range of the dtype is compared exactly, in int64.
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
  /** Whether the elements are equal. */
  eq(other: Operand): Tensor;
  /** Whether the elements differ. */
  ne(other: Operand): Tensor;
  /** Whether this is less than `other`. */
  lt(other: Operand): Tensor;
  /** Whether this is less than or equal to `other`. */
  le(other: Operand): Tensor;
  /** Whether this is greater than `other`. */
  gt(other: Operand): Tensor;
  /** Whether this is greater than or equal to `other`. */
  ge(other: Operand): Tensor;
  /** Logical AND; every number except 0 is true. */
  logicalAnd(other: Operand): Tensor;
  /** Logical OR; every number except 0 is true. */
  logicalOr(other: Operand): Tensor;
  /** Logical XOR; every number except 0 is true. */
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
    /** Whether each element is 0. */
    logicalNot(): Tensor;
    /** Whether each element is NaN. */
    isnan(): Tensor;
    /** Whether each element is infinite. */
    isinf(): Tensor;
    /** Whether each element is neither NaN nor infinite. */
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

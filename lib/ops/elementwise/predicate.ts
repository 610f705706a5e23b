/** Comparisons and logic of two operands: results are bool, so without a gradient. */
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

/** A native op of two inputs whose result is bool, so without a gradient. */
class PredicateOp {
  private readonly kernels: Kernels;

  constructor(readonly name: keyof PredicateMethods) {
    this.kernels = kernels(name);
  }

  apply(left: Tensor, right: Operand): Tensor {
    // A number that the dtype does not hold is compared exactly, in int64.
    const wide = exceeds(right, left.dtype) ? left.to('int64') : left;
    const [a, b] = promote(wide, operand(this.name, 'other', right, wide));
    const out = Tensor._empty('bool', broadcastShapes(this.name, a.shape, b.shape));
    runElementwise(this.name, this.kernels[a.dtype], [a, b], out);
    reportResult(this.name, [out], [a, b], undefined);
    return out;
  }
}

/** Comparisons and logic; the result is bool. */
export interface PredicateMethods {
  /** Whether equal. */
  eq(other: Operand): Tensor;
  /** Whether different. */
  ne(other: Operand): Tensor;
  /** Whether this is less. */
  lt(other: Operand): Tensor;
  /** Whether this is less or equal. */
  le(other: Operand): Tensor;
  /** Whether this is greater. */
  gt(other: Operand): Tensor;
  /** Whether this is greater or equal. */
  ge(other: Operand): Tensor;
  /** Whether both are other than 0. */
  logicalAnd(other: Operand): Tensor;
  /** Whether one or both are other than 0. */
  logicalOr(other: Operand): Tensor;
  /** Whether just one is other than 0. */
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
    /** Whether each element is a number that is not infinite. */
    isfinite(): Tensor;
  }
}

for (const [name, op] of Object.entries(predicates)) {
  Object.defineProperty(Tensor.prototype, name, {
    value: function (this: Tensor, other: Operand) {
      return op.apply(this, other);
    },
  });
}

Object.assign(Tensor.prototype, {
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
} satisfies Partial<Tensor>);

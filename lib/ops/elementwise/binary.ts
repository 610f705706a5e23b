/** Elementwise arithmetic of two operands, with broadcasting and dtype promotion. */
import { calledAs } from '../../core/caller';
import { defaultDType, isHalf, type DType } from '../../core/dtype';
import { addMethods } from '../../core/methods';
import { broadcastShapes } from '../../core/shape';
import { requireTensor } from '../../core/tensor';
import type { OperatorMethods } from './binaryMethods';
import { predicates } from './predicate';
import { where } from './select';
import { powScalar, type InPlace } from './unary';
import {
  withoutOverlap,
  isFloating,
  kernels,
  operand,
  promote,
  record,
  recordInPlace,
  requireExponent,
  requireNumbers,
  requireInPlace,
  runElementwise,
  sameShape,
  Tensor,
  reportResult,
  scalar,
  type Kernels,
  type Node,
  type Operand,
  type Rule,
} from '../define';

declare module '../../core/node' {
  interface OpAttrs extends Record<OperatorName, undefined> {}
}

export type OperatorName = keyof OperatorMethods | 'add' | 'sub' | 'div';
type OperatorNode = Node<OperatorName>;

interface BinaryRule {
  /**
   * Gradients of a and b, in ordinary ops; the engine sums over broadcast dimensions. Missing if the result has no
   * gradient.
   */
  readonly grad?: (
    dy: Tensor,
    a: Tensor,
    b: Tensor,
    node: OperatorNode,
  ) => readonly (Tensor | null)[];
  /** False if the gradient needs neither a nor b, so that they are not saved. */
  readonly saves?: false;
  /** True if integers give a floating result. */
  readonly floating?: true;
  /** The op for two bool tensors, with a bool result; without it they count as int32. */
  readonly ofBool?: 'logicalAnd' | 'logicalOr';
  /** The op for a half-precision tensor and a number, passed as float32, which is more precise than a half. */
  readonly ofNumber?: `${OperatorName}Number`;
  /** True for bitwise functions, which also accept two bool tensors. */
  readonly ofBits?: true;
}

/** A native op of two inputs and its gradients. */
class BinaryOp implements Rule<OperatorName> {
  private readonly kernels: Kernels;
  private readonly numberKernels: Kernels | null;

  constructor(
    readonly name: OperatorName,
    private readonly rule: BinaryRule,
  ) {
    this.kernels = kernels(name);
    this.numberKernels = rule.ofNumber ? kernels(rule.ofNumber) : null;
  }

  apply(left: Tensor, right: Operand): Tensor {
    if (this.numberKernels !== null && isHalf(left.dtype)) {
      const number = numberBeside(this.name, left, right);
      if (number !== null) return this.withNumber(this.numberKernels, left, number);
    }
    const [a, b] = this.operands(left, right);
    if (this.rule.ofBool && a.dtype === 'bool') return predicates[this.rule.ofBool].apply(a, b);
    const shape = sameShape(a.shape, b.shape)
      ? a.shape
      : broadcastShapes(this.name, a.shape, b.shape);
    const out = Tensor._empty(a.dtype, shape);
    this.run(a, b, out);
    return this.recorded(out, a, b);
  }

  private withNumber(table: Kernels, a: Tensor, number: Tensor): Tensor {
    const out = Tensor._empty(a.dtype, a.shape);
    runElementwise(this.name, table[a.dtype], [a, number], out);
    return this.recorded(out, a, number);
  }

  private recorded(out: Tensor, a: Tensor, b: Tensor): Tensor {
    if (this.rule.grad) {
      return record(out, this, [a, b], this.rule.saves === false ? [] : [a, b], undefined);
    }
    reportResult(this.name, [out], [a, b], undefined);
    return out;
  }

  applyInPlace(x: Tensor, right: Operand): Tensor {
    if (this.numberKernels !== null && isHalf(x.dtype)) {
      const number = numberBeside(this.name, x, right);
      if (number !== null) {
        requireInPlace(`${this.name}_`, x, x.shape, x.dtype);
        const saved = x.requiresGrad ? [x.clone(), number] : [];
        runElementwise(this.name, this.numberKernels[x.dtype], [x, number], x);
        recordInPlace(x, this, [x, number], saved, undefined);
        return x;
      }
    }
    const [a, given] = this.operands(x, right);
    const b = withoutOverlap(x, given);
    if (a.dtype === 'bool' || !this.rule.grad) {
      return x.copy_(this.apply(a, b));
    }
    requireInPlace(`${this.name}_`, x, broadcastShapes(this.name, a.shape, b.shape), a.dtype);
    const saves = this.rule.saves !== false && (a.requiresGrad || b.requiresGrad);
    const saved = saves ? [a === x ? x.clone() : a, b === x ? x.clone() : b] : [];
    if (a.dtype === x.dtype) {
      this.run(a, b, x);
    } else {
      const wide = Tensor._empty(a.dtype, x.shape);
      this.run(a, b, wide);
      copyInto(x, wide);
    }
    recordInPlace(x, this, [a, b], saved, undefined);
    return x;
  }

  grad(dy: Tensor, node: OperatorNode): readonly (Tensor | null)[] {
    const [a, b] = node.saved;
    return this.rule.grad?.(dy, a, b, node) ?? [];
  }

  private operands(left: Tensor, right: Operand): [Tensor, Tensor] {
    const [a, b] = promote(left, operand(this.name, 'other', right, left));
    const keepsBool = this.rule.ofBool !== undefined || this.rule.ofBits === true;
    if (this.rule.floating || (a.dtype === 'bool' && !keepsBool)) {
      const dtype: DType = this.rule.floating ? asFloatingType(a.dtype) : 'int32';
      return [a.to(dtype), b.to(dtype)];
    }
    return [a, b];
  }

  private run(a: Tensor, b: Tensor, out: Tensor): void {
    if (
      a._contiguous &&
      b._contiguous &&
      out._contiguous &&
      a.shape === b.shape &&
      a.shape === out.shape
    ) {
      this.kernels[a.dtype](a._flat, b._flat, out._flat, out.numel());
    } else {
      runElementwise(this.name, this.kernels[a.dtype], [a, b], out);
    }
  }
}

/**
 * The other operand of a half-precision tensor as float32, as in PyTorch, if it is a number or a float32 or float64
 * tensor without dimensions. Null for anything else, or if it requires a gradient.
 */
function numberBeside(op: string, x: Tensor, value: Operand): Tensor | null {
  if (!(value instanceof Tensor)) {
    const number = operand(op, 'other', value, x);
    return number.dtype === 'bool' ? null : scalar(Number(value), 'float32');
  }
  const wide = value.ndim === 0 && isFloating(value.dtype) && !isHalf(value.dtype);
  return wide && !value.requiresGrad ? value.to('float32') : null;
}

function asFloatingType(dtype: DType): DType {
  return isFloating(dtype) ? dtype : defaultDType;
}

const copy = kernels('copy');

/** Writes values of another floating dtype to `to`, without recording. */
function copyInto(to: Tensor, from: Tensor): void {
  runElementwise('copy', copy[to.dtype], [from.detach().to(to.dtype)], to);
}

/**
 * The gradients of both operands: dy for the selected one, half of dy at a tie, 0 for the other. If one is NaN,
 * both get dy, as in PyTorch.
 */
function shareExtreme(dy: Tensor, ties: Tensor, aLost: Tensor, bLost: Tensor): Tensor[] {
  const shared = where(ties, dy.mul(0.5), dy);
  return [where(aLost, 0, shared), where(bLost, 0, shared)];
}

export const operators: Readonly<Record<OperatorName, BinaryOp>> = {
  add: new BinaryOp('add', { ofBool: 'logicalOr', saves: false, grad: (dy) => [dy, dy] }),
  sub: new BinaryOp('sub', {
    saves: false,
    grad: (dy, _a, _b, node) => [dy, node.needs(1) ? dy.neg() : null],
  }),
  mul: new BinaryOp('mul', {
    ofBool: 'logicalAnd',
    ofNumber: 'mulNumber',
    grad: (dy, a, b, node) => [node.needs(0) ? dy.mul(b) : null, node.needs(1) ? dy.mul(a) : null],
  }),
  div: new BinaryOp('div', {
    floating: true,
    ofNumber: 'divNumber',
    grad: (dy, a, b, node) => {
      const da = dy.div(b);
      return [da, node.needs(1) ? da.mul(a).div(b).neg() : null];
    },
  }),
  pow: new BinaryOp('pow', {
    grad: (dy, a, b, node) => [
      node.needs(0) ? where(b.eq(0), 0, dy.mul(b.mul(a.pow(b.sub(1))))) : null,
      node.needs(1) ? dy.mul(where(a.eq(0).logicalAnd(b.ge(0)), 0, a.pow(b).mul(a.log()))) : null,
    ],
  }),
  atan2: new BinaryOp('atan2', {
    floating: true,
    grad: (dy, a, b, node) => {
      const square = a.mul(a).add(b.mul(b));
      const scaled = where(square.eq(0), 0, dy.div(square));
      return [scaled.mul(b), node.needs(1) ? scaled.mul(a).neg() : null];
    },
  }),
  fmod: new BinaryOp('fmod', {
    grad: (dy, a, b, node) => [
      dy,
      node.needs(1) ? dy.mul(a.detach().div(b.detach()).trunc()).neg() : null,
    ],
  }),
  remainder: new BinaryOp('remainder', {
    grad: (dy, a, b, node) => [dy, node.needs(1) ? dy.mul(a.floorDivide(b)).neg() : null],
  }),
  floorDivide: new BinaryOp('floorDivide', { ofNumber: 'floorDivideNumber' }),
  bitwiseAnd: new BinaryOp('bitwiseAnd', { ofBits: true }),
  bitwiseOr: new BinaryOp('bitwiseOr', { ofBits: true }),
  bitwiseXor: new BinaryOp('bitwiseXor', { ofBits: true }),
  bitwiseLeftShift: new BinaryOp('bitwiseLeftShift', {}),
  bitwiseRightShift: new BinaryOp('bitwiseRightShift', {}),
  maximum: new BinaryOp('maximum', {
    ofBool: 'logicalOr',
    grad: (dy, a, b) => shareExtreme(dy, a.eq(b), a.lt(b), b.lt(a)),
  }),
  minimum: new BinaryOp('minimum', {
    ofBool: 'logicalAnd',
    grad: (dy, a, b) => shareExtreme(dy, a.eq(b), a.gt(b), b.gt(a)),
  }),
};

declare module '../../core/tensor' {
  interface Tensor extends OperatorMethods, InPlace<OperatorMethods> {
    /**
     * Inverts the bits of integers; logical NOT of bools.
     *
     * @returns a tensor of this shape and dtype
     * @throws TypeError for floating dtypes
     * @see torch.bitwise_not
     * @example tensor([0, 5], { dtype: 'int32' }).bitwiseNot() // tensor([-1, -6], dtype: int32)
     */
    bitwiseNot(): Tensor;
    /**
     * Inverts the bits of integers in place; logical NOT of bools.
     *
     * @returns this tensor
     */
    bitwiseNot_(): this;
    /**
     * Interpolates linearly: this + weight (end - this).
     *
     * @param end a tensor of the same dtype whose shape broadcasts with this one; it is the result at `weight` 1
     * @param weight a number, or a tensor whose shape broadcasts with this one
     * @returns a tensor of the broadcast shape
     * @throws TypeError for bool tensors, RangeError if the shapes do not broadcast
     * @see torch.lerp
     * @example tensor([0, 10]).lerp(tensor([4, 20]), 0.25) // tensor([ 1.0000, 12.5000])
     */
    lerp(end: Tensor, weight: Operand): Tensor;
  }
}

for (const [name, op] of Object.entries(operators)) {
  const inPlace = `${name}_`;
  addMethods({
    [name](this: Tensor, other: Operand) {
      return op.apply(this, other);
    },
    [inPlace](this: Tensor, other: Operand) {
      return calledAs(inPlace, () => op.applyInPlace(this, other));
    },
  });
}

addMethods({
  pow(this: Tensor, exponent: Operand): Tensor {
    // The value determines which op computes the power.
    if (exponent instanceof Tensor && exponent._isNumber) return this.pow(exponent.item());
    requireExponent('pow', this, exponent);
    if (typeof exponent !== 'number' || !isFloating(this.dtype))
      return operators.pow.apply(this, exponent);
    if (exponent === 2) return this.square();
    return exponent === 0.5 ? this.sqrt() : powScalar(this, exponent);
  },
  pow_(this: Tensor, exponent: Operand): Tensor {
    requireExponent('pow_', this, exponent);
    operators.pow.applyInPlace(this, exponent);
    return this;
  },
  bitwiseNot(this: Tensor): Tensor {
    if (this.dtype === 'bool') return this.logicalNot();
    return this.bitwiseXor(this.dtype === 'uint8' ? 255 : -1);
  },
  bitwiseNot_(this: Tensor): Tensor {
    return this.copy_(this.bitwiseNot());
  },
  lerp(this: Tensor, end: Tensor, weight: Operand): Tensor {
    const other = requireTensor('lerp', 'end', end);
    for (const one of [this, other]) requireNumbers('lerp', 'this and end', one);
    if (isHalf(this.dtype)) {
      // Rounded once.
      const wide = weight instanceof Tensor ? weight.to('float32') : weight;
      return this.to('float32').lerp(other.to('float32'), wide).to(this.dtype);
    }
    // Computed from the nearer end, as in PyTorch, so that both ends are exact.
    const change = other.sub(this);
    const part = operand('lerp', 'weight', weight, this);
    if (!(weight instanceof Tensor)) {
      const number = Number(weight);
      if (!(Math.abs(number) >= 0.5)) return this.add(change.mul(part));
      return other.sub(change.mul(1 - (this.dtype === 'float64' ? number : Math.fround(number))));
    }
    const near = part.abs().lt(0.5);
    return where(near, this, other).add(change.mul(where(near, part, part.sub(1))));
  },
});

/** Copies, conversions between dtypes, and filling. */
import { requireDType, type DType } from '../../core/dtype';
import { broadcastShapes } from '../../core/shape';
import {
  withoutOverlap,
  nativeOp,
  operand,
  record,
  recordInPlace,
  requireInPlace,
  runElementwise,
  Tensor,
  unrecorded,
  zerosLike,
  type Operand,
  type Rule,
} from '../define';

const copyCall = nativeOp('copy');
const castCalls = {
  float32: nativeOp('toFloat32'),
  float64: nativeOp('toFloat64'),
  int32: nativeOp('toInt32'),
  bool: nativeOp('toBool'),
} as const;
const fillCall = nativeOp('fill');

const cloneRule: Rule = { name: 'clone', grad: (dy) => [dy] };
const toRule: Rule<DType> = { name: 'to', grad: (dy, node) => [dy.to(node.attrs)] };
// What was overwritten has a gradient of zeros, as in PyTorch, rather than none.
const copyRule: Rule = {
  name: 'copy',
  grad: (dy, node) => [node.needs(0) ? zerosLike(dy) : null, node.needs(1) ? dy : null],
};
const fillRule: Rule<number> = { name: 'fill', grad: (dy) => [zerosLike(dy)] };

declare module '../../core/tensor' {
  interface Tensor {
    /** A copy in memory of its own, contiguous; gradients flow through it. */
    clone(): Tensor;
    /** This tensor if its elements lie in order without gaps, else a copy that does. */
    contiguous(): Tensor;
    /** This tensor in another dtype; itself if it has that dtype already. To int32, fractions are cut off. */
    to(dtype: DType): Tensor;
    /** Overwrites the elements with those of `source`, broadcast and converted. */
    copy_(source: Operand): this;
    /** Overwrites every element with `value`. */
    fill_(value: number): this;
    /** Overwrites every element with 0. */
    zero_(): this;
  }
}

Object.assign(Tensor.prototype, {
  clone(this: Tensor): Tensor {
    const out = Tensor._empty(this.dtype, this.shape);
    runElementwise('clone', copyCall, [this], out);
    return record(out, cloneRule, [this], [], undefined);
  },
  contiguous(this: Tensor): Tensor {
    return this._contiguous ? this : this.clone();
  },
  to(this: Tensor, dtype: DType): Tensor {
    if (dtype === this.dtype) return this;
    const out = Tensor._empty(requireDType('to', dtype), this.shape);
    runElementwise('to', castCalls[dtype], [this], out);
    if (dtype === 'float32' || dtype === 'float64') {
      return record(out, toRule, [this], [], this.dtype);
    }
    unrecorded(toRule.name, [out], [this], this.dtype);
    return out;
  },
  copy_(this: Tensor, source: Operand): Tensor {
    const from = operand('copy_', 'source', source, this);
    requireInPlace('copy_', this, broadcastShapes('copy_', this.shape, from.shape), this.dtype);
    const converted = withoutOverlap(this, from.to(this.dtype));
    runElementwise('copy_', copyCall, [converted], this);
    recordInPlace(this, copyRule, [this, converted], [], undefined);
    return this;
  },
  fill_(this: Tensor, value: number): Tensor {
    operand('fill_', 'value', value, this);
    requireInPlace('fill_', this, this.shape, this.dtype);
    runElementwise('fill_', fillCall, [], this, [value]);
    recordInPlace(this, fillRule, [this], [], value);
    return this;
  },
  zero_(this: Tensor): Tensor {
    return this.fill_(0);
  },
});

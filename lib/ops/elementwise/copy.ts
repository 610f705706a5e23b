/** Copies, conversions between dtypes, and filling. */
import type { NativeOp } from '../../../binding';
import { calledAs } from '../../core/caller';
import { isFloating, requireDType, type DType } from '../../core/dtype';
import { requireElement } from '../../core/element';
import {
  requireBoolean,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import { addMethods } from '../../core/methods';
import { observer } from '../../core/observer';
import { broadcastShapes } from '../../core/shape';
import {
  withoutOverlap,
  kernelPairs,
  kernels,
  operand,
  record,
  recordInPlace,
  requireInPlace,
  runElementwise,
  Tensor,
  reportResult,
  scalar,
  zerosLike,
  type Operand,
  type Rule,
} from '../define';

declare module '../../core/node' {
  interface OpAttrs {
    clone: undefined;
    /** The dtype of the input. */
    to: DType;
    copy: undefined;
    /** The value. */
    fill: number;
  }
}

const copyKernels = kernels('copy');
const toKernels = kernelPairs('to');
const fillKernels = kernels('fill');

/** The same native op for a result in memory that was used before. */
function intoExisting(call: NativeOp): NativeOp {
  return (...args) => {
    call(...args, true);
  };
}

const cloneRule: Rule<'clone'> = { name: 'clone', grad: (dy) => [dy] };
const toRule: Rule<'to'> = { name: 'to', grad: (dy, node) => [dy.to(node.attrs)] };
// The overwritten tensor gets a gradient of zeros, as in PyTorch.
const copyRule: Rule<'copy'> = {
  name: 'copy',
  grad: (dy, node) => [node.needs(0) ? zerosLike(dy) : null, node.needs(1) ? dy : null],
};
const fillRule: Rule<'fill'> = { name: 'fill', grad: (dy) => [zerosLike(dy)] };

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Copies the tensor. Gradients flow through the copy.
     *
     * @returns a contiguous tensor of this shape and dtype
     * @see torch.clone
     * @example tensor([1, 2]).clone() // tensor([1., 2.])
     */
    clone(): Tensor;
    /**
     * This tensor with its elements in order in memory.
     *
     * @returns this tensor if it is contiguous, else a contiguous copy
     * @see torch.Tensor.contiguous
     * @example tensor([[1, 2], [3, 4]]).T.contiguous().isContiguous() // true
     */
    contiguous(): Tensor;
    /**
     * Converts to another dtype. Integer dtypes drop the fraction, uint8 then keeps the lowest eight bits, and
     * float16 and bfloat16 round to the nearest number.
     *
     * @param dtype a dtype, or a tensor whose dtype is taken
     * @param options `copy: true` copies even if the dtype does not change; default false
     * @returns a tensor of this shape; this tensor itself if it already has the dtype
     * @throws RangeError for NaN to int64 or uint8
     * @see torch.Tensor.to
     * @example tensor([1.7, -2]).to('int32') // tensor([ 1, -2], dtype: int32)
     */
    to(dtype: DType | Tensor, options?: { copy?: boolean }): Tensor;
    /**
     * Converts to float16, as `to('float16')`.
     *
     * @returns a float16 tensor of this shape
     * @see torch.Tensor.half
     * @example tensor([1, 2]).half().dtype // 'float16'
     */
    half(): Tensor;
    /**
     * Converts to bfloat16, as `to('bfloat16')`.
     *
     * @returns a bfloat16 tensor of this shape
     * @see torch.Tensor.bfloat16
     * @example tensor([1, 2]).bfloat16().dtype // 'bfloat16'
     */
    bfloat16(): Tensor;
    /**
     * Converts to float32, as `to('float32')`.
     *
     * @returns a float32 tensor of this shape
     * @see torch.Tensor.float
     * @example tensor([true, false]).float() // tensor([1., 0.])
     */
    float(): Tensor;
    /**
     * Converts to float64, as `to('float64')`.
     *
     * @returns a float64 tensor of this shape
     * @see torch.Tensor.double
     * @example tensor([1, 2]).double().dtype // 'float64'
     */
    double(): Tensor;
    /**
     * Converts to int32, as `to('int32')`.
     *
     * @returns an int32 tensor of this shape
     * @see torch.Tensor.int
     * @example tensor([1.7, -2]).int().dtype // 'int32'
     */
    int(): Tensor;
    /**
     * Converts to int64, as `to('int64')`.
     *
     * @returns an int64 tensor of this shape
     * @see torch.Tensor.long
     * @example tensor([1.7, -2]).long() // tensor([ 1, -2])
     */
    long(): Tensor;
    /**
     * Converts to uint8, as `to('uint8')`.
     *
     * @returns a uint8 tensor of this shape
     * @see torch.Tensor.byte
     * @example tensor([1, 257]).byte().toArray() // [ 1, 1 ]
     */
    byte(): Tensor;
    /**
     * Converts to bool, as `to('bool')`: everything except 0 is true.
     *
     * @returns a bool tensor of this shape
     * @see torch.Tensor.bool
     * @example tensor([0, 0.5]).bool() // tensor([False,  True])
     */
    bool(): Tensor;
    /**
     * Copies the elements of `source` into this tensor, in place, and converts them to its dtype.
     *
     * @param source a tensor whose shape broadcasts to this one, or a number
     * @returns this tensor
     * @throws RangeError if the shape of `source` does not broadcast to this one
     * @see torch.Tensor.copy_
     * @example zeros(2, 2).copy_(tensor([1, 2])) // tensor([[1., 2.], [1., 2.]])
     */
    copy_(source: Operand): this;
    /**
     * Sets every element to `value`, in place.
     *
     * @param value a number, or a tensor without dimensions, which is converted as by `to`
     * @returns this tensor
     * @throws RangeError for a number that the dtype does not hold
     * @see torch.Tensor.fill_
     * @example zeros(3).fill_(7) // tensor([7., 7., 7.])
     */
    fill_(value: Operand): this;
    /**
     * Sets every element to 0, in place.
     *
     * @returns this tensor
     * @see torch.Tensor.zero_
     * @example ones(3).zero_() // tensor([0., 0., 0.])
     */
    zero_(): this;
  }
}

addMethods({
  clone(this: Tensor): Tensor {
    const out = Tensor._empty(this.dtype, this.shape);
    runElementwise('clone', copyKernels[this.dtype], [this], out);
    return record(out, cloneRule, [this], [], undefined);
  },
  contiguous(this: Tensor): Tensor {
    return this._contiguous ? this : this.clone();
  },
  to(this: Tensor, target: DType | Tensor, options?: { copy?: boolean }): Tensor {
    if (target === this.dtype && options === undefined) return this;
    const dtype = target instanceof Tensor ? target.dtype : target;
    let copy = false;
    if (options !== undefined) {
      requireOptions('to', options, ['copy']);
      copy = requireBoolean('to', 'copy', options.copy ?? false);
    }
    if (dtype === this.dtype) return copy ? calledAs('to', () => this.clone()) : this;
    const out = Tensor._empty(requireDType('to', dtype), this.shape);
    runElementwise('to', toKernels[this.dtype][dtype], [this], out);
    if (isFloating(dtype)) {
      return record(out, toRule, [this], [], this.dtype);
    }
    reportResult(toRule.name, [out], [this], this.dtype);
    return out;
  },
  copy_(this: Tensor, source: Operand): Tensor {
    const from = operand('copy_', 'source', source, this);
    requireInPlace('copy_', this, broadcastShapes('copy_', this.shape, from.shape), this.dtype);
    if (from.dtype !== this.dtype && !from.requiresGrad && observer === null) {
      // One kernel converts and copies, but an observer must see a conversion and a copy.
      const apart = from._storage === this._storage ? from.clone() : from;
      runElementwise('copy_', intoExisting(toKernels[from.dtype][this.dtype]), [apart], this);
      recordInPlace(this, copyRule, [this, apart], [], undefined);
      return this;
    }
    const converted = withoutOverlap(this, from.to(this.dtype));
    runElementwise('copy_', copyKernels[this.dtype], [converted], this);
    recordInPlace(this, copyRule, [this, converted], [], undefined);
    return this;
  },
  fill_(this: Tensor, value: Operand | boolean): Tensor {
    if (value instanceof Tensor) {
      if (value.ndim === 0) return this.copy_(value);
      throw unexpected('fill_', 'a tensor without dimensions', 'value', shapeText(value.shape));
    }
    if (!['number', 'bigint', 'boolean'].includes(typeof value)) {
      throw wrongType('fill_', 'a number', 'value', value);
    }
    const element = requireElement('fill_', 'value', this.dtype, value);
    requireInPlace('fill_', this, this.shape, this.dtype);
    const number = Number(element);
    if (typeof element === 'bigint' && BigInt(number) !== element) {
      // Attributes of native ops are doubles.
      runElementwise('fill_', copyKernels[this.dtype], [scalar(element, this.dtype)], this);
    } else {
      runElementwise('fill_', fillKernels[this.dtype], [], this, [number]);
    }
    recordInPlace(this, fillRule, [this], [], number);
    return this;
  },
  zero_(this: Tensor): Tensor {
    return this.fill_(0);
  },
});

/** PyTorch's names for conversions. */
const shorthands: Readonly<Record<DType, string>> = {
  float16: 'half',
  bfloat16: 'bfloat16',
  float32: 'float',
  float64: 'double',
  int32: 'int',
  int64: 'long',
  uint8: 'byte',
  bool: 'bool',
};

for (const [dtype, name] of Object.entries(shorthands) as [DType, string][]) {
  addMethods({
    [name](this: Tensor) {
      return this.to(dtype);
    },
  });
}

/** Selects elements of two tensors by a mask. */
import { calledAs } from '../../core/caller';
import { defaultDType, type DType } from '../../core/dtype';
import { requireElement } from '../../core/element';
import { requireArity, shapeText, unexpected, wrongType } from '../../core/errors';
import { addMethods } from '../../core/methods';
import { broadcastShapes } from '../../core/shape';
import { requireTensor } from '../../core/tensor';
import {
  kernels,
  operand,
  promote,
  record,
  runElementwise,
  scalar,
  Tensor,
  type Operand,
  type Rule,
} from '../define';

declare module '../../core/node' {
  interface OpAttrs {
    where: undefined;
  }
}

const whereKernels = kernels('where');
const whereRule: Rule<'where'> = {
  name: 'where',
  grad: (dy, node) => {
    const condition = node.saved[0];
    const zero = scalar(0, dy.dtype);
    return [
      node.needs(0) ? where(condition, dy, zero) : null,
      node.needs(1) ? where(condition, zero, dy) : null,
    ];
  },
};

/** A condition as bool: elements of other dtypes are true if they are not 0. */
function maskOf(op: string, name: string, value: unknown): Tensor {
  const condition = requireTensor(op, name, value);
  return condition.dtype === 'bool' ? condition : condition.ne(0);
}

/** Whether a value has its own dtype: a tensor that does not act as a number. */
function isTyped(value: unknown): value is Tensor {
  return value instanceof Tensor && !value._isNumber;
}

/** The dtype of values without one: float32 if any is a number, else int64 if any is a bigint, else bool. */
function dtypeOfValues(...values: unknown[]): DType {
  const isNumber = (value: unknown): boolean =>
    typeof value === 'number' || value instanceof Tensor;
  if (values.some(isNumber)) return defaultDType;
  return values.some((value) => typeof value === 'bigint') ? 'int64' : 'bool';
}

/**
 * Selects elements of `x` where `condition` is true, and of `other` elsewhere.
 *
 * @param condition a bool tensor
 * @param x a tensor whose shape broadcasts with the others, or a number
 * @param other a tensor whose shape broadcasts with the others, or a number
 * @returns a tensor of the broadcast shape and the promoted dtype
 * @throws TypeError if `condition` is not a bool tensor, RangeError if the shapes do not broadcast
 * @see torch.where
 * @example where(tensor([true, false]), tensor([1, 2]), 0) // tensor([1., 0.])
 */
export function where(condition: Tensor, x: Operand, other: Operand): Tensor;
/**
 * Finds the coordinates of the elements of `condition` that are not 0, as `nonzero({ asTuple: true })`.
 *
 * @param condition a tensor
 * @returns an int32 vector for each dimension
 * @example where(tensor([0, 5])) // [tensor([1], dtype: int32)]
 */
export function where(condition: Tensor): Tensor[];
export function where(condition: Tensor, x?: Operand, other?: Operand): Tensor | Tensor[] {
  requireArity('where', arguments.length, 3);
  if (arguments.length === 1) {
    return calledAs('where', () =>
      requireTensor('where', 'condition', condition).nonzero({ asTuple: true }),
    );
  }
  const mask = maskOf('where', 'condition', condition);
  const like = [x, other].find(isTyped) ?? scalar(0, dtypeOfValues(x, other));
  const [a, b] = promote(operand('where', 'x', x, like), operand('where', 'other', other, like));
  const shape = broadcastShapes('where', broadcastShapes('where', a.shape, b.shape), mask.shape);
  const out = Tensor._empty(a.dtype, shape);
  runElementwise('where', whereKernels[a.dtype], [mask, a, b], out);
  return record(out, whereRule, [a, b], [mask], undefined);
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Selects elements of this tensor where `condition` is true, and of `other` elsewhere.
     *
     * @param condition a bool tensor whose shape broadcasts with this one
     * @param other a tensor whose shape broadcasts with this one, or a number
     * @returns a tensor of the broadcast shape and the promoted dtype
     * @throws TypeError if `condition` is not a bool tensor, RangeError if the shapes do not broadcast
     * @see torch.Tensor.where
     * @example tensor([1, 2]).where(tensor([true, false]), 0) // tensor([1., 0.])
     */
    where(condition: Tensor, other: Operand): Tensor;
    /**
     * Replaces the elements where `mask` is true by `value`.
     *
     * @param mask a bool tensor whose shape broadcasts with this one
     * @param value a number, or a tensor without dimensions, which is converted as by `to`
     * @returns a tensor of the broadcast shape and of this dtype
     * @throws TypeError if `mask` is not bool, RangeError if the shapes do not broadcast
     * @see torch.Tensor.masked_fill
     * @example tensor([1, 2]).maskedFill(tensor([true, false]), 9) // tensor([9., 2.])
     */
    maskedFill(mask: Tensor, value: Operand | boolean): Tensor;
  }
}

addMethods({
  where(this: Tensor, condition: Tensor, other: Operand): Tensor {
    return where(condition, this, other);
  },
  maskedFill(this: Tensor, mask: Tensor, value: Operand | boolean): Tensor {
    const op = 'maskedFill';
    const condition = maskOf(op, 'mask', mask);
    if (value instanceof Tensor) {
      if (value.ndim !== 0) {
        throw unexpected(op, 'a tensor without dimensions', 'value', shapeText(value.shape));
      }
      return calledAs(op, () => where(condition, value.to(this.dtype), this));
    }
    if (!['number', 'bigint', 'boolean'].includes(typeof value)) {
      throw wrongType(op, 'a number', 'value', value);
    }
    const element = requireElement(op, 'value', this.dtype, value);
    return where(condition, scalar(element, this.dtype), this);
  },
});

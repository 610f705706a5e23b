/** The methods with a second operand. Each also has an in-place form: `mul_` for `mul`. */
import type { Operand, Tensor } from '../define';

/** Methods with an operand, each with an in-place form `_`. Those with options are in arithmetic.ts. */
export interface OperatorMethods {
  /**
   * Multiplies by `other`, element by element.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws RangeError if the shapes do not broadcast
   * @see torch.mul
   * @example tensor([1, 2]).mul(tensor([3, 4])) // tensor([3., 8.])
   */
  mul(other: Operand): Tensor;
  /**
   * Raises each element to the power of `other`.
   *
   * @param other the exponents: a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws RangeError if the shapes do not broadcast, or for integers to the power of a negative number
   * @see torch.pow
   * @example tensor([2, 3]).pow(2) // tensor([4., 9.])
   */
  pow(other: Operand): Tensor;
  /**
   * Angle of the point (`other`, this) from the positive x axis, in radians from -pi to pi.
   *
   * @param other the x coordinates: a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and a floating dtype
   * @throws RangeError if the shapes do not broadcast
   * @see torch.atan2
   * @example tensor([1, -1]).atan2(tensor([0, -1])) // tensor([ 1.5708, -2.3562])
   */
  atan2(other: Operand): Tensor;
  /**
   * Remainder of the division by `other`, with the sign of this tensor's element.
   *
   * @param other the divisors: a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws RangeError if the shapes do not broadcast, or for integers divided by 0
   * @see torch.fmod
   * @example tensor([7, -7]).fmod(3) // tensor([ 1., -1.])
   */
  fmod(other: Operand): Tensor;
  /**
   * Remainder of the division by `other`, with the sign of `other`, as Python's %.
   *
   * @param other the divisors: a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws RangeError if the shapes do not broadcast, or for integers divided by 0
   * @see torch.remainder
   * @example tensor([7, -7]).remainder(3) // tensor([1., 2.])
   */
  remainder(other: Operand): Tensor;
  /**
   * Quotient by `other`, rounded down, as Python's //. It has no gradient.
   *
   * @param other the divisors: a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws RangeError if the shapes do not broadcast, or for integers divided by 0
   * @see torch.floor_divide
   * @example tensor([7, -7]).floorDivide(2) // tensor([ 3., -4.])
   */
  floorDivide(other: Operand): Tensor;
  /**
   * Bitwise AND of integers, or logical AND of bools.
   *
   * @param other an integer or bool tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws TypeError for floating dtypes, RangeError if the shapes do not broadcast
   * @see torch.bitwise_and
   * @example tensor([6, 5], { dtype: 'int32' }).bitwiseAnd(3) // tensor([2, 1], dtype: int32)
   */
  bitwiseAnd(other: Operand): Tensor;
  /**
   * Bitwise OR of integers, or logical OR of bools.
   *
   * @param other an integer or bool tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws TypeError for floating dtypes, RangeError if the shapes do not broadcast
   * @see torch.bitwise_or
   * @example tensor([6, 5], { dtype: 'int32' }).bitwiseOr(3) // tensor([7, 7], dtype: int32)
   */
  bitwiseOr(other: Operand): Tensor;
  /**
   * Bitwise XOR of integers, or logical XOR of bools.
   *
   * @param other an integer or bool tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws TypeError for floating dtypes, RangeError if the shapes do not broadcast
   * @see torch.bitwise_xor
   * @example tensor([6, 5], { dtype: 'int32' }).bitwiseXor(3) // tensor([5, 6], dtype: int32)
   */
  bitwiseXor(other: Operand): Tensor;
  /**
   * Shifts the bits of integers left. The result is 0 if `other` is negative, or not less than the width of the
   * dtype.
   *
   * @param other the numbers of bits: an integer tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws TypeError for other dtypes, RangeError if the shapes do not broadcast
   * @see torch.bitwise_left_shift
   * @example tensor([1, 3], { dtype: 'int32' }).bitwiseLeftShift(2) // tensor([ 4, 12], dtype: int32)
   */
  bitwiseLeftShift(other: Operand): Tensor;
  /**
   * Shifts the bits of integers right and keeps the sign. Only the sign remains, 0 or -1, if `other` is negative,
   * or not less than the width of the dtype.
   *
   * @param other the numbers of bits: an integer tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws TypeError for other dtypes, RangeError if the shapes do not broadcast
   * @see torch.bitwise_right_shift
   * @example tensor([8, -8], { dtype: 'int32' }).bitwiseRightShift(2) // tensor([ 2, -2], dtype: int32)
   */
  bitwiseRightShift(other: Operand): Tensor;
  /**
   * The larger element of each pair; NaN if either is NaN. Equal elements share the gradient.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws RangeError if the shapes do not broadcast
   * @see torch.maximum
   * @example tensor([1, 4]).maximum(tensor([3, 2])) // tensor([3., 4.])
   */
  maximum(other: Operand): Tensor;
  /**
   * The smaller element of each pair; NaN if either is NaN. Equal elements share the gradient.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws RangeError if the shapes do not broadcast
   * @see torch.minimum
   * @example tensor([1, 4]).minimum(tensor([3, 2])) // tensor([1., 2.])
   */
  minimum(other: Operand): Tensor;
}

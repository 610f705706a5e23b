/** The methods without arguments. Each also has an in-place form: `exp_` for `exp`. */
import type { Tensor } from '../define';

/** Methods without arguments, each with an in-place form `_`. */
export interface UnaryMethods {
  /**
   * Absolute value of each element.
   *
   * @returns a tensor of this shape and dtype
   * @see torch.abs
   * @example tensor([-1.5, 2]).abs() // tensor([1.5000, 2.0000])
   */
  abs(): Tensor;
  /**
   * Sign of each element: -1, 0 or 1; 0 for NaN.
   *
   * @returns a tensor of this shape and dtype
   * @see torch.sign
   * @example tensor([-1.5, 0, 2]).sign() // tensor([-1.,  0.,  1.])
   */
  sign(): Tensor;
  /**
   * Rounds each element up to an integer.
   *
   * @returns a tensor of this shape and dtype
   * @see torch.ceil
   * @example tensor([-1.5, 1.2]).ceil() // tensor([-1.,  2.])
   */
  ceil(): Tensor;
  /**
   * Rounds each element down to an integer.
   *
   * @returns a tensor of this shape and dtype
   * @see torch.floor
   * @example tensor([-1.5, 1.2]).floor() // tensor([-2.,  1.])
   */
  floor(): Tensor;
  /**
   * Rounds each element towards 0 to an integer.
   *
   * @returns a tensor of this shape and dtype
   * @see torch.trunc
   * @example tensor([-1.5, 1.2]).trunc() // tensor([-1.,  1.])
   */
  trunc(): Tensor;
  /**
   * Square of each element.
   *
   * @returns a tensor of this shape and dtype; int64 for bool
   * @see torch.square
   * @example tensor([-1.5, 2]).square() // tensor([2.2500, 4.0000])
   */
  square(): Tensor;
  /**
   * Square root of each element; NaN for negative ones.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.sqrt
   * @example tensor([4, 2]).sqrt() // tensor([2.0000, 1.4142])
   */
  sqrt(): Tensor;
  /**
   * Reciprocal of the square root of each element; Infinity for 0, NaN for negative ones.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.rsqrt
   * @example tensor([4, 2]).rsqrt() // tensor([0.5000, 0.7071])
   */
  rsqrt(): Tensor;
  /**
   * Reciprocal 1 / x of each element; infinite for 0.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.reciprocal
   * @example tensor([4, -2]).reciprocal() // tensor([ 0.2500, -0.5000])
   */
  reciprocal(): Tensor;
  /**
   * Exponential e^x of each element.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.exp
   * @example tensor([0, 1]).exp() // tensor([1.0000, 2.7183])
   */
  exp(): Tensor;
  /**
   * e^x - 1 of each element, accurate near 0.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.expm1
   * @example tensor([0, 1]).expm1() // tensor([0.0000, 1.7183])
   */
  expm1(): Tensor;
  /**
   * Natural logarithm of each element; -Infinity for 0, NaN for negative ones.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.log
   * @example tensor([1, 10]).log() // tensor([0.0000, 2.3026])
   */
  log(): Tensor;
  /**
   * Natural logarithm of 1 + x of each element, accurate near 0; NaN below -1.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.log1p
   * @example tensor([0, 1]).log1p() // tensor([0.0000, 0.6931])
   */
  log1p(): Tensor;
  /**
   * Logarithm to base 2 of each element; -Infinity for 0, NaN for negative ones.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.log2
   * @example tensor([8, 1]).log2() // tensor([3., 0.])
   */
  log2(): Tensor;
  /**
   * Logarithm to base 10 of each element; -Infinity for 0, NaN for negative ones.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.log10
   * @example tensor([100, 1]).log10() // tensor([2., 0.])
   */
  log10(): Tensor;
  /**
   * Sine of each element, an angle in radians.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.sin
   * @example tensor([0, 1]).sin() // tensor([0.0000, 0.8415])
   */
  sin(): Tensor;
  /**
   * Cosine of each element, an angle in radians.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.cos
   * @example tensor([0, 1]).cos() // tensor([1.0000, 0.5403])
   */
  cos(): Tensor;
  /**
   * Tangent of each element, an angle in radians.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.tan
   * @example tensor([0, 1]).tan() // tensor([0.0000, 1.5574])
   */
  tan(): Tensor;
  /**
   * Arc sine of each element, in radians from -pi / 2 to pi / 2; NaN outside [-1, 1].
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.asin
   * @example tensor([0, 1]).asin() // tensor([0.0000, 1.5708])
   */
  asin(): Tensor;
  /**
   * Arc cosine of each element, in radians from 0 to pi; NaN outside [-1, 1].
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.acos
   * @example tensor([0, 1]).acos() // tensor([1.5708, 0.0000])
   */
  acos(): Tensor;
  /**
   * Arc tangent of each element, in radians from -pi / 2 to pi / 2.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.atan
   * @example tensor([0, 1]).atan() // tensor([0.0000, 0.7854])
   */
  atan(): Tensor;
  /**
   * Hyperbolic sine of each element.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.sinh
   * @example tensor([0, 1]).sinh() // tensor([0.0000, 1.1752])
   */
  sinh(): Tensor;
  /**
   * Hyperbolic cosine of each element.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.cosh
   * @example tensor([0, 1]).cosh() // tensor([1.0000, 1.5431])
   */
  cosh(): Tensor;
  /**
   * Hyperbolic tangent of each element.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.tanh
   * @example tensor([0, 1]).tanh() // tensor([0.0000, 0.7616])
   */
  tanh(): Tensor;
  /**
   * Logistic function 1 / (1 + e^-x) of each element.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.sigmoid
   * @example tensor([0, 1]).sigmoid() // tensor([0.5000, 0.7311])
   */
  sigmoid(): Tensor;
  /**
   * Error function of each element.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.erf
   * @example tensor([0, 1]).erf() // tensor([0.0000, 0.8427])
   */
  erf(): Tensor;
  /**
   * Complementary error function 1 - erf(x) of each element, accurate for large x.
   *
   * @returns a tensor of this shape; float32 if this one holds integers or bools
   * @see torch.erfc
   * @example tensor([0, 1]).erfc() // tensor([1.0000, 0.1573])
   */
  erfc(): Tensor;
}

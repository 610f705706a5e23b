/** The options of sums, quotients and rounding: `alpha`, `roundingMode` and `decimals`. */
import { calledAs } from '../../core/caller';
import { isHalf, isInteger, rangeOf, resultType, type DType } from '../../core/dtype';
import {
  requireInteger,
  requireOneOf,
  requireOptions,
  wrongType,
  wrongValue,
} from '../../core/errors';
import { noGrad } from '../../core/gradMode';
import { addMethods } from '../../core/methods';
import {
  isFloating,
  operand,
  record,
  requireFloating,
  requireInPlace,
  requireNumbers,
  Tensor,
  zerosLike,
  type Operand,
  type Rule,
} from '../define';
import { operators } from './binary';
import { unary, type InPlace } from './unary';

/** Options of `add` and `sub`. */
export interface AlphaOptions {
  /** Factor of the other operand; must be an integer if the result has an integer dtype. Default 1. */
  alpha?: number | bigint | boolean;
}

/** Options of `div`. */
export interface DivOptions {
  /**
   * 'floor' rounds the quotient down and 'trunc' towards 0; integers then give an integer dtype. Default null: no
   * rounding.
   */
  roundingMode?: 'floor' | 'trunc' | null;
}

/** Options of `round`. */
export interface RoundOptions {
  /**
   * Number of decimal places; negative numbers round to tens, hundreds and so on. Only for floating dtypes. Default
   * 0.
   */
  decimals?: number;
}

// --- alpha ----------------------------------------------------------------------------------------------------------

type Sum = 'add' | 'sub';

/** Throws for bool, as PyTorch does: `logicalNot` inverts it, and `logicalXor` gives the elements that differ. */
function refuseBool(op: string, x: Tensor, other: unknown = null): void {
  if (x.dtype === 'bool') requireNumbers(op, 'this', x);
  if (other instanceof Tensor && other.dtype === 'bool') requireNumbers(op, 'other', other);
  if (typeof other === 'boolean') throw wrongType(op, 'a tensor or a number', 'other', other);
}

/** alpha times the other operand, and the dtype of the result; the product of halves is float32. */
function scaled(op: string, x: Tensor, other: Operand, options: AlphaOptions): [Tensor, DType] {
  requireOptions(op, options, ['alpha']);
  const { alpha = 1 } = options;
  const b = operand(op, 'other', other, x);
  const dtype = resultType(x.dtype, x.ndim === 0, b.dtype, b.ndim === 0);
  if (dtype === 'bool' && ['boolean', 'number', 'bigint'].includes(typeof alpha)) {
    return [Number(alpha) === 0 ? zerosLike(b) : b, dtype];
  }
  if (typeof alpha !== 'number' && typeof alpha !== 'bigint') {
    throw wrongType(op, 'a number', 'alpha', alpha);
  }
  if (!isInteger(dtype)) {
    return [b.to(isHalf(dtype) ? 'float32' : dtype).mul(Number(alpha)), dtype];
  }
  const [least, largest] = rangeOf(dtype);
  const isWhole = typeof alpha === 'bigint' || Number.isSafeInteger(alpha);
  if (!isWhole || alpha > largest || alpha < (least === 0 ? -largest : least)) {
    throw wrongValue(op, `an integer that ${dtype} holds`, 'alpha', alpha);
  }
  // Arithmetic wraps around: -1 is 255 in uint8.
  return [b.to(dtype).mul(dtype === 'uint8' && alpha < 0 ? Number(alpha) + 256 : alpha), dtype];
}

function sum(op: Sum, x: Tensor, other: Operand, options: AlphaOptions): Tensor {
  const [b, dtype] = scaled(op, x, other, options);
  if (!isHalf(dtype)) return operators[op].apply(x, b);
  return operators[op].apply(x.to('float32'), b).to(dtype); // rounded once
}

// --- Rounding -------------------------------------------------------------------------------------------------------

declare module '../../core/node' {
  interface OpAttrs {
    rounded: undefined;
  }
}

/** The inputs are the rounded result and the tensors that it is computed from, whose gradients are zeros. */
const roundedRule: Rule<'rounded'> = {
  name: 'rounded',
  grad: (dy, node) => node.edges.map((edge) => (edge === null ? null : zerosLike(dy))),
};

function rounded(inputs: readonly Tensor[], compute: () => Tensor): Tensor {
  const out = noGrad(compute);
  return record(out, roundedRule, [out, ...inputs], [], undefined);
}

/** A quotient of halves is computed in float32 and rounded twice: to an integer, and to the half. */
function truncated(a: Tensor, b: Tensor): Tensor {
  const dtype = resultType(a.dtype, a.ndim === 0, b.dtype, b.ndim === 0);
  if (isHalf(dtype)) return truncated(a.to('float32'), b.to('float32')).to(dtype);
  if (isFloating(dtype)) return a.div(b).trunc();
  const whole = a.to(dtype);
  return whole.sub(whole.fmod(b)).floorDivide(b); // exactly divisible
}

function isExact(options: DivOptions | undefined): boolean {
  return (options?.roundingMode ?? null) === null;
}

function quotient(x: Tensor, other: Operand, options: DivOptions): Tensor {
  requireOptions('div', options, ['roundingMode']);
  if (isExact(options)) return operators.div.apply(x, other);
  const { roundingMode } = options;
  requireOneOf('div', 'roundingMode', roundingMode, ['floor', 'trunc']);
  const divisor = operand('div', 'other', other, x);
  if (x.dtype === 'bool') requireNumbers('div', 'other', divisor);
  return rounded([x, divisor], () =>
    roundingMode === 'floor' ? x.floorDivide(other) : truncated(x, divisor),
  );
}

function decimalsOf(op: string, options: RoundOptions | undefined): number {
  if (options === undefined) return 0;
  requireOptions(op, options, ['decimals']);
  return requireInteger(op, 'decimals', options.decimals ?? 0);
}

function roundTo(op: string, x: Tensor, options: RoundOptions | undefined): Tensor {
  const decimals = decimalsOf(op, options);
  if (decimals === 0) return unary.round.apply(x, []);
  requireFloating(op, 'this', x);
  const ten = 10 ** Math.abs(decimals);
  return rounded([x], () => {
    const wide = isHalf(x.dtype) ? x.to('float32') : x;
    const result = decimals > 0 ? wide.mul(ten).round().div(ten) : wide.div(ten).round().mul(ten);
    return result.to(x.dtype);
  });
}

// --- Methods --------------------------------------------------------------------------------------------------------

/** Writes a result to `x`. */
function replace(op: string, x: Tensor, result: Tensor): Tensor {
  requireInPlace(op, x, result.shape, result.dtype);
  return x.copy_(result);
}

/** Methods with options, each with an in-place form `_`. */
export interface ArithmeticMethods {
  /**
   * Adds `alpha` times `other`, element by element.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @param options the factor `alpha`, default 1
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws RangeError if the shapes do not broadcast
   * @see torch.add
   * @example tensor([1, 2]).add(tensor([10, 20]), { alpha: 2 }) // tensor([21., 42.])
   */
  add(other: Operand, options?: AlphaOptions): Tensor;
  /**
   * Subtracts `alpha` times `other`, element by element.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @param options the factor `alpha`, default 1
   * @returns a tensor of the broadcast shape and the promoted dtype
   * @throws TypeError for bool tensors, RangeError if the shapes do not broadcast
   * @see torch.sub
   * @example tensor([1, 2]).sub(10) // tensor([-9., -8.])
   */
  sub(other: Operand, options?: AlphaOptions): Tensor;
  /**
   * Divides by `other`, element by element. With `roundingMode` the gradient is 0.
   *
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @param options the rounding of the quotient, default none
   * @returns a tensor of the broadcast shape and the promoted dtype, float32 for integers and bools unless they are
   *   rounded
   * @throws RangeError if the shapes do not broadcast, or if integers are divided by 0 with `roundingMode`
   * @see torch.div
   * @example tensor([7, -7]).div(2, { roundingMode: 'trunc' }) // tensor([ 3., -3.])
   */
  div(other: Operand, options?: DivOptions): Tensor;
  /**
   * Negates each element.
   *
   * @returns a tensor of this shape and dtype
   * @throws TypeError for a bool tensor; use `logicalNot`
   * @see torch.neg
   * @example tensor([-1, 2]).neg() // tensor([ 1., -2.])
   */
  neg(): Tensor;
  /**
   * Rounds each element to `decimals` decimal places, halves to the even neighbour.
   *
   * @param options the number of decimal places, default 0
   * @returns a tensor of this shape and dtype
   * @see torch.round
   * @example tensor([0.5, 1.5, 2.26]).round({ decimals: 1 }) // tensor([0.5000, 1.5000, 2.3000])
   */
  round(options?: RoundOptions): Tensor;
}

declare module '../../core/tensor' {
  interface Tensor extends ArithmeticMethods, InPlace<ArithmeticMethods> {}
}

for (const name of ['add', 'sub'] as const) {
  const op = operators[name];
  const inPlace = `${name}_`;
  addMethods({
    [name](this: Tensor, other: Operand, options?: AlphaOptions): Tensor {
      if (name === 'sub') refuseBool(name, this, other);
      return options === undefined ? op.apply(this, other) : sum(name, this, other, options);
    },
    [inPlace](this: Tensor, other: Operand, options?: AlphaOptions): Tensor {
      return calledAs(inPlace, () => {
        if (name === 'sub') refuseBool(name, this, other);
        if (options === undefined) return op.applyInPlace(this, other);
        return replace(inPlace, this, sum(name, this, other, options));
      });
    },
  });
}

addMethods({
  div(this: Tensor, other: Operand, options?: DivOptions): Tensor {
    if (options === undefined) return operators.div.apply(this, other);
    return calledAs('div', () => quotient(this, other, options));
  },
  div_(this: Tensor, other: Operand, options?: DivOptions): Tensor {
    return calledAs('div_', () => {
      requireOptions('div', options, ['roundingMode']);
      // applyInPlace first copies what backward needs of x.
      if (isExact(options)) return operators.div.applyInPlace(this, other);
      return replace('div_', this, quotient(this, other, options ?? {}));
    });
  },
  neg(this: Tensor): Tensor {
    refuseBool('neg', this);
    return unary.neg.apply(this, []);
  },
  neg_(this: Tensor): Tensor {
    refuseBool('neg_', this);
    unary.neg.applyInPlace(this, []);
    return this;
  },
  round(this: Tensor, options?: RoundOptions): Tensor {
    return roundTo('round', this, options);
  },
  round_(this: Tensor, options?: RoundOptions): Tensor {
    if (decimalsOf('round_', options) !== 0) {
      return replace('round_', this, roundTo('round_', this, options));
    }
    unary.round.applyInPlace(this, []);
    return this;
  },
});

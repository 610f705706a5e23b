/** Functions of one number, and the activations: each line names the native row's derivative in ordinary ops. */
import {
  asFloating,
  isFloating,
  isGradEnabled,
  kernels,
  record,
  recordInPlace,
  requireInPlace,
  runElementwise,
  scalar,
  Tensor,
  zerosLike,
  type Kernels,
  type Node,
  type Rule,
} from '../define';

/**
 * What backward needs of a function y = f(x): whether the row keeps x or y, and dy/dx from it in ordinary ops, for
 * higher derivatives; first derivatives come from the native row `<name>Backward`.
 */
export interface UnaryRule {
  readonly keeps: 'input' | 'output';
  readonly derivative: (kept: Tensor, attrs: readonly number[]) => Tensor;
  /** The function of an int32 or bool tensor that stays whole, as in PyTorch; without it the result is float32. */
  readonly ofWhole?: (x: Tensor, attrs: readonly number[]) => Tensor;
}

/** Functions of one family, from their table of rules. */
export function defineUnary<K extends string>(
  rules: Readonly<Record<K, UnaryRule>>,
): Record<K, UnaryOp> {
  const functions = {} as Record<K, UnaryOp>;
  for (const name of Object.keys(rules) as K[]) functions[name] = new UnaryOp(name, rules[name]);
  return functions;
}

const noAttrs: readonly number[] = [];

/** A native row and its derivative. */
export class UnaryOp implements Rule<readonly number[]> {
  private readonly forward: Kernels;
  private readonly backward: Kernels;

  constructor(
    readonly name: string,
    private readonly rule: UnaryRule,
  ) {
    this.forward = kernels(name);
    this.backward = kernels(`${name}Backward`);
  }

  apply(input: Tensor, attrs: readonly number[] = noAttrs): Tensor {
    if (!isFloating(input.dtype) && this.rule.ofWhole) return this.rule.ofWhole(input, attrs);
    const x = asFloating(input);
    const out = Tensor._empty(x.dtype, x.shape);
    if (x._contiguous && attrs.length === 0) {
      this.forward[x.dtype](x._flat, out._flat, out.numel());
    } else {
      runElementwise(this.name, this.forward[x.dtype], [x], out, attrs);
    }
    return record(out, this, [x], [this.rule.keeps === 'input' ? x : out], attrs);
  }

  applyInPlace(x: Tensor, attrs: readonly number[] = noAttrs): void {
    if (!isFloating(x.dtype) && this.rule.ofWhole) {
      x.copy_(this.rule.ofWhole(x, attrs));
      return;
    }
    requireInPlace(`${this.name}_`, x, x.shape, asFloating(x).dtype);
    const kept = this.rule.keeps === 'input' && isGradEnabled() && x.requiresGrad ? x.clone() : x;
    runElementwise(this.name, this.forward[x.dtype], [x], x, attrs);
    recordInPlace(x, this, [x], [kept], attrs);
  }

  grad(dy: Tensor, node: Node<readonly number[]>): readonly Tensor[] {
    const kept = node.saved[0];
    if (isGradEnabled()) return [dy.mul(this.rule.derivative(kept, node.attrs))];
    const dx = Tensor._empty(dy.dtype, dy.shape);
    runElementwise(this.name, this.backward[dy.dtype], [dy, kept], dx, node.attrs);
    return [dx];
  }
}

const input = (derivative: UnaryRule['derivative']): UnaryRule => ({ keeps: 'input', derivative });
const output = (derivative: UnaryRule['derivative']): UnaryRule => ({
  keeps: 'output',
  derivative,
});
const flat = input(zerosLike);
/** Rounding leaves whole numbers as they are. */
const rounding: UnaryRule = { ...flat, ofWhole: (x) => x.clone() };

/** Methods without arguments, each with its `_` form in place. */
export interface UnaryMethods {
  /** Absolute value; derivative sign(x). */
  abs(): Tensor;
  /** -x. */
  neg(): Tensor;
  /** -1, 0 or 1. */
  sign(): Tensor;
  /** The smallest whole number that is not below x. */
  ceil(): Tensor;
  /** The largest whole number that is not above x. */
  floor(): Tensor;
  /** The nearest whole number, halves to the even one. */
  round(): Tensor;
  /** x without its fraction. */
  trunc(): Tensor;
  /** x^2. */
  square(): Tensor;
  /** Square root; NaN below 0. */
  sqrt(): Tensor;
  /** 1 / sqrt(x). */
  rsqrt(): Tensor;
  /** 1 / x. */
  reciprocal(): Tensor;
  /** e^x. */
  exp(): Tensor;
  /** e^x - 1, exact near 0. */
  expm1(): Tensor;
  /** Natural logarithm. */
  log(): Tensor;
  /** log(1 + x), exact near 0. */
  log1p(): Tensor;
  /** Logarithm to base 2. */
  log2(): Tensor;
  /** Logarithm to base 10. */
  log10(): Tensor;
  /** Sine of an angle in radians. */
  sin(): Tensor;
  /** Cosine of an angle in radians. */
  cos(): Tensor;
  /** Tangent of an angle in radians. */
  tan(): Tensor;
  /** Arc sine, in radians. */
  asin(): Tensor;
  /** Arc cosine, in radians. */
  acos(): Tensor;
  /** Arc tangent, in radians. */
  atan(): Tensor;
  /** Hyperbolic sine. */
  sinh(): Tensor;
  /** Hyperbolic cosine. */
  cosh(): Tensor;
  /** Hyperbolic tangent. */
  tanh(): Tensor;
  /** Logistic function 1 / (1 + e^-x). */
  sigmoid(): Tensor;
  /** Error function. */
  erf(): Tensor;
}

const rules: Readonly<Record<keyof UnaryMethods, UnaryRule>> = {
  abs: { ...input((x) => x.sign()), ofWhole: (x) => x.maximum(x.neg()) },
  neg: { ...input((x) => zerosLike(x).sub(1)), ofWhole: (x) => scalar(0, 'int32').sub(x) },
  sign: { ...flat, ofWhole: (x) => x.gt(0).to('int32').sub(x.lt(0).to('int32')) },
  ceil: rounding,
  floor: rounding,
  round: rounding,
  trunc: rounding,
  square: { ...input((x) => x.mul(2)), ofWhole: (x) => x.mul(x) },
  sqrt: output((y) => y.reciprocal().mul(0.5)),
  rsqrt: output((y) => y.mul(y).mul(y).mul(-0.5)),
  reciprocal: output((y) => y.mul(y).neg()),
  exp: output((y) => y),
  expm1: output((y) => y.add(1)),
  log: input((x) => x.reciprocal()),
  log1p: input((x) => x.add(1).reciprocal()),
  log2: input((x) => x.mul(Math.LN2).reciprocal()),
  log10: input((x) => x.mul(Math.LN10).reciprocal()),
  sin: input((x) => x.cos()),
  cos: input((x) => x.sin().neg()),
  tan: output((y) => y.mul(y).add(1)),
  asin: input((x) => x.mul(x).neg().add(1).rsqrt()),
  acos: input((x) => x.mul(x).neg().add(1).rsqrt().neg()),
  atan: input((x) => x.mul(x).add(1).reciprocal()),
  sinh: input((x) => x.cosh()),
  cosh: input((x) => x.sinh()),
  tanh: output((y) => y.mul(y).neg().add(1)),
  sigmoid: output((y) => y.sub(y.mul(y))),
  erf: input((x) =>
    x
      .mul(x)
      .neg()
      .exp()
      .mul(2 / Math.sqrt(Math.PI)),
  ),
};

/** Rows with attributes, whose methods check them. */
const withAttrs = defineUnary({
  clamp: input((x, [min, max]) => x.ge(min).mul(x.le(max)).to(x.dtype)),
  powScalar: input((x, [p]) => (p === 0 ? zerosLike(x) : powScalar(x, p - 1).mul(p))),
});

const basic = defineUnary(rules);
export const unary = { ...basic, ...withAttrs };

export function clamp(x: Tensor, min: number, max: number): Tensor {
  return unary.clamp.apply(x, [min, max]);
}

export function powScalar(x: Tensor, exponent: number): Tensor {
  return unary.powScalar.apply(x, [exponent]);
}

/** The forms in place of a family's methods: `exp_` beside `exp`. */
export type InPlace<Methods> = { [K in keyof Methods & string as `${K}_`]: Methods[K] };

declare module '../../core/tensor' {
  interface Tensor extends UnaryMethods, InPlace<UnaryMethods> {}
}

/** Gives every tensor the methods of a table of functions: `x.exp()`, and `x.exp_()` in place. */
export function addMethods(functions: Readonly<Record<string, UnaryOp>>): void {
  for (const [name, op] of Object.entries(functions)) {
    Object.defineProperty(Tensor.prototype, name, {
      value: function (this: Tensor) {
        return op.apply(this);
      },
    });
    Object.defineProperty(Tensor.prototype, `${name}_`, {
      value: function (this: Tensor) {
        op.applyInPlace(this);
        return this;
      },
    });
  }
}

addMethods(basic);

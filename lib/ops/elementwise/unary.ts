/** Functions of one number. Each line gives the derivative in ordinary ops. */
import { isUnsigned } from '../../core/dtype';
import { addMethods } from '../../core/methods';
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
  type OpAttrs,
  type Rule,
} from '../define';
import { where } from './select';
import type { UnaryMethods } from './unaryMethods';

/**
 * The functions of one number and their attributes, in the order of the native op. Each file with functions adds
 * its own.
 */
export interface UnaryAttrs extends Record<UnaryOpName, readonly []> {
  clamp: readonly [min: number, max: number];
  powScalar: readonly [exponent: number];
}

type UnaryName = keyof UnaryAttrs;

declare module '../../core/node' {
  interface OpAttrs extends UnaryAttrs {}
}

/**
 * The derivative of a function y = f(x), from x or y, whichever it saves. First derivatives use the native op
 * `<name>Backward`. For higher ones, either `derivative` computes dy/dx in ordinary ops, or `passes` gives where
 * dy/dx is 1; elsewhere 0 is selected, because the product of 0 and an infinite dy is NaN.
 */
export interface UnaryRule<K extends UnaryName> {
  readonly saves: 'input' | 'output';
  readonly derivative?: (saved: Tensor, attrs: OpAttrs[K]) => Tensor;
  readonly passes?: (saved: Tensor, attrs: OpAttrs[K]) => Tensor;
  /**
   * The function for integer and bool tensors with an integer result, as in PyTorch. Without it the result is
   * float32.
   */
  readonly ofWhole?: (x: Tensor, attrs: OpAttrs[K]) => Tensor;
}

/** Functions of one family, from their table of rules. */
export function defineUnary<K extends UnaryName>(rules: {
  readonly [N in K]: UnaryRule<N>;
}): { readonly [N in K]: UnaryOp<N> } {
  const names = Object.keys(rules) as K[];
  const functions = names.map((name) => [name, new UnaryOp(name, rules[name])]);
  return Object.fromEntries(functions) as { readonly [N in K]: UnaryOp<N> };
}

/** A native op of one input and its derivative. */
export class UnaryOp<K extends UnaryName> implements Rule<K> {
  private readonly forward: Kernels;
  private readonly backward: Kernels;

  constructor(
    readonly name: K,
    private readonly rule: UnaryRule<K>,
  ) {
    this.forward = kernels(name);
    this.backward = kernels(`${name}Backward`);
  }

  apply(input: Tensor, attrs: OpAttrs[K]): Tensor {
    if (!isFloating(input.dtype) && this.rule.ofWhole) return this.rule.ofWhole(input, attrs);
    const x = asFloating(input);
    const out = Tensor._empty(x.dtype, x.shape);
    if (x._contiguous && attrs.length === 0) {
      this.forward[x.dtype](x._flat, out._flat, out.numel());
    } else {
      runElementwise(this.name, this.forward[x.dtype], [x], out, attrs);
    }
    return record(out, this, [x], [this.rule.saves === 'input' ? x : out], attrs);
  }

  applyInPlace(x: Tensor, attrs: OpAttrs[K]): void {
    if (!isFloating(x.dtype) && this.rule.ofWhole) {
      const whole = this.rule.ofWhole(x, attrs);
      requireInPlace(`${this.name}_`, x, whole.shape, whole.dtype);
      x.copy_(whole);
      return;
    }
    requireInPlace(`${this.name}_`, x, x.shape, asFloating(x).dtype);
    const saved = this.rule.saves === 'input' && isGradEnabled() && x.requiresGrad ? x.clone() : x;
    runElementwise(this.name, this.forward[x.dtype], [x], x, attrs);
    recordInPlace(x, this, [x], [saved], attrs);
  }

  grad(dy: Tensor, node: Node<K>): readonly Tensor[] {
    const saved = node.saved[0];
    if (isGradEnabled()) {
      const { derivative, passes } = this.rule;
      if (derivative) return [dy.mul(derivative(saved, node.attrs))];
      if (passes) return [where(passes(saved, node.attrs), dy, 0)];
    }
    const dx = Tensor._empty(dy.dtype, dy.shape);
    runElementwise(this.name, this.backward[dy.dtype], [dy, saved], dx, node.attrs);
    return [dx];
  }
}

type Derivative<K extends UnaryName> = NonNullable<UnaryRule<K>['derivative']>;
/** A function whose derivative is computed from its input. */
export const ofInput = <K extends UnaryName>(derivative: Derivative<K>): UnaryRule<K> => ({
  saves: 'input',
  derivative,
});
/** A function whose derivative is computed from its output. */
export const ofOutput = <K extends UnaryName>(derivative: Derivative<K>): UnaryRule<K> => ({
  saves: 'output',
  derivative,
});
/** A function whose derivative is 1 where `passes` is true (computed from its input), and 0 elsewhere. */
export const passing = <K extends UnaryName>(passes: Derivative<K>): UnaryRule<K> => ({
  saves: 'input',
  passes,
});
const constant = { saves: 'input', derivative: zerosLike } as const;
/** Rounding does not change integers. */
const rounding = { ...constant, ofWhole: (x: Tensor): Tensor => x.clone() };

/** The ops without attributes. */
export type UnaryOpName = keyof UnaryMethods | 'round' | 'neg';

/** 0 in the dtype of arithmetic with `x`; bool counts as int32. */
function wholeZero(x: Tensor): Tensor {
  return scalar(0, x.dtype === 'bool' ? 'int32' : x.dtype);
}

const basic = defineUnary<UnaryOpName>({
  abs: {
    ...ofInput((x) => x.sign()),
    ofWhole: (x) => (isUnsigned(x.dtype) ? x.clone() : x.maximum(x.neg())),
  },
  neg: { ...ofInput((x) => zerosLike(x).sub(1)), ofWhole: (x) => wholeZero(x).sub(x) },
  sign: {
    ...constant,
    ofWhole: (x) => {
      const { dtype } = x;
      if (dtype === 'bool') return x.clone();
      return x.gt(0).to(dtype).sub(x.lt(0).to(dtype));
    },
  },
  ceil: rounding,
  floor: rounding,
  round: rounding,
  trunc: rounding,
  square: {
    ...ofInput((x) => x.mul(2)),
    ofWhole: (x) => (x.dtype === 'bool' ? x.to('int64') : x.mul(x)),
  },
  sqrt: ofOutput((y) => y.reciprocal().mul(0.5)),
  rsqrt: ofOutput((y) => y.mul(y).mul(y).mul(-0.5)),
  reciprocal: ofOutput((y) => y.mul(y).neg()),
  exp: ofOutput((y) => y),
  expm1: ofOutput((y) => y.add(1)),
  log: ofInput((x) => x.reciprocal()),
  log1p: ofInput((x) => x.add(1).reciprocal()),
  log2: ofInput((x) => x.mul(Math.LN2).reciprocal()),
  log10: ofInput((x) => x.mul(Math.LN10).reciprocal()),
  sin: ofInput((x) => x.cos()),
  cos: ofInput((x) => x.sin().neg()),
  tan: ofOutput((y) => y.mul(y).add(1)),
  asin: ofInput((x) => x.mul(x).neg().add(1).rsqrt()),
  acos: ofInput((x) => x.mul(x).neg().add(1).rsqrt().neg()),
  atan: ofInput((x) => x.mul(x).add(1).reciprocal()),
  sinh: ofInput((x) => x.cosh()),
  cosh: ofInput((x) => x.sinh()),
  tanh: ofOutput((y) => y.mul(y).neg().add(1)),
  sigmoid: ofOutput((y) => y.sub(y.mul(y))),
  erf: ofInput((x) =>
    x
      .mul(x)
      .neg()
      .exp()
      .mul(2 / Math.sqrt(Math.PI)),
  ),
  erfc: ofInput((x) =>
    x
      .mul(x)
      .neg()
      .exp()
      .mul(-2 / Math.sqrt(Math.PI)),
  ),
});

/** Functions with attributes, which their methods check. */
const withAttrs = defineUnary<'clamp' | 'powScalar'>({
  // Infinite bounds are not compared, so that infinities pass. Without finite bounds NaN passes too.
  clamp: passing((x, [min, max]) => {
    if (max === Infinity) return min === -Infinity ? x.eq(x).logicalOr(1) : x.gt(min);
    return min === -Infinity ? x.lt(max) : x.gt(min).logicalAnd(x.lt(max));
  }),
  powScalar: ofInput((x, [p]) => (p === 0 ? zerosLike(x) : powScalar(x, p - 1).mul(p))),
});

export const unary = { ...basic, ...withAttrs };

export function clamp(x: Tensor, min: number, max: number): Tensor {
  return unary.clamp.apply(x, [min, max]);
}

export function powScalar(x: Tensor, exponent: number): Tensor {
  return unary.powScalar.apply(x, [exponent]);
}

/** The in-place forms of a family's methods: `exp_` for `exp`. */
export type InPlace<Methods> = { [K in keyof Methods & string as `${K}_`]: Methods[K] };

declare module '../../core/tensor' {
  interface Tensor extends UnaryMethods, InPlace<UnaryMethods> {}
}

interface WithoutAttrs {
  apply(x: Tensor, attrs: readonly []): Tensor;
  applyInPlace(x: Tensor, attrs: readonly []): void;
}

/** Adds the methods of a table of functions to Tensor: `x.exp()`, and the in-place `x.exp_()`. */
export function addUnaryMethods(functions: Readonly<Record<string, WithoutAttrs>>): void {
  const none = [] as const;
  for (const [name, op] of Object.entries(functions)) {
    addMethods({
      [name](this: Tensor) {
        return op.apply(this, none);
      },
      [`${name}_`](this: Tensor) {
        op.applyInPlace(this, none);
        return this;
      },
    });
  }
}

addUnaryMethods(basic);

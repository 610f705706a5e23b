/** Functions of one number. */
import type { Tensor } from 'blasgrad';
import { erf, erfc, pow, roundEven, sigmoid } from '../../../support/functions';
import { pointwise, type OpCase } from '../../harness';

interface Line extends Partial<OpCase> {
  readonly fn: (x: number) => number;
  /** Where the function is smooth; default (-2, 2). */
  readonly range?: readonly [low: number, high: number];
  /** The inputs themselves, for functions with steps. */
  readonly values?: readonly number[];
}

const offSteps = [-1.75, -0.375, 0.25, 1.625, 2.375, -2.625];

// Around the size up to which Highway reduces angles itself.
const angles = [29999, 30001, -30001, 1e5, 1e7];

const lines = {
  abs: { fn: Math.abs, values: offSteps },
  neg: { fn: (x) => -x },
  sign: { fn: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0), values: offSteps },
  ceil: { fn: Math.ceil, values: offSteps },
  floor: { fn: Math.floor, values: offSteps },
  round: {
    fn: roundEven,
    values: offSteps,
    extremes: [1.5, 2.5, -0.5, -1.5, 0.49999997, 8388609, -8388607],
  },
  trunc: { fn: Math.trunc, values: offSteps },
  square: { fn: (x) => x * x },
  sqrt: { fn: Math.sqrt, range: [0.1, 3] },
  rsqrt: { fn: (x) => 1 / Math.sqrt(x), range: [0.1, 3] },
  reciprocal: { fn: (x) => 1 / x, range: [0.2, 3] },
  exp: { fn: Math.exp, extremes: [88, 88.7, 89, -87, -103, 709, 710, -745, -746] },
  expm1: { fn: Math.expm1, extremes: [88, 88.7, 89, 709, 710, -745, 1e-5, -1e-5, 1e-10] },
  log: { fn: Math.log, range: [0.1, 3] },
  log1p: { fn: Math.log1p, range: [-0.8, 3], extremes: [1e-5, -1e-5, 1e-10, -0.999] },
  log2: { fn: Math.log2, range: [0.1, 3] },
  log10: { fn: Math.log10, range: [0.1, 3] },
  sin: { fn: Math.sin, extremes: angles },
  cos: { fn: Math.cos, extremes: angles },
  tan: { fn: Math.tan, range: [-1.2, 1.2], extremes: angles },
  asin: { fn: Math.asin, range: [-0.9, 0.9] },
  acos: { fn: Math.acos, range: [-0.9, 0.9] },
  atan: { fn: Math.atan },
  sinh: { fn: Math.sinh, extremes: [89, -89, 710, -710, 20, -20, 1e-5] },
  cosh: { fn: Math.cosh, extremes: [89, -89, 710, -710, 20, -20] },
  tanh: { fn: Math.tanh, extremes: [1e-5, -1e-10, 9, 19, 20, -20] },
  sigmoid: { fn: sigmoid, extremes: [-88, -89, 17, 40] },
  erf: { fn: erf, extremes: [1e-5, 3, -6, 10] },
  erfc: { fn: erfc, extremes: [1e-5, 3, 5, 9, 10, -6, 26, 27] },
} satisfies Record<string, Line>;

const names = Object.keys(lines) as (keyof typeof lines)[];

const forms = names.flatMap((name): OpCase[] => {
  const { fn, range, values, ...rest }: Line = lines[name];
  const common = {
    ops: [name, `${name}Backward`],
    inputs: [{ shape: [2, 5], low: range?.[0], high: range?.[1], values }],
    reference: pointwise(fn),
  };
  return [
    { name, ...common, run: (x) => x[name](), elementwise: true, ...rest },
    { name: `${name}_ in place`, ...common, run: (x) => x.clone()[`${name}_`]() },
  ];
});

const clamp = (min: number, max: number) => (x: number) => {
  return Number.isNaN(x) ? NaN : Math.min(Math.max(x, min), max);
};

const powers = [3, -1, -2, 1.5, 1, 0, -0.5].map((exponent): OpCase => ({
  name: `pow by the number ${exponent}`,
  ops: ['powScalar', 'powScalarBackward'],
  inputs: [{ shape: [2, 4], low: 0.3, high: 2 }],
  run: (x) => x.pow(exponent),
  // Of -Infinity, pow would be 0.
  reference: pointwise((x) => (exponent === -0.5 ? 1 / Math.sqrt(x) : pow(x, exponent))),
  elementwise: true,
}));

export const cases: OpCase[] = [
  ...forms,
  ...powers,
  {
    name: 'pow by the number 2',
    ops: ['square', 'squareBackward'],
    inputs: [{ shape: [2, 4] }],
    run: (x) => x.pow(2),
    reference: pointwise((x) => x * x),
    elementwise: true,
  },
  {
    name: 'pow by the number 0.5',
    ops: ['sqrt', 'sqrtBackward'],
    inputs: [{ shape: [2, 4], low: 0.3 }],
    run: (x) => x.pow(0.5),
    reference: pointwise(Math.sqrt),
    elementwise: true,
  },
  {
    name: 'clamp between two bounds',
    ops: ['clamp', 'clampBackward'],
    inputs: [{ shape: [3, 4] }],
    run: (x) => x.clamp({ min: -0.5, max: 1 }),
    reference: pointwise(clamp(-0.5, 1)),
    elementwise: true,
  },
  {
    name: 'clamp from below',
    ops: ['clamp', 'clampBackward'],
    inputs: [{ shape: [3, 4] }],
    run: (x) => x.clamp({ min: 0.25 }),
    reference: pointwise(clamp(0.25, Infinity)),
    elementwise: true,
  },
  {
    name: 'clamp from above',
    ops: ['clamp', 'clampBackward'],
    inputs: [{ shape: [3, 4] }],
    run: (x) => x.clamp({ max: -0.25 }),
    reference: pointwise(clamp(-Infinity, -0.25)),
    elementwise: true,
  },
  ...(['exp', 'sqrt', 'sigmoid'] as const).flatMap((name): OpCase[] =>
    (['int32', 'bool'] as const).map((dtype) => ({
      name: `${name} of ${dtype} is float32`,
      ops: [name, 'to'],
      inputs: [{ shape: [2, 3], dtype, low: 0, high: dtype === 'bool' ? 2 : 7 }],
      run: (x: Tensor) => x[name](),
      reference: pointwise(lines[name].fn),
      gradient: false,
    })),
  ),
];

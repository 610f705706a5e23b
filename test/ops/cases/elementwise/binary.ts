/** Functions of two numbers. */
import { pow } from '../../../support/functions';
import { where, type Tensor } from 'blasgrad';
import { pointwise, type InputSpec, type OpCase } from '../../harness';

type Two = (a: number, b: number) => number;
interface Line extends Partial<OpCase> {
  readonly fn: Two;
  readonly a?: Partial<InputSpec>;
  readonly b?: Partial<InputSpec>;
}

const away = { values: [0.75, -1.25, 1.5, -0.625, 0.4375, 2.125] };
const positive = { low: 0.3, high: 2 };

function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

const arithmetic = {
  add: { fn: (a, b) => a + b },
  sub: { fn: (a, b) => a - b },
  mul: { fn: (a, b) => a * b },
  div: { fn: (a, b) => a / b, b: away },
  pow: { fn: pow, a: positive },
  atan2: { fn: Math.atan2, a: away },
  fmod: { fn: (a, b) => a % b, a: { values: [1.8, -2.9, 3.3, 0.4, 5.6] }, b: away },
  remainder: { fn: remainder, a: { values: [1.8, -2.9, 3.3, 0.4, 5.6] }, b: away },
  maximum: { fn: Math.max, a: { low: -2, high: 1.9 }, signedZero: false },
  minimum: { fn: Math.min, a: { low: -2, high: 1.9 }, signedZero: false },
} satisfies Record<string, Line>;
type Operator = keyof typeof arithmetic;
const operators = Object.keys(arithmetic) as Operator[];

/** Whole numbers, which wrap at 32 bits and divide by 0 to 0. */
const wholeArithmetic: Partial<Record<Operator, Two>> = {
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: Math.imul,
  pow: wholePower,
  fmod: (a, b) => (b === 0 ? 0 : a % b),
  remainder: (a, b) => (b === 0 ? 0 : remainder(a, b)),
  maximum: Math.max,
  minimum: Math.min,
};

function wholePower(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let result = 1n;
  for (const bit of b.toString(2)) {
    result = BigInt.asIntN(32, result * result);
    if (bit === '1') result = BigInt.asIntN(32, result * BigInt(a));
  }
  return Number(result);
}

const truth = (value: number): boolean => value !== 0;
const predicates = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  logicalAnd: (a, b) => truth(a) && truth(b),
  logicalOr: (a, b) => truth(a) || truth(b),
  logicalXor: (a, b) => truth(a) !== truth(b),
} satisfies Record<string, (a: number, b: number) => boolean>;
const predicateNames = Object.keys(predicates) as (keyof typeof predicates)[];

const forms = operators.flatMap((name): OpCase[] => {
  const { fn, a, b, ...rest }: Line = arithmetic[name];
  const [left, right] = [
    { shape: [2, 3], ...a },
    { shape: [2, 3], ...b },
  ];
  const common = { ops: [name], reference: pointwise(fn) };
  return [
    {
      name,
      ...common,
      inputs: [left, right],
      run: (x, y) => x[name](y),
      elementwise: true,
      ...rest,
    },
    {
      name: `${name} of a broadcast operand`,
      ...common,
      inputs: [
        { ...left, shape: [3, 1, 2] },
        { ...right, shape: [4, 1] },
      ],
      run: (x, y) => x[name](y),
    },
    {
      name: `${name}_ in place`,
      ...common,
      inputs: [left, { ...right, shape: [3] }],
      run: (x, y) => x.clone()[`${name}_`](y),
    },
    {
      name: `${name} of a tensor and itself`,
      ...common,
      reference: pointwise((x) => fn(x, x)),
      inputs: [{ shape: [4], low: 0.3, high: 2 }],
      run: (x) => x[name](x),
      // Remainders jump where the operands are equal, and extremes tie.
      gradient: !['fmod', 'remainder'].includes(name),
    },
  ];
});

const numbers = (
  ['add', 'sub', 'mul', 'div', 'atan2', 'fmod', 'remainder', 'maximum', 'minimum'] as const
).map((name): OpCase => ({
  name: `${name} with a number`,
  ops: [name],
  inputs: [{ shape: [2, 3], values: [-1.25, 0.5, 1.9, -0.4, 0.1, 2.6] }],
  run: (x) => x[name](0.75),
  reference: pointwise((x) => arithmetic[name].fn(x, 0.75)),
  elementwise: true,
  signedZero: false,
}));

const wholes = (Object.keys(wholeArithmetic) as Operator[]).map((name): OpCase => ({
  name: `${name} of int32`,
  ops: [name],
  inputs: [
    { shape: [2, 3], dtype: 'int32' },
    { shape: [2, 3], dtype: 'int32' },
  ],
  run: (x, y) => x[name](y),
  reference: pointwise(wholeArithmetic[name] as Two),
  gradient: false,
  elementwise: true,
  signedZero: false,
}));

const comparisons = predicateNames.flatMap((name) =>
  (['float', 'int32', 'bool'] as const).map((dtype): OpCase => ({
    name: `${name} of ${dtype}`,
    ops: [name],
    inputs: [
      { shape: [3, 4], dtype, values: dtype === 'bool' ? [0, 0, 1, 1] : [0, 1, 2, -1, 1, 0] },
      { shape: [3, 4], dtype, values: dtype === 'bool' ? [0, 1, 0, 1] : [0, 1, 1, 2, 0] },
    ],
    run: (x, y) => x[name](y),
    reference: pointwise((a, b) => Number(predicates[name](a, b))),
    gradient: false,
    elementwise: true,
  })),
);

const flag = { dtype: 'bool', shape: [2, 3] } as const;
const real = { shape: [2, 3] };
const whole = { dtype: 'int32', shape: [2, 3] } as const;
const tests = {
  logicalNot: (x) => x === 0,
  isnan: Number.isNaN,
  isinf: (x) => Math.abs(x) === Infinity,
  isfinite: Number.isFinite,
} satisfies Record<string, (x: number) => boolean>;

export const cases: OpCase[] = [
  ...forms,
  ...numbers,
  ...wholes,
  ...comparisons,
  ...(Object.keys(tests) as (keyof typeof tests)[]).flatMap((name) =>
    [real, whole].map((input): OpCase => ({
      name: `${name} of ${'dtype' in input ? 'int32' : 'float'}`,
      ops: [],
      inputs: [{ ...input, values: [0, 1, -3] }],
      run: (x: Tensor) => x[name](),
      reference: pointwise((x) => Number(tests[name](x))),
      gradient: false,
      elementwise: true,
    })),
  ),
  {
    name: 'where',
    ops: ['where'],
    inputs: [flag, real, real],
    run: where,
    reference: pointwise((c, a, b) => (c ? a : b)),
    elementwise: true,
  },
  {
    name: 'where with numbers',
    ops: ['where'],
    inputs: [flag, real],
    run: (c, x) => where(c, x, -0.5).add(where(c, 3, x)),
    reference: pointwise((c, x) => (c ? x + 3 : x - 0.5)),
    elementwise: true,
  },
  {
    name: 'where as a method',
    ops: ['where'],
    inputs: [flag, real, { shape: [] }],
    run: (c, x, y) => x.where(c, y),
    reference: pointwise((c, a, b) => (c ? a : b)),
  },
  {
    name: 'where of int32',
    ops: ['where'],
    inputs: [flag, whole, whole],
    run: where,
    reference: pointwise((c, a, b) => (c ? a : b)),
    gradient: false,
    elementwise: true,
  },
  {
    name: 'where of bool',
    ops: ['where'],
    inputs: [flag, flag, flag],
    run: where,
    reference: pointwise((c, a, b) => (c ? a : b)),
    gradient: false,
    elementwise: true,
  },
  {
    name: 'maskedFill',
    ops: ['where'],
    inputs: [real, flag],
    run: (x, mask) => x.maskedFill(mask, -7.5),
    reference: pointwise((x, mask) => (mask ? -7.5 : x)),
    elementwise: true,
  },
  {
    name: 'lerp by a number',
    ops: ['add', 'sub', 'mul'],
    inputs: [real, real],
    run: (x, end) => x.lerp(end, 0.3),
    reference: pointwise((x, end) => x + 0.3 * (end - x)),
    elementwise: true,
    extremes: false,
  },
  {
    name: 'lerp by a tensor',
    ops: ['add', 'sub', 'mul'],
    inputs: [real, real, { shape: [3] }],
    run: (x, end, weight) => x.lerp(end, weight),
    reference: pointwise((x, end, weight) => x + weight * (end - x)),
  },
];

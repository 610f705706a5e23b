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

/** Bits of the dtypes of integers; int64 is compared where a number is exact. */
const wholeBits = { int64: 64, int32: 32, uint8: 8 } as const;
type Whole = keyof typeof wholeBits;
const wholes = Object.keys(wholeBits) as Whole[];

type Exact = (a: bigint, b: bigint) => bigint;
/** Functions of integers, which wrap around. */
const wholeArithmetic: Readonly<Record<string, Exact>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  pow: wholePower,
  fmod: (a, b) => a % b,
  remainder: (a, b) => a - b * floorQuotient(a, b),
  floorDivide: floorQuotient,
  maximum: (a, b) => (a > b ? a : b),
  minimum: (a, b) => (a < b ? a : b),
  bitwiseAnd: (a, b) => a & b,
  bitwiseOr: (a, b) => a | b,
  bitwiseXor: (a, b) => a ^ b,
};
const divisions = ['fmod', 'remainder', 'floorDivide'];

function floorQuotient(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function wholePower(a: bigint, b: bigint): bigint {
  if (b < 0n) return a === 1n ? 1n : a === -1n ? (b % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  for (const bit of b.toString(2)) {
    result = BigInt.asIntN(64, result * result);
    if (bit === '1') result = BigInt.asIntN(64, result * a);
  }
  return result;
}

/** A function of integers as one of numbers, wrapped to a dtype. */
function wrapped(fn: Exact, dtype: Whole): Two {
  const bits = wholeBits[dtype];
  return (a, b) => {
    const exact = fn(BigInt(a), BigInt(b));
    return Number(dtype === 'uint8' ? BigInt.asUintN(bits, exact) : BigInt.asIntN(bits, exact));
  };
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

const ofWholes = Object.entries(wholeArithmetic).flatMap(([name, fn]) =>
  wholes.map((dtype): OpCase => {
    const divides = divisions.includes(name);
    return {
      name: `${name} of ${dtype}`,
      ops: [name],
      inputs: [
        { shape: [2, 3], dtype },
        { shape: [2, 3], dtype, ...(divides && { values: [3, 5, 1, 2] }) },
      ],
      run: (x, y) => (x[name as keyof Tensor] as (y: Tensor) => Tensor)(y),
      reference: pointwise(wrapped(fn, dtype)),
      gradient: false,
      elementwise: true,
      // By 0 there is no quotient, and products of int64 pass what numbers hold.
      extremes: divides || dtype === 'int64' ? false : [],
      signedZero: false,
    };
  }),
);

const shifts = wholes.flatMap((dtype) =>
  (['bitwiseLeftShift', 'bitwiseRightShift'] as const).map((name): OpCase => ({
    name: `${name} of ${dtype}`,
    ops: [name],
    inputs: [
      { shape: [2, 3], dtype, values: [1, 3, 0, 77, 127, 5] },
      { shape: [2, 3], dtype, values: [0, 1, 3, 7, 40, 64] },
    ],
    run: (x, y) => x[name](y),
    reference: pointwise(wrapped((a, b) => (name === 'bitwiseLeftShift' ? a << b : a >> b), dtype)),
    gradient: false,
  })),
);

/** Python's //. */
const floorDivision: OpCase = {
  name: 'floorDivide',
  ops: ['floorDivide'],
  inputs: [
    { shape: [2, 3], values: [1.8, -2.9, 3.3, 0.4, 5.6, -7] },
    { shape: [2, 3], ...away },
  ],
  run: (x, y) => x.floorDivide(y),
  reference: pointwise((a, b) => Math.floor((a - remainder(a, b)) / b + 0.5)),
  gradient: false,
};

/** A number is not rounded to a half first. */
const halvesAndNumbers = (['mul', 'div', 'floorDivide'] as const).map((name): OpCase => ({
  name: `${name} of bfloat16 by a number`,
  ops: [`${name}Number`],
  inputs: [{ shape: [2, 3], dtype: 'bfloat16', low: 3, high: 9 }],
  run: (x) => [x[name](0.3), x.clone()[`${name}_`](0.3)],
  reference: (x) => {
    const third = Math.fround(0.3);
    const fn = { mul: (a: number) => a * third, div: (a: number) => a / third, floorDivide: (a: number) => Math.floor(a / third) }[name]; // prettier-ignore
    return [pointwise(fn)(x), pointwise(fn)(x)];
  },
  gradient: false,
}));

const bitsOfBool: OpCase = {
  name: 'bits of bool',
  ops: ['bitwiseAnd', 'bitwiseOr', 'bitwiseXor'],
  inputs: [
    { shape: [4], dtype: 'bool', values: [0, 0, 1, 1] },
    { shape: [4], dtype: 'bool', values: [0, 1, 0, 1] },
  ],
  run: (x, y) => [x.bitwiseAnd(y), x.bitwiseOr(y), x.bitwiseXor(y), x.bitwiseNot()],
  reference: (x, y) =>
    [
      (a: number, b: number) => a & b,
      (a: number, b: number) => a | b,
      (a: number, b: number) => a ^ b,
      (a: number) => 1 - a,
    ].map((fn) => pointwise(fn)(x, y)),
  gradient: false,
};

const comparisons = predicateNames.flatMap((name) =>
  (['float', 'int64', 'int32', 'bool'] as const).map((dtype): OpCase => ({
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
  ...ofWholes,
  ...shifts,
  floorDivision,
  bitsOfBool,
  ...halvesAndNumbers,
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

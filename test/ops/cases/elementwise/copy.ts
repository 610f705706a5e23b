/** Copies, conversions and filling. */
import type { Tensor } from 'blasgrad';
import { roundToHalf } from '../../../support/halves';
import { pointwise, type InputSpec, type OpCase } from '../../harness';

type Kind = NonNullable<InputSpec['dtype']>;
const self = pointwise((x) => x);

/** To integers by cutting off; what does not fit, and NaN, gives the smallest one, as on x86. */
const toInt32 = (x: number): number => {
  const whole = Math.trunc(x) + 0;
  return whole >= -2147483648 && whole <= 2147483647 ? whole : -2147483648;
};
const limit = 2 ** 63;
const toBigint = (x: number): bigint => BigInt(x >= -limit && x < limit ? Math.trunc(x) : -limit);
const isFloating = (dtype: string): boolean => dtype.includes('float');

type Conversion = (x: number) => number;
const conversions: Readonly<Record<Tensor['dtype'], Conversion>> = {
  float32: Math.fround,
  float64: (x) => x,
  float16: (x) => roundToHalf(x, 'float16'),
  bfloat16: (x) => roundToHalf(x, 'bfloat16'),
  int64: (x) => Number(toBigint(x)),
  int32: toInt32,
  uint8: (x) => Number(BigInt.asUintN(8, toBigint(x))),
  bool: (x) => Number(x !== 0),
};
const dtypes = Object.keys(conversions) as Tensor['dtype'][];

/** Integers wrap around. */
function conversion(from: Tensor['dtype'], to: Tensor['dtype']): Conversion {
  return to === 'int32' && !isFloating(from)
    ? (x) => Number(BigInt.asIntN(32, BigInt(x)))
    : conversions[to];
}

/** Where NaN is refused. */
const refusesNaN = (from: string, to: string): boolean =>
  isFloating(from) && (to === 'int64' || to === 'uint8');

const casts = dtypes.flatMap((from) =>
  dtypes
    .filter((to) => to !== from)
    .map((to): OpCase => ({
      name: `${from} to ${to}`,
      ops: ['to'],
      inputs: [
        {
          shape: [2, 3],
          dtype: from,
          ...(from === 'bool' ? {} : { low: from === 'uint8' ? 0 : -3, high: 4 }),
        },
      ],
      run: (x) => x.to(to),
      reference: pointwise(conversion(from, to)),
      gradient: false,
      elementwise: true,
      extremes: refusesNaN(from, to)
        ? false
        : [2147483647, 2147483648, -2147483648, -2147483649, -0.75],
      float32: { rel: 0, abs: 0 },
      float64: { rel: 0, abs: 0 },
      extremesTolerance: { float32: { rel: 0, abs: 0 }, float64: { rel: 0, abs: 0 } },
    })),
);

const every = (
  ['float', ...dtypes.filter((one) => !isFloating(one)), 'float16', 'bfloat16'] satisfies Kind[]
).flatMap((dtype): OpCase[] => [
  {
    name: `clone of ${dtype}`,
    ops: ['copy'],
    inputs: [{ shape: [2, 3], dtype }],
    run: (x) => x.clone(),
    reference: self,
    gradient: dtype === 'float',
    elementwise: true,
  },
  {
    name: `fill_ of ${dtype}`,
    ops: ['fill'],
    inputs: [{ shape: [2, 3], dtype }],
    run: (x) => x.clone().fill_(1),
    reference: pointwise(() => 1),
    gradient: dtype === 'float',
    elementwise: true,
  },
]);

export const cases: OpCase[] = [
  ...casts,
  ...every,
  {
    name: 'contiguous of a transposed tensor',
    ops: ['copy'],
    inputs: [{ shape: [2, 3] }],
    run: (x) => x.add(0).transpose(0, 1).contiguous(),
    reference: (x) => ({
      shape: [3, 2],
      data: [0, 3, 1, 4, 2, 5].map((i) => x.data[i]),
    }),
  },
  {
    name: 'copy_ of the same shape',
    ops: ['copy'],
    inputs: [{ shape: [2, 3] }, { shape: [2, 3] }],
    run: (x, source) => x.clone().copy_(source),
    reference: pointwise((_x, source) => source),
  },
  {
    name: 'copy_ of a broadcast source',
    ops: ['copy'],
    inputs: [{ shape: [2, 3] }, { shape: [2, 1] }],
    run: (x, source) => x.clone().copy_(source),
    reference: pointwise((_x, source) => source),
  },
  {
    name: 'copy_ of a number',
    ops: ['copy'],
    inputs: [{ shape: [2, 3] }],
    run: (x) => x.clone().copy_(2.5),
    reference: pointwise(() => 2.5),
  },
  {
    name: 'copy_ into a part',
    ops: ['copy'],
    inputs: [{ shape: [2, 3] }, { shape: [2] }],
    run: (x, source) => {
      const whole = x.clone();
      whole.select(1, 1).copy_(source);
      return whole;
    },
    reference: (x, source) => ({
      shape: [2, 3],
      data: x.data.map((value, i) => (i % 3 === 1 ? source.data[(i - 1) / 3] : value)),
    }),
  },
  {
    name: 'copy_ converts',
    ops: ['copy', 'to'],
    inputs: [
      { shape: [3], dtype: 'int32' },
      { shape: [3], values: [1.75, -2.5, 0.5] },
    ],
    run: (x, source) => x.clone().copy_(source),
    reference: pointwise((_x, source) => toInt32(source)),
    gradient: false,
  },
  {
    name: 'zero_',
    ops: ['fill'],
    inputs: [{ shape: [2, 3] }],
    run: (x) => x.clone().zero_(),
    reference: pointwise(() => 0),
  },
];

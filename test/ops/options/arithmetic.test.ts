/** Options of sums, quotients and rounding. */
import { compile, F, grad, tensor, type Tensor } from 'blasgrad';
import { testRows, valuesOf, type Row } from './rows';

const x = tensor([5.5, -7.25, 3]);
const whole = tensor([5, -7, 3], { dtype: 'int64' });
const bytes = tensor([5, 7, 3], { dtype: 'uint8' });
const bools = tensor([true, false, true]);
const wide = x.double();
const divisor = tensor([2, 2, -2]);
const wholeDivisor = divisor.long();
const many = tensor([679.008, -895.056, 370.368]);

const arithmetic: Row[] = [
  ['add with alpha', () => x.add(x, { alpha: 0.5 }), 'float32', [8.25, -10.875, 4.5]],
  [
    'add of a float to integers',
    () => whole.add(x, { alpha: 0.5 }),
    'float32',
    [7.75, -10.625, 4.5],
  ],
  ['add of a number', () => whole.add(1.5, { alpha: 2 }), 'float32', [8, -4, 6]],
  ['add in float64', () => x.add(wide, { alpha: 1 / 3 }), 'float64', [22 / 3, -29 / 3, 4]],
  [
    'add of halves',
    () => x.half().add(x.half(), { alpha: 1 / 3 }),
    'float16',
    [7.33203125, -9.6640625, 4],
  ],
  ['add of uint8, minus 1', () => bytes.add(bytes, { alpha: -1 }), 'uint8', [0, 0, 0]],
  ['add of uint8, which wraps', () => bytes.add(bytes, { alpha: -200 }), 'uint8', [29, 143, 171]],
  ['add of int64, exactly', () => whole.add(whole, { alpha: 2n ** 50n }), 'int64', [5629499534213125, -7881299347898375, 3377699720527875]], // prettier-ignore
  ['add of bool', () => bools.add(bools, { alpha: true }), 'bool', [true, false, true]],
  [
    'add of bool, 0 times',
    () => bools.logicalNot().add(bools, { alpha: 0 }),
    'bool',
    [false, true, false],
  ],
  ['sub with alpha', () => x.sub(x, { alpha: 0.5 }), 'float32', [2.75, -3.625, 1.5]],
  ['sub of uint8', () => bytes.sub(bytes, { alpha: -1 }), 'uint8', [10, 14, 6]],
  ['add_', () => whole.clone().add_(whole, { alpha: 3 }), 'int64', [20, -28, 12]],
  [
    'add_ of a wider dtype to halves',
    () => x.half().add_(x, { alpha: 1 / 3 }),
    'float16',
    [7.33203125, -9.6640625, 4],
  ],
  ['sub_', () => x.clone().sub_(x, { alpha: 0.5 }), 'float32', [2.75, -3.625, 1.5]],
  ['div floor', () => x.div(divisor, { roundingMode: 'floor' }), 'float32', [2, -4, -2]],
  ['div trunc', () => x.div(divisor, { roundingMode: 'trunc' }), 'float32', [2, -3, -1]],
  ['div null', () => x.div(divisor, { roundingMode: null }), 'float32', [2.75, -3.625, -1.5]],
  [
    'div floor of integers',
    () => whole.div(wholeDivisor, { roundingMode: 'floor' }),
    'int64',
    [2, -4, -2],
  ],
  [
    'div trunc of integers',
    () => whole.div(wholeDivisor, { roundingMode: 'trunc' }),
    'int64',
    [2, -3, -1],
  ],
  ['div trunc of large integers', () => tensor([-(2n ** 63n), 2n ** 62n]).div(3n, { roundingMode: 'trunc' }), 'int64', [-3074457345618258602n, 1537228672809129301n]], // prettier-ignore
  ['div trunc of the least integer by -1', () => tensor([-(2n ** 63n)]).div(-1n, { roundingMode: 'trunc' }), 'int64', [-(2n ** 63n)]], // prettier-ignore
  [
    'div trunc of bool by a number',
    () => bools.div(2, { roundingMode: 'trunc' }),
    'int32',
    [0, 0, 0],
  ],
  [
    'div floor of integers by a fraction',
    () => whole.div(2.5, { roundingMode: 'floor' }),
    'float32',
    [2, -3, 1],
  ],
  [
    'div floor of halves',
    () => x.half().div(0.1, { roundingMode: 'floor' }),
    'float16',
    [54, -73, 29],
  ],
  [
    'div trunc of halves',
    () => x.half().div(0.1, { roundingMode: 'trunc' }),
    'float16',
    [55, -72, 30],
  ],
  [
    'div floor by 0',
    () => x.div(0, { roundingMode: 'floor' }),
    'float32',
    [Infinity, -Infinity, Infinity],
  ],
  [
    'div_ floor of integers',
    () => whole.clone().div_(2, { roundingMode: 'floor' }),
    'int64',
    [2, -4, 1],
  ],
  [
    'div_ trunc of integers',
    () => whole.clone().div_(2, { roundingMode: 'trunc' }),
    'int64',
    [2, -3, 1],
  ],
  ['round to 2 places', () => many.round({ decimals: 2 }), 'float32', [679.01, -895.06, 370.37]],
  ['round to tens', () => many.round({ decimals: -1 }), 'float32', [680, -900, 370]],
  [
    'round to halves to even',
    () => tensor([0.25, 2.675, 1.005, -0.14]).round({ decimals: 1 }),
    'float32',
    [0.2, 2.7, 1, -0.1],
  ],
  ['round of halves', () => many.half().round({ decimals: 2 }), 'float16', [679, -895, 370.25]],
  ['round beyond the range', () => x.round({ decimals: 400 }), 'float32', [NaN, NaN, NaN]],
  ['round of integers to 0 places', () => whole.round({ decimals: 0 }), 'int64', [5, -7, 3]],
  ['round_', () => x.clone().round_({ decimals: 1 }), 'float32', [5.5, -7.2, 3]],
];

describe('arithmetic', () => testRows(arithmetic));

const gradients: [what: string, run: (a: Tensor, b: Tensor) => Tensor, a: number[], b: number[]][] =
  [
    ['add', (a, b) => a.add(b, { alpha: 3 }), [1, 1, 1], [3, 3, 3]],
    ['sub', (a, b) => a.sub(b, { alpha: 3 }), [1, 1, 1], [-3, -3, -3]],
    ['add_', (a, b) => a.mul(2).add_(b, { alpha: 3 }), [2, 2, 2], [3, 3, 3]],
    ['div floor', (a, b) => a.div(b, { roundingMode: 'floor' }), [0, 0, 0], [0, 0, 0]],
    ['div trunc', (a, b) => a.div(b, { roundingMode: 'trunc' }), [0, 0, 0], [0, 0, 0]],
    ['div_ floor', (a, b) => a.mul(2).div_(b, { roundingMode: 'floor' }), [0, 0, 0], [0, 0, 0]],
    [
      'div_ null',
      (a, b) => a.mul(2).div_(b.add(1), { roundingMode: null }),
      [2 / 3, 2, 2].map(Math.fround),
      [-10 / 9, -6, -0].map(Math.fround),
    ],
    [
      'round_ to integers',
      (a, b) => a.mul(2).round_({ decimals: 0 }).mul(b),
      [0, 0, 0],
      [10, 6, 0],
    ],
    ['round', (a, b) => a.round({ decimals: 1 }).mul(b), [0, 0, 0], [5, 3, 0]],
  ];

test.each(gradients)('the gradient of %s, compiled too', (_what, run, first, second) => {
  const gradientsOf = (a: Tensor, b: Tensor): Tensor[] => {
    const [p, q] = [a.mul(1).requiresGrad_(), b.mul(1).requiresGrad_()];
    return grad(run(p, q).sum(), [p, q]);
  };
  const [a, b] = [tensor([5, 3, 0]), tensor([2, 0, 0])];
  expect(gradientsOf(a, b).map((one) => one.toArray())).toEqual([first, second]);
  const compiled = compile(gradientsOf);
  compiled(b, a);
  expect(compiled(a, b).map((one) => one.toArray())).toEqual([first, second]);
});

test('options are read at each capture, and the ops run again at each replay', () => {
  const step = compile((a: Tensor, b: Tensor) => [
    a.add(b, { alpha: 0.5 }),
    a.div(b, { roundingMode: 'floor' }),
    a.round({ decimals: 1 }),
  ]);
  step(divisor, x);
  expect(step(x, divisor).map(valuesOf)).toEqual([
    [6.5, -6.25, 2],
    [2, -4, -2],
    [5.5, -7.2, 3],
  ]);
});

test.each<[what: string, run: () => unknown, message: string]>([
  ['sub of bool', () => bools.sub(1), 'sub: expected float32'],
  ['sub by bool', () => x.sub(bools), 'sub: expected float32'],
  ['neg of bool', () => bools.neg(), 'neg: expected float32'],
  ['neg_ of bool', () => bools.neg_(), 'neg_: expected float32'],
  [
    'square_ of bool',
    () => bools.square_(),
    'square_: the result is int64, which this bool tensor cannot hold',
  ],
  ['relu of bool', () => F.relu(bools), 'relu: expected float32'],
  ['hardtanh of bool', () => F.hardtanh(bools), 'hardtanh: expected float32'],
  ['hardtanh of no range', () => F.hardtanh(x, { minVal: 1, maxVal: 0 }), 'hardtanh: expected a number of at least 1 for maxVal'], // prettier-ignore
  [
    'softshrink below 0',
    () => F.softshrink(x, { lambd: -1 }),
    'softshrink: expected a number of at least 0 for lambd',
  ],
  ['a triplet without a margin', () => F.tripletMarginLoss(x, x, x, { margin: 0 }), 'tripletMarginLoss: expected a number above 0 for margin, got 0'], // prettier-ignore
])('%s is refused', (_what, run, message) => {
  expect(run).toThrow(message);
});

test('round_ with decimals of 0 keeps nothing that it changes', () => {
  const x = tensor([1.4, 2.6], { requiresGrad: true });
  x.mul(1).round_({ decimals: 0 }).sum().backward();
  expect(x.grad?.toArray()).toEqual([0, 0]);
});

/** Options of PyTorch's functions, with the numbers that PyTorch 2.15 computes. */
import { compile, F, Generator, grad, tensor, type Tensor } from 'blasgrad';

type Row = [what: string, run: (x: Tensor) => Tensor | Tensor[], dtype: string, expected: unknown];

const x = tensor([5.5, -7.25, 3]);
const whole = tensor([5, -7, 3], { dtype: 'int64' });
const bytes = tensor([5, 7, 3], { dtype: 'uint8' });
const bools = tensor([true, false, true]);
const wide = x.double();
const divisor = tensor([2, 2, -2]);
const wholeDivisor = divisor.long();
const many = tensor([679.008, -895.056, 370.368]);

const four = tensor([1, 2, 3, 4]);
const zero = tensor([0, 0, 0, 0]);
const weight = tensor([1, 2, 0, 1]);

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

/** The elements, with float32 rounded so that 0.1 is 0.1. */
function valuesOf(one: Tensor): unknown {
  const shown = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shown)
      : typeof value === 'number' && one.dtype === 'float32'
        ? Number(value.toPrecision(7))
        : value;
  return shown(one.toArray());
}

function testRows(rows: readonly Row[]): void {
  test.each(rows)('%s', (_what, run, dtype, expected) => {
    const result = run(x);
    const all = Array.isArray(result) ? result : [result];
    const expectedOfAll = Array.isArray(result) ? (expected as unknown[]) : [expected];
    expect(all.map((one) => one.dtype)).toEqual(all.map(() => dtype));
    expect(all.map(valuesOf)).toEqual(expectedOfAll);
  });
}

describe('arithmetic', () => testRows(arithmetic));

const gradients: [what: string, run: (a: Tensor, b: Tensor) => Tensor, a: number[], b: number[]][] =
  [
    ['add', (a, b) => a.add(b, { alpha: 3 }), [1, 1, 1], [3, 3, 3]],
    ['sub', (a, b) => a.sub(b, { alpha: 3 }), [1, 1, 1], [-3, -3, -3]],
    ['add_', (a, b) => a.mul(2).add_(b, { alpha: 3 }), [2, 2, 2], [3, 3, 3]],
    ['div floor', (a, b) => a.div(b, { roundingMode: 'floor' }), [0, 0, 0], [0, 0, 0]],
    ['div trunc', (a, b) => a.div(b, { roundingMode: 'trunc' }), [0, 0, 0], [0, 0, 0]],
    ['div_ floor', (a, b) => a.mul(2).div_(b, { roundingMode: 'floor' }), [0, 0, 0], [0, 0, 0]],
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

/** Activations that can overwrite their input, with a call for each option. */
const overwriting: [what: string, run: (input: Tensor, options?: object) => Tensor][] = [
  ['relu', (input, options) => F.relu(input, options)],
  ['relu6', (input, options) => F.relu6(input, options)],
  ['hardtanh', (input, options) => F.hardtanh(input, { minVal: -2, maxVal: 2, ...options })],
  ['hardsigmoid', (input, options) => F.hardsigmoid(input, options)],
  ['hardswish', (input, options) => F.hardswish(input, options)],
  ['silu', (input, options) => F.silu(input, options)],
  ['mish', (input, options) => F.mish(input, options)],
  ['selu', (input, options) => F.selu(input, options)],
  ['elu', (input, options) => F.elu(input, { alpha: 2, ...options })],
  ['celu', (input, options) => F.celu(input, { alpha: 2, ...options })],
  ['leakyRelu', (input, options) => F.leakyRelu(input, { negativeSlope: 0.2, ...options })],
  ['threshold', (input, options) => F.threshold(input, 1, 7, options)],
  ['dropout', (input, options) => F.dropout(input, { generator: new Generator(3), ...options })],
  ['featureDropout', (input, options) => F.featureDropout(input, { generator: new Generator(3), ...options })], // prettier-ignore
];

describe.each(overwriting)('%s in place', (name, run) => {
  const values = [[-7, -1.5, -0.5], [0.5, 1.5, 7]]; // prettier-ignore

  test.each(['float32', 'bfloat16'] as const)('the result and the gradient, %s', (dtype) => {
    const gradientOf = (inplace: boolean): Tensor[] => {
      const leaf = tensor(values, { dtype, requiresGrad: true });
      const input = leaf.mul(1);
      const out = run(input, { inplace });
      if (inplace) expect(out).toBe(input);
      return [out, ...grad(out.mul(out).sum(), [leaf])];
    };
    // JSON has one zero: where dropout gives 0, its sign is left open.
    expect(JSON.stringify(gradientOf(true))).toBe(JSON.stringify(gradientOf(false)));
  });

  test('compiled', () => {
    const seen = compile((input: Tensor) => {
      const copy = input.clone();
      run(copy, { inplace: true });
      return copy;
    });
    if (!name.includes('ropout')) {
      expect(seen(tensor(values)).toArray()).toEqual(run(tensor(values)).toArray());
    }
  });

  test('is refused for leaves, and for anything but a boolean', () => {
    const leaf = tensor(values, { requiresGrad: true });
    expect(() => run(leaf, { inplace: true })).toThrow(
      `${name}: expected no change in place of a leaf`,
    );
    expect(() => run(leaf, { inplace: 1 })).toThrow(
      `${name}: expected a boolean for inplace, got 1`,
    );
  });
});

const losses: Row[] = [
  ['mseLoss', () => F.mseLoss(four, zero, { weight }), 'float32', 6.25],
  ['mseLoss, sum', () => F.mseLoss(four, zero, { weight, reduction: 'sum' }), 'float32', 25],
  [
    'mseLoss, none',
    () => F.mseLoss(four, zero, { weight, reduction: 'none' }),
    'float32',
    [1, 8, 0, 16],
  ],
  ['l1Loss', () => F.l1Loss(four, zero, { weight }), 'float32', 2.25],
  ['huberLoss', () => F.huberLoss(four, zero, { weight }), 'float32', 1.75],
  [
    'huberLoss, none',
    () => F.huberLoss(four, zero, { weight, reduction: 'none' }),
    'float32',
    [0.5, 3, 0, 3.5],
  ],
  [
    'mseLoss of a bool target',
    () => F.mseLoss(tensor([0.3, 0.6]), tensor([true, false])),
    'float32',
    0.425,
  ],
];

describe('losses with weights', () => {
  testRows(losses);

  test('weights have the shape of the input', () => {
    expect(() => F.l1Loss(four, zero, { weight: weight.narrow(0, 0, 2) })).toThrow(
      'l1Loss: expected [4] for weight, got [2]',
    );
  });
});

/** What is refused for its kind, options or dtype, word by word. */
import { addmm, F, nn, slice, tensor, where, zeros } from 'blasgrad';
import { as, Range, Type, matrix, testRefusals, type Row } from './rows';

const x = matrix();
const whole = tensor([1, 2, 3], { dtype: 'int32' });

const kinds: Row[] = [
  [
    'a text for a tensor',
    () => F.relu(as('x')),
    Type,
    "relu: expected a tensor for input, got 'x'",
  ],
  [
    'null for a tensor',
    () => F.linear(x, as(null)),
    Type,
    'linear: expected a tensor for weight, got null',
  ],
  [
    'an array for a tensor',
    () => x.matmul(as([1, 2, 3])),
    Type,
    'matmul: expected a tensor for other, got an array of 3 elements',
  ],
  [
    'a text for an operand',
    () => x.add(as('1')),
    Type,
    "add: expected a tensor or a number for other, got '1'",
  ],
  [
    'nothing for an operand',
    () => x.mul(as(undefined)),
    Type,
    'mul: expected a tensor or a number for other, got undefined',
  ],
  [
    'a symbol for an operand',
    () => x.sub(as(Symbol('s'))),
    Type,
    'sub: expected a tensor or a number for other, got a symbol',
  ],
  [
    'a typed array for an operand',
    () => x.div(as(new Float32Array(6))),
    Type,
    'div: expected a tensor or a number for other, got Float32Array(6)',
  ],
  [
    'a number for a condition',
    () => where(as(1), x, x),
    Type,
    'where: expected a tensor for condition, got 1',
  ],
  [
    'a text for a value',
    () => x.maskedFill(x.gt(1), as('0')),
    Type,
    "maskedFill: expected a number for value, got '0'",
  ],
  [
    'a text for a dimension',
    () => x.transpose(as('0'), 1),
    Type,
    "transpose: expected a dimension for dim0, got '0'",
  ],
  [
    'half a dimension',
    () => x.select(0.5, 0),
    Range,
    'select: expected a dimension from -2 to 1 for dim, got 0.5',
  ],
  [
    'an unknown dtype',
    () => x.to(as('float8')),
    Range,
    "to: expected one of float32, float64, float16, bfloat16, int64, int32, uint8, bool for dtype, got 'float8'",
  ],
  [
    'a number for a dtype',
    () => x.to(as(32)),
    Type,
    'to: expected a dtype (float32, float64, float16, bfloat16, int64, int32, uint8, bool) for dtype, got 32',
  ],
  [
    'a symbol in data',
    () => tensor(as([Symbol('s')])),
    Type,
    'tensor: expected a number, a bigint, a boolean, or an array of them for data[0], got a symbol',
  ],
  [
    'a text for an index',
    () => x.index([as('0')]),
    Type,
    "index: expected an integer, slice(), null, '...' or a tensor for indices[0], got '0'",
  ],
  [
    'a bound of a slice in words',
    () => x.index([slice(as('1'))]),
    Type,
    "index: expected an integer for end, got '1'",
  ],
];
const options: Row[] = [
  [
    'a misspelt option',
    () => F.leakyRelu(x, as({ slope: 1 })),
    Range,
    "leakyRelu: expected one of negativeSlope, inplace for options, got 'slope'",
  ],
  [
    'NaN as option',
    () => F.elu(x, { alpha: NaN }),
    Range,
    'elu: expected a finite number for alpha, got NaN',
  ],
  [
    'a text as option',
    () => F.softplus(x, as({ beta: '1' })),
    Type,
    "softplus: expected a number for beta, got '1'",
  ],
  [
    'an unknown form',
    () => F.gelu(x, as({ approximate: 'erf' })),
    Range,
    "gelu: expected 'none' or 'tanh' for approximate, got 'erf'",
  ],
  [
    'a number for options',
    () => F.hardtanh(x, as(1)),
    Type,
    'hardtanh: expected an object for options, got 1',
  ],
  [
    'no bounds',
    () => x.clamp(as(undefined)),
    Type,
    'clamp: expected an object for bounds, got undefined',
  ],
  [
    'a bound in words',
    () => x.clamp(as({ min: 'low' })),
    Type,
    "clamp: expected a number or a tensor for min, got 'low'",
  ],
  [
    'an unknown option of addmm',
    () => addmm(zeros(1), x, x.T, as({ gamma: 1 })),
    Range,
    "addmm: expected one of alpha, beta for options, got 'gamma'",
  ],
  [
    'keepdim in words',
    () => x.sum(0, as({ keepdim: 'yes' })),
    Type,
    "sum: expected a boolean for keepdim, got 'yes'",
  ],
];
const dtypes: Row[] = [
  [
    'matmul of bool',
    () => tensor([[true]]).matmul(tensor([[true]])),
    Type,
    'matmul: expected float32, float64, float16, bfloat16, int64, int32 or uint8 for dtype of this, got bool',
  ],
  [
    'linear of two dtypes',
    () => F.linear(x, zeros(4, 3, { dtype: 'float64' })),
    Range,
    "linear: expected dtype float64, which weight has, for input, got float32; convert it with .to('float64')",
  ],
  [
    'mean of integers',
    () => whole.mean(),
    Type,
    'mean: expected float32, float64, float16 or bfloat16 for dtype of this, got int32',
  ],
  [
    'gradients of integers',
    () => tensor([1], { dtype: 'int32', requiresGrad: true }),
    Range,
    'tensor: expected a floating dtype for dtype, got int32',
  ],
  [
    'a value that int32 has not',
    () => tensor([2 ** 40], { dtype: 'int32' }),
    Range,
    'tensor: expected a number that int32 holds for data[0], got 1099511627776',
  ],
];

describe('kinds', () => testRefusals(kinds));
describe('options', () => testRefusals(options));
describe('dtypes', () => testRefusals(dtypes));

test('messages describe anything that was given', () => {
  const described: [unknown, string][] = [
    [() => 1, 'a function'],
    [Symbol('s'), 'a symbol'],
    [new Map(), 'an instance of Map'],
    [Object.create(null), 'an object'],
    [
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('looked at');
          },
        },
      ),
      'an object',
    ],
    ['x'.repeat(100), `'${'x'.repeat(40)}...'`],
    [-0, '-0'],
    [[1, [2]], 'an array of 2 elements'],
    [new BigInt64Array(2), 'BigInt64Array(2)'],
    [x, 'a float32 tensor of shape [2, 3]'],
  ];
  for (const [value, text] of described) {
    expect(() => new nn.Linear(1, 1).to(as(value))).toThrow(`for dtype, got ${text}`);
  }
});

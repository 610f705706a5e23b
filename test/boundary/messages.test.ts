/** What the core functions refuse, word by word. */
import {
  addmm,
  cat,
  F,
  fromArray,
  grad,
  ones,
  slice,
  stack,
  tensor,
  where,
  zeros,
  type Tensor,
} from 'blasgrad';

/** Something of a type that the compiler would not let through. */
const as = (value: unknown): never => value as never;
const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const whole = tensor([1, 2, 3], { dtype: 'int32' });
const Range = RangeError;
const Type = TypeError;

type Row = [what: string, run: () => unknown, error: typeof Error, message: string];

const shapes: Row[] = [
  [
    'add of shapes that do not broadcast',
    () => x.add(zeros(2)),
    Range,
    'add: expected shapes that broadcast together, got [2, 3] and [2]',
  ],
  [
    'where of three shapes',
    () => where(x.gt(1), zeros(4, 2, 3), zeros(5, 1, 1)),
    Range,
    'where: expected shapes that broadcast together, got [4, 2, 3] and [5, 1, 1]',
  ],
  [
    'matmul of sides that differ',
    () => x.matmul(zeros(2, 3)),
    Range,
    'matmul: expected 3 rows in other to match [2, 3] for other, got [2, 3]',
  ],
  [
    'matmul of a number',
    () => x.matmul(tensor(1)),
    Range,
    'matmul: expected at least one dimension for other, got []',
  ],
  [
    'mm of a vector',
    () => x.mm(zeros(3)),
    Range,
    'mm: expected a tensor of 2 dimensions for other, got [3]',
  ],
  [
    'bmm of stacks that differ',
    () => zeros(2, 1, 1).bmm(zeros(3, 1, 1)),
    Range,
    'bmm: expected a stack of 2 matrices for other, got [3, 1, 1]',
  ],
  [
    'dot of a matrix',
    () => x.dot(x),
    Range,
    'dot: expected a tensor of 1 dimensions for this, got [2, 3]',
  ],
  [
    'linear of other features',
    () => F.linear(x, zeros(4, 2)),
    Range,
    'linear: expected 2 features in the last dimension for input, got [2, 3]',
  ],
  [
    'linear with a bias of another length',
    () => F.linear(x, zeros(4, 3), zeros(3)),
    Range,
    'linear: expected [4] for bias, got [3]',
  ],
  [
    'linear of a weight without columns',
    () => F.linear(x, zeros(3)),
    Range,
    'linear: expected a matrix for weight, got [3]',
  ],
  [
    'reshape to another size',
    () => x.reshape(4),
    Range,
    'reshape: expected a shape of 6 elements for shape, got [4]',
  ],
  [
    'reshape to a size that does not divide',
    () => x.reshape(4, -1),
    Range,
    'reshape: expected sizes whose product divides 6 for shape, got [4, -1]',
  ],
  [
    'reshape to two unknown sizes',
    () => x.reshape(-1, -1),
    Range,
    'reshape: expected a whole number of at least 0 for shape[1], got -1',
  ],
  [
    'view of memory in another order',
    () => x.T.view(6),
    Range,
    'view: expected memory that can be seen as [6] for this, got [3, 2] with strides [1, 3]; use reshape',
  ],
  [
    'expand of a size that is not 1',
    () => x.expand(4, 3),
    Range,
    'expand: expected a shape that [2, 3] broadcasts to for shape, got [4, 3]',
  ],
  [
    'permute without all dimensions',
    () => x.permute(0),
    Range,
    'permute: expected all 2 dimensions for dims, got [0]',
  ],
  [
    'permute with one twice',
    () => x.permute(0, 0),
    Range,
    'permute: expected each dimension once for dim, got 0 twice',
  ],
  [
    'transpose of a dimension that is not there',
    () => x.transpose(0, 2),
    Range,
    'transpose: expected a dimension from -2 to 1 for dim1, got 2',
  ],
  [
    't of three dimensions',
    () => zeros(1, 1, 1).t(),
    Range,
    't: expected at most 2 dimensions for this, got [1, 1, 1]',
  ],
  [
    'narrow past the end',
    () => x.narrow(1, 2, 2),
    Range,
    'narrow: expected a range inside [0, 3) for start and length, got 2 and 2',
  ],
  [
    'select past the end',
    () => x.select(0, 2),
    Range,
    'select: expected an index from -2 to 1 for index, got 2',
  ],
  [
    'slice backwards',
    () => x.slice(0, 0, 2, -1),
    Range,
    'slice: expected a whole number of at least 1 for step, got -1',
  ],
  [
    'unflatten to a size that does not divide',
    () => x.unflatten(1, [2, -1]),
    Range,
    'unflatten: expected sizes whose product divides 3 for shape, got [2, -1]',
  ],
  [
    'movedim of more than it moves',
    () => x.movedim([0, 1], 0),
    Range,
    'movedim: expected 2 dimensions for destination, got 1',
  ],
  [
    'cat of sizes that differ',
    () => cat([x, zeros(2, 2)]),
    Range,
    'cat: expected shape [any, 3] for tensors[1], got [2, 2]',
  ],
  [
    'stack of nothing',
    () => stack([]),
    Range,
    'stack: expected at least one tensor for tensors, got none',
  ],
  [
    'item of several',
    () => x.item(),
    Range,
    'item: expected a tensor of one element for this, got [2, 3]',
  ],
];

const sizes: Row[] = [
  [
    'a negative size',
    () => zeros(2, -1),
    Range,
    'zeros: expected a whole number of at least 0 for shape[1], got -1',
  ],
  [
    'a fraction of a size',
    () => zeros(1.5),
    Range,
    'zeros: expected a whole number of at least 0 for shape[0], got 1.5',
  ],
  [
    'NaN as size',
    () => zeros([NaN]),
    Range,
    'zeros: expected a whole number of at least 0 for shape[0], got NaN',
  ],
  [
    'a text as size',
    () => zeros(as('3')),
    Type,
    "zeros: expected a whole number for shape[0], got '3'",
  ],
  [
    'more than memory counts',
    () => zeros(2 ** 30, 2 ** 30),
    Range,
    'zeros: expected at most 2^49 elements for shape, got [1073741824, 1073741824]',
  ],
  [
    'an array of another length',
    () => fromArray(new Float32Array(5), [2, 3]),
    Range,
    'fromArray: expected a shape of 5 elements for shape, got [2, 3]',
  ],
  [
    'rows of other lengths',
    () => tensor([[1, 2], [3]]),
    Range,
    'tensor: expected 2 elements for data[1], got an array of 1 elements',
  ],
];

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
    'a bigint for an operand',
    () => x.sub(as(1n)),
    Type,
    'sub: expected a tensor or a number for other, got a bigint',
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
    'a tensor for a value',
    () => x.maskedFill(x.gt(1), as(x)),
    Type,
    'maskedFill: expected a number for value, got a float32 tensor of shape [2, 3]',
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
    () => x.to(as('float16')),
    Range,
    "to: expected one of float32, float64, int32, bool for dtype, got 'float16'",
  ],
  [
    'a number for a dtype',
    () => x.to(as(32)),
    Type,
    'to: expected a dtype (float32, float64, int32, bool) for dtype, got 32',
  ],
  [
    'a symbol in data',
    () => tensor(as([Symbol('s')])),
    Type,
    'tensor: expected a number, a boolean, or an array of them for data[0], got a symbol',
  ],
  [
    'a text for an index',
    () => x.index([as('0')]),
    Type,
    "index: expected a whole number, slice(), null, '...' or a tensor for indices[0], got '0'",
  ],
  [
    'a bound of a slice in words',
    () => x.index([slice(as('1'))]),
    Type,
    "slice: expected a whole number for start, got '1'",
  ],
];

const options: Row[] = [
  [
    'a misspelt option',
    () => F.leakyRelu(x, as({ slope: 1 })),
    Range,
    "leakyRelu: expected one of negativeSlope for options, got 'slope'",
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
    "clamp: expected a number for min, got 'low'",
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
    'matmul of whole numbers',
    () => whole.matmul(whole),
    Range,
    'matmul: expected float32 or float64 for dtype of this, got int32',
  ],
  [
    'linear of two dtypes',
    () => F.linear(x, zeros(4, 3, { dtype: 'float64' })),
    Range,
    'linear: expected dtype float32 for weight, got float64',
  ],
  [
    'mean of whole numbers',
    () => whole.mean(),
    Range,
    'mean: expected float32 or float64 for dtype of this, got int32',
  ],
  [
    'gradients of whole numbers',
    () => tensor([1], { dtype: 'int32', requiresGrad: true }),
    Range,
    'requiresGrad: expected a floating dtype for this, got int32',
  ],
  [
    'a value that int32 has not',
    () => tensor([2 ** 40], { dtype: 'int32' }),
    Range,
    'tensor: expected a number that int32 holds for data[0], got 1099511627776',
  ],
];

const transferred = (): Tensor => {
  const lost = tensor([
    [1, 2],
    [3, 4],
  ]);
  const { buffer } = lost.data;
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  return lost;
};
const gone = 'expected memory that is still there for this, got a tensor whose memory was detached';
const memory: Row[] = [
  ['item', () => transferred().select(0, 0).select(0, 0).item(), Range, `item: ${gone}`],
  ['toArray', () => transferred().toArray(), Range, `toArray: ${gone}`],
  ['data', () => transferred().data, Range, `data: ${gone}`],
  ['data of a transposed one', () => transferred().T.data, Range, `data: ${gone}`],
  ['a product', () => transferred().matmul(ones(2, 2)), Range, `tensor: ${gone}`],
  ['a part', () => transferred().narrow(1, 0, 1).clone(), Range, `tensor: ${gone}`],
  [
    'a gradient',
    () => grad(transferred().requiresGrad_().mul(2).sum(), x),
    Range,
    'mul: expected at least 4 elements for a, got a detached Float32Array(0)',
  ],
  [
    'an array',
    () => {
      const array = new Float32Array(2);
      structuredClone(array.buffer, { transfer: [array.buffer] });
      return tensor(array);
    },
    Range,
    'tensor: expected memory that is there for data, got a detached Float32Array(0)',
  ],
];

describe.each<[string, Row[]]>([
  ['shapes', shapes],
  ['sizes and lengths', sizes],
  ['kinds', kinds],
  ['options', options],
  ['dtypes', dtypes],
  ['memory that was transferred away', memory],
])('%s', (_title, rows) => {
  test.each(rows)('%s', (_what, run, error, message) => {
    expect(run).toThrow(error);
    expect(run).toThrow(new Error(message));
  });
});

test('what was refused has changed nothing', () => {
  expect(x.toArray()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(whole.toArray()).toEqual([1, 2, 3]);
});

test('a tensor whose memory is gone prints without it', () => {
  expect(String(transferred())).toBe('tensor(..., size=(2, 2))');
});

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
    expect(() => x.to(as(value))).toThrow(`for dtype, got ${text}`);
  }
});

/** Sizes beyond memory, 32-bit BLAS, or what JavaScript can count: it works, or a RangeError says why not. */
import {
  addmm,
  arange,
  cat,
  compile,
  data,
  empty,
  eye,
  F,
  linspace,
  nn,
  ones,
  optim,
  randn,
  randperm,
  tensor,
  zeros,
  type Tensor,
} from 'blasgrad';
import { native, thrownBy } from './nativeCalls';

const wide = (...shape: number[]): Tensor => ones(1).expand(shape); // takes no memory
const whole = (...shape: number[]): Tensor => zeros(shape, { dtype: 'int32' });
const many = 2 ** 45; // 140 TB of float32
const sparse = Object.assign([1], { length: 2 ** 32 - 1 });
const as = (value: unknown): never => value as never;

const memory = /^\w+: out of memory: needs \d{13,} bytes, /;
const tooMany: [what: string, run: () => unknown, message: RegExp][] = [
  ['zeros', () => zeros(many), memory],
  ['zeros of several dimensions', () => zeros(2 ** 20, 2 ** 25), memory],
  ['empty of bytes', () => empty(many, { dtype: 'bool' }), memory],
  ['randn', () => randn(many), memory],
  ['arange', () => arange(many), memory],
  ['linspace', () => linspace(0, 1, many), memory],
  ['randperm', () => randperm(many), memory],
  ['eye', () => eye(2 ** 23), memory],
  ['one hot', () => F.oneHot(whole(2 ** 20), 2 ** 25), memory],
  ['a layer', () => new nn.Linear(2 ** 23, 2 ** 23), memory],
  ['a table', () => new nn.Embedding(many, 2), memory],
  ['a parameter', () => new nn.Parameter(wide(many)), memory],
  ['a sum of two', () => wide(many).add(1), memory],
  ['a copy', () => wide(many).clone(), memory],
  ['values', () => wide(many).data, memory],
  ['repeated', () => ones(2).repeat(many), memory],
  ['an outer product', () => wide(2 ** 23, 1).mul(wide(1, 2 ** 23)), memory],
  ['a gradient', () => wide(many).requiresGrad_().mul(2).sum().backward(), memory],
  ['joined', () => cat(Array.from({ length: 64 }, () => wide(2 ** 40))), memory],
  ['a matrix product', () => wide(2 ** 40, 1).matmul(ones(1, 2)), memory],
  ['a compiled function', () => compile(() => zeros(many))(), memory],
  ['a scan', () => compile((x: Tensor) => x.expand(2 ** 20, 2 ** 25))(ones(1)), memory],

  ['a product beyond 2^49', () => zeros(2 ** 30, 2 ** 30), /^zeros: expected at most 2\^49 elem/],
  ['a product beyond 2^53', () => zeros(2 ** 52, 2 ** 52), /^zeros: expected at most 2\^49 elem/],
  ['a product beyond 2^1024', () => zeros(...new Array<number>(40).fill(2 ** 52)), /2\^49/],
  ['an expanded one', () => ones(1).expand(2 ** 50), /^expand: expected at most 2\^49 elements/],
  ['65 dimensions', () => zeros(new Array<number>(65).fill(1)), /expected at most 64 dimensions/],
  ['a sparse shape', () => zeros(sparse), /^zeros: expected at most 64 dimensions for shape/],
  ['sparse sizes', () => ones(1).expand(sparse), /^expand: expected at most 64 dimensions/],
  ['sparse dimensions', () => ones(2).sum(sparse), /^sum: expected at most 64 elements for dim/],
  ['a sparse list', () => cat(as(sparse)), /^cat: expected at most 16777216 elements for tensors/],
  ['sparse indices', () => ones(2).index(sparse), /^index: expected at most 256 elements/],
  ['sparse parameters', () => new optim.SGD(as(sparse), { lr: 1 }), /expected at most 16777216/],
  ['endless parameters', () => nn.utils.clipGradNorm_(endless(), 1), /expected at most 16777216/],

  ['nested lists', () => wide(2 ** 40).toArray(), /^toArray: expected at most 67108864 numbers/],
  ['empty lists', () => zeros(2 ** 40, 0).toArray(), /^toArray: expected at most 67108864 numbers/],
  ['views of rows', () => zeros(2 ** 40, 0).unbind(), /^unbind: expected at most 1048576 parts/],
  ['pieces', () => wide(2 ** 40).split(1), /^split: expected at most 1048576 parts for this/],
  ['chunks', () => zeros(0).chunk(2 ** 40), /^chunk: expected at most 1048576 parts for this/],
];

function* endless(): Generator<Tensor> {
  const one = ones(1);
  for (;;) yield one;
}

test.each(tooMany)('too many: %s', (_what, run, message) => {
  const error = thrownBy(() => void run());
  expect(error).toBeInstanceOf(RangeError);
  expect(error?.message).toMatch(message);
});

// Rows of BLAS whose sides do not fit in 32 bits, over operands that hold nothing.
const blas: [what: string, run: () => unknown][] = [
  ['rows of matmul', () => zeros(2 ** 31, 0).matmul(zeros(0, 0))],
  ['inner side of matmul', () => zeros(0, 2 ** 31).matmul(zeros(2 ** 31, 0))],
  ['columns of addmm', () => addmm(zeros(0, 2 ** 31), zeros(0, 0), zeros(0, 2 ** 31))],
  ['linear', () => new nn.Linear(2 ** 31, 0).forward(zeros(0, 2 ** 31))],
];

test.each(blas)('BLAS counts in 32 bits: %s', (_what, run) => {
  const error = thrownBy(() => void run());
  if (error === null) return;
  expect(error).toBeInstanceOf(RangeError);
  expect(error.message).toMatch(/^\w+: expected at most 2147483647 .+ for a side or stride, got 2/);
});

test('sides of BLAS are refused before memory is looked at', () => {
  const none = new Float32Array(0);
  for (const sizes of [
    [2 ** 31, 0, 0],
    [0, 2 ** 31, 0],
    [0, 0, 2 ** 31],
  ]) {
    const message = /expected at most 2147483647/;
    expect(() => native('gemm')(none, none, none, false, false, ...sizes, 1, 0)).toThrow(message);
    expect(() => native('linearForward')(none, none, null, none, ...sizes)).toThrow(message);
  }
  const strides = [2, 2, 2, 2 ** 31, 2, 1, 0, 0];
  const four = new Float32Array(4);
  expect(() => native('matmul')(four, four, four, false, false, ...strides)).toThrow(RangeError);
});

const nothing: [what: string, run: () => Tensor, shape: number[]][] = [
  ['a batch of none', () => new nn.Linear(3, 4).forward(zeros(0, 3)), [0, 4]],
  ['a layer of no inputs', () => new nn.Linear(0, 4).forward(zeros(2, 0)), [2, 4]],
  ['a layer of no outputs', () => new nn.Linear(3, 0).forward(zeros(2, 3)), [2, 0]],
  ['a product of no columns', () => zeros(2, 0).matmul(zeros(0, 3)), [2, 3]],
  ['a stack of no matrices', () => zeros(0, 2, 3).matmul(zeros(3, 4)), [0, 2, 4]],
  ['very many empty matrices', () => zeros(2 ** 40, 0, 3).matmul(zeros(3, 4)), [2 ** 40, 0, 4]],
  [
    'very many empty products',
    () => zeros(2 ** 40, 0, 3).matmul(zeros(2 ** 40, 3, 0)),
    [2 ** 40, 0, 0],
  ],
  [
    'very many rows of no outputs',
    () => F.linear(zeros(2 ** 31 - 1, 0), zeros(0, 0), zeros(0)),
    [2 ** 31 - 1, 0],
  ],
  ['softmax over nothing', () => zeros(2 ** 40, 0).softmax(1), [2 ** 40, 0]],
  ['softmax of no rows', () => zeros(0, 2 ** 40).softmax(1), [0, 2 ** 40]],
  ['sorted nothing', () => zeros(2 ** 40, 0).sort(1).values, [2 ** 40, 0]],
  ['sums of nothing', () => zeros(3, 0).sum(1), [3]],
  ['cumulated nothing', () => zeros(2 ** 40, 0).cumsum(0), [2 ** 40, 0]],
  [
    'losses of nothing',
    () => F.nllLoss(zeros(2 ** 40, 3, 0), whole(2 ** 40, 0), { reduction: 'none' }),
    [2 ** 40, 0],
  ],
];

test.each(nothing)('none at all: %s', (_what, run, shape) => {
  expect(run().shape).toEqual(shape);
});

test('a step of a batch of none changes nothing', () => {
  const model = new nn.Linear(3, 2);
  const before = model.weight.toArray();
  const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
  model.forward(zeros(0, 3)).sum().backward();
  optimizer.step();
  expect(model.weight.toArray()).toEqual(before);
});

test('a view of more elements than int32 counts works where it need not be copied', () => {
  const one = tensor([3]).expand(2 ** 33);
  expect(one.narrow(0, 2 ** 32, 3).toArray()).toEqual([3, 3, 3]);
  expect(one.select(0, 2 ** 33 - 1).item()).toBe(3);
  expect(one.reshape(2 ** 16, 2 ** 17).shape).toEqual([2 ** 16, 2 ** 17]);
  expect(String(one)).toContain('...');
  expect(() => one.nonzero()).toThrow(/^nonzero: expected at most 2147483647 elements/);
});

test('what was refused for its size has changed nothing', () => {
  const model = new nn.Linear(2, 2);
  const loader = new data.DataLoader(new data.TensorDataset(zeros(2 ** 48, 0)), { batchSize: 2 });
  expect(() => loader.length).toThrow(RangeError);
  expect(() => model.forward(wide(many, 2))).toThrow(memory);
  expect(model.forward(ones(1, 2)).shape).toEqual([1, 2]);
});

/** Equal tensors and modules are equal to assert.deepStrictEqual and to Jest, whatever operations made them. */
import assert from 'node:assert';
import {
  compile,
  data,
  full,
  Generator,
  manualSeed,
  metrics,
  nn,
  ones,
  optim,
  rand,
  tensor,
  zeros,
  type Tensor,
} from 'blasgrad';

const make = (): Tensor =>
  tensor([
    [1, 2],
    [3, 4],
  ]);

function expectEqual(a: unknown, b: unknown): void {
  assert.deepStrictEqual(a, b);
  expect(a).toEqual(b);
  expect(a).toStrictEqual(b);
}

function expectDifferent(a: unknown, b: unknown): void {
  assert.notDeepStrictEqual(a, b);
  expect(a).not.toEqual(b);
}

test.each<[string, (x: Tensor) => unknown]>([
  ['its data was read', (x) => x.data],
  ['its value was read', (x) => x.sum().item()],
  ['it was printed', String],
  ['it was written as JSON', JSON.stringify],
  ['it was put into a message', (x) => x.toTransferable()],
  ['it was changed in place', (x) => x.add_(1).sub_(1)],
  ['a view of it was changed', (x) => x.narrow(0, 0, 1).add_(0)],
  ['it was transposed', (x) => x.t().add(1)],
  ['it was used', (x) => x.matmul(x).add(x)],
  ['it was copied', (x) => x.clone()],
  ['it got a hook', (x) => x.requiresGrad_().registerHook(() => undefined)],
  [
    'it got a gradient',
    (x) => {
      x.requiresGrad_().mul(x).sum().backward();
    },
  ],
  ['it was used by a compiled function', (x) => compile(() => x.mul(2))()],
])('a tensor is equal to another one after %s', (_what, use) => {
  const x = make();
  use(x);
  expectEqual(x, make());
});

test.each<[string, () => Tensor, () => Tensor]>([
  ['a result', () => ones(2, 2).mul(make()), make],
  ['a result with a graph', () => make().requiresGrad_().mul(1), make],
  ['another shape', () => tensor([1, 2, 3, 4]).reshape(2, 2), make],
  ['a contiguous copy', () => make().t().contiguous().t().contiguous(), make],
  ['a large result', () => ones(3000).mul(2), () => full([3000], 2)],
  ['a parameter', () => new nn.Parameter(make()), () => new nn.Parameter(make())],
])('%s is equal to a new tensor', (_what, a, b) => {
  expectEqual(a(), b());
});

test.each<[string, () => unknown, () => unknown]>([
  ['values', () => tensor([1, 1]).add(2), () => tensor([2, 2])],
  ['shapes', () => ones(4), () => ones(2, 2)],
  ['dtypes', () => ones(2), () => ones(2, { dtype: 'float64' })],
  ['strides', () => make().t(), make],
  ['places', () => make().select(0, 0), () => make().select(0, 1)],
  ['parameters', () => new nn.Parameter(ones(1)), () => new nn.Parameter(zeros(1))],
  ['buffers', () => withBuffer(ones(1)), () => withBuffer(zeros(1))],
  [
    'layers of a dict',
    () => new nn.ModuleDict({ a: new nn.Dropout(0.1) }),
    () => new nn.ModuleDict({ a: new nn.Dropout(0.2) }),
  ],
  [
    'names of a dict',
    () => new nn.ModuleDict({ a: new nn.ReLU() }),
    () => new nn.ModuleDict({ b: new nn.ReLU() }),
  ],
  ['lengths of a list', () => new nn.ModuleList([new nn.ReLU()]), () => new nn.ModuleList()],
  ['orders of a chain', () => chain('a', 'b'), () => chain('b', 'a')],
  [
    'elements of a list',
    () => new nn.ParameterList([ones(1)]),
    () => new nn.ParameterList([zeros(1)]),
  ],
  ['options of a layer', () => new nn.Dropout(0.1), () => new nn.Dropout(0.2)],
  ['options of a loss', () => new nn.MSELoss(), () => new nn.MSELoss({ reduction: 'sum' })],
  ['options of an optimizer', () => optimizer(0.1), () => optimizer(0.2)],
  ['seeds', () => new Generator(1), () => new Generator(2)],
  ['states of a generator', () => new Generator(1), () => used(new Generator(1))],
  ['tables', () => new data.Table({ a: [1, 2] }), () => new data.Table({ a: [1, 3] })],
  ['datasets', () => new data.TensorDataset(ones(2)), () => new data.TensorDataset(zeros(2))],
  [
    'options of a loader',
    () => new data.DataLoader([1], { batchSize: 1 }),
    () => new data.DataLoader([1], { batchSize: 2 }),
  ],
])('different %s differ', (_what, a, b) => {
  expectEqual(a(), a());
  expectDifferent(a(), b());
});

function withBuffer(buffer: Tensor): nn.Module {
  const module = new nn.Module();
  module.registerBuffer('buffer', buffer);
  return module;
}

function chain(...names: string[]): nn.Sequential {
  return new nn.Sequential(Object.fromEntries(names.map((name) => [name, new nn.ReLU()])));
}

const optimizer = (lr: number): optim.SGD => new optim.SGD([new nn.Parameter(ones(1))], { lr });

function used(generator: Generator): Generator {
  rand(3, { generator });
  return generator;
}

test('models, optimizers and metrics that did the same are equal, whatever was read of them', () => {
  const trained = () => {
    manualSeed(3);
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.PReLU(), new nn.Linear(3, 1));
    const adam = new optim.Adam(model.parameters());
    model.forward(make()).sum().backward();
    adam.step();
    return { model, adam, metric: metrics.accuracy() };
  };
  const [a, b] = [trained(), trained()];
  a.model.stateDict();
  a.model.eval();
  a.model.train();
  String(a.model);
  a.adam.stateDict();
  a.adam.zeroGrad();
  expectEqual(a, b);
  a.model.forward(make()).sum().backward();
  a.adam.step();
  expectDifferent(a, b);
});

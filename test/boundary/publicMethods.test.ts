/** Methods of modules, optimizers, schedulers, loaders and generators with wrong arguments. */
import { data, Generator, nn, optim, tensor, zeros } from 'blasgrad';
import { strangeErrors, type Callable } from './junk';

const sgd = (): optim.SGD => new optim.SGD([zeros(2, { requiresGrad: true })], { lr: 0.1 });
const pairs = (): data.TensorDataset<[ReturnType<typeof zeros>, ReturnType<typeof zeros>]> => {
  return new data.TensorDataset(zeros(4, 2), zeros(4));
};

const objects: Readonly<Record<string, () => object>> = {
  Linear: () => new nn.Linear(2, 2),
  Bilinear: () => new nn.Bilinear(2, 2, 1),
  Embedding: () => new nn.Embedding(3, 2),
  TabularMLP: () => new nn.TabularMLP([null, 3], { out: 2 }),
  ReLU: () => new nn.ReLU(),
  PReLU: () => new nn.PReLU(),
  Softmax: () => new nn.Softmax(0),
  Dropout: () => new nn.Dropout(0.5),
  Dropout2d: () => new nn.Dropout2d(0.5),
  Flatten: () => new nn.Flatten(),
  Unflatten: () => new nn.Unflatten(0, [1, 2]),
  Sequential: () => new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh()),
  ModuleList: () => new nn.ModuleList([new nn.Tanh()]),
  ModuleDict: () => new nn.ModuleDict({ one: new nn.Tanh() }),
  ParameterList: () => new nn.ParameterList([zeros(2)]),
  CosineSimilarity: () => new nn.CosineSimilarity(),
  PairwiseDistance: () => new nn.PairwiseDistance(),
  MSELoss: () => new nn.MSELoss(),
  CrossEntropyLoss: () => new nn.CrossEntropyLoss(),
  NLLLoss: () => new nn.NLLLoss(),
  BCELoss: () => new nn.BCELoss(),
  BCEWithLogitsLoss: () => new nn.BCEWithLogitsLoss(),
  KLDivLoss: () => new nn.KLDivLoss(),
  TripletMarginLoss: () => new nn.TripletMarginLoss(),
  CosineEmbeddingLoss: () => new nn.CosineEmbeddingLoss(),
  MultiMarginLoss: () => new nn.MultiMarginLoss(),
  GaussianNLLLoss: () => new nn.GaussianNLLLoss(),
  SGD: sgd,
  Adam: () => new optim.Adam([zeros(2, { requiresGrad: true })]),
  StepLR: () => new optim.lrScheduler.StepLR(sgd(), 2),
  ReduceLROnPlateau: () => new optim.lrScheduler.ReduceLROnPlateau(sgd()),
  TensorDataset: pairs,
  DataLoader: () => new data.DataLoader(pairs(), { batchSize: 2 }),
  Subset: () => new data.Subset(pairs(), [1, 2]),
  ConcatDataset: () => new data.ConcatDataset([pairs(), pairs()]),
  Generator: () => new Generator(1),
};

// Private or protected in TypeScript; and slice, which takes its bounds as that of arrays does.
const inner = [
  'addGroup',
  'complete',
  'each',
  'improves',
  'keep',
  'setLrs',
  'slice',
  'start',
  'startOf',
  'stateOf',
  'update',
];

/** Names of the methods of an object, inherited ones too. */
function methodsOf(object: object): string[] {
  const names = new Set<string>();
  for (let type = object; type !== Object.prototype; type = Object.getPrototypeOf(type) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
      const isInner = name === 'constructor' || name.startsWith('_') || inner.includes(name);
      if (typeof value === 'function' && !isInner) names.add(name);
    }
  }
  return [...names];
}

beforeAll(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

test.each(Object.entries(objects))('%s', (_name, make) => {
  const strange = methodsOf(make()).flatMap((method) => {
    const call: Callable = (...args) => {
      const object = make() as Record<string, Callable>;
      return object[method](...args);
    };
    return strangeErrors(call).map((error) => `${method}: ${error}`);
  });
  expect(strange).toEqual([]);
});

test('an optimizer steps over gradients of nothing', () => {
  const empty = zeros(0, { requiresGrad: true });
  const optimizer = new optim.SGD([empty], { lr: 0.1 });
  empty.mul(2).sum().backward();
  optimizer.step();
  expect(empty.shape).toEqual([0]);
  expect(tensor([]).shape).toEqual([0]);
});

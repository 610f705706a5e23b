/** Every layer, exported and run by onnxruntime with several batch sizes. */
import type { Tensor } from 'blasgrad';
import { nn, rand, randint, randn, type DType } from 'blasgrad';
import { cleanUp, expectSame } from './compare';
import { imageLayers } from './imageLayers';
import { printed, type LayerCase } from './layerCase';

afterAll(cleanUp);

const layers: readonly LayerCase[] = [
  { name: 'Linear', make: () => new nn.Linear(4, 3), shapes: [[4]] },
  { name: 'Linear without bias', make: () => new nn.Linear(4, 3, { bias: false }), shapes: [[4]] },
  { name: 'Linear of sequences', make: () => new nn.Linear(4, 3), shapes: [[2, 5, 4]] },
  { name: 'Linear of one number', make: () => new nn.Linear(1, 1), shapes: [[1]] },
  { name: 'Bilinear', make: () => new nn.Bilinear(4, 5, 3), shapes: [[4], [5]] },
  {
    name: 'Bilinear of sequences',
    make: () => new nn.Bilinear(4, 5, 3, { bias: false }),
    shapes: [
      [2, 4],
      [2, 5],
    ],
  },
  { name: 'Embedding', make: () => new nn.Embedding(7, 4), shapes: [[3]], below: 7 },
  { name: 'Embedding of one each', make: () => new nn.Embedding(7, 4), shapes: [[]], below: 7 },
  {
    name: 'Embedding with padding',
    make: () => new nn.Embedding(7, 4, { paddingIdx: -2 }),
    shapes: [[2, 3]],
    below: 7,
  },
  {
    name: 'TabularMLP of numbers',
    make: () => new nn.TabularMLP({ numeric: 4 }, { out: 3, hidden: [5], dropout: 0.5 }),
    shapes: [[4]],
  },
  {
    name: 'TabularMLP of categories',
    make: () => new nn.TabularMLP([7, 9], { out: 3, hidden: [5] }),
    shapes: [[2]],
    below: 7,
  },
  { name: 'Identity', make: () => new nn.Identity(), shapes: [[4]] },
  { name: 'Flatten', make: () => new nn.Flatten(), shapes: [[2, 3, 4]] },
  { name: 'Flatten of the batch too', make: () => new nn.Flatten(0), shapes: [[2, 3]] },
  { name: 'Flatten of the middle', make: () => new nn.Flatten(2, 3), shapes: [[2, 3, 4, 5]] },
  { name: 'Unflatten', make: () => new nn.Unflatten(1, [2, -1]), shapes: [[6, 5]] },
  { name: 'Conv1d', make: () => new nn.Conv1d(2, 3, 3, { padding: 'same' }), shapes: [[2, 6]] },
  {
    name: 'Conv2d',
    make: () => new nn.Conv2d(2, 4, [2, 3], { stride: 2, padding: 1, groups: 2 }),
    shapes: [[2, 5, 6]],
  },
  {
    name: 'Conv2d, reflected',
    make: () => new nn.Conv2d(1, 2, 3, { padding: 1, paddingMode: 'reflect', bias: false }),
    shapes: [[1, 4, 3]],
  },
  { name: 'Conv3d', make: () => new nn.Conv3d(1, 2, 2, { dilation: 2 }), shapes: [[1, 3, 4, 3]] },
  {
    name: 'ConvTranspose1d',
    make: () => new nn.ConvTranspose1d(2, 3, 3, { stride: 2, outputPadding: 1 }),
    shapes: [[2, 4]],
  },
  {
    name: 'ConvTranspose2d',
    make: () => new nn.ConvTranspose2d(4, 2, 3, { stride: 2, padding: 1, groups: 2 }),
    shapes: [[4, 3, 2]],
  },
  { name: 'ConvTranspose3d', make: () => new nn.ConvTranspose3d(1, 1, 2), shapes: [[1, 2, 1, 2]] },
  { name: 'Unfold', make: () => new nn.Unfold([2, 3], { padding: 1 }), shapes: [[2, 3, 4]] },
  { name: 'Fold', make: () => new nn.Fold([3, 4], 2, { stride: [1, 2] }), shapes: [[8, 4]] },
  { name: 'Dropout', make: () => new nn.Dropout(), shapes: [[4]] },
  { name: 'Dropout1d', make: () => new nn.Dropout1d(), shapes: [[4, 3]] },
  { name: 'Dropout2d', make: () => new nn.Dropout2d(), shapes: [[4, 3, 2]] },
  { name: 'Dropout3d', make: () => new nn.Dropout3d(), shapes: [[4, 3, 2, 2]] },
  {
    name: 'CosineSimilarity',
    make: () => new nn.CosineSimilarity(),
    shapes: [
      [4, 3],
      [4, 3],
    ],
  },
  {
    name: 'CosineSimilarity, dim 2',
    make: () => new nn.CosineSimilarity({ dim: 2 }),
    shapes: [
      [4, 3],
      [4, 3],
    ],
  },
  { name: 'PairwiseDistance', make: () => new nn.PairwiseDistance(), shapes: [[4], [4]] },
  {
    name: 'PairwiseDistance, p 3, keepdim',
    make: () => new nn.PairwiseDistance({ p: 3, keepdim: true }),
    shapes: [[4], [4]],
  },
  {
    name: 'Sequential by name',
    make: () =>
      new nn.Sequential({
        first: new nn.Linear(4, 6),
        act: new nn.Tanh(),
        last: new nn.Linear(6, 2),
      }),
    shapes: [[4]],
  },
  ...[
    () => new nn.ReLU(),
    () => new nn.ReLU6(),
    () => new nn.Sigmoid(),
    () => new nn.Tanh(),
    () => new nn.SiLU(),
    () => new nn.Mish(),
    () => new nn.SELU(),
    () => new nn.Hardsigmoid(),
    () => new nn.Hardswish(),
    () => new nn.Softsign(),
    () => new nn.Tanhshrink(),
    () => new nn.LogSigmoid(),
    () => new nn.GELU(),
    () => new nn.GELU({ approximate: 'tanh' }),
    () => new nn.LeakyReLU(),
    () => new nn.LeakyReLU(0.3),
    () => new nn.Threshold(0.5, -2),
    () => new nn.Hardtanh(),
    () => new nn.Hardtanh(-0.25, 2),
    () => new nn.Hardshrink(),
    () => new nn.Hardshrink(1.5),
    () => new nn.Softshrink(),
    () => new nn.Softshrink(1.5),
    () => new nn.ELU(),
    () => new nn.ELU(0.7),
    () => new nn.CELU(),
    () => new nn.CELU(0.7),
    () => new nn.Softplus(),
    () => new nn.Softplus(2.5, 3),
    () => new nn.PReLU(),
    () => new nn.PReLU(3),
    () => new nn.Softmax(-1),
    () => new nn.Softmax(1),
    () => new nn.LogSoftmax(2),
    () => new nn.Softmin(1),
  ].map((make) => printed(make)),
  printed(() => new nn.GLU(), [3, 6]),
  printed(() => new nn.GLU(1), [4, 5]),
  printed(() => new nn.PReLU(4), [4]),
  ...imageLayers,
];

/** Losses are computed of what a model gives, not by it. */
const notLayers = [
  ...['Module', 'ModuleList', 'ModuleDict', 'ParameterList', 'Parameter'],
  // These need indices, or random numbers.
  ...['MaxUnpool1d', 'MaxUnpool2d', 'MaxUnpool3d', 'FractionalMaxPool2d', 'FractionalMaxPool3d'],
];

test('every layer is in the table', () => {
  const tested = new Set(layers.map(({ make }) => make().constructor));
  const missing = Object.entries(nn as Readonly<Record<string, unknown>>).flatMap(([name, one]) => {
    const isLayer = typeof one === 'function' && /^[A-Z]/.test(name) && !/Loss$/.test(name);
    return isLayer && !notLayers.includes(name) && !tested.has(one) ? [name] : [];
  });
  expect(missing).toEqual([]);
});

function input(shape: readonly number[], dtype: DType, below?: number): Tensor {
  if (below !== undefined) return randint(0, below, [...shape], { dtype: 'int32' });
  return randn([...shape], { dtype })
    .mul(3)
    .add(rand(1, { dtype }).mul(0.1));
}

describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
  test.each(layers)('$name', async ({ make, shapes, below }) => {
    const model = make();
    (model as unknown as nn.Module).to(dtype);
    const inputs = [3, 1, 8].map((batch) =>
      shapes.map((shape) => input([batch, ...shape], dtype, below)),
    );
    await expectSame(model, inputs);
  });
});

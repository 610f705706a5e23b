/** Modules in half precision, and int64 labels and indices. */
import { F, manualSeed, nn, ones, randn, tensor, zeros, type DType, type Tensor } from 'blasgrad';

manualSeed(4);

const halves = ['bfloat16', 'float16'] as const;
const bytesOf = (module: nn.AnyModule): number =>
  [...module.parameters(), ...module.buffers()].reduce((sum, one) => sum + one.data.byteLength, 0);
const dtypesOf = (module: nn.AnyModule): DType[] => [
  ...new Set([...module.parameters(), ...module.buffers()].map(({ dtype }) => dtype)),
];

class Counting extends nn.Module {
  readonly layer = new nn.Linear(3, 2);
  declare readonly mean: Tensor;
  declare readonly count: Tensor;
  declare readonly mask: Tensor;

  constructor() {
    super();
    this.registerBuffer('mean', ones([3]));
    this.registerBuffer('count', tensor(7, { dtype: 'int64' }));
    this.registerBuffer('mask', tensor([true, false]));
  }

  override forward(x: Tensor): Tensor {
    return this.layer.forward(x.sub(this.mean));
  }
}

describe('a model', () => {
  const make = (): nn.Sequential =>
    new nn.Sequential(new nn.Linear(30, 20), new nn.ReLU(), new nn.Linear(20, 10));

  test.each(halves)('in %s takes half the memory', (dtype) => {
    const model = make();
    const before = bytesOf(model);
    expect(bytesOf(model.to(dtype))).toBe(before / 2);
    expect(bytesOf(model.float())).toBe(before);
  });

  test('is converted by PyTorch’s names', () => {
    const model = make();
    const [weight] = model.parameters();
    expect([dtypesOf(model.half()), model.half()]).toEqual([['float16'], model]);
    expect(dtypesOf(model.bfloat16())).toEqual(['bfloat16']);
    expect(dtypesOf(model.double())).toEqual(['float64']);
    expect(dtypesOf(model.float())).toEqual(['float32']);
    expect(model.parameters()[0]).toBe(weight);
  });

  test('keeps buffers of integers and bool', () => {
    const model = new Counting().bfloat16();
    expect([model.mean.dtype, model.count.dtype, model.mask.dtype]).toEqual([
      'bfloat16',
      'int64',
      'bool',
    ]);
    expect([model.count.item(), model.mask.toArray()]).toEqual([7, [true, false]]);
    const state = model.stateDict();
    expect(state['layer.weight'].dtype).toBe('bfloat16');
    const other = new Counting();
    other.loadStateDict(state);
    expect(other.layer.weight.toArray()).toEqual(model.layer.weight.toArray());
  });

  test('converts its gradients', () => {
    const model = make();
    model
      .forward(ones([2, 30]))
      .sum()
      .backward();
    const [weight] = model.parameters();
    const gradient = weight.grad?.toArray();
    model.bfloat16();
    expect(weight.grad?.dtype).toBe('bfloat16');
    expect(weight.grad?.float().toArray()).not.toBe(gradient);
    model
      .forward(ones([2, 30], { dtype: 'bfloat16' }))
      .sum()
      .backward();
    expect(weight.grad?.dtype).toBe('bfloat16');
  });

  test('refuses inputs of another dtype', () => {
    const message = 'linear: expected dtype bfloat16, which weight has, for input, got float32';
    expect(() =>
      make()
        .bfloat16()
        .forward(ones([2, 30])),
    ).toThrow(message);
  });
});

test('tensors are converted by PyTorch’s names', () => {
  const x = tensor([0, 1.75, 200]);
  const converted = [x.half(), x.bfloat16(), x.float(), x.double(), x.int(), x.long(), x.byte()];
  expect(converted.map(({ dtype }) => dtype)).toEqual([
    'float16',
    'bfloat16',
    'float32',
    'float64',
    'int32',
    'int64',
    'uint8',
  ]);
  expect(converted[2]).toBe(x);
  expect(x.long().toArray()).toEqual([0, 1, 200]);
  expect(x.bool().toArray()).toEqual([false, true, true]);
  x.requiresGrad_().half().sum().backward();
  expect(x.grad?.toArray()).toEqual([1, 1, 1]);
});

describe.each(halves)('created in %s', (dtype) => {
  const { init } = nn;
  const fresh = (): Tensor => zeros([50, 40], { dtype });

  test('layers start with values of the dtype', () => {
    const layers = [
      new nn.Linear(100, 20, { dtype }),
      new nn.Bilinear(100, 4, 5, { dtype }),
      new nn.Embedding(10, 20, { dtype, paddingIdx: 0 }),
    ];
    for (const layer of layers) expect(dtypesOf(layer)).toEqual([dtype]);
    const all = (layers[0].weight.detach().float().flatten().toArray() as number[]).map(Math.abs);
    expect(Math.max(...all)).toBeLessThanOrEqual(0.1005); // 1/sqrt(100), rounded
    expect(Math.max(...all)).toBeGreaterThan(0.09);
    expect((layers[2].weight as Tensor).select(0, 0).abs().sum().item()).toBe(0);
  });

  test.each<[string, (x: Tensor) => Tensor, deviation: number]>([
    ['uniform_', (x) => init.uniform_(x, -1, 1), 1 / Math.sqrt(3)],
    ['normal_', (x) => init.normal_(x, 0, 0.5), 0.5],
    ['truncNormal_', (x) => init.truncNormal_(x), 0.88],
    ['xavierNormal_', (x) => init.xavierNormal_(x), Math.sqrt(2 / 90)],
    ['kaimingUniform_', (x) => init.kaimingUniform_(x), Math.sqrt(2 / 40)],
    ['orthogonal_', (x) => init.orthogonal_(x), Math.sqrt(1 / 50)],
  ])('%s', (_name, fill, deviation) => {
    const x = fill(fresh());
    expect(x.dtype).toBe(dtype);
    expect(x.float().std().item() / deviation).toBeCloseTo(1, 1);
  });
});

/** Every module without a state of its own, and how it is called. */
const x = randn(6, 8);
const y = randn(6, 8);
const signs = y.sign();
const shares = F.softmax(y, 1);
const labels = tensor([0, 7, 3, 3, 1, 2], { dtype: 'int64' });
const modules: readonly (readonly [module: nn.AnyModule, ...inputs: Tensor[]])[] = [
  ...[
    ...[new nn.ReLU(), new nn.ReLU6(), new nn.LeakyReLU(), new nn.PReLU(), new nn.Threshold(0, 1)],
    ...[new nn.ELU(), new nn.CELU(), new nn.SELU(), new nn.GELU(), new nn.SiLU(), new nn.Mish()],
    ...[new nn.Sigmoid(), new nn.LogSigmoid(), new nn.Tanh(), new nn.Hardtanh()],
    ...[new nn.Hardsigmoid(), new nn.Hardswish(), new nn.Hardshrink(), new nn.Softshrink()],
    ...[new nn.Softsign(), new nn.Softplus(), new nn.Tanhshrink(), new nn.GLU()],
    ...[new nn.Softmax(1), new nn.LogSoftmax(1), new nn.Softmin(1), new nn.Flatten()],
    ...[new nn.Linear(8, 3), new nn.Sequential(new nn.Linear(8, 4), new nn.Tanh())],
    ...[new nn.Dropout().eval(), new nn.Identity()],
  ].map((module) => [module, x] as const),
  [new nn.Bilinear(8, 8, 3), x, y],
  [new nn.CosineSimilarity(), x, y],
  [new nn.PairwiseDistance(), x, y],
  [new nn.MSELoss(), x, y],
  [new nn.L1Loss(), x, y],
  [new nn.SmoothL1Loss(), x, y],
  [new nn.HuberLoss(), x, y],
  [new nn.KLDivLoss(), F.logSoftmax(x, 1), shares],
  [new nn.PoissonNLLLoss(), x, y.abs()],
  [new nn.GaussianNLLLoss(), x, y, y.abs().add(0.1)],
  [new nn.HingeEmbeddingLoss(), x, signs],
  [new nn.SoftMarginLoss(), x, signs],
  [new nn.MarginRankingLoss(), x, y, signs],
  [new nn.CosineEmbeddingLoss(), x, y, signs.select(1, 0)],
  [new nn.TripletMarginLoss(), x, y, x.mul(0.5)],
  [new nn.TripletMarginWithDistanceLoss(), x, y, x.mul(0.5)],
  [new nn.MultiMarginLoss(), x, labels],
  [new nn.NLLLoss(), F.logSoftmax(x, 1), labels],
  [new nn.CrossEntropyLoss({ weight: y.select(0, 0).abs(), labelSmoothing: 0.1 }), x, labels],
  [new nn.CrossEntropyLoss(), x, shares],
  [new nn.MultiLabelSoftMarginLoss(), x, signs.gt(0).float()],
  [new nn.BCELoss(), x.sigmoid(), shares],
  [new nn.BCEWithLogitsLoss({ posWeight: y.select(0, 0).abs() }), x, shares],
  [new nn.Embedding(8, 4), labels],
];

/** Numbers that every floating dtype holds, of the result's dtype and shape. */
const weightsFor = ({ shape, dtype }: Tensor): Tensor => {
  const numbers = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 5) - 1.5);
  return tensor(numbers, { dtype }).reshape([...shape]);
};

describe.each(halves)('%s', (dtype) => {
  test.each(modules.map((one) => [String(one[0]).split('\n')[0], ...one] as const))(
    '%s',
    (_name, module, ...inputs) => {
      const of = (precision: 'float64' | typeof dtype): [Tensor, (Tensor | null)[]] => {
        module.to(dtype).to(precision); // the same weights
        module.zeroGrad();
        const leaves = inputs.map((input) =>
          input.dtype === 'int64'
            ? input
            : input.to(dtype).to(precision).detach().clone().requiresGrad_(),
        );
        const result = module.forward(...leaves) as Tensor;
        result.backward(weightsFor(result));
        return [result.detach(), [...leaves, ...module.parameters()].map(({ grad }) => grad)];
      };
      const [exact, slopes] = of('float64');
      const [found, gradients] = of(dtype);
      expect(found.dtype).toBe(dtype);
      const unit = dtype === 'bfloat16' ? 2 ** -8 : 2 ** -11;
      const error = (a: Tensor, b: Tensor): number =>
        a.double().sub(b).abs().max().item() / Math.max(b.abs().max().item(), 1e-3);
      expect(error(found, exact)).toBeLessThan(4 * unit);
      slopes.forEach((slope, i) => {
        const gradient = gradients[i];
        if (slope === null || gradient === null) expect([gradient, slope]).toEqual([null, null]);
        else expect(error(gradient, slope)).toBeLessThan(8 * unit);
      });
    },
  );
});

describe('int64 labels and indices give the same as int32', () => {
  const scores = F.logSoftmax(x, 1);
  const table = randn(8, 3);
  test.each<[string, (index: Tensor) => Tensor]>([
    ['crossEntropy', (index) => F.crossEntropy(x, index)],
    ['crossEntropy, smoothed', (index) => F.crossEntropy(x, index, { labelSmoothing: 0.2 })],
    ['nllLoss', (index) => F.nllLoss(scores, index, { weight: x.select(0, 0), ignoreIndex: 3 })],
    ['multiMarginLoss', (index) => F.multiMarginLoss(x, index, { weight: x.select(0, 0) })],
    ['embedding', (index) => F.embedding(index, table, { paddingIdx: 3 })],
    ['oneHot', (index) => F.oneHot(index, 8).int()],
  ])('%s', (_name, run) => {
    expect(run(labels).toArray()).toEqual(run(labels.int()).toArray());
  });

  test('in backward too', () => {
    const gradientFor = (index: Tensor): unknown => {
      const leaf = table.detach().clone().requiresGrad_();
      F.embedding(index, leaf).square().sum().backward();
      return leaf.grad?.toArray();
    };
    expect(gradientFor(labels)).toEqual(gradientFor(labels.int()));
  });
});

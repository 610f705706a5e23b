/** Layers, containers and activations. */
import { F, manualSeed, nn, ones, randn, zeros, type Tensor } from 'blasgrad';
import { expectRefusals } from '../support/refusals';

manualSeed(1);

const values = (x: Tensor): number[] => Array.from(x.contiguous().data as Float32Array);

describe('Linear', () => {
  test.each([
    [new nn.Linear(400, 50), 400],
    [new nn.Bilinear(100, 4, 50), 100],
  ] as const)('starts uniform in ±1/sqrt(inputs): %s', (layer, inputs) => {
    const bound = 1 / Math.sqrt(inputs);
    for (const parameter of [layer.weight, layer.bias as Tensor]) {
      const all = values(parameter);
      expect(Math.max(...all)).toBeLessThan(bound);
      expect(Math.min(...all)).toBeGreaterThan(-bound);
      expect(Math.max(...all)).toBeGreaterThan(0.5 * bound);
    }
    const mean = values(layer.weight).reduce((sum, x) => sum + x * x, 0) / layer.weight.numel();
    expect(mean / (bound ** 2 / 3)).toBeCloseTo(1, 1);
  });

  test('the same seed gives the same values', () => {
    manualSeed(7);
    const layer = new nn.Linear(3, 4);
    manualSeed(7);
    const other = new nn.Linear(3, 4);
    expect(values(other.weight)).toEqual(values(layer.weight));
    layer.resetParameters();
    expect(values(other.weight)).not.toEqual(values(layer.weight));
  });

  test('options', () => {
    const layer = new nn.Linear(3, 4, { bias: false, dtype: 'float64' });
    expect([layer.bias, layer.weight.dtype, layer.weight.shape]).toEqual([null, 'float64', [4, 3]]);
    expect(Object.keys(layer.stateDict())).toEqual(['weight']);
  });

  test('without inputs', () => {
    const layer = new nn.Linear(0, 2);
    expect(layer.forward(zeros([3, 0])).toArray()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });
});

describe('containers', () => {
  const layers = [new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 1)] as const;

  test('Sequential runs its modules in order, and they can be got and changed', () => {
    const model = new nn.Sequential(...layers);
    const x = randn([4, 2]);
    const expected = layers[2].forward(layers[0].forward(x).tanh());
    expect(model.forward(x).toArray()).toEqual(expected.toArray());
    expect([model.length, model[0], model.get(-1)]).toEqual([3, layers[0], layers[2]]);
    expect([...model]).toEqual(layers);
    expect([...model.slice(0, 2)]).toEqual(layers.slice(0, 2));
    expect(Object.keys(model.slice(2).stateDict())).toEqual(['0.weight', '0.bias']);
    model[2] = new nn.Identity();
    expect(model.append(new nn.ReLU()).length).toBe(4);
    expect(model.forward(x).shape).toEqual([4, 3]);
    expect(Object.keys(model.stateDict())).toEqual(['0.weight', '0.bias']);
  });

  test('Sequential by name', () => {
    const model = new nn.Sequential({ hidden: layers[0], out: layers[2] });
    expect(Object.keys(model.stateDict())[2]).toBe('out.weight');
    expect(model.forward(randn([4, 2])).shape).toEqual([4, 1]);
    expect(model.get(1)).toBe(layers[2]);
  });

  test('ModuleList', () => {
    const list = new nn.ModuleList(layers.slice(0, 2)).append(layers[2]);
    expect([...list]).toEqual(layers);
    expect([list.length, list[1], list.get(-1)]).toEqual([3, layers[1], layers[2]]);
    expect(Object.keys(list.stateDict())).toEqual(['0.weight', '0.bias', '2.weight', '2.bias']);
  });

  test('ModuleDict keeps the order of its names, which may be those of methods', () => {
    const dict = new nn.ModuleDict<nn.AnyModule>({ forward: layers[0], 2: layers[1] });
    dict.set('1', layers[2]);
    expect([...dict.keys()]).toEqual(['2', 'forward', '1']);
    expect([...dict.values()].length).toBe(dict.size);
    expect(dict.get('forward')).toBe(layers[0]);
    expect(dict.namedParameters().map(([name]) => name)).toEqual([
      'forward.weight',
      'forward.bias',
      '1.weight',
      '1.bias',
    ]);
    expect([dict.delete('1'), dict.has('1'), [...dict].length]).toEqual([true, false, 2]);
  });

  test('ParameterList makes parameters', () => {
    const list = new nn.ParameterList([ones([2]), new nn.Parameter(zeros([1]))]);
    expect(list.parameters()).toEqual([...list]);
    expect(list.namedParameters().map(([name]) => name)).toEqual(['0', '1']);
    expect(list.get(-1)).toBe(list[1]);
  });
});

describe('layers without parameters', () => {
  const x = randn([2, 3, 4]);

  test('Flatten, Unflatten, Identity', () => {
    expect(new nn.Flatten().forward(x).shape).toEqual([2, 12]);
    expect(new nn.Flatten(0, 1).forward(x).shape).toEqual([6, 4]);
    expect(new nn.Unflatten(2, [2, -1]).forward(x).shape).toEqual([2, 3, 2, 2]);
    expect(new nn.Identity(1, 'two').forward(x)).toBe(x);
  });

  test.each([new nn.Dropout(0.25), new nn.Dropout1d(0.25)])('%s', (layer) => {
    const wide = ones([100, 100, 3]);
    const dropped = values(layer.forward(wide));
    const scaled = Math.fround(1 / 0.75);
    const remaining = dropped.filter((value) => value !== 0);
    expect(remaining.every((value) => Math.abs(value - scaled) < 1e-6)).toBe(true);
    expect(remaining.length / dropped.length).toBeCloseTo(0.75, 1);
    expect(layer.eval().forward(wide)).toBe(wide);
  });

  test('Dropout1d drops whole channels', () => {
    const rows = new nn.Dropout1d()
      .forward(ones([50, 4, 3]))
      .reshape([200, 3])
      .toArray();
    for (const [a, b, c] of rows as number[][]) expect([b, c]).toEqual([a, a]);
  });

  // As in PyTorch: an input of two or four dimensions is one sample, whose first dimension counts channels.
  test.each([
    [new nn.Dropout1d(), [300, 4], 1],
    [new nn.Dropout1d(), [3, 100, 4], 2],
    [new nn.Dropout2d(), [100, 3, 4], 2],
    [new nn.Dropout2d(), [3, 100, 2, 2], 2],
    [new nn.Dropout3d(), [300, 1, 2, 2], 1],
    [new nn.Dropout3d(), [3, 100, 1, 2, 2], 2],
  ] as const)('%s of %j: %d dimensions of channels', (layer, shape, leading) => {
    const channels = (y: Tensor): Tensor => y.reshape([...shape.slice(0, leading), -1]);
    const check = (y: Tensor): void => {
      expect(y.shape).toEqual(shape);
      const most = channels(y).amax(-1);
      expect(values(channels(y).amin(-1))).toEqual(values(most));
      expect(new Set(values(most))).toEqual(new Set([0, 2]));
    };
    check(layer.forward(ones(...shape)));
    const x = ones(...shape);
    expect(new (layer.constructor as typeof nn.Dropout1d)(0.5, { inplace: true }).forward(x)).toBe(
      x,
    );
    check(x);
  });

  const dims = (n: number): Tensor => ones(...Array.from({ length: n }, () => 2));
  expectRefusals([
    [() => new nn.Dropout1d().forward(dims(1)), RangeError, 'Dropout1d.forward: expected 2 or 3 dimensions for input, got [2]'], // prettier-ignore
    [() => new nn.Dropout1d().eval().forward(dims(4)), RangeError, 'Dropout1d.forward: expected 2 or 3 dimensions for input, got [2, 2, 2, 2]'], // prettier-ignore
    [() => new nn.Dropout2d().forward(dims(1)), RangeError, 'Dropout2d.forward: expected at least 2 dimensions for input, got [2]'], // prettier-ignore
    [() => new nn.Dropout3d().forward(dims(0)), RangeError, 'Dropout3d.forward: expected at least 1 dimension for input, got []'], // prettier-ignore
    [() => F.featureDropout(dims(1)), RangeError, 'featureDropout: expected at least 2 dimensions for input, got [2]'], // prettier-ignore
  ]);
});

describe('activations are the functions of F', () => {
  const x = randn([3, 4], { dtype: 'float64' }).mul(3);
  test.each<[nn.Module, (x: Tensor) => Tensor]>([
    [new nn.ReLU(), F.relu],
    [new nn.ReLU6(), F.relu6],
    [new nn.Sigmoid(), F.sigmoid],
    [new nn.Tanh(), F.tanh],
    [new nn.SiLU(), F.silu],
    [new nn.Mish(), F.mish],
    [new nn.SELU(), F.selu],
    [new nn.Hardsigmoid(), F.hardsigmoid],
    [new nn.Hardswish(), F.hardswish],
    [new nn.Softsign(), F.softsign],
    [new nn.Tanhshrink(), F.tanhshrink],
    [new nn.LogSigmoid(), F.logsigmoid],
    [new nn.GELU(), (y) => F.gelu(y)],
    [new nn.GELU({ approximate: 'tanh' }), (y) => F.gelu(y, { approximate: 'tanh' })],
    [new nn.LeakyReLU(), (y) => F.leakyRelu(y)],
    [new nn.LeakyReLU(0.2), (y) => F.leakyRelu(y, { negativeSlope: 0.2 })],
    [new nn.Threshold(0.5, 7), (y) => F.threshold(y, 0.5, 7)],
    [new nn.Hardtanh(), (y) => F.hardtanh(y)],
    [new nn.Hardtanh(-2, 0.5), (y) => F.hardtanh(y, { minVal: -2, maxVal: 0.5 })],
    [new nn.Hardshrink(0.7), (y) => F.hardshrink(y, { lambd: 0.7 })],
    [new nn.Softshrink({ lambd: 0.7 }), (y) => F.softshrink(y, { lambd: 0.7 })],
    [new nn.ELU(0.6), (y) => F.elu(y, { alpha: 0.6 })],
    [new nn.CELU(0.6), (y) => F.celu(y, { alpha: 0.6 })],
    [new nn.Softplus(2, 3), (y) => F.softplus(y, { beta: 2, threshold: 3 })],
    [new nn.Softplus(), (y) => F.softplus(y)],
    [new nn.GLU(0), (y) => F.glu(y, { dim: 0 })],
    [new nn.GLU(), (y) => F.glu(y)],
    [new nn.Softmax(0), (y) => F.softmax(y, 0)],
    [new nn.LogSoftmax({ dim: 1 }), (y) => F.logSoftmax(y, 1)],
    [new nn.Softmin(1), (y) => F.softmin(y, 1)],
    [new nn.PReLU({ init: 0.3, dtype: 'float64' }), (y) => F.leakyRelu(y, { negativeSlope: 0.3 })],
  ])('%s', (module, fn) => {
    const even = x.narrow(0, 0, 2);
    expect(module.forward(even).toArray()).toEqual(fn(even).toArray());
    expect(module.parameters().length).toBe(module instanceof nn.PReLU ? 1 : 0);
  });
});

const not = (value: unknown): never => value as never;
const x = zeros([2, 3]);
expectRefusals([
  [() => new nn.Linear(1.5, 2), RangeError, 'Linear: expected an integer of at least 0 for in'],
  [() => new nn.Linear(not('2'), 2), TypeError, "expected an integer for inFeatures, got '2'"],
  [() => new nn.Linear(2, 2, not({ biass: true })), RangeError, 'one of bias, dtype for options'],
  [() => new nn.Linear(2, 2, { bias: not(1) }), TypeError, 'expected a boolean for bias, got 1'],
  [() => new nn.Linear(2, 2, { dtype: 'int32' }), RangeError, 'dtype'],
  [() => new nn.Linear(2, 2).forward(x), RangeError, '2 features in the last dimension'],
  [() => new nn.Embedding(3, 2, { paddingIdx: 3 }), RangeError, 'paddingIdx'],
  [() => new nn.Dropout(1.5), RangeError, 'Dropout: expected a number from 0 to 1 for p, got 1.5'],
  [() => new nn.LeakyReLU(not('a')), TypeError, 'LeakyReLU: expected a number for negativeSlope'],
  [
    () => new nn.ELU(not({ beta: 1 })),
    RangeError,
    "expected one of alpha, inplace for options, got 'beta'",
  ],
  [() => new nn.GELU({ approximate: not('erf') }), RangeError, "'none' or 'tanh' for approximate"],
  [() => new nn.PReLU(0), RangeError, 'an integer of at least 1 for numParameters, got 0'],
  [() => new nn.Softmax(not(undefined)), TypeError, 'Softmax: expected an integer for dim'],
  [() => new nn.Unflatten(1, not(3)), TypeError, 'an array of sizes for unflattenedSize, got 3'],
  [
    () => new nn.Sequential(not(1)),
    TypeError,
    'Sequential: expected a module for modules[0], got 1',
  ],
  [
    () => new nn.Sequential().get(0),
    RangeError,
    'Sequential.get: there is no element 0; the list is empty',
  ],
  [
    () => new nn.Sequential({ forward: new nn.ReLU() }),
    RangeError,
    "already has a field or method 'forward'",
  ],
  [() => new nn.ModuleList([not({})]), TypeError, 'ModuleList: expected a module for module'],
  [() => new nn.ModuleList().forward(...not([])), Error, 'ModuleList.forward: not defined'],
  [() => new nn.ModuleDict().get('a'), RangeError, "for name, got 'a'"],
  [
    () => new nn.ModuleDict().set('a.b', new nn.ReLU()),
    RangeError,
    'a non-empty name without dots',
  ],
  [() => new nn.ParameterList([not(1)]), TypeError, 'expected a tensor for parameters[0], got 1'],
]);

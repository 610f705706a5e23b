/** Initial values, and functions of all parameters. */
import { isGradEnabled, manualSeed, nn, noGrad, ones, tensor, zeros, type Tensor } from 'blasgrad';
import { expectRefusals } from '../support/refusals';

const values = (x: Tensor): number[] => Array.from(x.contiguous().data as Float32Array);

describe('starting values', () => {
  const { init } = nn;

  test.each<[string, (x: Tensor) => Tensor, mean: number, std: number]>([
    ['uniform_', (x) => init.uniform_(x, 1, 3), 2, 1 / Math.sqrt(3)],
    ['normal_', (x) => init.normal_(x, 1, 0.5), 1, 0.5],
    ['xavierUniform_', (x) => init.xavierUniform_(x, { gain: 2 }), 0, 2 * Math.sqrt(2 / 500)],
    ['xavierNormal_', (x) => init.xavierNormal_(x), 0, Math.sqrt(2 / 500)],
    ['kaimingUniform_', (x) => init.kaimingUniform_(x), 0, Math.sqrt(2 / 200)],
    [
      'kaimingUniform_ of the outputs',
      (x) => init.kaimingUniform_(x, { mode: 'fanOut', nonlinearity: 'linear' }),
      0,
      Math.sqrt(1 / 300),
    ],
    [
      'kaimingNormal_',
      (x) => init.kaimingNormal_(x, { a: 1, nonlinearity: 'leakyRelu' }),
      0,
      Math.sqrt(1 / 200),
    ],
    // Held within two standard deviations: 0.8796 of one is left.
    ['truncNormal_', (x) => init.truncNormal_(x, { std: 0.5, a: -1, b: 1 }), 0, 0.5 * 0.8796],
    [
      'truncNormal_ off its middle',
      (x) => init.truncNormal_(x, { mean: -5, a: 0, b: 9 }),
      0.1866,
      0.18,
    ],
  ])('%s: mean and standard deviation', (_name, fill, mean, std) => {
    manualSeed(3);
    const x = zeros([300, 200]);
    expect(fill(x)).toBe(x);
    const all = values(x);
    const average = all.reduce((a, b) => a + b, 0) / all.length;
    const spread = Math.sqrt(all.reduce((a, b) => a + (b - average) ** 2, 0) / all.length);
    expect(Math.abs(average - mean)).toBeLessThan(0.03 * std);
    expect(spread / std).toBeCloseTo(1, 1);
  });

  test('truncNormal_ stays within its bounds', () => {
    const all = values(init.truncNormal_(zeros([10000]), { std: 3, a: -0.5, b: 4 }));
    expect([Math.min(...all) >= -0.5, Math.max(...all) <= 4]).toEqual([true, true]);
    expect(values(init.truncNormal_(zeros([3]), { std: 0, mean: 1 }))).toEqual([1, 1, 1]);
  });

  test.each([[[20, 30]], [[30, 20]], [[6, 2, 5]], [[1, 4]], [[5, 5]]])(
    'orthogonal_ of %j',
    (shape) => {
      const x = init.orthogonal_(zeros(shape, { dtype: 'float64' }), { gain: 2 });
      const matrix = x.reshape([shape[0], -1]);
      const [rows, columns] = matrix.shape;
      const gram = rows < columns ? matrix.matmul(matrix.T) : matrix.T.matmul(matrix);
      (gram.toArray() as number[][]).forEach((row, i) =>
        row.forEach((value, j) => expect(value).toBeCloseTo(i === j ? 4 : 0, 12)),
      );
    },
  );

  test('constants', () => {
    expect(init.constant_(zeros([2]), 3).toArray()).toEqual([3, 3]);
    expect(init.ones_(zeros([1])).toArray()).toEqual([1]);
    expect(init.zeros_(ones([1])).toArray()).toEqual([0]);
    expect(init.eye_(ones([2, 3])).toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });

  test('fill parameters, unrecorded, and views', () => {
    const { weight } = new nn.Linear(2, 2);
    expect(init.ones_(weight)).toBe(weight);
    expect([weight.isLeaf, isGradEnabled()]).toEqual([true, true]);
    init.orthogonal_(weight.T);
    init.normal_(weight.select(0, 0));
    expect(weight.gradFn).toBe(null);
  });

  test.each([
    ['linear', undefined, 1],
    ['conv2d', undefined, 1],
    ['tanh', undefined, 5 / 3],
    ['relu', undefined, Math.SQRT2],
    ['leakyRelu', undefined, Math.sqrt(2 / 1.0001)],
    ['leakyRelu', 1, 1],
    ['selu', undefined, 0.75],
  ] as const)('calculateGain(%s, %s)', (name, param, gain) => {
    expect(init.calculateGain(name, param)).toBeCloseTo(gain, 12);
  });
});

describe('utils', () => {
  const withGradients = (...all: number[][]): nn.Parameter[] =>
    all.map((item) => {
      const parameter = new nn.Parameter(zeros([item.length]));
      parameter.grad = tensor(item);
      return parameter;
    });

  test.each([
    [2, 13, 1],
    [1, 19, 1],
    [Infinity, 12, 1],
    [2, 13, 26],
  ])('clipGradNorm_ of norm %d', (normType, norm, maxNorm) => {
    const parameters = withGradients([3, 4], [12]);
    const without = new nn.Parameter(zeros([1]));
    const total = nn.utils.clipGradNorm_([...parameters, without], maxNorm, { normType });
    expect(total.item()).toBeCloseTo(norm, 5);
    const factor = Math.min(1, maxNorm / norm);
    [3, 4].forEach((value, i) =>
      expect((parameters[0].grad?.toArray() as number[])[i]).toBeCloseTo(value * factor, 5),
    );
    expect(parameters[1].grad?.item()).toBeCloseTo(12 * factor, 5);
    expect(without.grad).toBe(null);
  });

  test('clipGradNorm_ of one tensor, of none, and of infinite gradients', () => {
    const [parameter] = withGradients([3, 4]);
    expect(nn.utils.clipGradNorm_(parameter, 1).item()).toBe(5);
    expect(nn.utils.clipGradNorm_([], 1).item()).toBe(0);
    const [infinite] = withGradients([Infinity]);
    expect(() => nn.utils.clipGradNorm_(infinite, 1, { errorIfNonfinite: true })).toThrow(
      'clipGradNorm_: the norm of the gradients is Infinity; pass errorIfNonfinite: false',
    );
    expect(infinite.grad?.item()).toBe(Infinity);
    expect(nn.utils.clipGradNorm_(infinite, 1).item()).toBe(Infinity);
  });

  test('clipGradValue_', () => {
    const [parameter] = withGradients([-3, 0.5, 4]);
    nn.utils.clipGradValue_([parameter], 1);
    expect(parameter.grad?.toArray()).toEqual([-1, 0.5, 1]);
  });

  test('parameters to a vector and back', () => {
    const layer = new nn.Linear(2, 2);
    const vector = nn.utils.parametersToVector(layer.parameters());
    expect([vector.shape, vector.requiresGrad]).toEqual([[6], true]);
    nn.utils.vectorToParameters(vector.mul(2), layer.parameters());
    const doubled = noGrad(() => nn.utils.parametersToVector(layer.parameters()));
    expect(values(doubled)).toEqual(values(vector.detach()).map((value) => 2 * value));
    expect(layer.weight.isLeaf).toBe(true);
  });
});

const not = (value: unknown): never => value as never;
const x = zeros([2, 3]);
expectRefusals([
  [() => nn.init.uniform_(x, 1, 0), RangeError, 'a number of at least 1 for b, got 0'],
  [
    () => nn.init.normal_(zeros([1], { dtype: 'int32' })),
    RangeError,
    'a floating dtype for tensor',
  ],
  [
    () => nn.init.xavierUniform_(zeros([3])),
    RangeError,
    'at least 2 dimensions for tensor, got [3]',
  ],
  [() => nn.init.eye_(zeros([3])), RangeError, 'eye_: expected a matrix for tensor, got [3]'],
  [() => nn.init.kaimingNormal_(x, { mode: not('fan_in') }), RangeError, "'fanIn' or 'fanOut'"],
  [() => nn.init.calculateGain(not('swish')), RangeError, "for nonlinearity, got 'swish'"],
  [() => nn.init.constant_(not(1), 1), TypeError, 'constant_: expected a tensor for tensor, got 1'],
  [
    () => nn.utils.clipGradNorm_(not(3), 1),
    TypeError,
    'a tensor or an iterable of tensors for parameters, got 3',
  ],
  [() => nn.utils.clipGradNorm_([x], -1), RangeError, 'a number of at least 0 for maxNorm, got -1'],
  [() => nn.utils.vectorToParameters(zeros([5]), [x]), RangeError, '[6] for vector, got [5]'],
]);
